"""Sample papers, written for this project: their authors, findings and identifiers are invented.

The data are in `samples.json`. No arXiv month reaches the numbers used here, so that no link leads to
somebody's paper.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from bot.models import AnnounceType, Paper


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper, how it is announced, and what a good model would say of it."""

    paper: Paper
    announce_type: AnnounceType
    objective: str
    finding: str


def samples(now: datetime) -> tuple[Sample, ...]:
    """All samples, dated relative to ``now`` (aware UTC): most were submitted within the last six days.

    Among them are one that moderators held for 18 days, two revisions, a withdrawal, 40 authors,
    several DOIs, an identifier of the old style, and text full of markup, LaTeX and accents.
    """
    return tuple(_sample(record, now) for record in _RECORDS)


def _sample(record: Mapping[str, Any], now: datetime) -> Sample:
    whole_second = now.replace(microsecond=0)
    paper = Paper(
        arxiv_id=record["arxiv_id"],
        version=record["version"],
        title=record["title"],
        abstract=record["abstract"],
        authors=tuple(record["authors"]),
        categories=tuple(record["categories"]),
        published=whole_second - timedelta(hours=record["submitted_hours_ago"]),
        updated=whole_second - timedelta(hours=record["revised_hours_ago"]),
        comment=record["comment"],
        journal_ref=record["journal_ref"],
        dois=tuple(record["dois"]),
    )
    return Sample(paper, AnnounceType(record["announce_type"]), record["objective"], record["finding"])


_RECORDS: list[dict[str, Any]] = json.loads(
    files("bot.demo").joinpath("samples.json").read_text(encoding="utf-8")
)
