"""Composing: what goes into whose digest, once at each target, and what is said beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import schedule
from bot.errors import DeliveryError
from bot.models import AnnounceType, Paper, Target, Verdict
from bot.pipeline import compose, tick
from bot.pipeline.concurrency import TURN_S
from bot.settings import EmailSettings, GeminiSettings
from tests.fakes import FakeClock, FakeSummariser, overloaded
from tests.pipeline import model
from tests.pipeline.conftest import World
from tests.pipeline.days import DailyFeed, announced, at, digests, live
from tests.samples import NOON, paper, subscriber, topic

SLACK, FILE = Target("slack", "#papers"), Target("file", "/reports")
MAIL = Target("email", "ada@example.org")
EMAIL = EmailSettings("smtp.example.org", "bot@example.org")
REFUSED = DeliveryError("token_revoked", Verdict(permanent=True, remedy="make a new token"))


def ids(world: World, kind: str, address: str | None = None) -> list[str]:
    """The papers that reached one kind of channel, in their order."""
    channel = {"slack": world.slack, "email": world.email, "file": world.file}[kind]
    envelopes = (one for one in channel.accepted if address is None or one.target.address == address)
    return [arxiv_id for envelope in envelopes for arxiv_id in envelope.arxiv_ids]


# --- what is in it ------------------------------------------------------------------------------


async def test_most_topics_first_then_newest_then_titles(world: World) -> None:
    """`max_papers` in full in that order, the rest as one-line titles; nothing is left out."""
    topics = (topic("a"), topic("b", categories=("physics.optics",), cross_lists=False))
    world.source.papers = [paper(f"2611.0000{n}", published=NOON - timedelta(hours=n)) for n in (1, 2, 3, 5)]
    in_both = ("physics.optics", "cond-mat.mtrl-sci")
    world.source.papers.append(paper("2611.00004", published=NOON - timedelta(hours=4), categories=in_both))
    world.subscribe(subscriber(topics=("a", "b"), max_papers=3), topics=topics)
    await world.once()
    (made,) = digests(world)
    assert [entry.paper.arxiv_id for entry in made.entries] == ["2611.00004", "2611.00001", "2611.00002"]
    assert [entry.paper.arxiv_id for entry in made.titles] == ["2611.00003", "2611.00005"]
    assert sorted(ids(world, "slack")) == sorted(one.arxiv_id for one in world.source.papers)


async def test_a_first_digest_covers_the_lookback(world: World) -> None:
    """Not all of history, also for somebody who joins a topic that was polled for months."""
    world.source.papers = [paper("2611.00001"), paper("2610.00001", published=NOON - timedelta(days=20))]
    world.subscribe(subscriber())
    await world.once()
    assert ids(world, "slack") == ["2611.00001"]

    world.clock.advance(timedelta(days=30))
    world.source.papers.append(paper("2612.00001", published=NOON + timedelta(days=29)))
    world.subscribe(subscriber(), subscriber("bob", targets=(FILE,)))
    await world.once()
    assert ids(world, "file") == ["2612.00001"]


async def test_held_papers_reach_who_subscribed_before_their_announcement(world: World) -> None:
    """Submitted weeks before the subscription, announced after it."""
    feed = world.feed = DailyFeed(world.clock)
    held = paper("2610.00042", published=NOON - timedelta(days=40))
    feed.batches[at(17).date()] = [announced(held)]
    world.source.papers = [held]
    world.subscribe(subscriber())
    await live(world, at(17, 10))
    assert ids(world, "slack") == ["2610.00042"]


@pytest.mark.parametrize("send_empty", [True, False])
async def test_a_day_without_papers(world: World, send_empty: bool) -> None:
    """Nothing is sent, unless the subscriber wants it."""
    world.subscribe(subscriber(send_empty=send_empty))
    await world.once()
    await world.once()
    assert len(digests(world)) == (2 if send_empty else 0)


class BusyClock(FakeClock):
    """Each look at it finds more time gone than work may take in one turn."""

    def monotonic(self) -> float:
        self.advance(timedelta(seconds=10 * TURN_S))
        return super().monotonic()


async def test_others_have_their_turn_while_a_long_digest_is_written(world: World) -> None:
    """After each paper that takes long: rendering thirty holds up neither a signal nor a message."""
    world.source.papers = [paper(f"2611.{n:05}") for n in range(30)]
    world.subscribe(subscriber(), subscriber("bob", targets=(FILE,)))
    await world.step()
    now = world.clock.now()
    world.clock = BusyClock(now)
    assert await compose.compose(world.services, {"ada": now, "bob": now}) == 2
    assert len(world.clock.slept) >= 30
    assert not any(world.clock.slept)
    assert world.progress.outcomes[-1] == ("compose", "digests written: 2")


@pytest.mark.parametrize(("clock", "at_least"), [(FakeClock, 4), (BusyClock, 100)])
async def test_others_have_their_turn_between_digests(
    world: World, clock: type[FakeClock], at_least: int
) -> None:
    """Also where there is nothing to render: between the pieces of each draft, and around each commit."""
    names = [f"reader{n:02}" for n in range(20)]
    world.subscribe(*(subscriber(name, send_empty=True) for name in names))
    await world.step()
    now = world.clock.now()
    world.clock = clock(now)
    assert await compose.compose(world.services, dict.fromkeys(names, now)) == 20
    assert at_least <= len(world.clock.slept) < at_least + 10


@pytest.mark.parametrize(
    ("others", "turns"),
    [([], 60), ([{}, {}], 60), ([{"language": "German"}], 90), ([{"topics": ("microscopy", "glass")}], 90)],
)
async def test_what_many_are_told_alike_is_made_once(
    world: World, others: list[dict[str, object]], turns: int
) -> None:
    """A turn for others after each paper that is ranked for other topics, or rendered in another form or language."""
    world.source.papers = [paper(f"2611.{n:05}") for n in range(30)]
    readers = [subscriber(), *(subscriber(f"reader{n}", **changes) for n, changes in enumerate(others))]
    topics = (topic(), topic("glass", keywords=("glass",)))
    world.subscribe(subscriber(), topics=topics)
    await world.step()
    world.subscribe(*readers, topics=topics)
    now = world.clock.now()
    tick.take_up(world.store, world.settings, now)
    world.clock = BusyClock(now)
    assert await compose.compose(world.services, {one.name: now for one in readers}) == len(readers)
    assert turns <= len(world.clock.slept) < turns + 20


async def test_everybody_who_is_due_has_a_digest(world: World) -> None:
    """However many they are: one for each of twenty readers, in their order."""
    world.source.papers = [paper()]
    names = [f"reader{n:02}" for n in range(20)]
    world.subscribe(*(subscriber(name, targets=(Target("slack", f"#{name}"),)) for name in names))
    await world.once()
    assert sorted(one.subscriber for one in world.slack.accepted) == names
    assert world.progress.advanced.count("compose") == 20


@pytest.mark.parametrize(("answer", "awaited"), [(model.good, []), (lambda _: model.bad_key(), [SLACK])])
async def test_only_what_lacks_its_summary_and_can_be_edited_awaits_one(
    world: World, answer: model.Answer, awaited: list[Target]
) -> None:
    """Else what was read in full would be edited, and what can't be edited looked at in every round."""
    world.source.papers = [paper()]
    world.summariser = FakeSummariser(world.clock, answer)
    world.subscribe(subscriber(targets=(SLACK, MAIL, FILE)), email=EMAIL)
    await world.once()
    found = world.store.outbox.upgrades(NOON, ["slack", "email", "file"])
    assert [one.envelope.target for one in found] == awaited


