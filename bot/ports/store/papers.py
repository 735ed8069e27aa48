"""Papers, their versions, and the topics they match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.history import Candidate, MatchSource, Revision
from bot.models import Kind, Paper, Window


class Papers(Protocol):
    """Papers, their versions, and the topics they match."""

    def add(self, papers: Iterable[Paper], now: datetime) -> int:
        """Record papers and versions not seen before; the number of new papers."""

    def add_matches(
        self, arxiv_ids: Iterable[str], topics: Sequence[str], source: MatchSource, clause: str, now: datetime
    ) -> int:
        """Record that the topics matched; what is recorded stays. The number of new matches."""

    def get(self, arxiv_id: str) -> Paper | None:
        """The newest version known."""

    def versions(self, arxiv_ids: Sequence[str]) -> Mapping[str, int]:
        """The newest version known of each of the papers that are known."""

    def want(self, arxiv_ids: Iterable[str], now: datetime) -> None:
        """Remember papers to be fetched by id: what is wanted stays until it is fetched."""

    def wanted(self) -> Sequence[str]: ...

    def unwant(self, arxiv_ids: Iterable[str], older_than: datetime) -> None:
        """These were fetched; those wanted since before ``older_than`` are given up."""

    def count_matched_in(self, topic: str, window: Window) -> int:
        """How many papers of the window arXiv's search returned for the topic before."""

    def candidates(
        self, topics: Sequence[str], subscriber: str, kind: Kind, since: datetime | None = None
    ) -> Sequence[Candidate]:
        """Papers the topics matched that went to none of the subscriber's targets of this kind.

        ``since`` may leave out those that were both matched and last announced before then.
        """

    def revisions(self, topics: Sequence[str], subscriber: str, kind: Kind) -> Sequence[Revision]:
        """Newer versions of papers that the subscriber was sent by this kind of channel."""

    def delivered_ids(self, subscribers: Sequence[str], arxiv_ids: Sequence[str]) -> frozenset[str]:
        """Which of the papers went to any of the subscribers."""

    def match_facts(self, arxiv_id: str) -> Sequence[tuple[str, MatchSource, str, datetime]]:
        """For `explain`: topic, source, clause and time of each match."""

    def counts(self) -> Mapping[str, int]:
        """For `status`: papers seen, and summarised."""
