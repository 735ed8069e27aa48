"""The line at a digest's foot, over days in which arXiv, the calendar and we do what they do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Never

import pytest

from bot import schedule
from bot.errors import ArxivError, QueryRejected
from bot.models import Announcement, AnnounceType, SearchPage, Target
from bot.pipeline import compose
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from tests.fakes import overloaded
from tests.pipeline.conftest import World
from tests.pipeline.days import DailyFeed, announced, at, digests, live
from tests.samples import paper, subscriber, topic

OPERATOR = Target("slack", "#operator")
FILE = Target("file", "/reports")
EVERY_DAY = subscriber(send_empty=True, targets=(FILE,))


def nov(day: int) -> date:
    return date(2026, 11, day)


@pytest.fixture
def daily(world: World) -> DailyFeed:
    """Batches from Monday the 23rd to Thursday, and on the Monday after; one paper of four matches."""
    feed = world.feed = DailyFeed(world.clock)
    for day in (23, 24, 25, 26, 30):
        ours = paper(f"2611.{day:02}001", published=at(day, 1) - timedelta(days=2))
        others = [paper(f"2611.{day:02}{n:03}", title="Strings", abstract="On strings.") for n in (2, 3, 4)]
        feed.batches[nov(day)] = [announced(one) for one in (ours, *others)]
    world.clock.advance(at(23, 4) - world.clock.now())
    world.subscribe(EVERY_DAY)
    world.source.papers = []
    return feed


async def day(world: World, number: int, *, search: bool = True) -> str:
    """Live until after the digest of this day, arXiv's search showing its paper; the digest's lines."""
    await live(world, at(number, 4, 50))
    if search:
        world.source.papers.append(paper(f"2611.{number:02}001", published=at(number, 1) - timedelta(days=2)))
    before = len(digests(world))
    await live(world, at(number, 9, 1))
    (made,) = digests(world)[before:]
    return " ".join(made.completeness)


async def test_a_week_its_weekend_and_a_holiday(world: World, daily: DailyFeed) -> None:
    """Each digest counts what was announced since the one before; a day without a batch has its name."""
    assert await day(world, 23) == (
        "arXiv announced 4 papers in your categories on Monday; all 4 were checked; 1 matches."
    )
    for number, before in ((24, "Monday"), (25, "Tuesday"), (26, "Wednesday")):
        assert await day(world, number) == (
            f"arXiv announced 4 papers in your categories since {before}'s digest; "
            "all 4 were checked; 1 matches."
        )
    # On the evening of Thanksgiving nothing is announced: Friday has no batch.
    holiday = await day(world, 27, search=False)
    assert holiday == (
        "arXiv announced nothing since Thursday's digest: arXiv holiday (Thanksgiving Day). "
        "arXiv's search returned no new paper for your topics."
    )
    for number, before in ((28, "Friday"), (29, "Saturday")):
        # Nobody asks arXiv on a weekend, so nothing is claimed of its answers.
        lines = await day(world, number, search=False)
        assert lines == f"No announcement was due since {before}'s digest: weekend."
    assert "4 papers in your categories since Sunday's digest" in await day(world, 30)


async def test_a_holiday_and_a_weekend_together(world: World, daily: DailyFeed) -> None:
    """Somebody who hears on Thursdays and Sundays is told of both."""
    await day(world, 26)
    world.subscribe(subscriber(send_empty=True, targets=(FILE,), schedule=schedule.parse("weekly sun 09:00")))
    await live(world, at(29, 9, 1))
    assert (
        digests(world)[-1]
        .completeness[0]
        .startswith(
            "arXiv announced nothing since Thursday's digest: arXiv holiday (Thanksgiving Day) and weekend."
        )
    )


async def test_a_quiet_day_is_called_so(world: World, daily: DailyFeed) -> None:
    """The feed was read and had nothing for these categories."""
    await day(world, 23)
    daily.batches[nov(24)] = []
    assert await day(world, 24, search=False) == (
        "arXiv announced no papers in your categories since Monday's digest (a quiet day). "
        "arXiv's search returned no new paper for your topics."
    )


async def test_a_day_we_slept_through_is_our_fault(world: World, daily: DailyFeed) -> None:
    """The machine was off on Wednesday: its feed was missed, the search made up for it."""
    await day(world, 23)
    await day(world, 24)
    world.clock.advance(at(26, 5, 10) - world.clock.now())
    world.source.papers.append(paper("2611.25001", published=at(24)))
    await live(world, at(26, 8))
    assert " ".join(digests(world)[-1].completeness) == (
        "arXiv announced 4 papers in your categories since Tuesday's digest; all 4 were checked; none matches. "
        "arXiv's search found 1 more. 1 of them may match and follows once arXiv's search has the details. "
        "Wednesday's feed was missed; arXiv's search covered that day."
    )
    assert "missed" not in await day(world, 26)


async def test_a_day_arxiv_kept_its_feed_to_itself(world: World, daily: DailyFeed) -> None:
    """Throttled all day: said on the day, with the reason, and counted by the search."""
    await day(world, 23)
    daily.failing[nov(24)] = overloaded()
    assert "Tuesday's feed could not be read (HTTP 503; gave up" in await day(world, 24)
    lines = await day(world, 25)
    assert "since Tuesday's digest; all 4 were checked" in lines
    assert "Tuesday's feed" not in lines


async def test_a_feed_that_came_late_is_counted_when_it_came(world: World, daily: DailyFeed) -> None:
    """Unreadable before the digest, read after it: neither missed nor lost for the next one."""
    await day(world, 23)
    daily.failing[nov(24)] = overloaded()
    await day(world, 24)
    del daily.failing[nov(24)]
    assert await day(world, 25) == (
        "arXiv announced 8 papers in your categories since Tuesday's digest; all 8 were checked; 1 matches."
    )


@pytest.mark.parametrize("fresh_date", [False, True])
async def test_a_stale_feed_is_named_and_not_claimed(
    world: World, daily: DailyFeed, fresh_date: bool
) -> None:
    """On Tuesday it still shows Monday's papers, if need be under Tuesday's date."""
    await day(world, 23)
    daily.stuck[nov(24)] = nov(23)
    if fresh_date:
        daily.relabelled.add(nov(24))
    assert await day(world, 24) == (
        "arXiv's search returned 1 new paper for your topics. "
        "Tuesday's feed was stale: it still showed Monday's papers; arXiv's search covered that day."
    )
    assert await day(world, 25) == (
        "arXiv announced 4 papers in your categories since Tuesday's digest; all 4 were checked; 1 matches."
    )


async def test_a_stalled_feed_is_told_to_the_operator_once(world: World, daily: DailyFeed) -> None:
    """When the second look of the day finds it no better; and it is over when it is fresh again."""
    world.subscribe(EVERY_DAY, operator=OPERATOR)
    await day(world, 23)
    for number in (24, 25):
        daily.stuck[nov(number)] = nov(23)
    await day(world, 24)
    assert not told(world)
    await day(world, 25)
    (notice,) = told(world)
    assert "still shows the papers of Monday" in notice
    await day(world, 26)
    assert not world.store.notices.open_alerts()
    assert len(told(world)) == 1


def told(world: World) -> list[str]:
    """What the operator was sent."""
    return [one.payload.decode() for one in world.slack.accepted if one.target == OPERATOR]


async def test_one_incomplete_poll_is_not_worth_a_word_to_the_operator(
    world: World, daily: DailyFeed
) -> None:
    """arXiv has a bad half hour every other day; the next poll mends it."""
    world.subscribe(EVERY_DAY, operator=OPERATOR)
    await day(world, 23)
    await live(world, at(24, 4, 50))
    world.source.script.extend([overloaded()] * 12)
    lines = await day(world, 24)
    assert not told(world)
    assert lines.endswith("all 4 were checked; 1 matches.")


async def test_trouble_that_lasts_is_told_once(world: World, daily: DailyFeed) -> None:
    """To the operator after two polls in a row, to the reader in the digest; mended, it may be told anew."""
    world.subscribe(EVERY_DAY, operator=OPERATOR)
    await day(world, 23)

    async def down(query: str, *, start: int, size: int) -> SearchPage:
        raise overloaded()

    world.source.on_search = down
    lines = await day(world, 24)
    assert "not answered completely (HTTP 503; gave up after five minutes of trying)" in lines
    assert "arXiv does not answer completely" in digests(world)[-1].notices[0]
    await day(world, 25)
    assert not digests(world)[-1].notices
    assert len(told(world)) == 1
    world.source.on_search = None
    await day(world, 26)
    assert not world.store.notices.open_alerts()
    world.source.on_search = down
    await day(world, 30)
    assert len(told(world)) == 2


async def test_silence_means_quiet(world: World, daily: DailyFeed) -> None:
    """Without `send_empty` a day without papers is silent; one on which arXiv failed us is not, once."""
    world.subscribe(subscriber(targets=(FILE,)))
    await day(world, 23)
    before = len(digests(world))
    await live(world, at(24, 4, 50))
    daily.batches[nov(24)] = []
    await live(world, at(24, 12))
    assert len(digests(world)) == before

    async def down(query: str, *, start: int, size: int) -> SearchPage:
        raise overloaded()

    world.source.on_search = down
    daily.batches[nov(25)] = daily.batches[nov(26)] = []
    await live(world, at(26, 12))
    (fault,) = digests(world)[before:]
    assert fault.paper_count == 0
    assert "arXiv does not answer completely" in fault.notices[0]


async def test_a_rejected_topic_is_told_once_and_settled(world: World, daily: DailyFeed) -> None:
    """To its readers, to nobody else, and to the operator; arXiv is not asked every half hour."""
    bad = topic("bad", keywords=("lattice",))
    readers = (
        subscriber(targets=(FILE,), topics=("bad",)),
        subscriber("bob", targets=(FILE,)),
        subscriber("cyd", targets=(FILE,), topics=("bad", "microscopy")),
    )
    world.subscribe(*readers, topics=(topic(), bad), operator=OPERATOR)
    search = world.source.page

    async def picky(query: str, *, start: int, size: int) -> SearchPage:
        page = await search(query, start=start, size=size)
        if "lattice" in query:
            raise QueryRejected("unbalanced parentheses")
        return page

    world.source.on_search = picky
    await live(world, at(24, 12))
    (notice,) = told(world)
    assert "topic bad: arXiv rejected its query: unbalanced parentheses" in notice
    (fault,) = digests(world, "ada")
    assert fault.notices == ("topic bad: arXiv rejected its query: unbalanced parentheses",)
    assert [made.notices for made in digests(world, "cyd")] == [fault.notices]
    assert not any(made.notices for made in digests(world, "bob"))
    assert len([query for query, *_ in world.source.asked if "lattice" in query]) <= 5

    world.source.on_search = None
    await live(world, at(25, 12))
    assert not world.store.notices.open_alerts()


async def test_a_rejected_topic_that_is_taken_out_is_settled(world: World, daily: DailyFeed) -> None:
    """Nobody is reminded of what is no longer in the configuration."""
    world.source.script.append(QueryRejected("unbalanced parentheses"))
    await world.step()
    assert [alert.key for alert in world.store.notices.open_alerts()] == ["topic:microscopy"]
    world.subscribe(subscriber(topics=("other",)), topics=(topic("other"),))
    await world.step()
    assert not world.store.notices.open_alerts()


async def test_a_category_without_a_feed_does_not_cost_the_others_theirs(
    world: World, daily: DailyFeed
) -> None:
    """arXiv refuses the whole list for one bad name: then they are asked one by one."""
    wide = topic(categories=("cond-mat.mtrl-sci", "physics.optics"))
    world.subscribe(EVERY_DAY, topics=(wide,), operator=OPERATOR)
    read = daily.batch

    async def refusing(specs: Sequence[str]) -> Announcement:
        answer = await read(specs)
        if "physics.optics" in specs:
            raise QueryRejected("arXiv has no feed of physics.optics")
        return answer

    daily.on_read = refusing
    lines = await day(world, 23)
    assert "Monday's feed could not be read (arXiv has no feed of physics.optics)" in lines
    assert world.store.papers.matches_of("2611.23001")
    last = world.store.polls.last_poll()
    assert last is not None
    assert last.complete
    await live(world, at(24, 12))
    (notice,) = told(world)
    assert "arXiv has no feed of physics.optics" in notice


async def test_cross_listings_count_as_announced(world: World, daily: DailyFeed) -> None:
    """New to the readers of the category; a replacement is not."""
    old = paper("2501.00001", title="Strings", abstract="x", published=at(1), version=2)
    daily.batches[nov(23)] = [
        announced(old, AnnounceType.CROSS),
        announced(paper("2502.00001", title="Strings", version=3), AnnounceType.REPLACE),
    ]
    assert (await day(world, 23, search=False)).startswith(
        "arXiv announced 1 paper in your categories on Monday; it was checked. None matches."
    )


async def test_a_feed_that_is_up_but_not_read_yet_is_not_called_missed(
    world: World, daily: DailyFeed
) -> None:
    """A digest between midnight and the first poll of arXiv's day."""
    await day(world, 23)
    night = subscriber(send_empty=True, targets=(FILE,), schedule=schedule.parse("10 5 * * *"))
    world.subscribe(night)
    await live(world, at(24, 5, 11))
    assert "Tuesday's feed was not read yet." in digests(world)[-1].completeness
    await live(world, at(25, 5, 11))
    assert (
        digests(world)[-1]
        .completeness[0]
        .startswith("arXiv announced 4 papers in your categories since Tuesday's digest")
    )


