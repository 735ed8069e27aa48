"""Tests that notice: how many small faults in the modules that decide die in the suite.

    python -m tests.benchmarks.mutants [MODULE…] [--sample FAULTS] [--seed N] [--budget SECONDS] [--fresh]

Each of a sample of a module's faults, by ``tests.benchmarks.faults``, is put into the running functions of a process
of its own, forked from one that has imported and collected everything; then the tests run that cover the fault's
line, the quickest first: those of the module's own file (or of the one that covers the line most), then for at most
so many seconds those of all others in turns: of the files whose subject the line names, of those beside the module's
own, of the rest. ``harmless.txt`` lists the faults that break no promise, each with the reason, which are not tried;
every other survivor is printed with its line.

Which tests cover which line is gathered once and kept in the user's cache, and gathered again for what changed. So
is what became of each fault: a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import json
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import pytest

from tests.benchmarks import faults
from tests.benchmarks.faults import Fault
from tests.benchmarks.figures import Figure, at_least, percent

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "pipeline/deliver", "pipeline/ask_model", "pipeline/tick", "pipeline/hours", "store/outbox", "store/papers",
    "summary/grounding", "pipeline/compose", "pipeline/gate", "selection", "backoff", "matching/evaluation",
    "coverage/claims", "coverage/paging", "quota/limits", "quota/priority",
)  # fmt: skip
OTHERS = (
    "pipeline/alerts", "pipeline/announced", "pipeline/completeness", "pipeline/delivery_outcomes",
    "pipeline/model_access", "pipeline/model_quota", "pipeline/owed_editions", "pipeline/pacing", "pipeline/poll",
    "pipeline/score", "pipeline/search", "pipeline/summarise", "pipeline/upgrade", "store/notices", "store/optouts",
    "store/polls", "store/retention", "store/scores", "store/subscriptions", "store/summaries", "store/wrong_clock",
    "calendar", "digest", "schedule",
)  # fmt: skip
"""Which decide too, and are tried when they are named."""
HARMLESS = Path(__file__).with_name("harmless.txt")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "arxiv-digest-mutants"
COVERED, TRIED = CACHE / "covered.json", CACHE / "tried.txt"
OPTIONS = ("-o", "addopts=", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal", "-s")
HOMES = ("tests/pipeline/", "tests/store/", "tests/summary/", "tests/coverage/", "tests/http/", "tests/test_")
"""Where the tests of decisions are. The others start processes, or talk with services on loopback: what only they
notice counts as unnoticed."""
ELSEWHERE = tuple(
    f"tests/test_{name}"
    for name in ("benchmarks", "catalogue", "deploy", "docs", "hostile_text", "packaging", "text_that_acts")
)
"""Of these those that hold a table of texts, or what is shipped, to its promise."""
SAMPLE = 40
"""Faults of a module that are tried: what a few minutes are enough for."""
BUDGET_S = 20.0
GRACE_S = 10.0
"""How much longer than it should a test may take, before the fault is said to hang it."""
MEMORY = 4 * 2**30


@dataclass(slots=True)
class Covering:
    """Which tests run through a module's lines."""

    own: str
    """How the file of its own tests ends, if it has one."""
    lines: dict[int, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, fault: Fault, source: str, budget_s: float) -> list[str]:
        """Those for this fault, in the order in which to run them. A constant concerns whoever reads it."""
        lines: Iterable[int] = (fault.line, fault.statement)
        if fault.constant:
            used = [n for n, text in enumerate(source.splitlines(), start=1) if fault.constant in text]
            lines = used if any(n in self.lines for n in used) else self.lines
        elif fault.line not in self.lines and fault.statement not in self.lines:
            lines = range(fault.statement, fault.line)
        by_file: dict[str, list[str]] = {}
        for test in sorted(
            {test for line in lines for test in self.lines.get(line, ())},
            key=lambda test: (self.seconds[test], test),
        ):
            by_file.setdefault(_file(test), []).append(test)
        own = max(by_file, key=lambda file: (file.endswith(self.own), len(by_file[file])), default="")
        named = {file for file in by_file if _subject(file) in fault.source}
        near = {file for file in by_file if _folder(file) == _folder(own)}
        circles = (named - {own}, near - named - {own}, by_file.keys() - near - named - {own})
        turns = chain(*(zip_longest(*(by_file[file] for file in sorted(circle))) for circle in circles))
        others, spent = [], 0.0
        for test in filter(None, chain(*turns)):
            if spent + self.seconds[test] <= budget_s:
                spent += self.seconds[test]
                others.append(test)
        return [*by_file.get(own, ()), *others]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a module's faults."""

    module: str
    noticed: int
    harmless: int
    survivors: Sequence[Fault]

    @property
    def all(self) -> int:
        return self.noticed + self.harmless + len(self.survivors)

    @property
    def of_all(self) -> float:
        return percent(self.noticed, self.all)

    @property
    def of_those_that_matter(self) -> float:
        return percent(self.noticed, self.all - self.harmless)


