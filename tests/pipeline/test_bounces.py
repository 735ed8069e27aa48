"""A mailbox that refuses one digest after the other is set aside; nothing it was owed is lost by that."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import DeliveryError
from bot.models import Envelope, OutboxState, Receipt, Target, Verdict
from bot.pipeline.report import Report
from bot.settings import EmailSettings
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

MAIL, OTHER, OPERATOR = Target("email", "ada@x.org"), Target("email", "bob@x.org"), Target("slack", "#ops")
GONE = DeliveryError(
    "550 5.1.1 no such user", Verdict(permanent=True, recipient_refused=True, remedy="check it")
)
SENDER = DeliveryError("550 5.7.1 SPF", Verdict(permanent=True, remedy="look at the records"))
SMTP = EmailSettings("smtp.example.org", "bot@example.org")


def read_by(world: World, *targets: Target) -> None:
    world.subscribe(subscriber(targets=targets), email=SMTP, operator=OPERATOR)


async def digest(world: World, number: int, *answers: DeliveryError | None) -> Report:
    """A day on, a paper more; the channel answers so."""
    world.clock.advance(timedelta(days=1))
    world.source.papers.append(paper(f"2611.{number:05}", published=world.clock.now()))
    world.email.script.extend(answers)
    return await world.once()


def told(world: World) -> list[str]:
    """What the operator was told of mailboxes that were set aside."""
    return [text for one in world.slack.accepted if "set aside" in (text := one.payload.decode())]


async def test_after_three_digests_it_is_not_tried_any_more_and_retry_brings_all(world: World) -> None:
    """The operator is told once, with the count of tries; what was kept arrives in its order, once."""
    read_by(world, MAIL)
    for number in (1, 2):
        report = await digest(world, number, GONE)
        assert len(report.faults) == 1
    assert not told(world)
    await digest(world, 3, GONE)
    assert len(told(world)) == 1
    assert "3 digests running, in 3 tries" in told(world)[0]
    for number in (4, 5):
        report = await digest(world, number)  # would be accepted, were it tried
        assert report.faults == []
        assert report.troubles[0].startswith("ada: email ada@x.org: not tried: the mailbox is set aside")
    assert world.email.accepted == []
    assert len(told(world)) == 1
    assert world.store.outbox.refusals("ada", MAIL).digests == 3

    assert world.store.outbox.retry_failed("ada", world.clock.now()) == 5
    assert world.store.outbox.refusals("ada", MAIL).digests == 0
    await world.once()
    assert [one.arxiv_ids for one in world.email.accepted] == [(f"2611.{n:05}",) for n in range(1, 6)]


async def test_a_digest_that_is_accepted_between_begins_the_count_anew(world: World) -> None:
    """Three running, not three in all."""
    read_by(world, MAIL)
    for number, answer in enumerate((GONE, GONE, None, GONE, GONE), 1):
        await digest(world, number, answer)
    assert not told(world)
    await digest(world, 6)
    assert [one.arxiv_ids for one in world.email.accepted] == [("2611.00003",), ("2611.00006",)]


async def test_a_fault_of_the_sender_never_sets_anybody_aside(world: World) -> None:
    """It is ours to mend, and when it is mended the digests go out again."""
    read_by(world, MAIL)
    for number in range(1, 6):
        await digest(world, number, SENDER)
    assert not told(world)
    await digest(world, 6)
    assert [one.arxiv_ids for one in world.email.accepted] == [("2611.00006",)]


async def test_the_subscriber_s_other_mailbox_goes_on(world: World) -> None:
    """An address is a reader of its own."""
    read_by(world, MAIL, OTHER)

    async def send(envelope: Envelope, resolved: str) -> Receipt:
        if envelope.target == MAIL:
            raise GONE
        return await world.email.take(envelope, resolved)

    world.email.on_send = send
    for number in range(1, 6):
        await digest(world, number)
    assert [one.target for one in world.email.accepted] == [OTHER] * 5
    states = [one.state for one in world.store.digests.of("ada")[0].outcomes if one.target == MAIL]
    assert states == [OutboxState.FAILED]


async def test_a_second_time_is_told_again(world: World) -> None:
    """The operator took it back, and it refuses as before."""
    read_by(world, MAIL)
    for number in (1, 2, 3):
        await digest(world, number, GONE)
    world.store.outbox.retry_failed("ada", world.clock.now())
    world.email.script.extend([GONE] * 3)
    await world.once()
    assert len(told(world)) == 2
