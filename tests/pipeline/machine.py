"""A machine that lives with the pipeline and knows what each target must have: the model of `test_model`.

Papers are submitted, held back, announced and revised; arXiv, the model and the channels fail; the process
dies anywhere; the configuration is edited and time passes. The machine notes who is entitled to what when a
paper appears. After every step no target may have a paper too often, and once everything works again and a
round has run undisturbed, nobody may lack one.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import calendar
from bot.channels import CHANNELS
from bot.demo.arxiv.search import search
from bot.errors import DeliveryError
from bot.models import Envelope, ModelReply, Paper, Prompt, Receipt, SearchPage, Subscriber, Target, Verdict
from bot.pipeline import tick
from bot.settings import ArxivSettings, EmailSettings, Secret, SlackSettings
from tests import samples
from tests.fakes import FakeChannel, FakeClock, FakeSource, FakeSummariser, overloaded
from tests.pipeline import model
from tests.pipeline.days import DailyFeed, announced
from tests.pipeline.mortal import MortalWorld, mortal_world

WORDS = {"microscopy": "ptychography", "nickelates": "nickelate"}
TOPICS = tuple(samples.topic(name, keywords=(word,), categories=()) for name, word in WORDS.items())
NAMES = ("ada", "group", "zoe")
LOST = DeliveryError("no answer", Verdict(in_doubt=True))
"""The message never arrived, which its sender can't know."""
TROUBLES = (
    DeliveryError("down", Verdict()),
    DeliveryError("busy", Verdict(retry_after=timedelta(seconds=20))),
    DeliveryError("very busy", Verdict(retry_after=timedelta(hours=2))),
    DeliveryError("refused", Verdict(permanent=True, remedy="mend it")),
    DeliveryError("no answer", Verdict(in_doubt=True)),
    LOST,
)
FATAL = (
    "before LossyChannel.send",
    "after LossyChannel.send",
    "after FakeSummariser.ask",
    "after DailyFeed.read",
)
"""Moments at which a death is worth more than elsewhere."""

_LONG_TITLE = 900
"""Characters."""

topics = st.sets(st.sampled_from(sorted(WORDS)), min_size=1).map(lambda some: tuple(sorted(some)))
kinds = st.sampled_from(list(CHANNELS))


