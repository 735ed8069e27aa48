"""The tables and indexes of the first schema, one text a subject.

What is long and read once is kept apart from what is looked through (payloads, editions; the index
``payloads_kept`` lists the former without reading them). A table whose key is most of its row is its
own index (WITHOUT ROWID).
"""

PAPERS = """
CREATE TABLE papers (
  arxiv_id       TEXT PRIMARY KEY,              -- without version
  latest_version INTEGER NOT NULL,
  first_seen_at  TEXT NOT NULL
);
CREATE TABLE versions (
  arxiv_id    TEXT NOT NULL REFERENCES papers,
  version     INTEGER NOT NULL,
  title       TEXT NOT NULL,
  abstract    TEXT NOT NULL,
  authors     TEXT NOT NULL,                    -- JSON list
  categories  TEXT NOT NULL,                    -- JSON list, primary first
  published   TEXT NOT NULL,
  updated     TEXT NOT NULL,
  comment     TEXT NOT NULL,
  journal_ref TEXT NOT NULL,
  dois        TEXT NOT NULL,                    -- JSON list
  recorded_at TEXT NOT NULL,
  PRIMARY KEY (arxiv_id, version)
);
CREATE TABLE matches (
  arxiv_id   TEXT NOT NULL REFERENCES papers,
  topic      TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('search', 'feed')),
  clause     TEXT NOT NULL,
  matched_at TEXT NOT NULL,
  PRIMARY KEY (arxiv_id, topic)
) WITHOUT ROWID;
CREATE TABLE wanted (                           -- announced, matched, not fetched by id yet
  arxiv_id TEXT PRIMARY KEY,
  since    TEXT NOT NULL
);
CREATE INDEX papers_revised ON papers (arxiv_id, latest_version) WHERE latest_version > 1;
CREATE INDEX versions_by_date ON versions (published, arxiv_id);
CREATE INDEX matches_by_topic ON matches (topic, matched_at);
"""

ENDPOINTS = """
CREATE TABLE endpoints (                        -- where each service was last asked: waits hold for that
  service TEXT PRIMARY KEY,
  mark    TEXT NOT NULL                         -- a hash, as an address may hold a password
) WITHOUT ROWID;
"""

UNKNOWN_IDS = """
CREATE TABLE unknown_ids (                      -- a reader likes them, and arXiv has no such paper
  arxiv_id TEXT PRIMARY KEY,
  asked_at TEXT NOT NULL
) WITHOUT ROWID;
"""

POLLS = """
CREATE TABLE polls (
  id          INTEGER PRIMARY KEY,
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  complete    INTEGER
);
CREATE TABLE topic_polls (
  poll         INTEGER NOT NULL REFERENCES polls,
  topic        TEXT NOT NULL,
  expression   TEXT NOT NULL,
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('complete', 'empty', 'incomplete', 'rejected')),
  found        INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  started_at   TEXT NOT NULL,
  finished_at  TEXT NOT NULL,
  PRIMARY KEY (poll, topic)
);
CREATE INDEX topic_polls_by_topic ON topic_polls (topic, status, started_at);
CREATE INDEX topic_polls_by_poll ON topic_polls (topic, poll);
CREATE INDEX topic_polls_by_time ON topic_polls (finished_at);
CREATE TABLE feed_reads (
  id           INTEGER PRIMARY KEY,
  poll         INTEGER NOT NULL REFERENCES polls,
  asked        TEXT NOT NULL,                   -- JSON list of archives or categories
  read_at      TEXT NOT NULL,
  announced_on TEXT,
  items        INTEGER NOT NULL,
  cut          INTEGER NOT NULL,
  error        TEXT NOT NULL
);
CREATE INDEX feed_reads_by_time ON feed_reads (read_at);
CREATE TABLE announcements (
  announced_on  TEXT NOT NULL,
  arxiv_id      TEXT NOT NULL,
  announce_type TEXT NOT NULL,
  version       INTEGER NOT NULL,
  categories    TEXT NOT NULL,                  -- JSON list
  PRIMARY KEY (announced_on, arxiv_id)
) WITHOUT ROWID;
CREATE INDEX announcements_by_paper ON announcements (arxiv_id, announce_type);
CREATE TABLE unmatched (                        -- announced as new, and why no topic takes it
  arxiv_id     TEXT PRIMARY KEY,
  announced_on TEXT NOT NULL,
  clauses      TEXT NOT NULL                    -- JSON object by topic
) WITHOUT ROWID;
CREATE INDEX unmatched_by_day ON unmatched (announced_on);
"""

