"""The crash matrix: the process dies at every call into the outside world and around every commit."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.channels import CHANNELS
from bot.models import Announcement, Envelope, Receipt, SearchPage, Target
from bot.settings import EmailSettings, Secret, SlackSettings
from tests import samples
from tests.fakes import FakeChannel, FakeClock, FakeSource, FakeSummariser
from tests.pipeline import model
from tests.pipeline.days import announced
from tests.pipeline.mortal import MortalWorld, mortal_world

EARLY = [samples.paper("2611.00001"), samples.paper("2611.00002")]
HELD = samples.paper("2611.00003", published=samples.NOON - timedelta(days=20))
"""Held by moderators: too old for the search's window, announced all the same."""
LATE = samples.paper("2611.00004")
SHARES = 4
"""So many tests share the matrix, to run side by side."""
EVERYTHING = {one.arxiv_id for one in (*EARLY, HELD, LATE)}


class PartialSource(FakeSource):
    """A search that lacks `HELD`; by its id it is found."""

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        papers, self.papers = self.papers, [one for one in self.papers if one is not HELD]
        try:
            return await super().search(query, start=start, size=size)
        finally:
            self.papers = papers


class LaggingSlack(FakeChannel):
    """A channel whose history shows a message only after a while."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("slack")
        self._clock = clock
        self._shown_at: dict[int, float] = {}

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        self._shown_at.setdefault(
            envelope.id, self._clock.monotonic() + CHANNELS["slack"].lags.total_seconds()
        )
        return await super().send(envelope, resolved)

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        shown = self._shown_at.get(envelope.id, 0.0) <= self._clock.monotonic()
        return await super().find(envelope, resolved) if shown else None


class TwoDays:
    """Papers of two days for one reader by Slack and mail, with at most one death in them."""

    def __init__(self, folder: Path) -> None:
        clock = FakeClock()
        self.summariser = FakeSummariser(clock, model.good)
        self.world = mortal_world(
            folder, clock, source=PartialSource(clock), slack=LaggingSlack(clock), summariser=self.summariser
        )
        targets = (Target("slack", "#papers"), Target("email", "ada@example.org"))
        self.world.subscribe(
            samples.subscriber(targets=targets),
            slack=SlackSettings(Secret("token")),
            email=EmailSettings(host="mail", sender="Bot <bot@example.org>"),
        )
        self.asked_again: list[str] = []

    async def suffer(self, moment: int) -> str:
        """Die at the moment of this number, counted over both days; what it was, or nothing when life was
        over before. After a death, and at the end, the program runs undisturbed."""
        left: int | None = moment
        death = ""
        for papers, batch in ((EARLY, [HELD]), ([*EARLY, LATE], [])):
            world = self.world
            world.source.papers = [*papers, HELD]
            today = world.clock.now().date()
            world.feed.announcement = Announcement((), today, tuple(map(announced, batch)))
            if not await self._live(left):
                death, left = f"{world.fate.moments[-1]}, moment {moment}", None
                await self._live()
            elif left is not None:
                left -= len(world.fate.moments)
            world.clock.advance(timedelta(days=1))
        await self._live()
        return death

    async def _live(self, dies_at: int | None = None) -> bool:
        store = self.world.store
        saved = {one for one in EVERYTHING if store.summaries.of_paper(one)}
        before = len(self.summariser.prompts)
        survived = await self.world.live(dies_at)
        asked = (one for prompt in self.summariser.prompts[before:] for one in model.asked(prompt))
        self.asked_again += [one for one in asked if one in saved]
        return survived


class LongDay:
    """More than one message has room for, for one channel of Slack: an overview, and a thread of two parts."""

    def __init__(self, folder: Path) -> None:
        clock = FakeClock()
        self.world = mortal_world(
            folder, clock, slack=LaggingSlack(clock), summariser=FakeSummariser(clock, model.good)
        )
        self.world.subscribe(
            samples.subscriber(targets=(Target("slack", "#papers"),)), slack=SlackSettings(Secret("token"))
        )
        self.world.source.papers = [replace(one, title="ψ" * 900) for one in EARLY]

    async def suffer(self, moment: int) -> str:
        """Die at the moment of this number; what it was, or nothing when life was over before."""
        if await self.world.live(moment):
            return ""
        death = f"{self.world.fate.moments[-1]}, moment {moment}"
        await self.world.live()
        return death


@pytest.mark.parametrize("share", range(SHARES))
def test_death_between_overview_and_thread_loses_and_doubles_nothing(tmp_path: Path, share: int) -> None:
    """One message in the channel and the papers in its thread, each message once, wherever the death was."""
    deaths = set()
    for moment in count(share, SHARES):
        folder = tmp_path / str(moment)
        folder.mkdir()
        day = LongDay(folder)
        death = asyncio.run(day.suffer(moment))
        overview, *thread = day.world.slack.accepted
        assert [one.part for one in (overview, *thread)] == [1, 2, 3], death
        assert (overview.arxiv_ids, overview.thread) == ((), None), death
        assert [one.thread for one in thread] == [Receipt("id-of-#papers", "ts-1")] * 2, death
        assert {one for sent in thread for one in sent.arxiv_ids} == {one.arxiv_id for one in EARLY}, death
        assert not list(day.world.store.outbox.waiting(None)), death
        day.world.store.close()
        if not death:
            break
        deaths.add(death)
    assert len(deaths) > 20 // SHARES


@pytest.mark.parametrize("share", range(SHARES))
def test_death_anywhere_loses_and_doubles_nothing(tmp_path: Path, share: int) -> None:
    """Each paper once at each target; mail again only as the same bytes and only where its answer was not
    recorded; no saved summary asked for again."""
    deaths = 0
    for moment in count(share, SHARES):
        folder = tmp_path / str(moment)
        folder.mkdir()
        days = TwoDays(folder)
        death = asyncio.run(days.suffer(moment))
        check(days.world, death)
        assert not days.asked_again, death
        days.world.store.close()
        if not death:
            break
        deaths += 1
    assert deaths > 60 // SHARES


async def test_the_matrix_has_every_kind_of_moment(tmp_path: Path) -> None:
    """A life passes by all ports and by the commits around them, so that a death there was tried."""
    world = TwoDays(tmp_path).world
    world.source.papers = [*EARLY]
    assert await world.live()
    world.store.close()
    moments = set(world.fate.moments)
    ports = (
        "PartialSource.search",
        "FakeFeed.read",
        "FakeSummariser.ask",
        "LaggingSlack.send",
        "FakeChannel.send",
    )
    assert {f"{when} {port}" for when in ("before", "after") for port in ports} <= moments
    assert {"before a commit", "after a commit"} <= moments


def check(world: MortalWorld, death: str) -> None:
    """What must hold at the end, wherever the death was."""
    expected = Counter(EVERYTHING)
    assert Counter(one for sent in world.slack.accepted for one in sent.arxiv_ids) == expected, death
    mails = {(sent.id, sent.payload): sent for sent in world.email.accepted}
    assert Counter(one for mail in mails.values() for one in mail.arxiv_ids) == expected, death
    repeated = len(world.email.accepted) - len(mails)
    assert repeated <= death.startswith(("after FakeChannel.send", "before a commit")), death
    assert not list(world.store.outbox.waiting(None)), death
