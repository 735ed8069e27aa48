"""Upgrading: a Slack message that went out without a summary gets it, in place; nothing else is repeated."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import digest
from bot.errors import DeliveryError
from bot.models import Limit, ModelReply, Prompt, Target, Verdict
from bot.pipeline import tick
from bot.settings import EmailSettings, GeminiSettings
from tests.fakes import FakeSummariser
from tests.pipeline import model
from tests.pipeline.conftest import World
from tests.samples import NOON, paper, subscriber

SLACK, MAIL, FILE = (
    Target("slack", "#papers"),
    Target("email", "ada@example.org"),
    Target("file", "/reports"),
)
EVERYWHERE = subscriber(targets=(SLACK, MAIL, FILE))
GEMINI = GeminiSettings(requests_per_minute=1000, concurrency=1)
EMAIL = EmailSettings("smtp.example.org", "bot@example.org")
GONE = model.too_many(Limit.PER_DAY)
SUMMARY = model.GOOD["finding"].encode()
MARK = b"No summary could be made yet"


@pytest.fixture
async def fallen_back(world: World) -> World:
    """Two papers went out everywhere without their summaries: the day's quota was gone."""
    world.source.papers = [paper("2611.00001"), paper("2611.00002")]
    world.subscribe(EVERYWHERE, gemini=GEMINI, email=EMAIL)
    world.summariser = FakeSummariser(world.clock, lambda prompt: GONE)
    report = await world.once()
    assert not report.faults
    assert MARK in world.slack.accepted[0].payload
    next_day(world)
    return world


def next_day(world: World, answer: model.Answer = model.good) -> None:
    """The quota is whole again, and arXiv has nothing new."""
    world.clock.advance(timedelta(days=1))
    world.summariser = FakeSummariser(world.clock, answer)


async def spare(world: World, hours: float = 1) -> None:
    """Spare time of the daemon."""
    until = world.clock.now() + timedelta(hours=hours)
    await tick.spare(world.services, world.state, until, asyncio.Event())


def only(arxiv_id: str) -> model.Answer:
    """Answers for this paper; what comes for the others is no use."""

    def answer(prompt: Prompt) -> ModelReply:
        return model.good(prompt) if model.asked(prompt) == [arxiv_id] else model.text("no JSON")

    return answer


async def test_the_message_is_edited_once_the_summaries_exist(fallen_back: World) -> None:
    """In place, with no mark left; and not a second time."""
    await spare(fallen_back)
    ((receipt, payload),) = fallen_back.slack.edits
    assert (receipt.channel, receipt.reference) == ("id-of-#papers", "ts-1")
    assert payload.count(SUMMARY) == 2
    assert MARK not in payload
    assert b"gemini-test" in payload
    await spare(fallen_back)
    assert len(fallen_back.slack.edits) == 1


async def test_once_edits_what_an_earlier_run_had_to_send_without_summaries(fallen_back: World) -> None:
    """Whoever runs nothing but `once` has no spare time."""
    await fallen_back.once()
    ((_, payload),) = fallen_back.slack.edits
    assert payload.count(SUMMARY) == 2
    assert len(fallen_back.slack.accepted) == 1


async def test_a_message_sent_as_plain_text_is_edited_as_plain_text(world: World) -> None:
    """The workspace refused the blocks once: the edit does not bring them back."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(EVERYWHERE, gemini=GEMINI, email=EMAIL)
    world.summariser = FakeSummariser(world.clock, lambda prompt: GONE)
    world.slack.script.append(DeliveryError("invalid_blocks", Verdict(permanent=True, form_refused=True)))
    await world.once()
    next_day(world)
    await spare(world)
    ((_, payload),) = world.slack.edits
    assert "blocks" not in json.loads(payload)
    assert SUMMARY in payload


async def test_who_is_forgotten_meanwhile_is_left_alone(fallen_back: World) -> None:
    """`forget` works beside the daemon: what it deleted is neither edited nor missed."""
    fallen_back.store.subscriptions.sync([subscriber("bob")], fallen_back.clock.now())

    def answer(prompt: Prompt) -> ModelReply:
        fallen_back.store.forget("ada")
        return model.good(prompt)

    fallen_back.summariser = FakeSummariser(fallen_back.clock, answer)
    await spare(fallen_back)
    assert fallen_back.store.subscriptions.get("ada") is None
    assert not fallen_back.slack.edits


async def test_mail_and_files_are_never_repeated(fallen_back: World) -> None:
    """A reader of those has the abstract's own sentences, marked."""
    await spare(fallen_back)
    await fallen_back.once()
    assert len(fallen_back.email.accepted) == len(fallen_back.file.accepted) == 1
    assert not fallen_back.email.edits
    assert not fallen_back.file.edits


