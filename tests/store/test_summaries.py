"""Summaries that were paid for, and the requests that paid for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.history import MatchSource
from bot.models import Summary, SummaryKey, SummarySource
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON, paper

HOUR = timedelta(hours=1)
DAY = date(2026, 11, 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "state.db")
    yield opened
    opened.close()


def key(arxiv_id: str, focus: str = "") -> SummaryKey:
    return SummaryKey(arxiv_id, 1, "English", focus, 1)


def written(source: SummarySource = SummarySource.MODEL) -> Summary:
    return Summary("Image a sample.", "It has 12 layers.", source, "gemini-test")


def test_what_was_made_since_names_the_topics_of_each(store: Store) -> None:
    """The day's summaries by the model, old and extractive ones left out."""
    ids = [f"2611.0000{number}" for number in range(4)]
    store.papers.add([paper(arxiv_id) for arxiv_id in ids], NOON)
    store.papers.add_matches(ids, ["lenses", "samples"], MatchSource.SEARCH, "", NOON)
    store.summaries.save(key(ids[0]), written(), NOON - HOUR)
    store.summaries.save(key(ids[1]), written(), NOON)
    store.summaries.save(key(ids[1], "the lenses"), written(), NOON + HOUR)
    store.summaries.save(key(ids[2]), written(SummarySource.EXTRACTIVE), NOON + HOUR)
    made = store.summaries.made_since(NOON)
    assert {one: sorted(topics) for one, topics in made.items()} == {
        key(ids[1]): ["lenses", "samples"],
        key(ids[1], "the lenses"): ["lenses", "samples"],
    }
    assert store.summaries.made_since(NOON + 2 * HOUR) == {}


def test_refusals_are_counted_by_day(store: Store) -> None:
    """Those of the day add up; another day begins anew; a summary ends the matter."""
    one, other = key("2611.00001"), key("2611.00001", "the lenses")
    store.papers.add([paper("2611.00001")], NOON)
    store.summaries.refuse(one, "a number that the abstract has not: 13", DAY, NOON)
    store.summaries.refuse(other, "it repeats itself", DAY, NOON)
    store.summaries.refuse(one, "it repeats the prompt", DAY, NOON + HOUR, times=2)
    assert {(x.key, x.times, x.reason) for x in store.summaries.refused_on(DAY)} == {
        (one, 3, "it repeats the prompt"),
        (other, 1, "it repeats itself"),
    }
    later = DAY + timedelta(days=1)
    store.summaries.refuse(one, "it repeats itself", later, NOON + timedelta(days=1))
    assert [(x.key, x.times) for x in store.summaries.refused_on(later)] == [(one, 1)]
    assert [x.key for x in store.summaries.refusals_of("2611.00001")] == [other, one]
    store.summaries.save(one, written(), NOON + timedelta(days=1))
    assert [x.key for x in store.summaries.refusals_of("2611.00001")] == [other]
    assert store.summaries.forget_refusals(NOON + timedelta(days=2)) == 1
    assert store.summaries.refusals_of("2611.00001") == []


def test_a_request_counts_for_the_tokens_it_ended_with(store: Store) -> None:
    """What was set aside counts until then, also when the process died in between."""
    request = store.summaries.start_request(DAY, 5000, NOON)
    store.summaries.start_request(DAY, 4000, NOON)
    store.summaries.finish_request(request, "gemini-test", 100, 20, 900, DAY, NOON + timedelta(seconds=2))
    store.summaries.close_open_requests(DAY, NOON + timedelta(seconds=5))
    assert sorted(one.tokens for one in store.summaries.recent_requests(NOON)) == [900, 4000]
    use = store.summaries.use_on(DAY)
    assert (use.requests, use.prompt_tokens, use.output_tokens) == (2, 100, 20)
