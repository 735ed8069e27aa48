"""Readers who want nothing, for a time or for good: it holds at once, in every path, and loses nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import links
from bot.errors import DeliveryError
from bot.history import MatchSource
from bot.models import OutboxState, Target, Verdict
from bot.pipeline.compose import compose
from bot.pipeline.concurrency import TURN_S
from bot.pipeline.deliver import deliver
from bot.pipeline.report import Report
from bot.settings import EmailSettings
from bot.store import open_for_reading
from tests.fakes import FakeClock
from tests.pipeline.conftest import World, new_world
from tests.samples import NOON, paper, subscriber

MAIL, OTHER = Target("email", "ada@example.org"), Target("email", "bob@example.org")
SLACK = Target("slack", "#papers")
SMTP = EmailSettings("smtp.example.org", "bot@example.org")


def arrived(world: World, target: Target) -> list[str]:
    """The papers that reached the target."""
    channel = {"slack": world.slack, "email": world.email}[target.kind]
    return sorted(one for sent in channel.accepted if sent.target == target for one in sent.arxiv_ids)


def read_by(world: World, *targets: Target) -> None:
    world.subscribe(subscriber(targets=targets), email=SMTP)


async def test_nothing_is_composed_for_who_has_unsubscribed_and_the_others_get_theirs(world: World) -> None:
    """One address of a subscriber is one reader."""
    read_by(world, MAIL, OTHER, SLACK)
    world.source.papers = [paper("2611.00001")]
    await world.once()
    assert world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    assert not world.store.optouts.unsubscribe("ada", MAIL, world.clock.now()), (
        "asked again it changes nothing"
    )
    world.source.papers += [paper("2611.00002")]
    await world.once()
    assert arrived(world, MAIL) == ["2611.00001"]
    assert arrived(world, OTHER) == arrived(world, SLACK) == ["2611.00001", "2611.00002"]


async def test_what_waits_is_withdrawn_at_once_and_owed_again_on_resume(world: World) -> None:
    """A message that could not be sent yet is not sent later; its paper is not lost by that."""
    read_by(world, MAIL)
    world.source.papers = [paper("2611.00001")]
    world.email.script.append(DeliveryError("greylisted", Verdict()))
    await world.once()
    (waiting,) = world.store.outbox.waiting(None)
    world.store.optouts.pause("ada", None, None, world.clock.now())
    assert list(world.store.outbox.waiting(None)) == []
    assert world.store.outbox.refresh(waiting).state is OutboxState.ENDED
    await world.once()
    assert arrived(world, MAIL) == []
    assert world.store.optouts.resume("ada", None, world.clock.now())
    await world.once()
    assert arrived(world, MAIL) == ["2611.00001"]


async def test_after_a_pause_only_what_lookback_covers_is_delivered(world: World) -> None:
    """Nobody is flooded with a month of papers; a pause ends by itself at its time, whenever a round comes."""
    read_by(world, MAIL)
    await world.once()
    end = world.clock.now() + timedelta(days=30)
    world.store.optouts.pause("ada", None, end, world.clock.now())
    world.source.papers = [paper("2611.00001", published=NOON + timedelta(days=1))]
    await world.once()
    world.clock.advance(timedelta(days=30))
    world.source.papers += [paper("2611.00002", published=end - timedelta(days=1))]
    await world.once()
    assert arrived(world, MAIL) == ["2611.00002"]
    assert world.store.optouts.of("ada") == []


async def test_an_address_that_is_taken_out_and_put_in_again_is_a_new_reader(world: World) -> None:
    """The operator's way to undo it; an edit of anything else keeps it."""
    read_by(world, MAIL, SLACK)
    await world.once()
    world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    world.subscribe(subscriber(targets=(MAIL, SLACK), max_papers=3), email=SMTP)
    await world.once()
    assert [one.target for one in world.store.optouts.of("ada")] == [MAIL]
    read_by(world, SLACK)
    await world.once()
    read_by(world, MAIL, SLACK)
    world.source.papers = [paper("2611.00003")]
    await world.once()
    assert arrived(world, MAIL) == ["2611.00003"]


