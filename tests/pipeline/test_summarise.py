"""Summarising: each summary paid for once, inside every limit, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import digest, quota
from bot.backoff import MALFORMED_ANSWERS, SUMMARY_BUDGET, SUMMARY_REFUSALS
from bot.errors import ModelError
from bot.models import (
    Digest,
    Entry,
    Envelope,
    Limit,
    ModelReply,
    Paper,
    Prompt,
    Receipt,
    Schedule,
    Subscriber,
    SummarySource,
    Target,
    Verdict,
)
from bot.pipeline import tick
from bot.settings import EmailSettings, GeminiSettings, ServiceTier
from tests.fakes import FakeSummariser
from tests.pipeline import model
from tests.pipeline.conftest import World
from tests.samples import NOON, paper, subscriber, topic

MAIL = EmailSettings("smtp.example.org", "bot@example.org")
FOCUSES = (topic(), topic("lenses", focus="the lenses"))
FREE = GeminiSettings(requests_per_minute=1000, requests_per_day=10_000, papers_per_request=1)
OPERATOR = Target("slack", "#operator")


def file(name: str) -> Target:
    return Target("file", f"/reports/{name}")


def reader(name: str, **changes: Any) -> Subscriber:
    return subscriber(name, **{"targets": (file(name),)} | changes)


def at(name: str, clock: str, **changes: Any) -> Subscriber:
    hour, minute = clock.split(":")
    return reader(name, schedule=Schedule(f"daily {clock}", f"{int(minute)} {int(hour)} * * *"), **changes)


def papers(count: int, first: int = 1) -> list[Paper]:
    return [
        paper(f"2611.{number:05}", published=NOON - timedelta(hours=1, minutes=number))
        for number in range(first, first + count)
    ]


Ready = Callable[..., World]


@pytest.fixture
def ready(world: World) -> Ready:
    """A world with papers, readers of them, and a model."""

    def prepare(
        count: int,
        answer: model.Answer = model.good,
        readers: tuple[Subscriber, ...] = (reader("ada"),),
        gemini: GeminiSettings = FREE,
        **changes: Any,
    ) -> World:
        world.source.papers = papers(count)
        world.summariser = FakeSummariser(world.clock, answer)
        world.subscribe(*readers, gemini=gemini, email=MAIL, **changes)
        return world

    return prepare


def digests(world: World, name: str = "ada") -> list[Digest]:
    """The subscriber's digests, in their order."""
    ids = {one.digest_id: None for one in world.file.accepted if one.subscriber == name}
    return [digest.from_json(world.store.outbox.edition(number)) for number in ids]


def entries(world: World, name: str = "ada") -> list[Entry]:
    return [entry for made in digests(world, name) for entry in made.entries]


def requests(world: World) -> list[list[str]]:
    assert world.summariser is not None
    return [model.asked(prompt) for prompt in world.summariser.prompts]


def by_model(world: World, name: str = "ada") -> int:
    """How many papers the subscriber read with a summary by the model."""
    return sum(entry.summary is not None and not entry.fallback for entry in entries(world, name))


# --- paid once ----------------------------------------------------------------------------------


async def test_one_summary_for_however_many_subscribers(ready: Ready) -> None:
    """One paper, one language, one focus: one request."""
    world = ready(3, readers=(reader("ada"), reader("bob"), reader("cyd", timezone="Asia/Tokyo")))
    report = await world.once()
    assert not report.faults
    assert sorted(requests(world)) == [["2611.00001"], ["2611.00002"], ["2611.00003"]]
    assert [by_model(world, name) for name in ("ada", "bob", "cyd")] == [3, 3, 3]


async def test_language_and_focus_make_summaries_of_their_own(ready: Ready) -> None:
    """Cached by paper, version, language and focus; a language is the same by name and by code."""
    topics = (topic("a", focus="lenses"), topic("b", focus="samples", keywords=("sample",)))
    readers = (
        reader("ada", topics=("a",)),
        reader("bob", topics=("b", "a")),
        reader("cyd", topics=("a",), language="German"),
        reader("dee", topics=("a",), language="de"),
    )
    world = ready(1, readers=readers, topics=topics, answer=lambda prompt: model.text("[]"))
    await world.once()
    assert world.summariser is not None
    asked = {(prompt.system, model.asked(prompt)[0]) for prompt in world.summariser.prompts}
    assert len(asked) == 3


async def test_nothing_is_paid_twice(ready: Ready) -> None:
    """Neither in the same process nor after a restart, nor for somebody who subscribes later."""
    world = ready(2)
    await world.once()
    await world.once()
    world.restart()
    await world.once()
    world.subscribe(reader("ada"), reader("bob"), gemini=FREE, email=MAIL)
    await world.once()
    assert len(requests(world)) == 2
    assert by_model(world, "bob") == 2


