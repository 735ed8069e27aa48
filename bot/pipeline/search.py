"""arXiv's search for the topics of a poll: many asked together, each answered for itself.

    plan -> a question, singly or joint -> its list, recorded as it comes -> settled, or asked again apart
    what had an empty answer -> once more together -> quiet

What to ask next is decided in `coverage`; here it is asked.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote_plus

from bot import coverage, matching, query
from bot.errors import ArxivError, QueryRejected
from bot.history import MatchSource, PollStatus, TopicPoll
from bot.models import Paper, QueryTree, SearchPage, Topic, Window
from bot.pipeline.gate import ArxivGate
from bot.pipeline.services import Services

_JOINT_TRIES = 2
"""After so many failures in a row a joint question is asked in halves: it may be too long for arXiv."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Topics that share one search expression, and what is asked for them."""

    topics: tuple[Topic, ...]
    expression: str
    window: Window
    tree: QueryTree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", query.parse(self.expression))

    @property
    def names(self) -> str:
        return ", ".join(topic.name for topic in self.topics)

    @property
    def question(self) -> coverage.Question:
        return coverage.Question(
            self.expression,
            len(quote_plus(f" OR {self.expression}")),
            self.window.start,
            apart=not matching.reads_as_arxiv(self.tree),
        )


Ended = Callable[[Search, TopicPoll], None]


async def search(
    services: Services, gate: ArxivGate, searches: Sequence[Search], poll: int, ended: Ended
) -> int:
    """Ask for all of them, and tell how each ``ended``; how many papers were new."""
    asker = _Asker(services, gate, searches, ended)
    await asker.ask_all(coverage.plan([one.question for one in searches], poll))
    return asker.new


class _Asker:
    """Asks question after question, and takes an empty answer for the truth only when it was told again."""

    def __init__(self, services: Services, gate: ArxivGate, searches: Sequence[Search], ended: Ended) -> None:
        self._services = services
        self._gate = gate
        self._searches = {one.expression: one for one in searches}
        self._ended = ended
        self._answers = False
        """Whether arXiv answered anything with papers in this poll."""
        self._quiet: list[Search] = []
        """What had an empty answer that is to be confirmed."""
        self._confirming = False
        self._too_long = math.inf
        """Characters of the shortest joint question in this poll that arXiv did not answer."""
        self.new = 0

    async def ask_all(self, questions: Sequence[coverage.Joint]) -> None:
        """Ask them, then what had empty answers once more: meanwhile arXiv had the time to come round."""
        waiting = deque(questions)
        is_alone = len(waiting) == 1
        while waiting:
            waiting.extendleft(reversed(await self._ask(waiting.popleft(), is_alone=is_alone)))
            if not waiting and self._quiet:
                waiting.extend(coverage.confirming([one.question for one in self._quiet]))
                self._quiet, self._confirming = [], True

    async def _ask(self, joint: coverage.Joint, *, is_alone: bool) -> Sequence[coverage.Joint]:
        """One question; what has to be asked instead of it."""
        if len(joint) > 1 and _length(joint) >= self._too_long and not self._gate.has_given_up:
            return coverage.joint_halves(joint)
        asked = [self._searches[key] for key in joint]
        may_wait = not is_alone and not self._confirming

        def doubt(told: int, known: int) -> str:
            if may_wait and not known:
                return ""
            return coverage.doubt_of_empty(told + self._confirming, known, self._answers)

        reader = _ListReader(self._services, self._gate, asked, doubt)
        try:
            await reader.read(_widest(asked))
        except ArxivError as error:
            is_refused = isinstance(error, QueryRejected)
            if len(joint) > 1 and (is_refused or not self._gate.has_given_up):
                if not is_refused:
                    self._too_long = min(self._too_long, _length(joint))
                return coverage.joint_halves(joint)
            status = PollStatus.REJECTED if is_refused else PollStatus.INCOMPLETE
            for one in asked:
                self._end(one, reader, status, str(error))
            return ()
        finally:
            self.new += reader.new
        if may_wait and not reader.returned:
            self._quiet.extend(asked)
            return ()
        return self._settle(asked, reader)

    def _settle(self, asked: Sequence[Search], reader: _ListReader) -> Sequence[coverage.Joint]:
        self._answers = self._answers or bool(reader.returned)
        outcome = reader.judge() if len(asked) > 1 else coverage.Settled()
        again = outcome.questions if isinstance(outcome, coverage.AskAgain) else ()
        for one in asked:
            if not any(one.expression in joint for joint in again):
                found = bool(reader.found[one.expression])
                self._end(one, reader, PollStatus.COMPLETE if found else PollStatus.EMPTY)
        return again

    def _end(self, one: Search, reader: _ListReader, status: PollStatus, reason: str = "") -> None:
        outcome = TopicPoll(
            topic=one.topics[0].name,
            expression=one.expression,
            window=one.window,
            status=status,
            found=len(reader.found[one.expression]),
            finished_at=self._services.clock.now(),
            reason=reason,
        )
        self._ended(one, outcome)