async def test_summaries_that_come_at_different_times_are_both_kept(fallen_back: World) -> None:
    """The second edit does not take the first summary away."""
    fallen_back.summariser = FakeSummariser(fallen_back.clock, only("2611.00001"))
    await spare(fallen_back)
    assert fallen_back.slack.edits[0][1].count(SUMMARY) == 1
    assert MARK in fallen_back.slack.edits[0][1]
    next_day(fallen_back)
    await spare(fallen_back)
    assert fallen_back.slack.edits[1][1].count(SUMMARY) == 2
    assert MARK not in fallen_back.slack.edits[1][1]


async def test_once_upgrades_too(fallen_back: World) -> None:
    """Also for those who run it from cron."""
    report = await fallen_back.once()
    assert not report.faults
    assert len(fallen_back.slack.edits) == 1


async def test_only_for_the_lookback(fallen_back: World) -> None:
    """A message of last week is left as it is: nobody reads it any more."""
    fallen_back.clock.advance(fallen_back.settings.arxiv.lookback)
    await spare(fallen_back)
    assert not fallen_back.slack.edits
    assert fallen_back.summariser is not None
    assert not fallen_back.summariser.prompts


async def test_the_undelivered_goes_first(fallen_back: World) -> None:
    """With two requests left and two papers waiting for a digest, none goes into an old message."""
    fallen_back.source.papers += [paper("2611.00003"), paper("2611.00004")]
    fallen_back.settings = replace(fallen_back.settings, gemini=replace(GEMINI, requests_per_day=2))
    await fallen_back.step()
    await spare(fallen_back)
    assert fallen_back.summariser is not None
    asked = {model.asked(prompt)[0] for prompt in fallen_back.summariser.prompts}
    assert asked == {"2611.00003", "2611.00004"}
    assert not fallen_back.slack.edits


async def test_only_what_is_left_over_is_spent(fallen_back: World) -> None:
    """`once --only bob`: the quota that ada's next digest needs is not spent on her old message."""
    fallen_back.source.papers += [paper("2611.00003")]
    bob = subscriber("bob", targets=(FILE,), topics=("microscopy",), max_papers=1)
    fallen_back.subscribe(EVERYWHERE, bob, gemini=replace(GEMINI, requests_per_day=1), email=EMAIL)
    await tick.once(fallen_back.services, fallen_back.state, ["bob"])
    assert fallen_back.summariser is not None
    assert len(fallen_back.summariser.prompts) == 1
    assert not fallen_back.slack.edits


@pytest.mark.parametrize("permanent", [True, False])
async def test_an_edit_that_fails_harms_nothing(fallen_back: World, permanent: bool) -> None:
    """The message stays as it was; tried again later, unless it can never be."""
    tried = []

    async def failing(*args: object) -> None:
        tried.append(args)
        raise DeliveryError("message_not_found", Verdict(permanent=permanent))

    fallen_back.slack.on_edit = failing
    report = await fallen_back.once()
    assert not report.faults
    fallen_back.slack.on_edit = None
    await spare(fallen_back)
    assert len(tried) == 1
    assert len(fallen_back.slack.edits) == (0 if permanent else 1)
    assert len(fallen_back.slack.accepted) == 1