async def test_why_summaries_are_missing_is_told_where_some_are_and_once(world: World) -> None:
    """In the first digest that lacks one; whoever lacks none is told nothing."""
    topics = (topic(), topic("optics", categories=("physics.optics",), cross_lists=False))
    lacking, complete = subscriber(), subscriber("bob", topics=("optics",), send_empty=True)
    singly = GeminiSettings(concurrency=1, papers_per_request=1)
    world.subscribe(lacking, complete, topics=topics, gemini=singly)
    world.source.papers = [paper("2611.00001"), paper("2611.00002")]
    world.summariser = FakeSummariser(world.clock, model.in_turn(model.good, *[model.bad_key()] * 9))
    await world.once()
    world.source.papers.append(paper("2611.00003"))
    await world.once()
    told = [[one.partition(":")[0] for one in made.notices] for made in digests(world)]
    assert told == [["Gemini"], []]
    assert [made.notices for made in digests(world, "bob")] == [(), ()]
    assert [[entry.fallback for entry in made.entries] for made in digests(world)] == [[False, True], [True]]


@pytest.mark.parametrize("partly", [True, False])
async def test_that_arxiv_is_silent_is_told_in_one_place(world: World, partly: bool) -> None:
    """As a notice where it answered for some topics; where for none the line of completeness says it."""
    world.source.papers = [paper()]
    world.subscribe(
        subscriber(topics=("a", "b"), send_empty=True), topics=(topic("a"), topic("b", keywords=("sample",)))
    )
    await world.once()
    world.clock.advance(timedelta(days=1))
    world.source.script.extend([None] * partly + [overloaded()] * 100)
    world.feed.script.extend([overloaded()] * 100)
    await world.once()
    made = digests(world)[-1]
    assert made.unanswered is not partly
    assert ["arXiv does not answer completely" in one for one in made.notices] == [True] * partly