async def test_what_was_answered_before_a_crash_is_not_asked_again(ready: Ready) -> None:
    """Each summary is saved when it comes, not at the end of the round."""

    class Died(BaseException):
        pass

    def dying(prompt: Prompt) -> ModelReply:
        if model.asked(prompt) == ["2611.00003"]:
            raise Died
        return model.good(prompt)

    world = ready(5, answer=dying, gemini=replace(FREE, concurrency=1))
    with pytest.raises(BaseException):  # noqa: B017, PT011  (a task group wraps it)
        await world.once()
    world.summariser = FakeSummariser(world.clock, model.good)
    world.restart()
    await world.once()
    assert requests(world) == [["2611.00003"], ["2611.00004"], ["2611.00005"]]
    assert by_model(world) == 5


async def test_titles_beyond_max_papers_are_not_summarised(ready: Ready) -> None:
    """Only what is read in full is paid for."""
    world = ready(5, readers=(reader("ada", max_papers=2),))
    await world.once()
    assert len(requests(world)) == 2


async def test_without_a_key_the_extract_is_no_fallback(world: World) -> None:
    """The built-in summariser is a feature: nothing is marked as missing."""
    world.source.papers = papers(1)
    world.subscribe(reader("ada"), email=MAIL)
    await world.once()
    (entry,) = entries(world)
    assert entry.summary is not None
    assert entry.summary.source is SummarySource.EXTRACTIVE
    assert not entry.fallback


# --- limits -------------------------------------------------------------------------------------


class Counting:
    """A good model that notes when each request began and ended, and how large it was.

    ``as_told`` changes what it says of an answer.
    """

    def __init__(
        self, world: World, latency: float = 3.0, as_told: Callable[[ModelReply], ModelReply] | None = None
    ) -> None:
        self._as_told = as_told
        self.began: list[float] = []
        self.days: list[datetime] = []
        self.tokens: list[int] = []
        self.most_at_once = 0
        self._under_way = 0
        self._world = world
        self._latency = latency

    async def ask(self, prompt: Prompt) -> ModelReply:
        clock = self._world.clock
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        self.began.append(clock.monotonic())
        self.days.append(clock.now())
        await clock.sleep(self._latency)
        self._under_way -= 1
        answer = model.good(prompt)
        self.tokens.append(answer.prompt_tokens)
        return self._as_told(answer) if self._as_told else answer


async def test_concurrency_is_kept(ready: Ready) -> None:
    """Eight at once at most, and that many when nothing else holds them back."""
    world = ready(30, readers=(reader("ada", max_papers=30),))
    counting = Counting(world)
    world.summariser = counting  # type: ignore[assignment]
    await world.once()
    assert counting.most_at_once == 8


async def test_a_long_wait_for_the_limits_is_said(ready: Ready) -> None:
    """Two requests a minute: nobody is to wonder why the third takes so long."""
    world = ready(4, gemini=replace(FREE, requests_per_minute=2, papers_per_request=1))
    await world.once()
    said = [text for text in world.progress.waits if "arXiv" not in text]
    assert said
    for text in said:
        what, _, seconds = text.rpartition(" in ")
        assert what == "Gemini's limits leave no room; the next request goes out"
        assert 10 < int(seconds.removesuffix(" s")) <= 61


async def test_requests_per_minute_are_kept_across_a_restart(ready: Ready) -> None:
    """In any sixty seconds, also around the moment in which the process was replaced."""
    world = ready(8, gemini=replace(FREE, requests_per_minute=10))
    counting = Counting(world)
    world.summariser = counting  # type: ignore[assignment]
    await world.once()
    world.source.papers += papers(12, first=100)
    world.restart()
    await world.once()
    assert len(counting.began) == 20
    assert model.most_within(60.0, counting.began) == 10


async def test_tokens_per_minute_are_kept(ready: Ready) -> None:
    """The tokens of any sixty seconds, by an upper estimate before they are known."""
    world = ready(12, gemini=replace(FREE, tokens_per_minute=4000))
    counting = Counting(world)
    world.summariser = counting  # type: ignore[assignment]
    await world.once()
    assert len(counting.began) == 12
    assert 1 < model.most_within(60.0, counting.began) * 700 <= 4000


