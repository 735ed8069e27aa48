"""What is done often costs the same with four times the history: counted in SQLite's own steps, not in time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.cli.status import gather
from bot.history import MatchSource
from bot.models import Target
from bot.pipeline import compose, owed_editions
from bot.store import Store, migrations
from bot.store.database import Connection
from tests.benchmarks.growth import write_history
from tests.fakes import FakeChannel, FakeClock, FakeFeed, FakeSource
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

STEPS = 10
"""Of SQLite's machine, between two counts."""
READER = subscriber(revisions=True)
LEFT = subscriber("bob")
"""Who had three digests, and left: few beside the long history of the other."""


class Counted:
    """A world with so many papers matched and delivered, whose store counts what it does."""

    def __init__(self, folder: Path, papers: int) -> None:
        folder.mkdir()
        self.count = 0
        clock = FakeClock()
        connection = Connection(folder / "state.db")
        connection.write_ahead()
        migrations.apply(connection.raw)
        connection.raw.set_progress_handler(self._step, STEPS)
        slack, email, file = (FakeChannel(kind) for kind in ("slack", "email", "file"))
        source, store = FakeSource(clock), Store(connection)
        self.world = World(folder, clock, source, FakeFeed(), slack, email, file, store)
        self.world.subscribe(READER)
        store.subscriptions.sync([READER, LEFT], clock.now())
        write_history(folder / "state.db", papers, (READER.name, READER.targets[0]), clock.now())
        for _ in range(3):
            store.outbox.add_digest(LEFT.name, None, clock.now(), lambda _: ("{}", []), clock.now())

    def _step(self) -> None:
        self.count += 1

    def of(self, work: Callable[[], object]) -> int:
        before = self.count
        work()
        return self.count - before


async def measured(folder: Path, papers: int) -> dict[str, int]:
    counted = Counted(folder, papers)
    world = counted.world
    with closing(world.store):
        for number in range(3):
            world.source.papers = [
                paper(f"2611.{20 * number + n:05}", published=world.clock.now()) for n in range(20)
            ]
            before = counted.count
            await world.once()
            found = {"a round": counted.count - before}
        store, now = world.store, world.clock.now()
        store.papers.add([paper("2612.00001", published=now)], now)
        store.papers.add_matches(["2612.00001"], READER.topics, MatchSource.SEARCH, "", now)
        assert len(store.words.search(["sample"], 20)) == 20
        assert len(store.digests.of(LEFT.name)) == 3
        work: dict[str, Callable[[], object]] = {
            "status": lambda: gather(store, world.settings, world.clock),
            "preview": lambda: compose.preview(world.services, READER),
            "whether preview needs a copy": lambda: store.subscriptions.is_in_line([READER]),
            "a search": lambda: store.words.search(["sample"], 20),
            "the history of a reader": lambda: store.digests.of(LEFT.name),
            "what is owed": lambda: owed_editions.editions(store, world.settings, READER),
            "newer versions for a new reader": lambda: store.papers.revisions(READER.topics, "new", "slack"),
            "the deliveries of a paper": lambda: store.outbox.deliveries_of("0701.00005", READER.name),
            "metrics": store.figures,
            "readiness": store.outbox.backlog,
            "a pause": lambda: store.optouts.pause(READER.name, Target("slack", "#papers"), None, now),
        }
        return found | {name: counted.of(each) for name, each in work.items()}


async def test_what_is_done_often_costs_the_same_with_four_times_the_history(tmp_path: Path) -> None:
    """A round, `status`, `preview`, `explain`, `search`, `history`, the metrics. A poll's window holds the same."""
    small, large = await measured(tmp_path / "small", 1500), await measured(tmp_path / "large", 6000)
    grown = {name: (small[name], steps) for name, steps in large.items() if steps > 1.2 * small[name] + 5}
    assert not grown