SUBSCRIPTIONS = """
CREATE TABLE subscribers (
  name        TEXT PRIMARY KEY,
  since       TEXT NOT NULL,
  removed_at  TEXT,
  last_due_at TEXT,
  schedule    TEXT NOT NULL,
  timezone    TEXT NOT NULL
);
CREATE TABLE subscriptions (
  subscriber TEXT NOT NULL REFERENCES subscribers,
  topic      TEXT NOT NULL,
  since      TEXT NOT NULL,
  PRIMARY KEY (subscriber, topic)
);
CREATE TABLE targets (
  subscriber TEXT NOT NULL REFERENCES subscribers,
  kind       TEXT NOT NULL CHECK (kind IN ('slack', 'email', 'file')),
  address    TEXT NOT NULL,
  since      TEXT NOT NULL,
  PRIMARY KEY (subscriber, kind, address)
);
CREATE TABLE addresses (
  kind     TEXT NOT NULL,
  address  TEXT NOT NULL,
  resolved TEXT NOT NULL,                       -- the service's own id
  PRIMARY KEY (kind, address)
);
"""

SUMMARIES = """
CREATE TABLE summaries (
  arxiv_id       TEXT NOT NULL REFERENCES papers,
  version        INTEGER NOT NULL,
  language       TEXT NOT NULL,
  focus          TEXT NOT NULL,
  prompt_version INTEGER NOT NULL,
  objective      TEXT NOT NULL,
  finding        TEXT NOT NULL,
  source         TEXT NOT NULL,
  model          TEXT NOT NULL,
  created_at     TEXT NOT NULL,
  PRIMARY KEY (arxiv_id, version, language, focus, prompt_version)
);
CREATE TABLE requests (
  id            INTEGER PRIMARY KEY,
  day           TEXT NOT NULL,                  -- Pacific time, as Gemini counts
  last_day      TEXT NOT NULL,                  -- of its end: which of the two Gemini counts is unknown
  started_at    TEXT NOT NULL,
  finished_at   TEXT,
  tokens        INTEGER NOT NULL,               -- an estimate until the answer tells
  model         TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL
);
CREATE INDEX requests_by_day ON requests (day);
CREATE INDEX requests_by_last_day ON requests (last_day);
CREATE INDEX requests_by_end ON requests (finished_at);
"""

