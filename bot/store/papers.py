"""Papers, their versions, and the topics that matched them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot import remembered
from bot.history import Candidate, MatchRecord, MatchSource, Revision
from bot.models import Paper, Window
from bot.store.database import (
    Connection,
    Row,
    from_json,
    to_day_or_none,
    to_json,
    to_text,
    to_time,
    totals_of,
)

_PAPER = (
    "arxiv_id", "version", "title", "abstract", "authors", "categories", "published", "updated", "comment",
    "journal_ref", "dois",
)  # fmt: skip
_VERSION_COLUMNS = ", ".join(f"v.{column}" for column in _PAPER)
_NEW = "n.announce_type IN ('new', 'cross')"


class Papers:
    """The papers, versions and matches tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, papers: Iterable[Paper], now: datetime) -> int:
        """Record papers and versions not seen before; the number of new papers."""
        papers = list(papers)
        at = to_text(now)
        with self._db.transaction():
            new = self._db.insert_new(
                "papers",
                [
                    {"arxiv_id": paper.arxiv_id, "latest_version": paper.version, "first_seen_at": at}
                    for paper in papers
                ],
            )
            self._db.insert_new("versions", [_to_row(paper, now) for paper in papers])
            self._db.write_all(
                "UPDATE papers SET latest_version = :version WHERE arxiv_id = :id AND latest_version < :version",
                [{"id": paper.arxiv_id, "version": paper.version} for paper in papers],
            )
        return new

    def add_matches(
        self, arxiv_ids: Iterable[str], topics: Sequence[str], source: MatchSource, clause: str, now: datetime
    ) -> int:
        """Record that the topics matched; what is recorded stays. The number of new matches."""
        return self._db.insert_new(
            "matches",
            [
                {
                    "arxiv_id": arxiv_id,
                    "topic": topic,
                    "source": source.value,
                    "clause": clause,
                    "matched_at": to_text(now),
                }
                for arxiv_id in arxiv_ids
                for topic in topics
            ],
        )

    def get(self, arxiv_id: str) -> Paper | None:
        """The newest version known."""
        row = self._db.row(
            f"SELECT {_VERSION_COLUMNS} FROM papers p "
            "JOIN versions v ON v.arxiv_id = p.arxiv_id AND v.version = p.latest_version WHERE p.arxiv_id = ?",
            (arxiv_id,),
        )
        return _to_paper(row) if row else None

    def versions(self, arxiv_ids: Sequence[str]) -> Mapping[str, int]:
        """The newest version known of each of the papers that are known."""
        rows = self._db.rows(
            "SELECT arxiv_id, latest_version FROM papers WHERE arxiv_id IN (SELECT value FROM json_each(?))",
            (to_json(arxiv_ids),),
        )
        return {row["arxiv_id"]: row["latest_version"] for row in rows}

    def fetch_later(self, arxiv_ids: Iterable[str], now: datetime) -> None:
        """Remember papers to be fetched by id: what is wanted stays until it is fetched."""
        self._db.insert_new("wanted", [{"arxiv_id": one, "since": to_text(now)} for one in arxiv_ids])

    def to_fetch(self) -> Sequence[str]:
        return [
            row["arxiv_id"] for row in self._db.rows("SELECT arxiv_id FROM wanted ORDER BY since, arxiv_id")
        ]

    def fetched(self, arxiv_ids: Iterable[str], older_than: datetime) -> None:
        """These were fetched; those wanted since before ``older_than`` are given up."""
        self._db.write(
            "DELETE FROM wanted WHERE arxiv_id IN (SELECT value FROM json_each(?)) OR since < ?",
            (to_json(arxiv_ids), to_text(older_than)),
        )

    def to_like(self, arxiv_ids: Sequence[str], asked_before: datetime) -> Sequence[str]:
        """Those of the papers, which readers like, that are neither known nor were asked for in vain since then."""
        rows = self._db.rows(
            "SELECT DISTINCT value AS arxiv_id FROM json_each(:ids) "
            "WHERE value NOT IN (SELECT arxiv_id FROM papers WHERE arxiv_id = value) "
            "AND NOT EXISTS (SELECT 1 FROM unknown_ids u WHERE u.arxiv_id = value AND u.asked_at > :before)",
            {"ids": to_json(arxiv_ids), "before": to_text(asked_before)},
        )
        return [row["arxiv_id"] for row in rows]

    def asked_in_vain(self, arxiv_ids: Iterable[str], now: datetime) -> None:
        """arXiv has no such papers, now."""
        self._db.write_all(
            "INSERT OR REPLACE INTO unknown_ids VALUES (:id, :at)",
            [{"id": arxiv_id, "at": to_text(now)} for arxiv_id in arxiv_ids],
        )

    def found_by_search(self, topics: Sequence[str], window: Window) -> Mapping[str, datetime]:
        """Of the window's papers, with their dates, those that arXiv returned before to one of these topics alone."""
        return {
            row["arxiv_id"]: to_time(row["published"])
            for row in self._db.rows(
                # A window is short, a topic's history long: CROSS JOIN has SQLite begin with the dates.
                "SELECT DISTINCT v.arxiv_id, v.published FROM versions v CROSS JOIN matches m "
                "ON m.arxiv_id = v.arxiv_id AND m.topic IN (SELECT value FROM json_each(?)) "
                "AND m.source = 'search' WHERE v.published BETWEEN ? AND ?",
                (to_json(topics), to_text(window.start), to_text(window.end)),
            )
        }

    def candidates(
        self, topics: Sequence[str], subscriber: str, kind: str, floors: Mapping[str, datetime] | None = None
    ) -> Sequence[Candidate]:
        """Papers the topics matched that went to none of the subscriber's targets of this kind.

        ``floors``, how far back each of the topics reaches, may leave out what was both matched and last
        announced before then, and what was settled for a subscription that reached as far.
        """
        reaches = dict.fromkeys(topics, "") if floors is None else _as_texts(topics, floors)
        # What is owed is found on narrow rows first: a year of matches is long, an abstract is wide.
        rows = self._db.rows(
            "WITH asked AS MATERIALIZED ("
            " SELECT j.key AS topic, j.value AS floor, s.up_to FROM json_each(:floors) j LEFT JOIN settled s "
            " ON s.subscriber = :subscriber AND s.kind = :kind AND s.topic = j.key AND s.floor <= j.value), "
            "late AS MATERIALIZED ("
            " SELECT m.arxiv_id FROM asked a CROSS JOIN matches m ON m.topic = a.topic AND m.seq > a.up_to "
            " UNION SELECT m.arxiv_id FROM asked a CROSS JOIN matches m ON m.topic = a.topic "
            "  AND m.matched_at >= a.floor WHERE a.up_to IS NULL "
            " UNION SELECT m.arxiv_id FROM asked a "
            f" CROSS JOIN announcements n ON n.announced_on >= substr(a.floor, 1, 10) AND {_NEW} "
            "  CROSS JOIN matches m ON m.arxiv_id = n.arxiv_id AND m.topic = a.topic WHERE a.up_to IS NULL), "
            "owed AS MATERIALIZED ("
            " SELECT l.arxiv_id, json_group_array(m.topic) AS topics, min(m.matched_at) AS matched_at FROM late l "
            " CROSS JOIN matches m ON m.arxiv_id = l.arxiv_id AND m.topic IN (SELECT topic FROM asked) "
            " WHERE NOT EXISTS (SELECT 1 FROM deliveries d "
            "  WHERE d.arxiv_id = l.arxiv_id AND d.subscriber = :subscriber AND d.kind = :kind) "
            " GROUP BY l.arxiv_id) "
            f"SELECT {_VERSION_COLUMNS}, o.topics, o.matched_at, (SELECT max(n.announced_on) "
            f" FROM announcements n WHERE n.arxiv_id = o.arxiv_id AND {_NEW}) AS announced_on "
            "FROM owed o CROSS JOIN papers p ON p.arxiv_id = o.arxiv_id "
            "JOIN versions v ON v.arxiv_id = p.arxiv_id AND v.version = p.latest_version "
            "ORDER BY v.published DESC, v.arxiv_id DESC",
            {"floors": json.dumps(reaches), "subscriber": subscriber, "kind": kind},
        )
        return [
            Candidate(
                paper=_to_paper(row),
                topics=_in_order(topics, row["topics"]),
                matched_at=to_time(row["matched_at"]),
                announced_on=to_day_or_none(row["announced_on"]),
            )
            for row in rows
        ]

    def settle(self, subscriber: str, kind: str, floors: Mapping[str, datetime], *, revisions: bool) -> None:
        """Look no more at what matched so far: none of it is owed by this kind of channel.

        ``floors`` are those by which that was decided. A match that changes afterwards, by an announcement, by a
        newer version or by a delivery that is taken back, is looked at again. ``revisions`` says whether newer
        versions were among what was owed.
        """
        self._db.write(
            "WITH newest AS MATERIALIZED (SELECT j.key AS topic, j.value AS floor, "
            " coalesce((SELECT max(m.seq) FROM matches m WHERE m.topic = j.key), 0) AS seq FROM json_each(:floors) j) "
            "INSERT INTO settled SELECT :subscriber, :kind, topic, floor, seq, iif(:revisions, seq, -1) FROM newest "
            "WHERE true ON CONFLICT DO UPDATE SET floor = excluded.floor, up_to = excluded.up_to, "
            "revisions_to = max(revisions_to, excluded.revisions_to) "
            "WHERE (floor, up_to) != (excluded.floor, excluded.up_to) OR revisions_to < excluded.revisions_to",
            {
                "floors": json.dumps(_as_texts(floors, floors)),
                "subscriber": subscriber,
                "kind": kind,
                "revisions": revisions,
            },
        )

    def revisions(self, topics: Sequence[str], subscriber: str, kind: str) -> Sequence[Revision]:
        """Newer versions of papers that the subscriber was sent by this kind of channel."""
        rows = self._db.rows(
            # Until there is a mark, what they had is looked through: a topic's whole history is longer than that.
            "WITH asked AS MATERIALIZED ("
            " SELECT j.value AS topic, s.revisions_to AS up_to FROM json_each(:topics) j LEFT JOIN settled s "
            " ON s.subscriber = :subscriber AND s.kind = :kind AND s.topic = j.value AND s.revisions_to >= 0), "
            "late AS MATERIALIZED ("
            " SELECT m.arxiv_id FROM asked a CROSS JOIN matches m ON m.topic = a.topic AND m.seq > a.up_to "
            " UNION SELECT p.arxiv_id FROM (SELECT 1 FROM asked WHERE up_to IS NULL LIMIT 1) "
            "  CROSS JOIN deliveries d ON d.subscriber = :subscriber AND d.kind = :kind "
            "  CROSS JOIN papers p ON p.arxiv_id = d.arxiv_id AND p.latest_version > 1 "
            "  AND p.latest_version > d.version "
            "  WHERE EXISTS (SELECT 1 FROM asked a CROSS JOIN matches m "
            "   ON m.arxiv_id = d.arxiv_id AND m.topic = a.topic WHERE a.up_to IS NULL)) "
            "SELECT p.arxiv_id, max(d.version) AS before, p.latest_version AS now, "
            "(SELECT json_group_array(m.topic) FROM matches m WHERE m.arxiv_id = p.arxiv_id) AS topics "
            "FROM late l CROSS JOIN papers p ON p.arxiv_id = l.arxiv_id AND p.latest_version > 1 "
            "CROSS JOIN deliveries d ON d.arxiv_id = p.arxiv_id AND d.subscriber = :subscriber AND d.kind = :kind "
            "GROUP BY p.arxiv_id HAVING max(d.version) < p.latest_version ORDER BY p.arxiv_id",
            {"topics": to_json(topics), "subscriber": subscriber, "kind": kind},
        )
        found = []
        for row in rows:
            before, now = (self._version(row["arxiv_id"], row[which]) for which in ("before", "now"))
            if before and now:
                found.append(Revision(before=before, now=now, topics=_in_order(topics, row["topics"])))
        return found

    def delivered_ids(self, subscribers: Sequence[str], arxiv_ids: Sequence[str]) -> frozenset[str]:
        """Which of the papers went to any of the subscribers."""
        rows = self._db.rows(
            "SELECT DISTINCT arxiv_id FROM deliveries "
            "WHERE subscriber IN (SELECT value FROM json_each(?)) "
            "AND arxiv_id IN (SELECT value FROM json_each(?))",
            (to_json(subscribers), to_json(arxiv_ids)),
        )
        return frozenset(row["arxiv_id"] for row in rows)

    def matches_of(self, arxiv_id: str) -> Sequence[MatchRecord]:
        """The topics that matched the paper, in the order of time."""
        rows = self._db.rows(
            "SELECT topic, source, clause, matched_at FROM matches WHERE arxiv_id = ? ORDER BY matched_at",
            (arxiv_id,),
        )
        return [
            MatchRecord(row["topic"], MatchSource(row["source"]), row["clause"], to_time(row["matched_at"]))
            for row in rows
        ]

    def counts(self) -> Mapping[str, int]:
        """For `status`: papers seen, and summarised."""
        totals = totals_of(self._db)
        return {"seen": totals["papers"], "summarised": totals["summarised"], "matched": totals["matched"]}

    def _version(self, arxiv_id: str, version: int) -> Paper | None:
        row = self._db.row(
            f"SELECT {_VERSION_COLUMNS} FROM versions v WHERE v.arxiv_id = ? AND v.version = ?",
            (arxiv_id, version),
        )
        return _to_paper(row) if row else None