async def test_slack_is_left_alone_as_long_as_it_asks(fallen_back: World) -> None:
    """A Retry-After to an edit holds for the edits that follow, and for messages."""
    verdict = Verdict(retry_after=timedelta(hours=2))

    async def limited(*args: object) -> None:
        raise DeliveryError("ratelimited", verdict)

    fallen_back.slack.on_edit = limited
    await spare(fallen_back)
    fallen_back.slack.on_edit = None
    await spare(fallen_back)
    assert not fallen_back.slack.edits
    fallen_back.clock.advance(timedelta(hours=2))
    await spare(fallen_back)
    assert len(fallen_back.slack.edits) == 1


async def test_a_crash_between_edit_and_record_repeats_the_edit(fallen_back: World) -> None:
    """The same content in the same place: nobody sees it twice."""

    class Died(BaseException):
        pass

    edit = fallen_back.slack.change

    async def dying(*args: object) -> None:
        await edit(*args)  # type: ignore[arg-type]
        raise Died

    fallen_back.slack.on_edit = dying
    with pytest.raises(Died):
        await spare(fallen_back)
    fallen_back.slack.on_edit = None
    fallen_back.restart()
    await spare(fallen_back)
    first, second = fallen_back.slack.edits
    assert first == second
    assert fallen_back.summariser is not None
    assert len(fallen_back.summariser.prompts) == 2


async def test_a_thread_is_edited_part_by_part(world: World) -> None:
    """Each message keeps its papers; a summary that another part awaits stays awaited. The
    overview has none, and stays."""
    world.source.papers = [
        paper(
            f"2611.{n:05}",
            abstract="We image a sample. It has 12 layers. " * 20,
            published=NOON - timedelta(hours=n),
        )
        for n in range(1, 41)
    ]
    world.subscribe(subscriber(max_papers=40), gemini=GEMINI)
    world.summariser = FakeSummariser(world.clock, lambda prompt: GONE)
    await world.once()
    parts = list(world.slack.accepted)
    assert len(parts) > 1
    next_day(world, only(parts[1].arxiv_ids[0]))
    await spare(world)
    ((receipt, payload),) = world.slack.edits
    assert receipt.reference == "ts-2"
    assert payload.count(SUMMARY) == 1
    next_day(world)
    await spare(world)
    assert [edited.reference for edited, _ in world.slack.edits[1:]] == [
        f"ts-{n}" for n in range(2, len(parts) + 1)
    ]
    assert sum(payload.count(SUMMARY) for _, payload in world.slack.edits[1:]) == 40


async def test_the_edition_is_kept_up_to_date(fallen_back: World) -> None:
    """What is recorded of the digest is what its readers see."""
    await spare(fallen_back)
    made = digest.from_json(fallen_back.store.outbox.edition(fallen_back.slack.accepted[0].digest_id))
    assert [entry.fallback for entry in made.entries] == [False, False]
    assert made.models == ("gemini-test",)


async def test_spare_time_ends_when_something_is_due(fallen_back: World) -> None:
    """A due digest does not wait for old messages."""
    fallen_back.settings = replace(fallen_back.settings, gemini=replace(GEMINI, requests_per_minute=1))
    began = fallen_back.clock.now()
    await spare(fallen_back, hours=0.01)
    assert fallen_back.clock.now() - began < timedelta(seconds=60)
    assert len(fallen_back.slack.edits) <= 1


@pytest.mark.parametrize(
    ("name", "paused", "edits"),
    [
        ("ada", SLACK, 0),
        ("ada", None, 0),
        ("ada", MAIL, 1),
        ("ada", Target("email", "#papers"), 1),
        ("bob", None, 1),
    ],
)
async def test_who_wants_nothing_has_nothing_edited_either(
    fallen_back: World, name: str, paused: Target | None, edits: int
) -> None:
    """A message that changes is read anew."""
    fallen_back.store.optouts.pause(name, paused, None, fallen_back.clock.now())
    await spare(fallen_back)
    assert len(fallen_back.slack.edits) == edits
