"""The memory of deploy/github-actions.yaml without GitHub: its scripts, run as they stand on a repository here."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import app, config
from tests.deploying import Machine, as_yaml, install, text


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return install(tmp_path)


@dataclass(frozen=True)
class Runner:
    """One run of the workflow: a fresh checkout of the repository at GitHub."""

    machine: Machine
    checkout: Path
    temporary: Path
    event: str

    @property
    def database(self) -> Path:
        return self.checkout / "digest" / "state" / "arxiv-digest.db"

    def step(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a step's script, as GitHub's `shell: bash` does."""
        job = as_yaml(text("github-actions.yaml"))["jobs"]["digest"]
        (step,) = (step for step in job["steps"] if step.get("id") == name)
        exported = self.temporary / "env"
        known = dict(line.split("=", 1) for line in exported.read_text().splitlines())
        plain = {**job["env"], **step.get("env", {})}
        plain = {name: value for name, value in plain.items() if not value.startswith("${{")}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.checkout,
            env=self.machine.environ(
                **plain,
                **known,
                GITHUB_ENV=str(exported),
                GITHUB_EVENT_NAME=self.event,
                GITHUB_RUN_NUMBER="7",
                RUNNER_TEMP=str(self.temporary),
            ),
            capture_output=True,
            text=True,
            check=False,
        )

    def restore(self) -> None:
        self.succeed("place")
        self.succeed("restore")

    def save(self) -> None:
        self.succeed("copy")
        self.succeed("save")

    def succeed(self, name: str) -> None:
        done = self.step(name)
        assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class GitHub:
    """A repository with a configuration, and runs of the workflow on it."""

    machine: Machine
    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository.git"

    def git(self, *arguments: Any) -> str:
        done = subprocess.run(
            ["git", *map(str, arguments)],
            env=self.machine.environ(**_COMMITTER),
            cwd=self.folder,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout

    def run(self, number: int, event: str = "schedule") -> Runner:
        checkout, temporary = self.folder / f"checkout-{number}", self.folder / f"temporary-{number}"
        self.git("clone", "--quiet", "--single-branch", self.repository, checkout)
        temporary.mkdir()
        (temporary / "env").touch()
        return Runner(self.machine, checkout, temporary, event)

    def branches(self) -> Mapping[str, str]:
        lines = self.git("-C", self.repository, "for-each-ref", "--format=%(refname:short) %(objectname)")
        return dict(line.split() for line in lines.splitlines())


_COMMITTER = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}
STATE, PREVIOUS = "arxiv-digest-state", "arxiv-digest-state-previous"


@pytest.fixture
def github(machine: Machine, tmp_path: Path) -> GitHub:
    hub = GitHub(machine, tmp_path / "github")
    hub.folder.mkdir()
    hub.git("init", "--quiet", "--bare", "--initial-branch=main", hub.repository)
    first = hub.folder / "first"
    hub.git("clone", "--quiet", hub.repository, first)
    (first / "digest").mkdir()
    (first / "digest" / "subscribers.yaml").write_text(config.starter())
    hub.git("-C", first, "add", "digest")
    hub.git("-C", first, "commit", "--quiet", "--message", "Our digests")
    hub.git("-C", first, "push", "--quiet", "origin", "HEAD:main")
    return hub


def _deliver(runner: Runner, report: str) -> None:
    """Stands for the run itself: one more poll in the database, one more report."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    store = app.open_store(runner.database)
    store.polls.finish(store.polls.begin(at), at, True)
    store.close()
    (runner.checkout / "digest" / "digests").mkdir(exist_ok=True)
    (runner.checkout / "digest" / "digests" / report).write_text("# Digest")


def _polls(runner: Runner) -> bool:
    store = app.read_store(runner.database)
    assert store is not None
    last = store.polls.last_poll()
    store.close()
    return last is not None


def test_the_state_goes_from_run_to_run(github: GitHub) -> None:
    """The first run, by hand, makes the branch; the next finds database and reports, and keeps a step back."""
    first = github.run(1, "workflow_dispatch")
    first.restore()
    _deliver(first, "one.md")
    first.save()
    saved = github.branches()[STATE]
    second = github.run(2)
    second.restore()
    assert _polls(second)
    assert (second.checkout / "digest" / "digests" / "one.md").is_file()
    _deliver(second, "two.md")
    second.save()
    branches = github.branches()
    assert branches[PREVIOUS] == saved != branches[STATE]
    assert set(branches) == {"main", STATE, PREVIOUS}
    files = github.git("-C", github.repository, "ls-tree", "-r", "--name-only", STATE).split()
    assert files == ["arxiv-digest.db.gz", "digests/one.md", "digests/two.md"]
    assert github.git("-C", github.repository, "rev-list", "--count", STATE).strip() == "1"


def test_a_scheduled_run_without_the_state_sends_nothing(github: GitHub) -> None:
    """A missing branch stops it, and so does a repository that can't be reached, by hand too."""
    scheduled = github.run(1)
    assert scheduled.step("restore").returncode == 1
    by_hand = github.run(2, "workflow_dispatch")
    github.git("-C", by_hand.checkout, "remote", "set-url", "origin", github.folder / "away")
    done = by_hand.step("restore")
    assert done.returncode == 1
    assert "nothing was sent" in done.stdout


def test_a_run_never_overwrites_a_state_it_has_not_started_from(github: GitHub) -> None:
    """What another run saved meanwhile stays; the late one fails and leaves its state for the artifact."""
    early, late = github.run(1, "workflow_dispatch"), github.run(2, "workflow_dispatch")
    for runner in (early, late):
        (runner.temporary / "env").write_text(f"DATABASE={runner.database}\n")
        _deliver(runner, "one.md")
    early.save()
    kept = github.branches()
    late.succeed("copy")
    assert late.step("save").returncode == 1
    assert github.branches() == kept
    steps = as_yaml(text("github-actions.yaml"))["jobs"]["digest"]["steps"]
    (artifact,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert (late.checkout / artifact["with"]["path"]).is_file()


def test_a_run_that_made_no_database_has_nothing_to_save(github: GitHub) -> None:
    """A first `check --live` makes no branch and no fault."""
    runner = github.run(1, "workflow_dispatch")
    runner.restore()
    runner.save()
    assert set(github.branches()) == {"main"}