# --- which tests cover a line -------------------------------------------------------------------


class Gatherer:
    """Runs tests with each one's name as the context of what it covers."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.coverage = coverage.Coverage(data_file=None, include=[str(_path(one)) for one in modules])
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()  # however busy the machine is
        result = yield
        self.seconds[item.nodeid] = time.process_time() - began
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)


def gather(modules: Sequence[str], files: Sequence[str]) -> dict[str, Any]:
    """For each test file the time of each test, and by module the tests that cover its lines."""
    gatherer = Gatherer(modules)
    gatherer.coverage.start()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        pytest.main([*OPTIONS, "--basetemp", f"{folder}/t", *files], plugins=[gatherer])
    gatherer.coverage.stop()
    found: dict[str, Any] = {
        file: {"is": _digest(ROOT / file), "seconds": {}, "modules": {}} for file in files
    }
    for test, seconds in gatherer.seconds.items():
        if test not in gatherer.failed:
            found[_file(test)]["seconds"][test] = round(seconds, 4)
    data = gatherer.coverage.get_data()
    for module in modules:
        for file in files:
            found[file]["modules"][module] = {"is": _digest(_path(module)), "lines": {}}
        for line, tests in data.contexts_by_lineno(str(_path(module))).items():
            for test in set(tests) & gatherer.seconds.keys() - gatherer.failed:
                found[_file(test)]["modules"][module]["lines"].setdefault(str(line), []).append(test)
    return found


def covering(modules: Sequence[str], fresh: bool) -> Mapping[str, Covering]:
    """From the cache, once what changed has been gathered again."""
    kept: dict[str, Any] = json.loads(COVERED.read_text()) if COVERED.is_file() and not fresh else {}
    files = [str(one.relative_to(ROOT)) for one in sorted((ROOT / "tests").rglob("test_*.py"))]
    files = [file for file in files if file.startswith(HOMES) and not file.startswith(ELSEWHERE)]
    stale = [file for file in files if _is_stale(kept.get(file), file, modules)]
    if stale:
        print(f"gathering what {len(stale)} files of tests cover", file=sys.stderr)
        wanted = sorted({*modules, *MODULES, *OTHERS})
        kept |= _elsewhere(lambda: gather(wanted, stale))
        CACHE.mkdir(parents=True, exist_ok=True)
        COVERED.write_text(json.dumps(kept))
    found = {module: Covering(f"/test_{module.rpartition('/')[2]}.py") for module in modules}
    for file in files:
        for module in modules:
            found[module].seconds |= kept[file]["seconds"]
            for line, tests in kept[file]["modules"][module]["lines"].items():
                found[module].lines.setdefault(int(line), set()).update(tests)
    return found


def _is_stale(kept: Mapping[str, Any] | None, file: str, modules: Sequence[str]) -> bool:
    """A file of tests is run again when it, or a module that it went through, is not what it was."""
    if kept is None or kept["is"] != _digest(ROOT / file):
        return True
    known = kept["modules"]
    return any(
        module not in known or (known[module]["lines"] and known[module]["is"] != _digest(_path(module)))
        for module in modules
    )


def _elsewhere(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Its answer from a process of its own, which takes with it what it imported and traced."""
    with tempfile.NamedTemporaryFile(prefix="mutants-") as answer:
        child = os.fork()
        if not child:
            try:
                Path(answer.name).write_text(json.dumps(work()))
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the tests could not be gathered")
        found: dict[str, Any] = json.loads(answer.read())
        return found


# --- which faults, and what became of them ------------------------------------------------------

Choose = Callable[[str, Sequence[Fault]], Sequence[Fault]]
"""Those of a module's faults that are tried."""


def sampled(size: int | None, seed: int) -> Choose:
    """So many of each module's, by chance, in the order of their lines; None for all."""

    def choose(module: str, made: Sequence[Fault]) -> Sequence[Fault]:
        if size is None or size >= len(made):
            return made
        chosen = random.Random(f"{seed} {module}").sample(range(len(made)), size)
        return [made[n] for n in sorted(chosen)]

    return choose


