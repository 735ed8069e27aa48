"""The words of all papers, in SQLite's full text (https://www.sqlite.org/fts5.html).

Stems are Porter's, as in `bot.matching.words`. New versions are indexed by a trigger; those of a database from
before this index in pieces, newest first, while others work.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.history import Found, WordCounts
from bot.store.database import Connection, Row, from_json, to_json, to_time

SCHEMA = """
CREATE TABLE indexed (                          -- a rowid of its own: VACUUM renumbers those without a name
  id       INTEGER PRIMARY KEY,
  arxiv_id TEXT NOT NULL,
  version  INTEGER NOT NULL,
  UNIQUE (arxiv_id, version)
);
CREATE VIRTUAL TABLE words USING fts5(
  title, abstract, authors, comment, content='', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, row);
CREATE TABLE unindexed (                        -- how far the papers of before are indexed; a row until all are
  published TEXT NOT NULL,
  arxiv_id  TEXT NOT NULL
);
"""
TRIGGER = """
CREATE TRIGGER versions_indexed AFTER INSERT ON versions BEGIN
  INSERT INTO indexed (arxiv_id, version) VALUES (new.arxiv_id, new.version);
  INSERT INTO words (rowid, title, abstract, authors, comment)
    VALUES (last_insert_rowid(), new.title, new.abstract, new.authors, new.comment);
END
"""
BEGIN = (
    "INSERT INTO unindexed (published, arxiv_id) "
    "SELECT published, arxiv_id || ' ' FROM versions ORDER BY published DESC, arxiv_id DESC LIMIT 1"
)

AT_ONCE = 200
"""Versions in one piece: under 50 ms."""
_TITLE_WEIGHT = 5.0
_STALE = 1.05
"""Counts are read anew when there are a twentieth more papers: how rare a word is changes slowly."""


class Words:
    """The full text of the papers' titles, abstracts, authors and comments."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._counts: dict[str, int] = {}
        self._papers = 0

    def counts(self, stems: Sequence[str]) -> WordCounts:
        """In how many of the indexed papers each stem stands. Kept in memory until many more are known."""
        papers = int(self._db.value("SELECT max(id) FROM indexed") or 0)
        if papers > self._papers * _STALE:
            self._counts, self._papers = {}, papers
        if lacking := [one for one in stems if one not in self._counts]:
            rows = self._db.rows(
                "SELECT value AS stem, (SELECT doc FROM word_counts WHERE term = value) AS papers FROM json_each(?)",
                (to_json(lacking),),
            )
            self._counts |= {row["stem"]: row["papers"] or 0 for row in rows}
        return WordCounts(self._papers, {one: self._counts[one] for one in stems})

    def index_more(self) -> int:
        """Index one piece of the papers of before; how many versions, 0 when all are indexed."""
        begun = self._db.row("SELECT published, arxiv_id FROM unindexed")
        if begun is None:
            return 0
        with self._db.transaction():
            rows = self._db.rows(
                "SELECT arxiv_id, version, published, title, abstract, authors, comment FROM versions "
                "WHERE (published, arxiv_id) < (:published, :arxiv_id) "
                "ORDER BY published DESC, arxiv_id DESC LIMIT :limit",
                {**begun, "limit": AT_ONCE},
            )
            # A paper's versions stand side by side; one that the piece cuts in two is left to the next.
            whole = (
                rows
                if len(rows) < AT_ONCE
                else [row for row in rows if row["arxiv_id"] != rows[-1]["arxiv_id"]]
            )
            self._index(whole or rows)
            last = (whole or rows)[-1:]
            if len(rows) < AT_ONCE:
                self._db.write("DELETE FROM unindexed")
            for row in last if len(rows) == AT_ONCE else ():
                self._db.write(
                    "UPDATE unindexed SET published = :published, arxiv_id = :arxiv_id",
                    {"published": row["published"], "arxiv_id": row["arxiv_id"]},
                )
        return len(whole or rows)

    def is_complete(self) -> bool:
        """Whether every paper is indexed."""
        return self._db.row("SELECT 1 FROM unindexed") is None

    def search(self, words: Sequence[str], limit: int) -> Sequence[Found]:
        """The papers that hold every one of the words, or of the phrases among them; the best first."""
        asked = " ".join(f'"{word}"' for word in (word.replace('"', " ").strip() for word in words) if word)
        if not asked:
            return []
        rows = self._db.rows(
            "WITH best AS MATERIALIZED ("
            " SELECT i.arxiv_id, i.version, f.score FROM "
            " (SELECT rowid AS id, bm25(words, :title) AS score FROM words WHERE words MATCH :asked) f "
            " JOIN indexed i ON i.id = f.id "
            " JOIN papers p ON p.arxiv_id = i.arxiv_id AND p.latest_version = i.version "
            " ORDER BY f.score, i.arxiv_id DESC LIMIT :limit) "
            "SELECT v.arxiv_id, v.title, v.published, "
            "(SELECT json_group_array(topic) FROM matches m WHERE m.arxiv_id = v.arxiv_id) AS topics, "
            "(SELECT json_group_array(subscriber) FROM (SELECT DISTINCT d.subscriber FROM deliveries d "
            " JOIN outbox o ON o.id = d.outbox_id AND o.state = 'sent' WHERE d.arxiv_id = v.arxiv_id "
            " ORDER BY d.subscriber)) AS subscribers "
            "FROM best b JOIN versions v ON v.arxiv_id = b.arxiv_id AND v.version = b.version "
            "ORDER BY b.score, b.arxiv_id DESC",
            {"asked": asked, "title": _TITLE_WEIGHT, "limit": limit},
        )
        return [
            Found(
                row["arxiv_id"],
                row["title"],
                to_time(row["published"]),
                from_json(row["topics"]),
                from_json(row["subscribers"]),
            )
            for row in rows
        ]

    def _index(self, rows: Sequence[Row]) -> None:
        """Those of them that are not yet."""
        before = self._db.value("SELECT coalesce(max(id), 0) FROM indexed")
        keys = [{"arxiv_id": row["arxiv_id"], "version": row["version"]} for row in rows]
        self._db.insert_new("indexed", keys)
        self._db.write(
            "INSERT INTO words (rowid, title, abstract, authors, comment) "
            "SELECT i.id, v.title, v.abstract, v.authors, v.comment FROM indexed i "
            "CROSS JOIN versions v USING (arxiv_id, version) WHERE i.id > ?",
            (before,),
        )