async def test_a_preview_is_numbered_as_the_digests_will_be(world: World) -> None:
    """One for each history that the kinds of channel have; nothing is stored."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(SLACK,)))
    await world.step()
    (shown,) = compose.preview(world.services, world.settings.subscribers[0])
    assert (shown.number, [entry.paper.arxiv_id for entry in shown.entries]) == (1, ["2611.00001"])
    await world.once()
    world.source.papers.append(paper("2611.00002"))
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    world.clock.advance(timedelta(hours=7))
    await world.step()
    previews = compose.preview(world.services, world.settings.subscribers[0])
    assert [(one.number, one.paper_count) for one in previews] == [(2, 1), (3, 2)]
    assert len(digests(world)) == 1


async def test_it_is_kept_how_each_paper_was_shown(world: World) -> None:
    """In full, as a title, or as a revision; in which version."""
    world.source.papers = [
        version(1),
        *(paper(f"2610.0000{n}", published=NOON - timedelta(days=n)) for n in (2, 3)),
    ]
    world.subscribe(subscriber(revisions=True, max_papers=2))
    await world.once()
    world.source.papers = [version(2, title="Ptychography, corrected")]
    await world.once()
    found = [
        (one.arxiv_id, one.version, one.form)
        for arxiv_id in ("2611.00001", "2610.00002", "2610.00003")
        for one in world.store.outbox.deliveries_of(arxiv_id, "ada")
    ]
    assert found == [
        ("2611.00001", 1, "full"),
        ("2611.00001", 2, "revised"),
        ("2610.00002", 1, "full"),
        ("2610.00003", 1, "title"),
    ]


# --- revisions ------------------------------------------------------------------------------------


def version(number: int, **changes: object) -> Paper:
    return paper("2611.00001", version=number, **changes)


async def revised(world: World, wanted: bool = True) -> None:
    """Delivered in its first version; then there is a second one."""
    world.subscribe(subscriber(revisions=wanted))
    world.source.papers = [version(1)]
    await world.once()
    world.source.papers = [version(2, abstract="We image more. It has 13 layers.")]
    await world.once()


async def test_a_revision_is_reported_once_per_version(world: World) -> None:
    """In a section of its own that says what changed; the next version again."""
    await revised(world)
    await world.once()
    made = digests(world)[1:]
    assert [(entry.revised_from, entry.changes) for one in made for entry in one.revised] == [
        (1, ("abstract",))
    ]
    assert made[0].paper_count == 0

    world.source.papers = [version(3, title="Ptychography, corrected")]
    await world.once()
    await world.once()
    third = digests(world)[2:]
    assert [(entry.revised_from, entry.paper.version) for one in third for entry in one.revised] == [(2, 3)]


async def test_revisions_are_for_those_who_want_them(world: World) -> None:
    """By default a new version is no news."""
    await revised(world, wanted=False)
    assert len(digests(world)) == 1


async def test_somebody_new_gets_the_newest_version_as_new(world: World) -> None:
    """It is no revision to who never had the paper."""
    await revised(world)
    world.subscribe(subscriber(revisions=True), subscriber("bob", targets=(FILE,), revisions=True))
    await world.once()
    (made,) = digests(world, "bob")
    assert [entry.paper.version for entry in made.entries] == [2]
    assert not made.revised


@pytest.mark.parametrize("known", [True, False])
async def test_a_withdrawn_paper_says_so(world: World, known: bool) -> None:
    """As a revision of what was delivered, or as new to somebody who never had it."""
    world.subscribe(subscriber(revisions=True))
    if known:
        world.source.papers = [version(1)]
        await world.once()
    world.source.papers = [version(2, comment="This paper has been withdrawn: an error in eq. 3")]
    await world.once()
    made = digests(world)[-1]
    (entry,) = made.revised if known else made.entries
    assert entry.withdrawn
    assert b"an error in eq. 3" in world.slack.accepted[-1].payload


# --- targets ----------------------------------------------------------------------------------------


async def test_two_kinds_with_different_histories_get_different_digests(world: World) -> None:
    """A channel added later starts with the lookback; the old one gets only what is new."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(SLACK,)))
    await world.once()
    world.source.papers.append(paper("2611.00002"))
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    await world.once()
    assert ids(world, "slack") == ["2611.00001", "2611.00002"]
    assert sorted(ids(world, "file")) == ["2611.00001", "2611.00002"]