async def test_thoughts_and_answers_are_tokens_of_the_minute(ready: Ready) -> None:
    """As many as they turn out to be, however many requests begin before the first answer."""
    answer = ModelReply("", "STOP", "", "gemini-test", 1500, 1000)
    world = ready(12, gemini=replace(FREE, tokens_per_minute=6000))
    counting = Counting(world, as_told=lambda said: replace(answer, text=said.text))
    world.summariser = counting  # type: ignore[assignment]
    await world.once()
    assert by_model(world) == 12
    assert model.most_within(60.0, counting.began) * 2500 <= 6000


async def test_what_is_reported_low_counts_by_our_estimate(ready: Ready) -> None:
    """An endpoint may count otherwise than it reports, or report nothing."""
    silent = ModelReply("", "STOP", "", "gemini-test", 0, 0)
    world = ready(9, gemini=replace(FREE, tokens_per_minute=4000))
    counting = Counting(world, as_told=lambda said: replace(silent, text=said.text))
    world.summariser = counting  # type: ignore[assignment]
    await world.once()
    assert by_model(world) == 9
    assert 1 < model.most_within(60.0, counting.began) <= 5


async def test_what_went_in_and_what_came_out_is_kept_apart(ready: Ready) -> None:
    """For status and metrics as the model tells it; the minute's limit counts both, in the next process too."""
    world = ready(1, answer=lambda said: replace(model.good(said), prompt_tokens=5000, output_tokens=90))
    await world.once()
    use = world.store.summaries.use_on(quota.pacific_day(world.clock.now()))
    assert (use.prompt_tokens, use.output_tokens, use.by_model) == (5000, 90, {"gemini-test": 1})
    assert [one.tokens for one in world.store.summaries.recent_requests(NOON)] == [5090]


async def test_the_day_s_requests_are_kept_across_a_restart(ready: Ready) -> None:
    """The day's count is in the database; the operator is told once, readers get marked fallbacks."""
    world = ready(6, gemini=replace(FREE, requests_per_day=4), operator=OPERATOR)
    report = await world.once()
    assert not report.faults
    assert (by_model(world), len(requests(world))) == (4, 4)
    assert "quota of 4 requests is used up" in digests(world)[0].notices[0]

    world.source.papers += papers(2, first=100)
    world.restart()
    report = await world.once()
    assert not report.faults
    assert len(requests(world)) == 4
    assert [entry.fallback for entry in digests(world)[1].entries] == [True, True]
    told = [one for one in world.slack.accepted if one.subscriber == ""]
    assert len(told) == 1
    assert b"quota of 4 requests is used up" in told[0].payload
    assert [alert.key for alert in world.store.notices.open_alerts()] == ["gemini"]


async def test_a_new_day_begins_at_midnight_in_california(ready: Ready) -> None:
    """The quota is whole again then, and the alert is settled by the first good answer."""
    world = ready(3, gemini=replace(FREE, requests_per_day=2))
    midnight = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
    assert quota.day_resets_at(world.clock.now()) == midnight
    await world.once()
    world.source.papers += papers(2, first=100)
    world.clock.advance(midnight - timedelta(seconds=30) - world.clock.now())
    await world.once()
    assert len(requests(world)) == 2
    world.source.papers += papers(1, first=200)
    world.clock.advance(timedelta(minutes=1))
    await world.once()
    assert len(requests(world)) == 3
    assert not world.store.notices.open_alerts()


# --- refusals of the service ----------------------------------------------------------------------


async def test_a_per_minute_refusal_is_waited_out_as_told(ready: Ready) -> None:
    """Gemini names the wait: no request goes out before it is over, and no paper falls back."""
    world = ready(3, gemini=replace(FREE, concurrency=1))
    refusal = model.too_many(Limit.PER_MINUTE, timedelta(seconds=40))
    world.summariser = FakeSummariser(world.clock, model.in_turn(refusal))
    counting: list[float] = []
    ask = world.summariser.reply

    async def timed(prompt: Prompt) -> ModelReply:
        counting.append(world.clock.monotonic())
        return await ask(prompt)

    world.summariser.on_ask = timed
    await world.once()
    assert by_model(world) == 3
    assert counting[1] - counting[0] >= 40


@pytest.mark.parametrize("limit", [None, Limit.PER_MINUTE])
async def test_a_wait_that_is_asked_for_holds_for_all(ready: Ready, limit: Limit | None) -> None:
    """While one paper's refusal is waited out no other paper is asked for, nor by the next process."""
    moments: list[float] = []
    world = ready(6, gemini=replace(FREE, concurrency=2))
    refusal = ModelError("Gemini refuses", Verdict(limit=limit, retry_after=timedelta(seconds=50)))

    def answer(prompt: Prompt) -> ModelReply | Exception:
        moments.append(world.clock.monotonic())
        if len(moments) <= 2:
            world.state.stopping.set()
            return refusal
        return model.good(prompt)

    world.summariser = FakeSummariser(world.clock, answer)
    await world.once()
    assert len(moments) == 2
    world.restart()
    await world.once()
    assert min(moments[2:]) - moments[1] >= 50
    assert by_model(world) == 6


