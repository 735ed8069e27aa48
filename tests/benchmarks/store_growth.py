"""How much the database of a busy laboratory grows in a year, and what takes the room.

    python -m tests.benchmarks.store_growth [--years 2] [--keep-all]

A day has 300 announced papers, 30 that match somebody's topics, 10 subscribers with 15 targets, 60 requests
to the model. Prints the size after each year, with what is pruned on the way (or, with ``--keep-all``,
without), and the largest tables with their indexes.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bot.store.opening import open_store
from tests.benchmarks.store_history import YEAR, Load, write

LARGEST = 8


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--keep-all", action="store_true", help="prune nothing")
    options = parser.parse_args()
    load = Load(days=options.years * YEAR, announced=300, matched=30, topics=10, readers=10)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        store = open_store(path)
        write(store, load, prune=not options.keep_all, each_year=lambda year: tell(path, year))
        store.close()
    return 0


def tell(path: Path, year: int) -> None:
    """The size now, free pages apart, and what takes most of it."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        pages, free, size = (
            reader.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        largest = reader.execute(
            "SELECT m.tbl_name, sum(s.pgsize) / 1e6 AS mb FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
            "GROUP BY m.tbl_name ORDER BY mb DESC LIMIT ?",
            (LARGEST,),
        ).fetchall()
    print(f"after year {year}: {pages * size / 1e6:.1f} MB, {free * size / 1e6:.1f} MB of it free")
    print("  " + ", ".join(f"{name} {mb:.1f}" for name, mb in largest))


if __name__ == "__main__":
    sys.exit(main())