async def test_a_new_target_inherits_the_history_of_its_kind(world: World) -> None:
    """A second address does not get last month's papers again."""
    other = Target("email", "bob@example.org")
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(MAIL,)), email=EMAIL)
    await world.once()
    world.source.papers.append(paper("2611.00002"))
    world.subscribe(subscriber(targets=(MAIL, other)), email=EMAIL)
    await world.once()
    assert ids(world, "email", other.address) == ["2611.00002"]
    assert ids(world, "email", MAIL.address) == ["2611.00001", "2611.00002"]


async def test_a_kind_of_channel_added_later_is_not_flooded(world: World) -> None:
    """A mailbox beside the Slack channel of a month gets the lookback; moved, it misses nothing since."""
    world.subscribe(subscriber(targets=(SLACK,)))
    for day in range(1, 31):
        world.clock.advance(timedelta(days=1))
        world.source.papers.append(paper(f"2612.{day:05}", published=NOON + timedelta(days=day - 1)))
        await world.once()
    world.subscribe(subscriber(targets=(SLACK, MAIL)), email=EMAIL)
    await world.once()
    assert ids(world, "email") == [f"2612.{day:05}" for day in range(30, 24, -1)]

    missed = paper("2612.00100", published=world.clock.now() - timedelta(hours=1))
    world.clock.advance(timedelta(days=20))
    world.source.papers.append(missed)
    moved = Target("email", "ada@example.net")
    world.subscribe(subscriber(targets=(SLACK, moved)), email=EMAIL)
    await world.once()
    assert ids(world, "email", moved.address) == ["2612.00100"]


async def test_moving_a_target_loses_nothing_and_repeats_nothing(world: World) -> None:
    """What the old channel never took goes to the new one; what it took does not."""
    new = Target("slack", "#new")
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(targets=(SLACK,)))
    await world.once()
    world.source.papers.append(paper("2611.00002"))
    world.slack.script.append(DeliveryError("down", Verdict()))
    await world.once()
    world.source.papers.append(paper("2611.00003"))
    world.subscribe(subscriber(targets=(new,)))
    await world.once()
    assert ids(world, "slack", SLACK.address) == ["2611.00001"]
    assert ids(world, "slack", new.address) == ["2611.00002", "2611.00003"]