@pytest.mark.parametrize("limit", [None, Limit.PER_MINUTE])
async def test_a_long_wait_does_not_hold_up_what_is_due(ready: Ready, limit: Limit | None) -> None:
    """Asked to come back in a quarter of an hour: the digest goes out now, marked, and says until when."""
    refusal = ModelError("Gemini refuses", Verdict(limit=limit, retry_after=timedelta(minutes=15)))
    world = ready(5, answer=lambda prompt: refusal, gemini=replace(FREE, concurrency=1))
    began = world.clock.monotonic()
    report = await world.once()
    assert not report.faults
    assert len(requests(world)) == 1
    assert world.clock.monotonic() - began < 60
    assert [entry.fallback for entry in entries(world)] == [True] * 5
    assert "until 2026-11-16 12:15" in digests(world)[0].notices[0]


async def test_endless_per_minute_refusals_are_an_outage(ready: Ready) -> None:
    """A service that refuses everything for five minutes is down for this round, whatever it says."""
    refusal = model.too_many(Limit.PER_MINUTE, timedelta(seconds=30))
    world = ready(40, answer=lambda prompt: refusal, readers=(reader("ada", max_papers=40),))
    began = world.clock.monotonic()
    await world.once()
    assert world.clock.monotonic() - began < 400
    assert [entry.fallback for entry in entries(world)] == [True] * 40


async def test_a_per_day_refusal_ends_the_day(ready: Ready) -> None:
    """Whatever delay is named beside it: no further request until the reset."""
    refusal = model.too_many(Limit.PER_DAY, timedelta(seconds=3))
    world = ready(5, answer=lambda prompt: refusal, gemini=replace(FREE, concurrency=2))
    report = await world.once()
    assert not report.faults
    assert len(requests(world)) <= 2
    assert [entry.fallback for entry in entries(world)] == [True] * 5


@pytest.mark.parametrize("failure", [model.too_many(Limit.NOT_OFFERED), model.bad_key()])
async def test_what_a_person_must_mend_ends_the_round_and_is_told_once(
    ready: Ready, failure: ModelError
) -> None:
    """A bad key fails every paper alike: one request, one alert, marked fallbacks, exit status 0."""
    world = ready(4, answer=lambda prompt: failure, operator=OPERATOR, gemini=replace(FREE, concurrency=1))
    report = await world.once()
    assert not report.faults
    assert len(requests(world)) == 1
    assert [entry.fallback for entry in entries(world)] == [True] * 4
    assert digests(world)[0].notices[0].startswith("Gemini: ")
    # Who has given a key that is refused reads so; what an account lacks is told in the digest.
    assert [one.startswith("Gemini: ") for one in report.troubles] == [True] * failure.verdict.service_wide
    world.source.papers += papers(1, first=100)
    await world.once()
    assert not digests(world)[1].notices
    assert len([one for one in world.slack.accepted if one.subscriber == ""]) == 1

    world.summariser = FakeSummariser(world.clock, model.good)
    world.source.papers += papers(1, first=200)
    await world.once()
    assert not world.store.notices.open_alerts()


@pytest.mark.parametrize("failure", [model.too_many(Limit.NOT_OFFERED), model.bad_key(), model.overloaded()])
async def test_who_refuses_everything_is_left_alone_for_half_an_hour(
    ready: Ready, failure: ModelError
) -> None:
    """In spare time, for which nobody waits; then it is asked again, as somebody may have mended it."""
    world = ready(3, answer=lambda prompt: failure, gemini=replace(FREE, concurrency=1))
    await world.step()
    until = world.clock.now() + timedelta(days=1)
    counts = []
    for pause in (timedelta(), timedelta(), timedelta(minutes=29), timedelta(minutes=1)):
        world.clock.advance(pause)
        await tick.spare(world.services, world.state, until, asyncio.Event())
        counts.append(len(requests(world)))
    first, *meanwhile, again = counts
    assert 0 < first < again
    assert meanwhile == [first, first]


async def test_nobody_waits_for_a_pause_when_the_round_has_ended(ready: Ready) -> None:
    """One request is to be sent again in a minute, another hears meanwhile that the key is refused: that is all."""
    later = ModelError("Gemini refuses with status 503", Verdict(retry_after=timedelta(seconds=59)))
    answers = model.in_turn(later, model.bad_key())
    world = ready(2, answer=answers, gemini=replace(FREE, concurrency=2, papers_per_request=1))
    await world.step()
    began = world.clock.monotonic()
    await world.once()
    assert len(requests(world)) == 2
    assert world.clock.monotonic() - began < 30


