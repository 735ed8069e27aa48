"""What the YAML may say, key by key: the contract with the user.

Defaults are shown here as a person writes them; the values themselves come from ``settings``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.channels import CHANNELS
from bot.config import environment
from bot.config.fields import (
    ADDRESS,
    API_VERSION,
    AUTHOR,
    CATEGORY,
    DURATION,
    DURATION_OR_ZERO,
    HOST,
    INTERESTS,
    LIKE,
    LINE,
    LISTEN,
    MAILBOX,
    MODEL,
    OPERATOR,
    PATH,
    PHRASE,
    POLL_EVERY,
    PORT,
    PROSE,
    QUERY,
    SCHEDULE,
    SUBSCRIBER,
    TIME_ZONE,
    TOPIC,
    URL,
    address,
)
from bot.config.kinds import Choice, Flag, Many, OrNull, OrWord, Schema, Whole
from bot.config.report import did_you_mean, quoted
from bot.config.sections import Key, Named, Section
from bot.models import Order
from bot.settings import Security, ServiceTier

CLAUSES = ("query", "keywords", "authors", "categories")
"""The keys of a topic that look for something; one of them is enough."""
TARGETS = tuple(CHANNELS)
"""The keys of a subscriber that say where digests go; one of them is enough."""

_COUNT = Whole(1, 1_000_000_000)
_PHRASES = Many(PHRASE)


def _one_of(keys: tuple[str, ...]) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


# --- keys that don't belong ----------------------------------------------------------------------

_SECRET_KEY = re.compile(
    r"(?:.*[_-])?(?:(?:api|auth|access|bot)?(?:key|token)|passw(?:or)?d|passphrase|secret|credential)s?", re.I
)
_OWNERS = {
    "gemini": environment.GEMINI_API_KEY,
    "google": environment.GEMINI_API_KEY,
    "slack": environment.SLACK_BOT_TOKEN,
    "bot": environment.SLACK_BOT_TOKEN,
    "email": environment.SMTP_PASSWORD,
    "smtp": environment.SMTP_PASSWORD,
    "mail": environment.SMTP_PASSWORD,
}


def _stranger(section: str) -> Callable[[str], str]:
    """What to say of a key that this section does not know."""

    def say(key: str) -> str:
        lower = key.lower()
        if _SECRET_KEY.fullmatch(key):
            owner = next((name for word, name in _OWNERS.items() if word in lower), _OWNERS.get(section))
            variable = environment.variables(owner) if owner else ", ".join(environment.NAMES)
            return f"secrets don't belong in this file: set {variable} in the environment"
        if section == "defaults" and key in SUBSCRIBER_SECTION.keys:
            return f"{key} is each subscriber's own and has no default"
        if section and key in DOCUMENT.keys and not did_you_mean(key, _SECTIONS[section].keys):
            return f"unknown key {quoted(key)}: it belongs at the top level (mend the indentation?)"
        return ""

    return say


# --- the sections --------------------------------------------------------------------------------

ARXIV = Section(
    "How arXiv is asked.",
    {
        "api_url": Key(URL, "arXiv's query API.", "https://export.arxiv.org/api/query"),
        "rss_url": Key(URL, "arXiv's daily announcement feeds.", "https://rss.arxiv.org"),
        "poll_every": Key(
            POLL_EVERY,
            "auto: after each of arXiv's announcements; or a duration: 0.5s, 30s, 15m, 6h, 2d, 1w.",
            "auto",
        ),
        "lookback": Key(
            DURATION,
            "A poll asks for papers submitted since this long before the topic's last complete poll "
            "(the first time: before now).",
            "7d",
        ),
        "page_size": Key(Whole(1, 2000), "Papers asked for at a time.", 200),
        "min_interval": Key(
            DURATION_OR_ZERO,
            "From the end of one request to the next; arXiv's terms: one at a time, three seconds apart.",
            "3s",
        ),
        "contact": Key(
            ADDRESS,
            "Your e-mail address: goes into the User-Agent, so that arXiv can write to you.",
            required="your e-mail address, which goes to arXiv with every request",
        ),
    },
    _stranger("arxiv"),
)

GEMINI = Section(
    "The model that summarises. Without GEMINI_API_KEY the built-in extractive summariser is used instead.",
    {
        "model": Key(MODEL, "Its thinking is kept at the lowest level it takes.", "gemini-flash-latest"),
        "base_url": Key(OrNull(URL), "Another endpoint (proxy, test server)."),
        "api_version": Key(API_VERSION, "The -latest aliases exist only in v1beta.", "v1beta"),
        "concurrency": Key(Whole(1, 1000), "Requests in flight at once.", 8),
        "requests_per_minute": Key(_COUNT, "Never exceeded, across restarts too.", 10),
        "tokens_per_minute": Key(_COUNT, "Never exceeded, across restarts too.", 250_000),
        "requests_per_day": Key(_COUNT, "Of Gemini's days, which end at midnight Pacific time.", 250),
        "papers_per_request": Key(
            OrWord("auto", Whole(1, 50)),
            "Papers summarised in one request; auto: as few (1 to 10) as let today's queue fit into what is left "
            "of the day's requests.",
            "auto",
        ),
        "service_tier": Key(
            Choice(ServiceTier),
            "standard, or flex: half the price, answers in up to 15 minutes (digests are as much later).",
            "standard",
        ),
        "timeout": Key(DURATION, "How long to wait for one answer; with flex at least 15 minutes.", "60s"),
    },
    _stranger("gemini"),
)

SLACK = Section(
    "How Slack is reached. The token comes from SLACK_BOT_TOKEN.",
    {"base_url": Key(URL, "Slack's Web API, or another endpoint.", "https://slack.com/api/")},
    _stranger("slack"),
)

EMAIL = Section(
    "The SMTP server that sends the mail. The password comes from SMTP_PASSWORD.",
    {
        "host": Key(HOST, "The SMTP server.", required="the SMTP server"),
        "port": Key(PORT, "587 for starttls, mostly 465 for tls.", 587),
        "security": Key(
            Choice(Security), "starttls, tls, or none (none with a user name: only to loopback).", "starttls"
        ),
        "username": Key(OrNull(LINE), "For the login; without it there is none."),
        "sender": Key(
            MAILBOX,
            "The From of every mail, such as arXiv digest <bot@example.org>.",
            required="the address that digests come from",
        ),
        "reply_to": Key(OrNull(MAILBOX), "Where answers go, if not to the sender."),
        "messages_per_minute": Key(OrNull(_COUNT), "The provider's limit, if any."),
        "connections": Key(Whole(1, 100), "At most so many at once.", 3),
        "ca_file": Key(OrNull(PATH), "Certificates (PEM) to trust besides the system's."),
    },
    _stranger("email"),
)

HTTP = Section(
    "The HTTP side of `run`: health, metrics, and the pages by which readers leave.",
    {
        "listen": Key(LISTEN, "Where it listens; loopback unless told otherwise.", "127.0.0.1:8025"),
        "public_url": Key(
            OrNull(URL),
            "Its https address for readers, through a reverse proxy: each mail then has a link to unsubscribe.",
        ),
    },
    _stranger("http"),
)

TOPIC_SECTION = Section(
    "What to look for: a query in arXiv's own syntax, or keywords and authors. All that is given must match.",
    {
        "query": Key(QUERY, 'arXiv\'s own syntax: all:"ptychography" OR ti:"electron microscopy".'),
        "keywords": Key(_PHRASES, "Words or phrases, any of them in any field."),
        "authors": Key(_PHRASES, 'Any of them, as "Hwang, Harold".'),
        "exclude": Key(_PHRASES, "Words or phrases that no field may hold."),
        "categories": Key(Many(CATEGORY), "Categories or archives, any of them."),
        "cross_lists": Key(Flag(), "Whether a cross-listing in one of the categories counts.", True),
        "focus": Key(PROSE, "Steers the summary: what the reader wants to know of a paper."),
    },
    _stranger("topics"),
    _one_of(CLAUSES),
)

_SHARED = {
    "topics": Key(
        Many(TOPIC, distinct=True), "Names of topics; the first that matches decides a paper's focus."
    ),
    "schedule": Key(
        SCHEDULE,
        "immediately | daily HH:MM | weekdays HH:MM | weekly DAY HH:MM | a 5-field cron line.",
        "weekdays 09:00",
    ),
    "timezone": Key(TIME_ZONE, "The IANA zone of the schedule and of the dates shown.", "UTC"),
    "language": Key(
        LINE,
        "Of the summaries, by name or code; of the text around them too in German, French, Spanish, Chinese, Japanese.",
        "English",
    ),
    "max_papers": Key(
        Whole(1, 10_000),
        "Summarised in full, in the digest's order; the rest follow as one-line titles.",
        30,
    ),
    "interests": Key(
        OrNull(INTERESTS),
        "What counts for this reader, and what does not, in free text: orders the digest. With GEMINI_API_KEY each "
        "paper is scored by it.",
    ),
    "like": Key(
        Many(LIKE, or_one=True, or_none=True),
        "Papers like these count as interests do: arXiv ids, or the path of a .bib file.",
        [],
    ),
    "min_relevance": Key(Whole(0, 10), "What is scored lower, of 0 to 10, follows as one-line titles.", 0),
    "order": Key(
        Choice(Order),
        "relevance (followed authors, relevance, strength of the match, date), newest, or topic: grouped.",
        "relevance",
    ),
    "follow": Key(
        Many(AUTHOR, or_one=True, or_none=True),
        'Authors, as "Hwang, Harold": their papers come first, marked.',
        [],
    ),
    "send_empty": Key(Flag(), "Whether a digest also goes out on a day without papers.", False),
    "revisions": Key(Flag(), "Whether a new version of a paper already delivered is reported, once.", False),
}

DEFAULTS = Section(
    "What holds for every subscriber that does not say otherwise.", _SHARED, _stranger("defaults")
)

SUBSCRIBER_SECTION = Section(
    "Who receives digests: of what, where and when.",
    {
        "name": Key(
            SUBSCRIBER,
            "Unique; the key of what was already delivered.",
            required="a name of your choice, to be kept",
        ),
        **{
            name: Key(Many(address(spec.address), or_one=True), spec.address.about)
            for name, spec in CHANNELS.items()
        },
        **_SHARED,
    },
    _stranger("subscribers"),
    _one_of(TARGETS),
)

DOCUMENT = Section(
    "The configuration of arxiv-digest.",
    {
        "database": Key(PATH, "SQLite; relative paths are relative to this file.", "state/arxiv-digest.db"),
        "arxiv": Key(ARXIV, ARXIV.about, required="it holds contact, your e-mail address, at least"),
        "gemini": Key(OrNull(GEMINI), GEMINI.about),
        "slack": Key(OrNull(SLACK), SLACK.about),
        "email": Key(OrNull(EMAIL), EMAIL.about),
        "operator": Key(
            OrNull(OPERATOR),
            "A Slack channel or an e-mail address that is told when something needs a human.",
        ),
        "heartbeat_url": Key(
            OrNull(URL),
            "Asked after every good round, for a dead man's switch (healthchecks.io and the like).",
        ),
        "http": Key(OrNull(HTTP), HTTP.about),
        "topics": Key(Named(TOPIC, TOPIC_SECTION), "What to look for, by name.", required="what to look for"),
        "defaults": Key(OrNull(DEFAULTS), DEFAULTS.about),
        "subscribers": Key(
            Many(SUBSCRIBER_SECTION), "Who receives digests.", required="who receives digests"
        ),
    },
    _stranger(""),
    {
        "anyOf": [
            {
                "required": ["defaults"],
                "properties": {"defaults": {"type": "object", "required": ["topics"]}},
            },
            {"properties": {"subscribers": {"items": {"required": ["topics"]}}}},
        ]
    },
)

_SECTIONS = {
    "arxiv": ARXIV,
    "gemini": GEMINI,
    "slack": SLACK,
    "email": EMAIL,
    "http": HTTP,
    "topics": TOPIC_SECTION,
    "defaults": DEFAULTS,
    "subscribers": SUBSCRIBER_SECTION,
}