class Tried:
    """What became of faults before.

    One that was noticed stays so while its line, and the test that noticed it, are what they were; one that survived
    while the module and all of its tests are.
    """

    def __init__(self, files: Sequence[str], fresh: bool) -> None:
        self._texts = {file: _functions(ROOT / file) for file in files}  # now, whatever is edited meanwhile
        self._known: set[str] = set()
        if TRIED.is_file() and not fresh:
            self._known = set(TRIED.read_text().splitlines())

    def once(self, module: str, fault: Fault, tests: Sequence[str], run: Callable[[], Sequence[str]]) -> bool:
        """Whether the fault is noticed by the tests; what ``run`` says of failures, where that is not known."""
        which = f"{module} {_hash(fault.source, fault.change)} {fault.number}"
        survived = f"{which} survived {_hash(_digest(_path(module)), *tests, *map(self._is, tests))}"
        if survived in self._known:
            return False
        if any(f"{which} noticed by {self._is(test)}" in self._known for test in tests):
            return True
        failures = run()
        by = next((self._is(one) for one in failures if one in tests), "none")
        with TRIED.open("a") as file:
            file.write(f"{which} noticed by {by}\n" if failures else f"{survived}\n")
        return bool(failures)

    def _is(self, test: str) -> str:
        """The test, as it stands."""
        name = test.rpartition("::")[2].partition("[")[0]
        return _hash(test, self._texts[_file(test)].get(name, ""))


# --- one fault, one process ---------------------------------------------------------------------