async def test_an_outage_ends_the_round_after_five_minutes(ready: Ready) -> None:
    """Nobody waits for a service that is down; the next round tries again."""
    world = ready(40, answer=lambda prompt: model.overloaded(), readers=(reader("ada", max_papers=40),))
    began = world.clock.monotonic()
    report = await world.once()
    assert not report.faults
    assert 300 <= world.clock.monotonic() - began < 400
    assert [entry.fallback for entry in entries(world)] == [True] * 40
    assert "no answer for 5 minutes" in digests(world)[0].notices[0]


async def test_a_wave_of_refusals_passes(ready: Ready) -> None:
    """503 comes in waves: two minutes of it delay the summaries and cost none."""
    world = ready(20)

    def wave(prompt: Prompt) -> ModelReply | Exception:
        return model.overloaded() if world.clock.monotonic() < 120 else model.good(prompt)

    world.summariser = FakeSummariser(world.clock, wave)
    await world.once()
    assert by_model(world) == 20


async def test_an_answer_that_can_t_be_read_holds_nobody_up(ready: Ready) -> None:
    """A bomb, a page of HTML: seconds later the paper is shown with its abstract's sentences, and asked for anew."""
    world = ready(1, answer=lambda prompt: model.unreadable())
    began = world.clock.monotonic()
    report = await world.once()
    assert not report.faults
    assert world.clock.monotonic() - began < 60
    assert len(requests(world)) == SUMMARY_REFUSALS
    assert [entry.fallback for entry in entries(world)] == [True]

    world.summariser = FakeSummariser(world.clock, model.good)
    world.source.papers += papers(1, first=100)
    await world.once()
    assert by_model(world) == 1


async def test_who_answers_everything_alike_does_not_cost_the_day_s_requests(ready: Ready) -> None:
    """Ten answers running that can't be read end the round, and it is told."""
    world = ready(40, answer=lambda prompt: model.unreadable(), readers=(reader("ada", max_papers=40),))
    began = world.clock.monotonic()
    await world.once()
    assert world.clock.monotonic() - began < 60
    assert len(requests(world)) < 2 * MALFORMED_ANSWERS
    assert [entry.fallback for entry in entries(world)] == [True] * 40
    assert "10 answers running could not be read" in digests(world)[0].notices[0]


async def test_a_good_answer_shows_that_the_model_is_there(ready: Ready) -> None:
    """Every other answer can't be read: each paper is asked for twice, and none goes without."""
    answers = (model.unreadable(), model.good) * 20
    world = ready(20, answer=model.in_turn(*answers), gemini=replace(FREE, concurrency=1))
    await world.once()
    assert by_model(world) == 20


async def test_one_paper_is_tried_for_five_minutes_at_most(ready: Ready) -> None:
    """From its first request to its last, whatever the failures are."""
    moments: list[float] = []
    world = ready(4, gemini=replace(FREE, requests_per_minute=2))

    def failing(prompt: Prompt) -> ModelReply | Exception:
        if model.asked(prompt) == ["2611.00002"]:
            moments.append(world.clock.monotonic())
            return model.overloaded() if len(moments) % 2 else model.text("no JSON")
        return model.good(prompt)

    world.summariser = FakeSummariser(world.clock, failing)
    await world.once()
    assert len(moments) > 1
    assert moments[-1] - moments[0] <= SUMMARY_BUDGET.total_seconds()
    assert by_model(world) == 3


# --- answers that are no good ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        model.text("I'm sorry, I can't do that."),
        model.text('[{"arxiv_id": "2611.00001", "objective": "Image a'),
        model.text("", finish="MAX_TOKENS"),
        model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER}),
        model.objects({"arxiv_id": "2611.09999", **model.GOOD}),
        model.recited(),
    ],
)
async def test_a_bad_answer_is_asked_again(ready: Ready, bad: ModelReply) -> None:
    """Refused, cut off, malformed, untrue or somebody else's: the second answer is taken."""
    world = ready(1, answer=model.in_turn(bad))
    await world.once()
    assert len(requests(world)) == 2
    assert by_model(world) == 1


async def test_the_model_is_told_what_was_wrong(ready: Ready) -> None:
    """A number that the abstract has not is named in the second request."""
    world = ready(1, answer=model.in_turn(model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER})))
    await world.once()
    assert world.summariser is not None
    assert "13" in world.summariser.prompts[1].user