async def test_who_vanished_and_returns_is_not_flooded(world: World) -> None:
    """Back after a month: the lookback, not the month."""
    world.subscribe(subscriber(), subscriber("bob", targets=(FILE,)))
    world.source.papers = [paper("2611.00001")]
    await world.once()
    world.subscribe(subscriber("bob", targets=(FILE,)))
    for day in range(1, 31):
        world.clock.advance(timedelta(days=1))
        world.source.papers.append(paper(f"2612.{day:05}", published=NOON + timedelta(days=day - 1)))
        await world.once()
    world.subscribe(subscriber(), subscriber("bob", targets=(FILE,)))
    await world.once()
    got = ids(world, "slack")[1:]
    assert got == [f"2612.{day:05}" for day in range(30, 24, -1)]


# --- faults -----------------------------------------------------------------------------------------


async def test_a_failed_delivery_is_told_on_the_other_channel(world: World) -> None:
    """Once, also on a day without papers, and not on the channel that is broken."""
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    world.source.papers = [paper("2611.00001")]
    world.slack.script.append(REFUSED)
    await world.once()
    await world.once()
    await world.once()
    assert [one.target for one in world.file.accepted] == [FILE, FILE]
    (made,) = digests(world)[1:]
    assert made.notices == (
        "ada: slack #papers: a message could not be delivered: token_revoked; make a new token",
    )
    assert not world.slack.accepted


async def test_a_fault_that_could_not_be_told_is_told_later(world: World) -> None:
    """Where the only channel is the broken one no digest is written for it, and it is no less news."""
    world.subscribe(subscriber(targets=(SLACK,)))
    world.source.papers = [paper("2611.00001")]
    world.slack.script.append(REFUSED)
    await world.once()
    await world.once()
    assert world.progress.outcomes.count(("compose", "digests written: 0")) == 1
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    world.source.papers.append(paper("2611.00002"))
    await world.once()
    assert [len(made.notices) for made in digests(world)] == [1, 1]


async def test_a_mended_channel_may_break_anew(world: World) -> None:
    """Told once each until it is mended: after `retry` it works, and the next fault is news."""
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    world.source.papers = [paper("2611.00001")]
    world.slack.script.append(REFUSED)
    await world.once()
    await world.once()
    world.store.outbox.retry_failed(None, world.clock.now())
    await world.once()
    assert not world.store.notices.open_alerts()
    world.source.papers.append(paper("2611.00002"))
    world.slack.script.append(REFUSED)
    await world.once()
    await world.once()
    assert [len(made.notices) for made in digests(world)] == [0, 1, 0, 1]


async def test_a_fault_is_told_in_the_language_of_its_reader(world: World) -> None:
    """What is the matter in German, and the service's own words behind it."""
    world.subscribe(replace(subscriber(targets=(SLACK, FILE)), language="German"))
    world.source.papers = [paper("2611.00001")]
    world.slack.script.append(REFUSED)
    await world.once()
    await world.once()
    (notice,) = digests(world)[1].notices
    assert notice.startswith("Eine frühere Nachricht konnte nicht zugestellt werden. (ada: slack #papers")
    assert "token_revoked" in notice


@pytest.mark.parametrize("operator", [Target("slack", "#operator"), Target("email", "op@example.org")])
async def test_the_operator_is_told_once_of_one_cause(world: World, operator: Target) -> None:
    """A revoked token stops every channel: one message, on Slack or by mail."""
    readers = [subscriber(name, targets=(Target("slack", f"#{name}"),)) for name in ("ada", "bob", "cyd")]
    world.subscribe(*readers, operator=operator, email=EMAIL)
    world.source.papers = [paper("2611.00001")]
    world.slack.script.extend([REFUSED] * 3)
    await world.once()
    await world.once()
    channel = world.slack if operator.kind == "slack" else world.email
    (notice,) = [one for one in channel.accepted if one.target == operator]
    assert b"make a new token" in notice.payload
    assert notice.subscriber == ""
    assert len(world.store.notices.open_alerts()) == 3


