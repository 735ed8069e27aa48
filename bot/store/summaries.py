"""Summaries that were paid for, and the requests that paid for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot import remembered
from bot.history import RefusalRecord, RequestRecord
from bot.models import ModelUse, Purpose, Summary, SummaryKey, SummarySource
from bot.store.database import Connection, Row, to_day, to_text, to_time, to_time_or_none
from bot.store.retention import FORGOTTEN_AT_ONCE

_KEY = ("arxiv_id", "version", "language", "focus", "prompt_version")
_IS_KEY = " AND ".join(f"{column} = :{column}" for column in _KEY)
_IS_ASKED = " AND ".join(
    f"s.{column} = json_extract(j.value, '$[{place}]')" for place, column in enumerate(_KEY)
)


class Summaries:
    """The summaries, refusals and requests tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, keys: Sequence[SummaryKey]) -> Mapping[SummaryKey, Summary]:
        rows = self._db.rows(
            "SELECT j.key AS place, s.objective, s.finding, s.source, s.model FROM json_each(?) j "
            f"CROSS JOIN summaries s ON {_IS_ASKED}",
            (json.dumps([[getattr(key, column) for column in _KEY] for key in keys], ensure_ascii=False),),
        )
        return {keys[row["place"]]: _to_summary(row) for row in rows}

    def save(self, key: SummaryKey, summary: Summary, now: datetime) -> None:
        """Keep it; what was refused before it no longer matters."""
        self._db.write(f"DELETE FROM refusals WHERE {_IS_KEY}", _key_columns(key))
        self._db.insert_new(
            "summaries",
            [
                {
                    **_key_columns(key),
                    "objective": summary.objective,
                    "finding": summary.finding,
                    "source": summary.source.value,
                    "model": summary.model,
                    "created_at": to_text(now),
                }
            ],
        )

    def of_paper(self, arxiv_id: str) -> Sequence[Summary]:
        """For `explain`: the summaries of a paper, oldest first."""
        rows = self._db.rows(
            "SELECT objective, finding, source, model FROM summaries WHERE arxiv_id = ? ORDER BY created_at",
            (arxiv_id,),
        )
        return [_to_summary(row) for row in rows]

    # --- answers that were refused ---

    def refuse(self, key: SummaryKey, reason: str, day: date, now: datetime, *, times: int = 1) -> None:
        """Count an answer that was not good enough, as ``times`` of them. Only the last day's are kept."""
        self._db.write(
            "INSERT INTO refusals VALUES (:arxiv_id, :version, :language, :focus, :prompt_version, "
            ":day, :times, :reason, :now) ON CONFLICT DO UPDATE SET "
            "times = excluded.times + CASE WHEN day = excluded.day THEN times ELSE 0 END, "
            "day = excluded.day, reason = excluded.reason, refused_at = excluded.refused_at",
            {
                **_key_columns(key),
                "day": day.isoformat(),
                "times": times,
                "reason": reason,
                "now": to_text(now),
            },
        )

    def refused_on(self, day: date) -> Sequence[RefusalRecord]:
        """What was refused on that day and has no summary yet, by paper."""
        rows = self._db.rows("SELECT * FROM refusals WHERE day = ? ORDER BY arxiv_id", (day.isoformat(),))
        return [_refusal(row) for row in rows]

    def refusals_of(self, arxiv_id: str) -> Sequence[RefusalRecord]:
        """For `explain`: what was refused of a paper and has no summary yet, oldest first."""
        rows = self._db.rows("SELECT * FROM refusals WHERE arxiv_id = ? ORDER BY refused_at", (arxiv_id,))
        return [_refusal(row) for row in rows]

    def forget_refusals(self, before: datetime) -> int:
        """Drop what was refused before then, a bounded piece: how many."""
        return self._db.write(
            f"DELETE FROM refusals WHERE ({', '.join(_KEY)}) IN "
            f"(SELECT {', '.join(_KEY)} FROM refusals WHERE day < ? LIMIT ?)",
            (before.date().isoformat(), FORGOTTEN_AT_ONCE),
        )

    # --- requests ---

    def start_request(self, day: date, tokens: int, now: datetime, purpose: Purpose = Purpose.SUMMARY) -> int:
        """Count a request before it is sent; ``tokens`` is what was set aside for it."""
        return self._db.insert(
            "requests",
            {
                "day": day.isoformat(),
                "last_day": day.isoformat(),
                "started_at": to_text(now),
                "finished_at": None,
                "tokens": tokens,
                "model": "",
                "prompt_tokens": 0,
                "output_tokens": 0,
                "purpose": purpose.value,
            },
        )

    def finish_request(
        self, request: int, model: str, prompt: int, output: int, tokens: int, day: date, now: datetime
    ) -> None:
        """The answer's figures, zero without one; the ``tokens`` that count, and the day it ended on."""
        self._db.write(
            "UPDATE requests SET finished_at = :now, last_day = :day, model = :model, "
            "prompt_tokens = :prompt, output_tokens = :output, tokens = :tokens WHERE id = :id",
            {
                "now": to_text(now),
                "day": day.isoformat(),
                "model": model,
                "prompt": prompt,
                "output": output,
                "tokens": tokens,
                "id": request,
            },
        )

    def recent_requests(self, since: datetime) -> Sequence[RequestRecord]:
        """Requests that were still under way after ``since``."""
        rows = self._db.rows(
            "SELECT started_at, finished_at, tokens FROM requests WHERE finished_at IS NULL OR finished_at >= ?",
            (to_text(since),),
        )
        return [
            RequestRecord(to_time(row["started_at"]), to_time_or_none(row["finished_at"]), row["tokens"])
            for row in rows
        ]

    def close_open_requests(self, day: date, now: datetime) -> None:
        """Requests that a dead process left open ended, at the latest, when this one started."""
        self._db.write(
            "UPDATE requests SET finished_at = ?, last_day = ? WHERE finished_at IS NULL",
            (to_text(now), day.isoformat()),
        )

    def forget_requests(self, before: datetime) -> int:
        """Drop those that ended before then: quotas count minutes and days. A bounded piece, how many."""
        return self._db.write(
            "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE finished_at < ? LIMIT ?)",
            (to_text(before), FORGOTTEN_AT_ONCE),
        )

    def use_on(self, day: date, purpose: Purpose | None = None) -> ModelUse:
        """What the day's requests took, those for one purpose or all."""
        rows = self._db.rows(
            "SELECT model, count(*) AS requests, sum(prompt_tokens) AS prompt, sum(output_tokens) AS output "
            "FROM requests WHERE (day = :day OR last_day = :day) AND purpose = coalesce(:purpose, purpose) "
            "GROUP BY model",
            {"day": day.isoformat(), "purpose": purpose},
        )
        return ModelUse(
            day=day,
            requests=sum(row["requests"] for row in rows),
            prompt_tokens=sum(row["prompt"] for row in rows),
            output_tokens=sum(row["output"] for row in rows),
            by_model={row["model"]: row["requests"] for row in rows if row["model"]},
        )

    def made_since(self, since: datetime) -> Mapping[SummaryKey, Sequence[str]]:
        """The summaries a model wrote since then, each with the topics that its paper matched."""
        # Rows are in the order of their making, so the newest end is all that is read.
        made: dict[SummaryKey, list[str]] = {}
        for row in self._db.rows(
            "SELECT s.*, m.topic FROM summaries s JOIN matches m USING (arxiv_id) "
            "WHERE s.rowid > coalesce((SELECT rowid FROM summaries WHERE created_at < ? "
            "ORDER BY rowid DESC LIMIT 1), 0) AND s.source = ?",
            (to_text(since), SummarySource.MODEL.value),
        ):
            made.setdefault(_key(row), []).append(row["topic"])
        return made


def _key_columns(key: SummaryKey) -> dict[str, str | int]:
    return {column: getattr(key, column) for column in _KEY}


def _to_summary(row: Row) -> Summary:
    return _summary(row["objective"], row["finding"], row["source"], row["model"])


@remembered.in_a_round(remembered.PAPERS)
def _summary(objective: str, finding: str, source: str, model: str) -> Summary:
    """One value for all who read it."""
    return Summary(objective, finding, SummarySource(source), model)


def _key(row: Row) -> SummaryKey:
    return SummaryKey(*(row[column] for column in _KEY))


def _refusal(row: Row) -> RefusalRecord:
    return RefusalRecord(_key(row), to_day(row["day"]), row["times"], row["reason"])