async def test_what_stays_bad_falls_back_marked(ready: Ready) -> None:
    """Asked a bounded number of times a day, also by the processes that follow; the exit status is 0."""
    wrong = model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER})
    world = ready(1, answer=lambda prompt: wrong, readers=(subscriber(),))
    report = await world.once()
    assert not report.faults
    for _ in range(3):
        world.restart()
        await world.once()
    assert len(requests(world)) == SUMMARY_REFUSALS


@pytest.mark.parametrize("refusal", [model.blocked(), model.recited(), model.text("", finish="SAFETY")])
async def test_what_the_model_will_not_say_is_asked_for_in_other_words_once(
    ready: Ready, refusal: ModelReply
) -> None:
    """What Gemini prohibits it mostly prohibits again; the other papers are not affected."""

    def refusing(prompt: Prompt) -> ModelReply:
        return refusal if model.asked(prompt) == ["2611.00001"] else model.good(prompt)

    world = ready(3, answer=refusing)
    await world.once()
    await world.once()
    assert world.summariser is not None
    asked = [prompt for prompt in world.summariser.prompts if model.asked(prompt) == ["2611.00001"]]
    assert ["your own words" in prompt.system for prompt in asked] == [False, True]
    assert "was refused" not in asked[1].user, "nothing was wrong with its words"
    assert by_model(world) == 2


async def test_a_refusal_may_pass(ready: Ready) -> None:
    """The second answer, in other words, is taken."""
    world = ready(1, answer=model.in_turn(model.text("", finish="SAFETY")))
    await world.once()
    assert by_model(world) == 1


async def test_refusals_are_counted_by_summary_and_by_day(ready: Ready) -> None:
    """What the model can't say in one language says nothing of another, and tomorrow it is asked again."""
    readers = (reader("ada"), reader("bob", language="German"))
    wrong = model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER})
    world = ready(1, answer=lambda prompt: wrong, readers=readers, gemini=replace(FREE, concurrency=1))
    await world.once()
    assert len(requests(world)) == 2 * SUMMARY_REFUSALS
    world.clock.advance(timedelta(days=1))
    world.subscribe(reader("cyd"), reader("dee", language="German"), gemini=FREE, email=MAIL)
    await world.once()
    assert len(requests(world)) == 4 * SUMMARY_REFUSALS


async def test_refusals_are_counted_across_a_restart(ready: Ready) -> None:
    """Told to stop after the first: the next process pays for two more that day."""
    world = ready(1)

    def stopping(prompt: Prompt) -> ModelReply:
        if len(requests(world)) == 1:
            world.state.stopping.set()
        return model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER})

    world.summariser = FakeSummariser(world.clock, stopping)
    await world.once()
    assert len(requests(world)) == 1
    for _ in range(2):
        world.restart()
        await world.once()
    assert len(requests(world)) == SUMMARY_REFUSALS


@pytest.mark.parametrize(
    ("failure", "latency"),
    [(model.overloaded(), 1.0), (model.objects({"arxiv_id": "2611.00001", **model.WRONG_NUMBER}), 200.0)],
    ids=["busy", "slow and wrong"],
)
async def test_what_had_no_time_left_is_asked_for_again_after_five_minutes(
    ready: Ready, failure: ModelReply | ModelError, latency: float
) -> None:
    """Not before, whoever else wants it: the service was asked for as long as one paper may take."""
    world = ready(2, gemini=replace(FREE, concurrency=1))

    def answer(prompt: Prompt) -> ModelReply | Exception:
        return failure if model.asked(prompt) == ["2611.00001"] else model.good(prompt)

    world.summariser = FakeSummariser(world.clock, answer)
    world.summariser.latency = latency
    await world.once()
    asked = len(requests(world))
    assert by_model(world) == 1

    world.subscribe(reader("ada"), reader("bob"), gemini=FREE, email=MAIL)
    await world.once()
    assert (len(requests(world)), by_model(world, "bob")) == (asked, 1)

    world.clock.advance(SUMMARY_BUDGET)
    world.summariser.on_ask = good_at_once
    world.subscribe(reader("cyd"), gemini=FREE, email=MAIL)
    await world.once()
    assert by_model(world, "cyd") == 2


async def good_at_once(prompt: Prompt) -> ModelReply:
    return model.good(prompt)


# --- several papers a request -----------------------------------------------------------------------


FIVE = replace(FREE, papers_per_request=5, concurrency=1)


async def test_five_papers_share_a_request(ready: Ready) -> None:
    """Told apart by their ids, in whatever order the answers come."""

    def backwards(prompt: Prompt) -> ModelReply:
        return model.objects(*({"arxiv_id": one, **model.GOOD} for one in reversed(model.asked(prompt))))

    world = ready(12, answer=backwards, gemini=FIVE)
    await world.once()
    assert [len(one) for one in requests(world)] == [5, 5, 2]
    assert by_model(world) == 12