@pytest.mark.parametrize("written", ["Ada Lovelace <ada@example.org>", "ADA@Example.org"])
async def test_the_name_beside_an_address_and_its_capitals_are_not_the_address(
    world: World, written: str
) -> None:
    """Whoever left has left, and the link in an old mail still leads to its page, however the operator writes them."""
    read_by(world, MAIL)
    world.source.papers = [paper("2611.00001")]
    world.email.script.append(DeliveryError("greylisted", Verdict()))
    await world.once()
    old = links.token(world.store.optouts.key(), "ada", MAIL)
    other = Target("email", written)
    read_by(world, other)
    await world.once()
    assert arrived(world, other) == ["2611.00001"]
    assert links.reader_of(world.store.optouts.key(), world.settings.subscribers, old) is not None
    assert world.store.optouts.unsubscribe("ada", other, world.clock.now())
    assert not world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    for target in (MAIL, other, MAIL):
        read_by(world, target)
        world.source.papers += [paper(f"2611.0001{len(world.source.papers)}")]
        await world.once()
        assert list(world.store.outbox.waiting(None)) == []
    assert len(world.email.accepted) == 1
    assert world.store.optouts.resume("ada", MAIL, world.clock.now())
    await world.once()
    assert len(arrived(world, MAIL)) == 3


@pytest.mark.parametrize("whole", [False, True])
async def test_who_has_left_has_left_under_another_name_of_the_subscriber_too(
    world: World, whole: bool
) -> None:
    """A subscriber who is renamed is new, but those who read them are not; whoever else is new starts as ever."""
    read_by(world, MAIL, OTHER)
    await world.once()
    if whole:
        world.store.optouts.pause("ada", None, None, world.clock.now())
    else:
        world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    third = Target("email", "third@example.org")
    renamed = subscriber("ada-lovelace", targets=(Target("email", "Ada <ada@example.org>"), OTHER, third))
    world.subscribe(renamed, subscriber("bob", targets=(SLACK,)), email=SMTP)
    world.source.papers = [paper("2611.00001")]
    await world.once()
    held = {OTHER, MAIL} if whole else {MAIL}
    assert {one.target for one in world.store.optouts.of("ada-lovelace")} == held
    assert {sent.target for sent in world.email.accepted} == {third} | {OTHER} - held
    assert arrived(world, SLACK) == ["2611.00001"]
    assert world.store.optouts.of("ada") == world.store.optouts.of("bob") == []


async def test_who_has_left_and_was_paused_has_left_under_another_name(world: World) -> None:
    """The pause of the whole subscriber ends by itself; leaving does not."""
    read_by(world, MAIL, OTHER)
    await world.once()
    world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    world.store.optouts.unsubscribe("ada", OTHER, world.clock.now())
    world.store.optouts.pause("ada", None, world.clock.now() + timedelta(days=1), world.clock.now())
    world.subscribe(subscriber("renamed", targets=(MAIL, OTHER)), email=SMTP)
    await world.once()
    world.clock.advance(timedelta(days=2))
    await world.once()
    held = world.store.optouts.of("renamed")
    assert [(one.target, one.unsubscribed) for one in held] == [(MAIL, True), (OTHER, True)]


async def test_pausing_does_not_bring_back_who_has_unsubscribed(world: World) -> None:
    """A pause ends by itself; leaving does not."""
    read_by(world, MAIL)
    await world.once()
    world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    world.store.optouts.pause("ada", MAIL, world.clock.now() + timedelta(days=1), world.clock.now())
    world.clock.advance(timedelta(days=2))
    world.source.papers = [paper("2611.00001", published=world.clock.now())]
    await world.once()
    assert arrived(world, MAIL) == []


