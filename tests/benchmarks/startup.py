"""How long `--version`, `schema` and `check` take to start, against a bare interpreter that imports
pydantic and click. Whole processes, CPU time, medians; run as ``python -m tests.benchmarks.startup``.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.opening import open_store
from tests.benchmarks.figures import Figure, at_most

RUNS = 9
BOUND = 2.0
ROOT = Path(__file__).resolve().parents[2]


def seconds(*arguments: str, folder: Path) -> float:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians() -> dict[str, float]:
    """Seconds of each, the bare interpreter first."""
    commands = {
        "bare": ("-c", "import pydantic, click"),
        "--version": ("-m", "bot", "--version"),
        "schema": ("-m", "bot", "schema"),
        "check": ("-m", "bot", "check"),
        "check beside a database": ("-m", "bot", "check", "-c", "known/subscribers.yaml"),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    with TemporaryDirectory() as name:
        folder = Path(name)
        seconds("-m", "bot", "init", folder=folder)
        seconds("-m", "bot", "init", "known/subscribers.yaml", folder=folder)
        (folder / "known" / "state").mkdir()
        open_store(folder / "known" / "state" / "arxiv-digest.db").close()
        for arguments in commands.values():
            seconds(*arguments, folder=folder)
        for _ in range(RUNS):
            for name, arguments in commands.items():
                taken[name].append(seconds(*arguments, folder=folder))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def figures() -> list[Figure]:
    taken = medians()
    bare = taken.pop("bare")
    return [
        at_most(f"{name}, against an interpreter with pydantic and click", median / bare, BOUND, "x")
        for name, median in taken.items()
    ]


def main() -> None:
    taken = medians()
    bare = taken.pop("bare")
    print(f"bare interpreter with pydantic and click: {bare * 1000:.0f} ms")
    for name, median in taken.items():
        print(f"{name:<24} {median * 1000:.0f} ms, ratio {median / bare:.2f} (bound {BOUND})")


if __name__ == "__main__":
    main()