def _length(joint: coverage.Joint) -> int:
    return sum(map(len, joint))


def _widest(asked: Sequence[Search]) -> Window:
    return Window(min(one.window.start for one in asked), max(one.window.end for one in asked))


class _ListReader:
    """Reads the list of one question, page by page, recording as it goes.

    Of a joint question a topic gets what the matcher takes for it; of its own, all that arXiv returned.
    """

    def __init__(
        self,
        services: Services,
        gate: ArxivGate,
        asked: Sequence[Search],
        doubt: Callable[[int, int], str],
    ) -> None:
        self._services = services
        self._arxiv = services.settings.arxiv
        self._gate = gate
        self._asked = asked
        self._is_joint = len(asked) > 1
        self._doubt = doubt
        self._known = {one.expression: self._known_of(one) for one in asked}
        self._accepted = {one.expression: set[str]() for one in asked}
        self.found = {one.expression: set[str]() for one in asked}
        """The papers of each topic's own window."""
        self.returned: set[str] = set()
        self.new = 0

    def judge(self) -> coverage.Settled | coverage.AskAgain:
        """What follows from the list, once it was read."""
        accepted = {key: frozenset(ids) for key, ids in self._accepted.items()}
        keys = tuple(one.expression for one in self._asked)
        known = {key: frozenset(published) for key, published in self._known.items()}
        return coverage.judge(keys, frozenset(self.returned), accepted, known)

    async def read(self, window: Window) -> None:
        """Read until the window is covered. ArxivError when it can't be, QueryRejected."""
        pages: list[coverage.PageSeen] = []
        distinct: set[str] = set()
        passes, past = 1, False
        while True:
            step = coverage.next_step(pages, len(distinct), passes, past)
            match step:
                case coverage.NextPage(start):
                    page = await self._page(window, start)
                    pages.append(coverage.PageSeen(page.start, len(page.papers), page.total))
                    distinct.update(paper.arxiv_id for paper in page.papers)
                    past = any(paper.published < window.start for paper in page.papers)
                    self._keep(page, window)
                case coverage.Again():
                    pages, distinct, passes = [], set(), passes + 1
                case coverage.Split():
                    for half in coverage.halves(window):
                        await self.read(half)
                    return
                case coverage.Unsettled(missing):
                    raise ArxivError(
                        f"the list kept changing while it was read; {missing} papers may be missing"
                    )
                case coverage.Covered():
                    return

    async def _page(self, window: Window, start: int) -> SearchPage:
        """One page that can be believed."""
        text = query.search_query([one.expression for one in self._asked], window)
        told_empty = 0

        def doubt(page: SearchPage) -> str:
            nonlocal told_empty
            if page.total > 0 or start > 0:
                return ""
            told_empty += 1
            return self._doubt(told_empty, self._known_in(window))

        return await self._gate.ask(
            lambda: self._services.source.search(text, start=start, size=self._arxiv.page_size),
            self._arxiv.min_interval,
            doubt,
            tries=_JOINT_TRIES if self._is_joint else None,
        )

    def _known_of(self, one: Search) -> Mapping[str, datetime]:
        """The papers of its window that this very question brought before; none if it was edited since."""
        store = self._services.store
        same = [
            topic.name for topic in one.topics if store.polls.last_expression(topic.name) == one.expression
        ]
        return store.papers.found_by_search(same, one.window) if same else {}

    def _known_in(self, window: Window) -> int:
        known = {paper: at for published in self._known.values() for paper, at in published.items()}
        return sum(window.start <= at <= window.end for at in known.values())

    def _keep(self, page: SearchPage, window: Window) -> None:
        wanted = [paper for paper in page.papers if paper.published >= window.start]
        # It is at least as late as what arXiv dates, whatever this machine's clock says.
        now = max([self._services.clock.now(), *(paper.published for paper in wanted)])
        self.returned.update(paper.arxiv_id for paper in wanted)
        with self._services.store.transaction():
            self.new += self._services.store.papers.add(wanted, now)
            if self._is_joint:
                self._assign(wanted, now)
            else:
                self._take(self._asked[0], wanted, MatchSource.SEARCH, "arXiv's search returned it", now)

    def _assign(self, papers: Sequence[Paper], now: datetime) -> None:
        """Of a joint answer what the matcher takes for each."""
        for paper in papers:
            for one in self._asked:
                found = matching.match(one.tree, paper)
                if found.verdict is not matching.MatchVerdict.YES:
                    continue
                self._accepted[one.expression].add(paper.arxiv_id)
                if paper.published >= one.window.start:
                    self._take(one, [paper], MatchSource.JOINT, found.clause, now)

    def _take(
        self, one: Search, papers: Sequence[Paper], source: MatchSource, clause: str, now: datetime
    ) -> None:
        self.found[one.expression].update(paper.arxiv_id for paper in papers)
        for topic in one.topics:
            admitted = [paper.arxiv_id for paper in papers if matching.admits(topic, paper)]
            self._services.store.papers.add_matches(admitted, [topic.name], source, clause, now)