class QuerySource(FakeSource):
    """A search that reads its query, and lacks the papers that moderators held back."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.held: set[str] = set()

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        everything = self.papers
        self.papers = search(query, [paper for paper in everything if paper.arxiv_id not in self.held])
        try:
            return await super().search(query, start=start, size=size)
        finally:
            self.papers = everything


class LossyChannel(FakeChannel):
    """A channel on which a message may also get lost."""

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        if self.script and self.script[0] is LOST:
            self.script.popleft()
            raise LOST
        return await super().send(envelope, resolved)


class PipelineMachine(RuleBasedStateMachine):
    """The rules are what may happen; `settle` and the invariant are what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="model-"))
        self.loop = asyncio.new_event_loop()
        self.clock = FakeClock()
        self.source, self.feed = QuerySource(self.clock), DailyFeed(self.clock)
        self.answers: list[model.Answer] = []
        self.summariser = FakeSummariser(self.clock, self._answer)
        self.channels = {kind: LossyChannel(kind) for kind in CHANNELS}
        self.world: MortalWorld = mortal_world(
            self.folder,
            self.clock,
            source=self.source,
            feed=self.feed,
            summariser=self.summariser,
            **self.channels,
        )
        self.subscribers: dict[str, Subscriber] = {}
        self.count = self.lives = 0
        self.strict: dict[tuple[str, Target], set[str]] = {}
        """What each target must have."""
        self.weak: dict[tuple[str, str], set[str]] = {}
        """What some target of the kind must have: its target left before it had it."""
        self.most: Counter[tuple[str, str, str]] = Counter()
        """How many targets of a kind may have a paper at most."""
        self.announced: list[tuple[Paper, tuple[str, ...]]] = []
        """Held back, announced today, and seen by nobody yet."""

    def teardown(self) -> None:
        try:
            if self.subscribers:
                self.settle()
        finally:
            self.world.store.close()
            self.loop.close()
            shutil.rmtree(self.folder)

    # --- papers -------------------------------------------------------------------------------

    @initialize(matched=topics, kind=kinds)
    def begin(self, matched: tuple[str, ...], kind: str) -> None:
        self.add_subscriber("ada", matched, [kind], False)

    @rule(matched=topics, count=st.integers(1, 4), long=st.booleans())
    def submit(self, matched: tuple[str, ...], count: int, long: bool = False) -> None:
        """``long`` ones do not go into one message of Slack together."""
        for _ in range(count):
            paper = self._invent(matched, age=timedelta(minutes=5))
            if long:
                paper = replace(paper, title=paper.title + "ψ" * _LONG_TITLE)
            self.source.papers.append(paper)
            self._entitle(paper, matched)

    @rule(matched=topics)
    def announce_held(self, matched: tuple[str, ...]) -> None:
        """A paper that moderators held for weeks: no search of ours reaches back to it."""
        today = calendar.feed_date(self.clock.now())
        if not calendar.has_batch(today):
            return
        paper = self._invent(matched, age=timedelta(days=30))
        self.source.papers.append(paper)
        self.source.held.add(paper.arxiv_id)
        self.feed.batches[today] = [*self.feed.batches.get(today, ()), announced(paper)]
        self.announced.append((paper, matched))

    @precondition(lambda self: self.source.papers)
    @rule(data=st.data())
    def revise(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.source.papers) - 1))
        old = self.source.papers[at]
        changes = {"version": old.version + 1, "comment": "corrected", "updated": self.clock.now()}
        self.source.papers[at] = replace(old, **changes)  # type: ignore[arg-type]

    def _invent(self, matched: tuple[str, ...], age: timedelta) -> Paper:
        self.count += 1
        words = " and ".join(WORDS[topic] for topic in matched)
        at = self.clock.now() - age
        abstract = f"We image a sample by {words}. We find that it has 12 layers."
        return samples.paper(
            f"2611.{self.count:05}", title=f"On {words}", abstract=abstract, published=at, updated=at
        )

    def _entitle(self, paper: Paper, matched: Sequence[str]) -> None:
        for subscriber in self.subscribers.values():
            for target in subscriber.targets:
                if set(matched) & set(subscriber.topics):
                    self.strict.setdefault((subscriber.name, target), set()).add(paper.arxiv_id)

    # --- weather and death ----------------------------------------------------------------------

    @rule(times=st.sampled_from((1, 2, 4, 60)))
    def break_arxiv(self, times: int) -> None:
        self.source.script.extend([overloaded()] * times)

    @rule(
        times=st.integers(1, 4),
        answer=st.sampled_from([model.overloaded(), model.recited(), model.text("{")]),
    )
    def break_model(self, times: int, answer: object) -> None:
        self.answers += [lambda _: answer] * times  # type: ignore[list-item, return-value]

    @rule(kind=kinds, troubles=st.lists(st.sampled_from((None, *TROUBLES)), min_size=1, max_size=4))
    def break_channel(self, kind: str, troubles: list[DeliveryError | None]) -> None:
        self.channels[kind].script.extend(troubles)

    def _answer(self, prompt: Prompt) -> ModelReply | Exception:
        return self.answers.pop(0)(prompt) if self.answers else model.good(prompt)

    @rule(hours=st.integers(1, 50) | st.just(8 * 24))
    def wait(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.announced.clear()

    @rule(daemon=st.booleans())
    def run(self, daemon: bool) -> None:
        """To its end, in whatever weather."""
        self._live(None, daemon)

    @rule(dies_at=st.integers(0, 70), daemon=st.booleans())
    def die(self, dies_at: int, daemon: bool) -> None:
        """Anywhere, if life gets so far."""
        self._live(dies_at, daemon)

    @rule(dies_at=st.sampled_from(FATAL), matched=topics)
    def die_at_work(self, dies_at: str, matched: tuple[str, ...]) -> None:
        """Where a death is worth more than elsewhere."""
        self.submit(matched, 1)
        self._live(dies_at, daemon=False)

    def _live(self, dies_at: int | str | None, daemon: bool) -> None:
        self.lives += 1
        self.loop.run_until_complete(self.world.live(dies_at, daemon=daemon))

    # --- the configuration ------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        some=topics,
        has=st.lists(kinds, min_size=1, unique=True),
        revisions=st.booleans(),
    )
    def add_subscriber(self, name: str, some: tuple[str, ...], has: list[str], revisions: bool) -> None:
        if name in self.subscribers:
            return
        targets = tuple(self._new_target(kind) for kind in has)
        self._edit(samples.subscriber(name, topics=some, targets=targets, revisions=revisions, max_papers=2))

    @rule(name=st.sampled_from(NAMES), kind=kinds)
    def add_target(self, name: str, kind: str) -> None:
        if subscriber := self.subscribers.get(name):
            self._edit(replace(subscriber, targets=(*subscriber.targets, self._new_target(kind))))

    @rule(name=st.sampled_from(NAMES), data=st.data())
    def move_target(self, name: str, data: st.DataObject) -> None:
        if subscriber := self.subscribers.get(name):
            gone = data.draw(st.sampled_from(subscriber.targets))
            new = self._new_target(gone.kind)
            self._edit(
                replace(subscriber, targets=tuple(new if one == gone else one for one in subscriber.targets))
            )

    @rule(name=st.sampled_from(NAMES), data=st.data())
    def remove_target(self, name: str, data: st.DataObject) -> None:
        subscriber = self.subscribers.get(name)
        if subscriber and len(subscriber.targets) > 1:
            gone = data.draw(st.sampled_from(subscriber.targets))
            self._edit(replace(subscriber, targets=tuple(one for one in subscriber.targets if one != gone)))

    @precondition(lambda self: len(self.subscribers) > 1)
    @rule(data=st.data())
    def remove_subscriber(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.subscribers)))
        del self.subscribers[name]
        self.strict = {key: papers for key, papers in self.strict.items() if key[0] != name}
        self.weak = {key: papers for key, papers in self.weak.items() if key[0] != name}
        self._configure()

    def _new_target(self, kind: str) -> Target:
        self.count += 1
        address = {"slack": "#c{}", "email": "a{}@example.org", "file": "/reports/{}"}[kind]
        return Target(kind, address.format(self.count))

    def _edit(self, subscriber: Subscriber) -> None:
        """Put the subscriber into the configuration, and what this means into the model."""
        before = self.subscribers.get(subscriber.name)
        for gone in set(before.targets if before else ()) - set(subscriber.targets):
            self.announced.clear()  # its heir does not get what it had before anybody was entitled to it
            owed = self.strict.pop((subscriber.name, gone), set())
            key = (subscriber.name, gone.kind)
            if any(target.kind == gone.kind for target in subscriber.targets):
                self.weak.setdefault(key, set()).update(owed)
            else:
                self.weak.pop(key, None)
        self.subscribers[subscriber.name] = subscriber
        self._configure()

    def _configure(self) -> None:
        self.world.subscribe(
            *self.subscribers.values(),
            arxiv=ArxivSettings("ada@example.org", page_size=3),
            topics=TOPICS,
            slack=SlackSettings(Secret("token")),
            email=EmailSettings(host="mail", sender="Bot <bot@example.org>"),
        )
        self.world.fate.live()
        tick.take_up(self.world.store, self.world.settings, self.clock.now())

    # --- what must hold -----------------------------------------------------------------------------

    @invariant()
    def nobody_has_a_paper_too_often(self) -> None:
        """A target never has a paper twice, and a kind not more often than it had targets at once."""
        versions = {paper.arxiv_id: paper.version for paper in self.source.papers}
        for (name, target, paper), times in self._had().items():
            subscriber = self.subscribers.get(name)
            editions = versions[paper] if subscriber is None or subscriber.revisions else 1
            assert times <= editions, f"{name} {target} has {paper} {times} times"
        kinds = Counter[tuple[str, str, str]]()
        for (name, target, paper), _ in self._had().items():
            kinds[name, target.kind, paper] += 1
        for key, times in kinds.items():
            assert times <= max(self.most[key], 1), f"{key} went to {times} targets"
        for subscriber in self.subscribers.values():
            width = Counter(target.kind for target in subscriber.targets)
            for kind, n in width.items():
                for paper in versions:
                    if not kinds[subscriber.name, kind, paper]:
                        key = (subscriber.name, kind, paper)
                        self.most[key] = max(self.most[key], n)

    def _had(self) -> Counter[tuple[str, Target, str]]:
        """How often each target got each paper; the same mail again is the same mail."""
        messages = {
            (sent.id, sent.target, sent.payload if kind != "slack" else number): sent
            for kind, channel in self.channels.items()
            for number, sent in enumerate(channel.accepted)
        }
        return Counter(
            (one.subscriber, one.target, paper) for one in messages.values() for paper in one.arxiv_ids
        )

    @precondition(lambda self: self.lives > 3)
    @rule()
    def settle(self) -> None:
        """Everything works again and a round runs undisturbed: nobody lacks anything."""
        self.lives = 0
        self.source.script.clear()
        self.answers.clear()
        for channel in self.channels.values():
            channel.script.clear()
        today = calendar.feed_date(self.clock.now())
        self.clock.advance(timedelta(hours=3))
        if calendar.feed_date(self.clock.now()) == today:
            for paper, matched in self.announced:
                self._entitle(paper, matched)
        self.announced.clear()
        self.world.fate.live()
        self.world.store.outbox.retry_failed(None, self.clock.now())
        for _ in range(2):
            assert self.loop.run_until_complete(self.world.live())
        had = self._had()
        for (name, target), papers in self.strict.items():
            missing = {paper for paper in papers if not had[name, target, paper]}
            assert not missing, f"{name} lacks {missing} at {target}"
        anywhere = {(name, target.kind, paper) for name, target, paper in had}
        for (name, kind), papers in self.weak.items():
            assert papers <= {paper for paper in papers if (name, kind, paper) in anywhere}, (
                f"{name} {kind} lacks"
            )
        assert not list(self.world.store.outbox.waiting(None))
