"""How relevant papers are to readers, as the model scored them: paid for once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.models import Score, ScoreKey
from bot.store.database import Connection, Row, to_json, totals_of

SCHEMA = """
CREATE TABLE scores (
  interests      TEXT NOT NULL,                 -- a hash: equal interests share their scores
  arxiv_id       TEXT NOT NULL REFERENCES papers,
  version        INTEGER NOT NULL,
  prompt_version INTEGER NOT NULL,
  score          INTEGER,                       -- none: asked in vain, on the day
  reason         TEXT NOT NULL,
  model          TEXT NOT NULL,
  day            TEXT NOT NULL,                 -- Pacific time, as the quota counts
  PRIMARY KEY (interests, arxiv_id, version, prompt_version)
) WITHOUT ROWID;
ALTER TABLE requests ADD COLUMN purpose TEXT NOT NULL DEFAULT 'summary';
"""


class Scores:
    """The scores table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, interests: str, prompt_version: int, arxiv_ids: Sequence[str]) -> Mapping[ScoreKey, Score]:
        """What is known of these papers, of whichever version, for these interests."""
        return {
            ScoreKey(row["arxiv_id"], row["version"], interests, prompt_version): Score(
                row["score"], row["reason"], row["model"]
            )
            for row in self._rows(interests, prompt_version, arxiv_ids, "score IS NOT NULL")
        }

    def in_vain(
        self, interests: str, prompt_version: int, arxiv_ids: Sequence[str], day: date
    ) -> frozenset[ScoreKey]:
        """Which of them were asked for on that day without a score that could be used."""
        rows = self._rows(
            interests, prompt_version, arxiv_ids, "score IS NULL AND day = :day", day=day.isoformat()
        )
        return frozenset(ScoreKey(row["arxiv_id"], row["version"], interests, prompt_version) for row in rows)

    def save(self, found: Mapping[ScoreKey, Score | None], day: date) -> None:
        """Keep them; None for a paper whose answer could not be used."""
        self._db.write_all(
            "INSERT INTO scores VALUES (:interests, :arxiv_id, :version, :prompt_version, "
            ":score, :reason, :model, :day) ON CONFLICT DO UPDATE SET "
            "score = excluded.score, reason = excluded.reason, model = excluded.model, day = excluded.day",
            [
                {
                    "interests": key.interests,
                    "arxiv_id": key.arxiv_id,
                    "version": key.version,
                    "prompt_version": key.prompt_version,
                    "score": score.value if score else None,
                    "reason": score.reason if score else "",
                    "model": score.model if score else "",
                    "day": day.isoformat(),
                }
                for key, score in found.items()
            ],
        )

    def count(self) -> int:
        """For `status`: papers scored, once for each of the interests."""
        return totals_of(self._db)["scores"]

    def _rows(
        self, interests: str, prompt_version: int, arxiv_ids: Iterable[str], which: str, **more: str
    ) -> list[Row]:
        return self._db.rows(
            "SELECT * FROM scores WHERE interests = :interests AND prompt_version = :prompt_version "
            f"AND arxiv_id IN (SELECT value FROM json_each(:ids)) AND {which}",
            {"interests": interests, "prompt_version": prompt_version, "ids": to_json(arxiv_ids), **more},
        )