# `matches.seq` grows within a topic: whatever is new of a match gives it a number above all others.
SETTLED = """
ALTER TABLE matches ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX matches_by_seq ON matches (topic, seq);
CREATE INDEX deliveries_by_message ON deliveries (outbox_id);
CREATE TABLE settled (                          -- nothing is owed of what matched before
  subscriber   TEXT NOT NULL,
  kind         TEXT NOT NULL,
  topic        TEXT NOT NULL,
  floor        TEXT NOT NULL,                   -- how far back the subscription reached then
  up_to        INTEGER NOT NULL,
  revisions_to INTEGER NOT NULL,                -- the same of newer versions
  PRIMARY KEY (subscriber, kind, topic)
) WITHOUT ROWID
"""
_NEXT_SEQ = "1 + (SELECT max(m.seq) FROM matches m WHERE m.topic = matches.topic)"
SETTLED_TRIGGERS = (
    # Whatever may make a match owed that was not brings it behind all marks again.
    f"""
CREATE TRIGGER matches_numbered AFTER INSERT ON matches BEGIN
  UPDATE matches SET seq = {_NEXT_SEQ} WHERE arxiv_id = new.arxiv_id AND topic = new.topic;
END""",
    f"""
CREATE TRIGGER announcements_numbered AFTER INSERT ON announcements
WHEN new.announce_type IN ('new', 'cross') BEGIN
  UPDATE matches SET seq = {_NEXT_SEQ} WHERE arxiv_id = new.arxiv_id;
END""",
    f"""
CREATE TRIGGER revisions_numbered AFTER UPDATE OF latest_version ON papers BEGIN
  UPDATE matches SET seq = {_NEXT_SEQ} WHERE arxiv_id = new.arxiv_id;
END""",
    # A delivery that was taken back before it left: marks return before its paper.
    """
CREATE TRIGGER deliveries_unsettled AFTER DELETE ON deliveries BEGIN
  UPDATE settled SET
    up_to = min(up_to, (SELECT m.seq FROM matches m WHERE m.arxiv_id = old.arxiv_id AND m.topic = settled.topic) - 1),
    revisions_to = min(revisions_to,
      (SELECT m.seq FROM matches m WHERE m.arxiv_id = old.arxiv_id AND m.topic = settled.topic) - 1)
  WHERE subscriber = old.subscriber AND kind = old.kind
  AND EXISTS (SELECT 1 FROM matches m WHERE m.arxiv_id = old.arxiv_id AND m.topic = settled.topic);
END""",
)

TOTALS = """
CREATE TABLE totals (                           -- how many there are, kept by triggers: counting takes longer each year
  name TEXT PRIMARY KEY,
  many INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE outbox_totals (                    -- the same of each target's messages
  subscriber TEXT NOT NULL,
  kind       TEXT NOT NULL,
  target     TEXT NOT NULL,
  state      TEXT NOT NULL,
  many       INTEGER NOT NULL,
  PRIMARY KEY (subscriber, kind, target, state)
) WITHOUT ROWID
"""
COUNTED = """
INSERT INTO totals
  SELECT 'papers', count(*) FROM papers
  UNION ALL SELECT 'matched', count(DISTINCT arxiv_id) FROM matches
  UNION ALL SELECT 'summaries', count(*) FROM summaries
  UNION ALL SELECT 'summarised', count(DISTINCT arxiv_id) FROM summaries
  UNION ALL SELECT 'scores', count(*) FROM scores WHERE score IS NOT NULL
  UNION ALL SELECT 'complete polls', count(*) FROM polls WHERE complete = 1
  UNION ALL SELECT 'incomplete polls', count(*) FROM polls WHERE complete = 0;
INSERT INTO outbox_totals
  SELECT subscriber, kind, target, state, count(*) FROM outbox GROUP BY subscriber, kind, target, state
"""


def _counted(event: str, total: str, condition: str = "true", change: str = "1") -> str:
    """A trigger that keeps one of the totals."""
    return (
        f"CREATE TRIGGER {total}_{event.split()[0].lower()} AFTER {event} WHEN {condition} BEGIN "
        f"UPDATE totals SET many = many + {change} WHERE name = '{total}'; END"
    )