async def test_a_message_that_comes_back_after_its_reader_has_left_is_not_sent_again(world: World) -> None:
    """It was being sent when they left, and was refused for now."""
    read_by(world, MAIL)
    world.source.papers = [paper("2611.00001")]
    world.email.script.append(DeliveryError("greylisted", Verdict()))
    await world.once()
    (waiting,) = world.store.outbox.waiting(None)
    world.store.outbox.mark_sending(waiting, world.clock.now())
    world.store.optouts.unsubscribe("ada", MAIL, world.clock.now())
    world.store.outbox.mark_waiting(waiting, "greylisted", world.clock.now(), None, in_doubt=False)
    await world.once()
    assert arrived(world, MAIL) == []
    assert list(world.store.outbox.waiting(None)) == []


async def test_a_message_that_waits_for_its_turn_is_withdrawn_too(world: World) -> None:
    """A channel is served a message a second: whoever leaves in that second gets no more."""
    read_by(world, SLACK)
    await world.once()
    world.source.papers = [paper("2611.00001")]
    world.slack.script.append(DeliveryError("overloaded", Verdict()))
    await world.once()
    (waiting,) = world.store.outbox.waiting(None)
    world.store.optouts.unsubscribe("ada", SLACK, world.clock.now())
    assert world.store.outbox.mark_sending(waiting, world.clock.now()).state is OutboxState.ENDED
    await world.once()
    assert arrived(world, SLACK) == []


class Interrupting(FakeClock):
    """A clock on which every piece of work takes a whole turn, and at one of the turns something happens."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.at = -1
        self.happens: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        self.advance(timedelta(seconds=TURN_S))
        return super().monotonic()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self.turns += 1
        if self.turns == self.at:
            self.happens()


def leaves_by_link(world: World) -> bool:
    """As the HTTP side does it, in the same process."""
    return world.store.optouts.unsubscribe("bob", OTHER, world.clock.now())


def is_paused_beside(world: World) -> None:
    """As `pause` does it, in another process."""
    store = open_for_reading(world.settings.database, writable=True)
    assert store is not None
    store.optouts.pause("bob", None, None, world.clock.now())
    store.close()


@pytest.mark.parametrize("leaves", [leaves_by_link, is_paused_beside])
async def test_who_leaves_while_digests_are_written_and_sent_gets_nothing_more(
    tmp_path: Path, leaves: Callable[[World], object]
) -> None:
    """At whatever turn it comes: nothing that was read, rendered or looked up before is recorded or sent after it.
    The others have theirs, once, and what the reader did not get is owed when they come back."""
    readers = [
        subscriber(name, targets=(Target("email", f"{name}@example.org"),)) for name in ("ada", "bob", "eve")
    ]
    at, happened = 0, True
    while happened:
        at, happened = at + 1, False
        clock = Interrupting()
        world = new_world(tmp_path / str(at), clock)
        world.subscribe(*readers, email=SMTP)
        world.store.subscriptions.sync(readers, clock.now())
        world.store.papers.add([paper("2611.00001")], clock.now())
        world.store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", clock.now())
        had = list[str]()

        def leave(world: World = world, had: list[str] = had) -> None:
            nonlocal happened
            happened = True
            had += arrived(world, OTHER)
            leaves(world)
            assert not list(world.store.outbox.waiting(["bob"]))

        clock.turns, clock.at, clock.happens = 0, at, leave
        await compose(world.services, dict.fromkeys(("ada", "bob", "eve"), clock.now()))
        assert not happened or not list(world.store.outbox.waiting(["bob"])), at
        await deliver(world.services, world.state, Report())
        if happened:
            assert arrived(world, OTHER) == had, at
            world.store.optouts.resume("bob", None, clock.now())
            await world.once()
        assert sorted(one.subscriber for one in world.email.accepted) == ["ada", "bob", "eve"], at
        world.store.close()
    assert at > 20