async def test_missing_doubled_and_foreign_answers_are_asked_for_singly(ready: Ready) -> None:
    """Never tied to a paper by position."""

    def careless(prompt: Prompt) -> ModelReply:
        ids = model.asked(prompt)
        if len(ids) == 1:
            return model.good(prompt)
        told = [ids[0], ids[1], ids[1], "2611.09999", ids[4]]
        return model.objects(*({"arxiv_id": one, **model.GOOD} for one in told))

    world = ready(5, answer=careless, gemini=FIVE)
    await world.once()
    first, *singly = requests(world)
    assert singly == [[first[1]], [first[2]], [first[3]]]
    assert by_model(world) == 5


async def test_a_request_that_is_refused_for_good_costs_one_paper_at_most(ready: Ready) -> None:
    """An abstract that the service can't take: the others are asked for singly, and it not again that day."""

    def refusing(prompt: Prompt) -> ModelReply | Exception:
        if "2611.00002" in model.asked(prompt):
            return ModelError("Gemini refuses with status 400", Verdict(permanent=True))
        return model.good(prompt)

    world = ready(3, answer=refusing, gemini=FIVE)
    for _ in range(2):
        await world.once()
        world.restart()
        world.subscribe(reader("ada"), reader("bob"), gemini=FIVE, email=MAIL)
    first, *singly = requests(world)
    assert singly == [[one] for one in first]
    assert [by_model(world, name) for name in ("ada", "bob")] == [2, 2]


async def test_focuses_and_languages_don_t_share_a_request(ready: Ready) -> None:
    """Each request has one focus and one language."""
    world = ready(3, readers=(reader("ada"), reader("bob", language="French")), gemini=FIVE)
    await world.once()
    assert world.summariser is not None
    first = [prompt for prompt in world.summariser.prompts if len(model.asked(prompt)) > 1]
    assert [("in French" in prompt.system) for prompt in first] == [False, True]


@pytest.mark.parametrize(
    ("count", "allowed", "sizes"),
    [(20, 20, [1] * 20), (20, 12, [2] * 10), (30, 3, [10, 10, 10])],
    ids=["it reaches", "it is short", "it is nearly gone"],
)
async def test_papers_share_requests_as_far_as_the_day_demands(
    ready: Ready, count: int, allowed: int, sizes: list[int]
) -> None:
    """With `auto`: singly while the day's requests reach, then as few together as let the queue fit."""
    world = ready(count, gemini=replace(FREE, papers_per_request=None, requests_per_day=allowed))
    await world.once()
    assert [len(one) for one in requests(world)] == sizes
    assert by_model(world) == count


async def test_a_day_of_three_hundred_papers_fits_the_free_tier(ready: Ready) -> None:
    """All summarised within 250 requests with `auto`, though one answer in twenty has to be asked for again."""
    tried: set[str] = set()

    def now_and_then_wrong(prompt: Prompt) -> ModelReply:
        wrong = {one for one in model.asked(prompt) if one.endswith(("07", "27", "47", "67", "87"))} - tried
        tried.update(wrong)
        return model.objects(
            *(
                {"arxiv_id": one, **(model.WRONG_NUMBER if one in wrong else model.GOOD)}
                for one in model.asked(prompt)
            )
        )

    allowed = replace(FREE, papers_per_request=None, requests_per_day=250)
    world = ready(300, answer=now_and_then_wrong, readers=(reader("ada", max_papers=300),), gemini=allowed)
    await world.once()
    assert by_model(world) == 300
    assert len(requests(world)) <= 250


async def test_a_slow_answer_of_the_flex_tier_is_waited_for(ready: Ready) -> None:
    """Ten minutes are within what that tier may take; the digest has the model's summary."""
    world = ready(2, gemini=replace(FREE, service_tier=ServiceTier.FLEX))
    assert world.summariser is not None
    world.summariser.latency = 600.0
    await world.once()
    assert by_model(world) == 2
    assert len(requests(world)) == 2


async def test_a_model_that_is_always_wrong_is_paid_once_a_day(ready: Ready) -> None:
    """However many papers it is asked about, and however often `once` is started."""

    def wrong(prompt: Prompt) -> ModelReply:
        return model.objects(*({"arxiv_id": one, **model.WRONG_NUMBER} for one in model.asked(prompt)))

    world = ready(12, answer=wrong)
    for _ in range(3):
        await world.once()
        world.restart()
    assert len(requests(world)) == SUMMARY_REFUSALS * 12