_MORE_MESSAGES = """
  INSERT INTO outbox_totals SELECT new.subscriber, new.kind, new.target, new.state, 0
    WHERE NOT EXISTS (SELECT 1 FROM outbox_totals WHERE subscriber = new.subscriber AND kind = new.kind
      AND target = new.target AND state = new.state);
  UPDATE outbox_totals SET many = many + 1 WHERE subscriber = new.subscriber AND kind = new.kind
    AND target = new.target AND state = new.state;
"""
_FEWER_MESSAGES = """
  UPDATE outbox_totals SET many = many - 1 WHERE subscriber = old.subscriber AND kind = old.kind
    AND target = old.target AND state = old.state;
"""
TOTALS_TRIGGERS = (
    _counted("INSERT ON papers", "papers"),
    _counted(
        "INSERT ON matches",
        "matched",
        "NOT EXISTS (SELECT 1 FROM matches WHERE arxiv_id = new.arxiv_id AND topic != new.topic)",
    ),
    _counted("INSERT ON summaries", "summaries"),
    _counted(
        "INSERT ON summaries",
        "summarised",
        "NOT EXISTS (SELECT 1 FROM summaries WHERE arxiv_id = new.arxiv_id AND rowid != new.rowid)",
    ),
    _counted("INSERT ON scores", "scores", "new.score IS NOT NULL"),
    _counted(
        "UPDATE OF score ON scores",
        "scores",
        "(old.score IS NULL) != (new.score IS NULL)",
        "iif(new.score IS NULL, -1, 1)",
    ),
    """
CREATE TRIGGER polls_counted AFTER UPDATE OF complete ON polls BEGIN
  UPDATE totals SET many = many - 1 WHERE name = iif(old.complete, 'complete polls', 'incomplete polls')
    AND old.complete IS NOT NULL;
  UPDATE totals SET many = many + 1 WHERE name = iif(new.complete, 'complete polls', 'incomplete polls')
    AND new.complete IS NOT NULL;
END""",
    f"CREATE TRIGGER messages_counted AFTER INSERT ON outbox BEGIN {_MORE_MESSAGES} END",
    "CREATE TRIGGER messages_recounted AFTER UPDATE OF subscriber, kind, target, state ON outbox "
    f"BEGIN {_FEWER_MESSAGES} {_MORE_MESSAGES} END",
    f"CREATE TRIGGER messages_discounted AFTER DELETE ON outbox BEGIN {_FEWER_MESSAGES} END",
)

COUNTERS = """
CREATE TABLE counters (                         -- what happened, ever: unlike of totals, nothing is taken from these
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                           -- of channel; empty where it has none
  many INTEGER NOT NULL,
  PRIMARY KEY (name, kind)
) WITHOUT ROWID;
INSERT INTO counters
  SELECT state, kind, sum(many) FROM outbox_totals WHERE state IN ('sent', 'failed', 'ended') GROUP BY state, kind
  UNION ALL SELECT 'prompt tokens', '', coalesce(sum(prompt_tokens), 0) FROM requests
  UNION ALL SELECT 'output tokens', '', coalesce(sum(output_tokens), 0) FROM requests
  UNION ALL SELECT 'refused answers', '', coalesce(sum(times), 0) FROM refusals
"""
COUNTERS_TRIGGERS = (
    """
CREATE TRIGGER messages_ended AFTER UPDATE OF state ON outbox
  WHEN new.state IN ('sent', 'failed', 'ended') AND new.state != old.state BEGIN
  INSERT INTO counters VALUES (new.state, new.kind, 1) ON CONFLICT DO UPDATE SET many = many + 1;
END""",
    """
CREATE TRIGGER tokens_counted AFTER UPDATE OF prompt_tokens, output_tokens ON requests BEGIN
  UPDATE counters SET many = many + new.prompt_tokens - old.prompt_tokens WHERE name = 'prompt tokens';
  UPDATE counters SET many = many + new.output_tokens - old.output_tokens WHERE name = 'output tokens';
END""",
    """
CREATE TRIGGER refusals_counted AFTER INSERT ON refusals BEGIN
  UPDATE counters SET many = many + new.times WHERE name = 'refused answers';
END""",
    """
CREATE TRIGGER refusals_recounted AFTER UPDATE OF times ON refusals BEGIN
  UPDATE counters SET many = many + new.times - iif(new.day = old.day, old.times, 0) WHERE name = 'refused answers';
END""",
)

REFUSALS = """
CREATE TABLE refusals (                         -- the day on which answers for a summary were refused last
  arxiv_id       TEXT NOT NULL REFERENCES papers,
  version        INTEGER NOT NULL,
  language       TEXT NOT NULL,
  focus          TEXT NOT NULL,
  prompt_version INTEGER NOT NULL,
  day            TEXT NOT NULL,                 -- Pacific time, as the quota counts
  times          INTEGER NOT NULL,              -- on that day
  reason         TEXT NOT NULL,
  refused_at     TEXT NOT NULL,
  PRIMARY KEY (arxiv_id, version, language, focus, prompt_version)
) WITHOUT ROWID;
CREATE INDEX refusals_by_day ON refusals (day);
"""