def _as_texts(topics: Iterable[str], floors: Mapping[str, datetime]) -> dict[str, str | None]:
    return {topic: to_text(floors[topic]) for topic in topics if topic in floors}


def _in_order(topics: Sequence[str], matched: str) -> tuple[str, ...]:
    """Those of the topics, in their order, that are in the JSON list."""
    found = from_json(matched)
    return tuple(topic for topic in topics if topic in found)


def _to_row(paper: Paper, now: datetime) -> dict[str, object]:
    return {
        "arxiv_id": paper.arxiv_id,
        "version": paper.version,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": to_json(paper.authors),
        "categories": to_json(paper.categories),
        "published": to_text(paper.published),
        "updated": to_text(paper.updated),
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "dois": to_json(paper.dois),
        "recorded_at": to_text(now),
    }


def _to_paper(row: Row) -> Paper:
    return _paper(*(row[column] for column in _PAPER))


@remembered.in_a_round(remembered.PAPERS)
def _paper(
    arxiv_id: str,
    version: int,
    title: str,
    abstract: str,
    authors: str,
    categories: str,
    published: str,
    updated: str,
    comment: str,
    journal_ref: str,
    dois: str,
) -> Paper:
    """One value for all who are owed the paper: what is worked out of it is found again the sooner."""
    return Paper(
        arxiv_id=arxiv_id,
        version=version,
        title=title,
        abstract=abstract,
        authors=from_json(authors),
        categories=from_json(categories),
        published=to_time(published),
        updated=to_time(updated),
        comment=comment,
        journal_ref=journal_ref,
        dois=from_json(dois),
    )