# --- short of quota -----------------------------------------------------------------------------------


async def test_a_short_quota_is_shared_fairly(ready: Ready) -> None:
    """Nobody is left without while another gets everything."""
    readers = (reader("ada"), reader("bob", topics=("lenses",)))
    world = ready(20, readers=readers, topics=FOCUSES, gemini=replace(FREE, requests_per_day=10))
    await world.once()
    assert len(requests(world)) == 10
    assert [by_model(world, name) for name in ("ada", "bob")] == [5, 5]


async def test_what_was_had_earlier_in_the_day_counts(ready: Ready) -> None:
    """Fair over the day, not over each round, also when the process was replaced between two."""
    readers = (reader("ada"), reader("bob", topics=("lenses",)))
    world = ready(6, readers=readers[:1], topics=FOCUSES, gemini=replace(FREE, requests_per_day=10))
    await world.once()
    assert by_model(world, "ada") == 6
    world.source.papers = papers(10, first=100)
    world.restart()
    world.subscribe(*readers, topics=FOCUSES, gemini=world.settings.gemini, email=MAIL)
    await world.once()
    assert len(requests(world)) == 10
    assert [by_model(world, name) for name in ("ada", "bob")] == [6, 4]


async def test_a_new_day_s_quota_is_shared_anew(ready: Ready) -> None:
    """What was had of yesterday's quota takes nothing from today's share."""
    readers = (reader("ada"), reader("bob", topics=("lenses",)))
    world = ready(4, readers=readers[:1], topics=FOCUSES, gemini=replace(FREE, requests_per_day=4))
    await world.once()
    world.clock.advance(timedelta(days=1))
    world.source.papers = papers(6, first=100)
    world.subscribe(*readers, topics=FOCUSES, gemini=world.settings.gemini, email=MAIL)
    await world.once()
    assert [by_model(world, name) for name in ("ada", "bob")] == [4 + 2, 2]


async def test_who_is_due_first_leaves_the_others_their_share(ready: Ready) -> None:
    """In `run`: the digests due later today are entitled to the same quota."""
    readers = (at("ada", "12:13"), at("bob", "12:20", topics=("lenses",)))
    world = ready(10, readers=readers, topics=FOCUSES, gemini=replace(FREE, requests_per_day=10))
    await world.step()
    world.clock.advance(timedelta(minutes=13))
    await world.step()
    assert by_model(world, "ada") == 5
    assert len(requests(world)) == 5
    world.clock.advance(timedelta(minutes=7))
    await world.step()
    assert by_model(world, "bob") == 5


async def test_a_digest_that_lacks_summaries_is_in_nobody_s_way(ready: Ready) -> None:
    """Who lacks nothing, or comes due meanwhile, is served while another's summaries are asked for."""
    readers = (at("ada", "12:10", topics=("lenses",)), at("bob", "12:10"), at("cyd", "12:15"))
    slow = replace(FREE, requests_per_minute=1)
    world = ready(10, readers=(reader("zoe"),), topics=FOCUSES, gemini=slow)
    await world.once()
    world.subscribe(*readers, topics=FOCUSES, gemini=slow, email=MAIL)
    delivered: dict[str, datetime] = {}
    send = world.file.take

    async def timed(envelope: Envelope, resolved: str) -> Receipt:
        delivered[envelope.subscriber] = world.clock.now()
        return await send(envelope, resolved)

    world.file.on_send = timed
    day = timedelta(days=1)
    due = NOON + day + timedelta(minutes=10)
    world.clock.advance(NOON + day - world.clock.now())
    await world.step()
    world.clock.advance(due - world.clock.now())
    for _ in range(3):
        await world.step()
    assert delivered["bob"] == due
    assert timedelta() <= delivered["cyd"] - (due + timedelta(minutes=5)) < timedelta(seconds=2)
    assert delivered["ada"] > due + timedelta(minutes=9)
    assert by_model(world, "ada") == 10


async def test_an_interrupted_round_writes_no_poorer_digest(ready: Ready) -> None:
    """Told to stop while summaries are asked for: the digest is still due, and gets them later."""
    world = ready(4, gemini=replace(FREE, concurrency=1))

    def stopping(prompt: Prompt) -> ModelReply:
        world.state.stopping.set()
        return model.good(prompt)

    world.summariser = FakeSummariser(world.clock, stopping)
    report = await world.once()
    assert report.faults == ["stopped before the digests were written; the next run takes up from here"]
    assert not world.file.accepted

    world.summariser = FakeSummariser(world.clock, model.good)
    world.restart()
    await world.once()
    assert by_model(world) == 4
    assert len(requests(world)) == 3