OUTBOX = """
CREATE TABLE digests (
  id          INTEGER PRIMARY KEY,
  subscriber  TEXT NOT NULL REFERENCES subscribers,
  number      INTEGER NOT NULL,
  since       TEXT,
  composed_at TEXT NOT NULL,
  papers      INTEGER NOT NULL,
  timezone    TEXT NOT NULL,
  UNIQUE (subscriber, number)
);
CREATE TABLE editions (                         -- what a digest says, for as long as it may be edited
  digest_id INTEGER PRIMARY KEY REFERENCES digests,
  edition   TEXT NOT NULL                       -- JSON
);
CREATE TABLE outbox (
  id                INTEGER PRIMARY KEY,
  digest_id         INTEGER REFERENCES digests, -- none: a notice
  subscriber        TEXT NOT NULL,
  kind              TEXT NOT NULL CHECK (kind IN ('slack', 'email', 'file')),
  target            TEXT NOT NULL,
  part              INTEGER NOT NULL,
  parts             INTEGER NOT NULL,
  arxiv_ids         TEXT NOT NULL,              -- JSON list
  state             TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'in doubt', 'sent', 'failed', 'ended')),
  attempts          INTEGER NOT NULL DEFAULT 0,
  created_at        TEXT NOT NULL,
  next_attempt_at   TEXT,                       -- our own patience
  service_wait_until TEXT,                      -- a Retry-After
  first_attempt_at  TEXT,
  settled_at        TEXT,
  receipt_channel   TEXT,
  receipt_reference TEXT,
  error             TEXT NOT NULL DEFAULT '',
  remedy            TEXT NOT NULL DEFAULT '',
  UNIQUE (digest_id, kind, target, part)
);
CREATE INDEX outbox_by_state ON outbox (state);
CREATE INDEX outbox_by_target ON outbox (kind, target, subscriber, state, settled_at, digest_id);
CREATE INDEX outbox_errors ON outbox (kind, target, subscriber, id) WHERE error != '';
CREATE TABLE payloads (                         -- apart: a message's state changes often, its bytes never
  outbox_id INTEGER PRIMARY KEY REFERENCES outbox,
  payload   BLOB NOT NULL                       -- what is sent, byte for byte
);
CREATE INDEX payloads_kept ON payloads (outbox_id);
CREATE TABLE deliveries (
  subscriber TEXT NOT NULL REFERENCES subscribers,
  kind       TEXT NOT NULL,
  target     TEXT NOT NULL,
  arxiv_id   TEXT NOT NULL REFERENCES papers,
  version    INTEGER NOT NULL,
  form       TEXT NOT NULL CHECK (form IN ('full', 'title', 'revised')),
  outbox_id  INTEGER NOT NULL REFERENCES outbox,
  awaits     TEXT,                              -- JSON: the summary that was not there
  PRIMARY KEY (subscriber, kind, target, arxiv_id, version)
) WITHOUT ROWID;
CREATE INDEX deliveries_by_paper ON deliveries (arxiv_id, subscriber);
CREATE INDEX deliveries_awaiting ON deliveries (outbox_id) WHERE awaits IS NOT NULL;
"""

NOTICES = """
CREATE TABLE waits (
  service TEXT PRIMARY KEY,
  until   TEXT NOT NULL,
  reason  TEXT NOT NULL
);
CREATE TABLE alerts (
  key        TEXT PRIMARY KEY,
  subscriber TEXT,                              -- none: concerns everybody
  text       TEXT NOT NULL,
  opened_at  TEXT NOT NULL,
  closed_at  TEXT
);
CREATE TABLE told (
  key        TEXT NOT NULL REFERENCES alerts,
  subscriber TEXT NOT NULL,
  told_at    TEXT NOT NULL,
  PRIMARY KEY (key, subscriber)
);
"""