class Runner:
    """In place of pytest's own loop: a forked process for each fault."""

    def __init__(
        self, covered: Mapping[str, Covering], budget_s: float, choose: Choose, tried: Tried
    ) -> None:
        self.outcomes: list[Outcome] = []
        self._covered = covered
        self._budget_s = budget_s
        self._choose = choose
        self._tried = tried
        self._sound: set[str] = set()
        self._unfit: set[str] = set()
        """The tests that pass, and fail, without any fault when they are run so; as far as it had to be known."""
        self._failures: int | None = None
        """Where a forked process tells its failures; None in the process that forks."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for module, covered in self._covered.items():
            outcome = self._module(module, covered, items)
            self.outcomes.append(outcome)
            print(_row(outcome), file=sys.stderr, flush=True)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._failures is not None and report.failed:
            os.write(self._failures, f"{report.nodeid}\n".encode())

    def _module(self, name: str, covered: Covering, items: Mapping[str, pytest.Item]) -> Outcome:
        source = _path(name).read_text(encoding="utf-8")
        module = importlib.import_module(f"bot.{name.replace('/', '.')}")
        running = _running(module)
        known = harmless().get(name, set())
        every = list(faults.faults(source, str(_path(name))))
        for line, change in known - {(fault.source, fault.change) for fault in every}:
            print(f"{name}: listed as harmless, and not there: {line}: {change}", file=sys.stderr)
        made = self._choose(name, every)
        tests = [covered.of(fault, source, self._budget_s) for fault in made]
        noticed, excused, survivors = 0, 0, []
        for fault, names in zip(made, tests, strict=True):
            chosen = [items[test] for test in names]
            put = functools.partial(_put, fault, module, running)
            attempt = functools.partial(self._noticed_by, put, chosen, covered)
            if (fault.source, fault.change) in known:
                excused += 1
            elif self._tried.once(name, fault, names, attempt):
                noticed += 1
            else:
                survivors.append(fault)
                print(f"{name}:{fault.line}: {fault.change}", file=sys.stderr, flush=True)
        return Outcome(name, noticed, excused, survivors)

    def _noticed_by(
        self, put: Callable[[], None], items: Sequence[pytest.Item], covered: Covering
    ) -> Sequence[str]:
        """The first test that fails by what was put in, and by that alone."""
        while True:
            items = [item for item in items if item.nodeid not in self._unfit]
            failures = self._run(put, items, 1, covered)
            first = next((n for n, item in enumerate(items) if item.nodeid in failures), None)
            if first is None or items[first].nodeid in self._sound:
                return failures
            without = set(self._run(lambda: None, items[: first + 1], None, covered))
            self._unfit |= without
            if items[first].nodeid not in without:
                self._sound.add(items[first].nodeid)
                return failures

    def _run(
        self, put: Callable[[], None], items: Sequence[pytest.Item], enough: int | None, covered: Covering
    ) -> list[str]:
        """The tests that failed, at most ``enough``; a process that died or hung is a failure."""
        if not items:
            return []
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                _mute()
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                self._failures = writing
                put()
                for n, item in enumerate(items):
                    item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
                    os.write(writing, f"ran {n}\n".encode())
                os.write(writing, b"end\n")
            finally:
                os._exit(
                    0
                )  # not through what the other process still needs, as the folder for its tests' files
        os.close(writing)
        try:
            return _failures(reading, [covered.seconds[item.nodeid] for item in items], enough)
        finally:
            os.close(reading)
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _failures(reading: int, seconds: Sequence[float], enough: int | None) -> list[str]:
    """What a forked process says on its pipe, for as long as each test may take."""
    failed: list[str] = []
    text, ran = "", 0
    while True:
        patience = GRACE_S + 5 * seconds[min(ran, len(seconds) - 1)]
        if not select.select([reading], [], [], patience)[0] or not (got := os.read(reading, 65536)):
            return [*failed, "hung, or died"]
        text += got.decode()
        *whole, text = text.split("\n")
        failed += [line for line in whole if not line.startswith(("ran ", "end"))]
        ran += sum(line.startswith("ran ") for line in whole)
        if "end" in whole or (enough is not None and len(failed) >= enough):
            return failed


def _running(module: ModuleType) -> Mapping[tuple[str, int], Sequence[FunctionType]]:
    """The functions that were made from the module's code, wherever they are held."""
    found: dict[tuple[str, int], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == module.__file__:
            found.setdefault(_key(one.__code__), []).append(one)
    return found


def _put(fault: Fault, module: ModuleType, running: Mapping[tuple[str, int], Sequence[FunctionType]]) -> None:
    """Let the process run with the fault."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
    if not fault.constant:
        for code in faults.functions(fault.code):
            for function in running.get(_key(code), ()):
                function.__code__ = code
        return
    made = ModuleType(module.__name__)
    made.__file__ = module.__file__
    exec(fault.code, made.__dict__)
    old = getattr(module, fault.constant)
    for other in list(sys.modules.values()):
        if getattr(other, "__dict__", {}).get(fault.constant) is old:
            setattr(other, fault.constant, made.__dict__.get(fault.constant))


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _mute() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


# --- what is told -------------------------------------------------------------------------------


def harmless() -> Mapping[str, set[tuple[str, str]]]:
    """By module the lines and changes that break no promise."""
    found: dict[str, set[tuple[str, str]]] = {}
    module = source = ""
    for line in HARMLESS.read_text(encoding="utf-8").splitlines():
        indent, text = len(line) - len(line.lstrip()), line.strip()
        if indent == 0:
            module = text
        elif indent == 4:
            source = text
        else:
            found.setdefault(module, set()).add((source, text.rpartition("  # ")[0].rstrip()))
    return found


def _row(one: Outcome) -> str:
    return (
        f"{one.module:<24}{one.all:>7}{one.noticed:>9}{one.harmless:>10}{len(one.survivors):>11}"
        f"{one.of_all:>8.1f} %{one.of_those_that_matter:>8.1f} %"
    )


def run(modules: Sequence[str], choose: Choose, budget_s: float, fresh: bool) -> list[Outcome]:
    """Try the chosen faults of the modules."""
    covered = covering(modules, fresh)
    files = sorted(
        {_file(test) for one in covered.values() for tests in one.lines.values() for test in tests}
    )
    runner = Runner(covered, budget_s, choose, Tried(files, fresh))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        pytest.main([*OPTIONS, "--basetemp", f"{folder}/t", *files], plugins=[runner])
    return runner.outcomes


def figures() -> list[Figure]:
    outcomes = run(MODULES, sampled(SAMPLE, 1), BUDGET_S, False)
    return [
        at_least("faults noticed, of all, least module", min(one.of_all for one in outcomes), 90, "%"),
        at_least("of those that matter", min(one.of_those_that_matter for one in outcomes), 95, "%"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutants", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join((*MODULES, *OTHERS)))
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--sample", type=int, default=SAMPLE, metavar="FAULTS", help=f"of a module; {SAMPLE}")
    size.add_argument("--all", action="store_const", const=None, dest="sample", help="every fault")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which sample")
    parser.add_argument(
        "--budget", type=float, default=BUDGET_S, metavar="SECONDS", help="of other files' tests for a fault"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what is known of earlier runs")
    given = parser.parse_args()
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no forked process is left behind
    outcomes = run(given.modules or MODULES, sampled(given.sample, given.seed), given.budget, given.fresh)
    print(
        f"{'module':<24}{'faults':>7}{'noticed':>9}{'harmless':>10}{'survivors':>11}{'of all':>10}{'matter':>10}"
    )
    for one in outcomes:
        print(_row(one))
    for one in outcomes:
        print(f"\n{one.module}" if one.survivors else "", end="\n" if one.survivors else "")
        for fault in one.survivors:
            print(f"    {fault.source}\n        {fault.change}  # line {fault.line}")
    return 0


def _path(module: str) -> Path:
    path = ROOT / "bot" / f"{module}.py"
    return path if path.is_file() else ROOT / "bot" / module / "__init__.py"


def _file(test: str) -> str:
    return test.partition("::")[0]


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _subject(file: str) -> str:
    return Path(file).stem.removeprefix("test_")


def _functions(path: Path) -> Mapping[str, str]:
    """The text of each function, by name."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _digest(path: Path) -> str:
    return _hash(path.read_text(encoding="utf-8"))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
