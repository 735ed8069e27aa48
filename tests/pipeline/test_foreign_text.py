"""What services say is foreign text: no answer ends a round, or holds back another channel."""

from __future__ import annotations

import pytest

from bot.channels.email.channel import SmtpChannel
from bot.errors import ArxivError, DeliveryError, ModelError
from bot.models import Envelope, Prompt, Receipt, Target, Verdict
from bot.settings import EmailSettings, Secret, Security
from tests.fakes import FakeSummariser
from tests.pipeline.conftest import World
from tests.raw_smtp import RawSmtp
from tests.samples import paper, subscriber

MAIL, SLACK = Target("email", "ada@example.org"), Target("slack", "#papers")
LONE = "no \ud83d\udce9 \udcff \x1b[2J \u202e end"
NOISE = {
    "Latin-1": b"accept\xe9",
    "GBK": b"Error: \xc7\xeb\xca\xb9\xd3\xc3",
    "an encoded surrogate": b"\xed\xa0\x80 half",
    "controls": b"\x00\x1b[2J\x07 ding",
    "long": b"x" * 8000,
}
STAGES = {"BANNER": 554, "EHLO": 554, "AUTH": 535, "MAIL": 550, "RCPT": 550, "DATA": 554, "FINAL": 554}


def settled(world: World, server: RawSmtp) -> None:
    """Ada reads by mail, over the real client, and in Slack."""
    settings = EmailSettings(
        "127.0.0.1",
        "bot@example.org",
        port=server.port,
        security=Security.NONE,
        username="bot",
        password=Secret("correct horse"),
    )
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(MAIL, SLACK)), email=settings)
    world.email = SmtpChannel(settings)  # type: ignore[assignment]


def is_fit(text: str) -> bool:
    return text.isprintable() and bool(text.encode()) and len(text) < 1500


@pytest.mark.parametrize("noise", NOISE)
async def test_what_was_accepted_is_sent_whatever_its_acknowledgement_looks_like(
    world: World, noise: str
) -> None:
    """Three runs, one mail, no fault; Slack is served."""
    async with RawSmtp({"FINAL": b"250 " + NOISE[noise] + b"\r\n"}) as server:
        settled(world, server)
        for _ in range(3):
            assert not (await world.once()).faults
            world.restart()
        await world.email.aclose()
        assert len(server.taken) == 1
    assert len(world.slack.accepted) == 1


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("stage", STAGES)
async def test_a_refusal_of_any_bytes_is_that_message_s_failure(world: World, stage: str, noise: str) -> None:
    """At every stage: one fault that can be printed and stored, Slack is served, and nothing is doubled."""
    async with RawSmtp({stage: b"%d %b\r\n" % (STAGES[stage], NOISE[noise])}) as server:
        settled(world, server)
        (fault,) = (await world.once()).faults
        assert fault.startswith("ada: email ada@example.org: failed: ")
        assert is_fit(fault)
        world.restart()
        assert not (await world.once()).faults
        await world.email.aclose()
        assert len(server.taken) == (stage == "FINAL")
    assert sum(bool(one.arxiv_ids) for one in world.slack.accepted) == 1


@pytest.mark.parametrize("noise", NOISE)
async def test_an_answer_that_is_none_leaves_the_mail_in_doubt(world: World, noise: str) -> None:
    """After the message was handed over it may have been accepted."""
    async with RawSmtp({"FINAL": NOISE[noise] + b"\r\n"}) as server:
        settled(world, server)
        (fault,) = (await world.once()).faults
        await world.email.aclose()
    assert ": in doubt: " in fault
    assert is_fit(fault)
    assert len(world.slack.accepted) == 1


async def test_lone_surrogates_in_slack_s_words(world: World) -> None:
    """In its error code, and in the receipt of what it accepted."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(SLACK, Target("file", "/reports"))))
    world.slack.script.append(DeliveryError(f"Slack says {LONE}", Verdict(remedy=LONE)))
    (fault,) = (await world.once()).faults
    assert is_fit(fault)

    async def sending(envelope: Envelope, resolved: str) -> Receipt:
        receipt = await world.slack.take(envelope, resolved)
        return Receipt(receipt.channel, LONE)

    world.slack.on_send = sending
    assert not (await world.once()).faults
    assert not (await world.once()).faults
    assert (len(world.slack.accepted), len(world.file.accepted)) == (1, 1)


@pytest.mark.parametrize("when", ["resolve", "send", "find"])
@pytest.mark.parametrize(
    "error", [RuntimeError(LONE), UnicodeEncodeError("utf-8", LONE, 3, 4, "no"), KeyError(1)]
)
async def test_no_exception_of_one_channel_ends_the_round(world: World, when: str, error: Exception) -> None:
    """Whatever a channel raises, the others go on. What may have been accepted is looked for before it waits."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(SLACK, Target("file", "/reports"))))
    if when == "find":
        world.slack.script.append(DeliveryError("lost", Verdict(in_doubt=True)))

    async def raising(*_: object) -> str:
        raise error

    setattr(world.slack, f"on_{when}", raising)
    (fault,) = (await world.once()).faults
    assert (": in doubt: " in fault) is (when == "find")
    assert type(error).__name__ in fault
    assert is_fit(fault)
    assert len(world.file.accepted) == 1


@pytest.mark.parametrize("error", [RuntimeError(LONE), ArxivError(LONE)])
async def test_a_source_that_raises_anything_leaves_the_poll_incomplete(
    world: World, error: Exception
) -> None:
    """It is arXiv's failure, and what waits is delivered all the same."""
    world.subscribe(subscriber(targets=(SLACK,)))
    world.source.script.extend([error] * 100)
    faults = (await world.once()).faults
    assert any("the poll is incomplete" in fault for fault in faults)
    assert all(is_fit(fault) for fault in faults)


@pytest.mark.parametrize("error", [RuntimeError(LONE), ModelError(LONE)])
async def test_a_summariser_that_raises_anything_costs_the_summaries_only(
    world: World, error: Exception
) -> None:
    """The digest goes out with the abstract's own sentences."""

    def answer(_: Prompt) -> Exception:
        return error

    world.source.papers = [paper("2611.00001")]
    world.summariser = FakeSummariser(world.clock, answer)
    world.subscribe(subscriber(targets=(SLACK,)))
    assert not (await world.once()).faults
    assert len(world.slack.accepted) == 1