async def test_different_causes_are_told_each(world: World) -> None:
    """A channel that the bot was never invited to is another matter than the next one."""
    operator = Target("email", "op@example.org")
    readers = [subscriber(name, targets=(Target("slack", f"#{name}"),)) for name in ("ada", "bob")]
    world.subscribe(*readers, operator=operator, email=EMAIL)
    world.source.papers = [paper("2611.00001")]
    world.slack.script.extend(
        DeliveryError("not_in_channel", Verdict(permanent=True, remedy=f"the bot is not in #{name}"))
        for name in ("ada", "bob")
    )
    await world.once()
    await world.once()
    assert len(world.email.accepted) == 2


# --- schedules --------------------------------------------------------------------------------------


async def test_an_edited_schedule_counts_from_the_edit(world: World) -> None:
    """Moved at noon from five in the afternoon to nine in the morning: the next digest is tomorrow's."""
    world.subscribe(subscriber(schedule=schedule.parse("daily 17:00"), send_empty=True))
    await live(world, at(17, 12))
    world.subscribe(subscriber(schedule=schedule.parse("daily 09:00"), send_empty=True))
    await live(world, at(18, 12))
    assert [made.composed_at for made in digests(world)] == [at(16, 17), at(18, 9)]


async def test_a_moment_missed_before_the_edit_is_still_made_up_for(world: World) -> None:
    """Off at five, edited while off, started at eight: one digest, now."""
    world.subscribe(subscriber(schedule=schedule.parse("daily 17:00"), send_empty=True))
    await live(world, at(16, 16))
    world.clock.advance(at(16, 20) - world.clock.now())
    world.restart()
    world.subscribe(subscriber(schedule=schedule.parse("daily 19:00"), send_empty=True))
    await live(world, at(17, 12))
    assert [made.composed_at for made in digests(world)] == [at(16, 20)]


async def test_a_new_zone_counts_from_the_edit(world: World) -> None:
    """Nine in Tokyo has passed when nine in London comes; nobody gets two digests for it."""
    world.subscribe(subscriber(send_empty=True, timezone="Asia/Tokyo"))
    await live(world, at(17, 8, 30))
    world.subscribe(subscriber(send_empty=True, timezone="Europe/London"))
    await live(world, at(17, 12))
    assert [made.composed_at for made in digests(world)] == [at(17, 0), at(17, 9)]


async def test_a_replacement_in_the_feed_is_no_new_paper(world: World) -> None:
    """`replace` is never new, whatever our matcher says of it."""
    feed = world.feed = DailyFeed(world.clock)
    old = paper("2501.00001", version=4, published=NOON - timedelta(days=300))
    feed.batches[at(17).date()] = [announced(old, AnnounceType.REPLACE)]
    world.source.papers = [old]
    world.subscribe(subscriber())
    await live(world, at(18, 12))
    assert not digests(world)


async def test_why_no_topic_took_an_announced_paper_is_kept(world: World) -> None:
    """For who asks tomorrow: nothing else of the paper is."""
    feed = world.feed = DailyFeed(world.clock)
    strings = paper("2611.00007", title="On strings", abstract="We pull strings.")
    feed.batches[at(17).date()] = [announced(strings)]
    world.subscribe(subscriber())
    await live(world, at(17, 12))
    assert "ptychography" in world.store.polls.unmatched("2611.00007")["microscopy"]
    assert not world.store.polls.unmatched("2611.00008")


async def test_a_poll_for_some_forgets_nothing_of_the_others(world: World) -> None:
    """`once --only bob` looks at his topics alone; ada's reasons of the morning stand."""
    world.feed = feed = DailyFeed(world.clock)
    strings = paper("2611.00007", title="On strings", abstract="We pull strings.")
    feed.batches[at(17).date()] = [announced(strings)]
    topics = (topic("a"), topic("b"))
    world.subscribe(
        subscriber(topics=("a",)), subscriber("bob", topics=("b",), targets=(FILE,)), topics=topics
    )
    await live(world, at(17, 12))
    await tick.once(world.services, world.state, ["bob"])
    assert set(world.store.polls.unmatched("2611.00007")) == {"a", "b"}