async def test_an_unreadable_feed_alone_makes_nobody_worry(world: World, daily: DailyFeed) -> None:
    """The search answered: no reader without papers is written to, the operator is told if it lasts."""
    world.subscribe(subscriber(targets=(FILE,)), operator=OPERATOR)
    daily.failing[nov(23)] = ArxivError("not a whole feed")
    daily.batches[nov(23)] = []
    await live(world, at(23, 12))
    assert not digests(world)
    assert len(told(world)) == 1


# --- no answer at all ---------------------------------------------------------------------------------


async def unanswered(world: World) -> None:
    """arXiv's search and its feeds are silent from here on."""

    async def nothing(*_: object, **__: object) -> Never:
        raise ArxivError("arXiv does not answer (connection refused, export.arxiv.org)")

    world.source.on_search = nothing
    world.feed.on_read = nothing


async def test_no_answer_is_never_taken_for_a_quiet_day(world: World, daily: DailyFeed) -> None:
    """A digest that is due says that nothing is known, in one line, and looks like no quiet day."""
    await day(world, 23)
    await unanswered(world)
    await live(world, at(24, 9, 1))
    made = digests(world)[-1]
    assert made.unanswered
    assert made.completeness == (
        "arXiv has not answered since Monday's digest (arXiv does not answer (connection refused, "
        "export.arxiv.org); gave up after five minutes of trying): whether there are new papers is not known "
        "yet. The next poll reaches back to before that.",
    )
    assert not made.notices
    (report,) = [json.loads(one.payload) for one in world.file.accepted if one.digest_id][-1:]
    for text in report.values():
        assert "No new papers" not in text
        assert "returned no new paper" not in text
        assert "announced no" not in text
    assert any("arXiv did not answer" in text for text in report.values())


async def test_what_was_not_asked_is_not_claimed(world: World, daily: DailyFeed) -> None:
    """A preview after a delivery knows of no search since then."""
    await day(world, 23)
    (made,) = compose.preview(world.services, world.settings.subscribers[0])
    assert made.completeness == ("arXiv has not been asked since Monday's digest.",)


async def test_a_first_run_without_any_answer(world: World) -> None:
    """Nothing was ever learnt: the digest that is sent all the same, and the preview, say so."""
    world.subscribe(EVERY_DAY)
    await unanswered(world)
    report = await world.once()
    assert report.faults
    (made,) = digests(world)
    assert made.unanswered
    (shown,) = compose.preview(world.services, world.settings.subscribers[0])
    assert shown.unanswered


async def test_papers_that_were_found_before_are_shown_all_the_same(world: World, daily: DailyFeed) -> None:
    """Silence now does not hide what is owed from before."""
    await live(world, at(23, 8))
    world.source.papers.append(paper("2611.23001", published=at(22, 1)))
    await poll(world.services, world.state, wanted_topics(world.settings), Report())
    await unanswered(world)
    await live(world, at(23, 9, 1))
    (made,) = digests(world)
    assert made.paper_count == 1
    assert not made.unanswered
