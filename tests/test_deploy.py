"""The recipes of deploy/ name only what exists, and hold what they promise to hold."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot import calendar, config, schedule
from bot.cli import cli
from bot.config import environment
from bot.settings import Secret
from tests.conftest import ROOT
from tests.deploying import (
    DEPLOY,
    IMAGE,
    SERVICE,
    accept,
    admitted,
    as_yaml,
    fenced,
    instructions,
    invocations,
    text,
    unit,
)

FILES = (
    "Dockerfile",
    "compose.yaml",
    "arxiv-digest.service",
    "github-actions.yaml",
    "kubernetes.yaml",
    "litestream.yaml",
    "prometheus-rules.yaml",
    ".env.example",
    "README.md",
)
SECRETS = {*environment.NAMES, *(f"{name}_FILE" for name in environment.NAMES)}


# --- commands and variables ------------------------------------------------------------------------


def _shell_lines() -> list[str]:
    """Every line of a recipe that somebody or something is to run."""
    readme = text("README.md")
    lines = fenced(readme, "sh") + [line.split("  ", 1)[1] for line in fenced(readme, "cron")]
    for name in FILES:
        lines += re.findall(r"^ *# {5}(\S.*)$", text(name), re.MULTILINE)
    lines += unit(text("arxiv-digest.service"))["ExecStart"]
    workflow = as_yaml(text("github-actions.yaml"))
    scripts = [step["run"] for step in workflow["jobs"]["digest"]["steps"] if "run" in step]
    for option in workflow["on"]["workflow_dispatch"]["inputs"]["command"]["options"]:
        lines += [line.replace("$COMMAND", option) for script in scripts for line in script.splitlines()]
    return lines


def _spans() -> list[str]:
    """Code in running text that is a command line, with or without the program's name."""
    spans = [span for name in FILES for span in re.findall(r"`([^`\n]+)`", text(name))]
    commands = cli.list_commands(click.Context(cli))
    named = [span for span in spans if span.startswith(f"{SERVICE} ")]
    return named + [f"{SERVICE} {span}" for span in spans if span.partition(" -")[0] in commands]


def test_every_command_line_is_one_that_the_program_takes() -> None:
    """No recipe uses a command, an option or an argument that does not exist."""
    lines = [*_shell_lines(), *(span for span in _spans() if span.count(" ") > 1)]
    calls = [arguments for line in lines for arguments in invocations(line)]
    assert {"init", "check", "once", "run", "status", "backup", "explain", "preview"} <= {
        word for arguments in calls for word in arguments
    }
    for arguments in calls:
        accept(arguments)


@pytest.mark.parametrize(
    "line",
    [
        "arxiv-digest onec",
        "sudo -u x /opt/bin/arxiv-digest status --jason",
        "arxiv-digest explain 2511.01234",
    ],
)
def test_a_command_line_with_a_mistake_is_found(line: str) -> None:
    """The check above sees a misspelt command, an unknown option, a missing argument."""
    (arguments,) = invocations(line)
    with pytest.raises(click.UsageError):
        accept(arguments)


def test_every_variable_is_one_that_the_program_reads() -> None:
    """A misspelt variable would be silently without effect; and the example leaves none out."""
    name = re.compile(r"\b(?:GEMINI|SLACK|SMTP|ARXIV_DIGEST)_[A-Z_]+\b")
    known = {*SECRETS, "ARXIV_DIGEST_CONFIG"}
    for file in FILES:
        assert set(name.findall(text(file))) <= known, file
    assert set(name.findall(text(".env.example"))) == known


def test_the_example_of_the_env_file_is_read_once_filled_in(tmp_path: Path) -> None:
    """Each line, its # taken away and a value put behind it, gives that secret; untouched it gives none."""
    yaml = tmp_path / "subscribers.yaml"
    yaml.write_text(
        config.starter() + "email: {host: smtp.example.org, sender: a@example.org, username: a}\n"
    )
    (tmp_path / "secret").write_text("by file\n")
    for suffix, value in (("", "direct"), ("_FILE", "by file")):
        filled = text(".env.example")
        for name in environment.NAMES:
            filled = filled.replace(
                f"#{name}{suffix}=\n", f"{name}{suffix}={'secret' if suffix else value}\n"
            )
        (tmp_path / ".env").write_text(filled)
        settings = config.load(yaml, {})
        assert settings.gemini.api_key == settings.slack.token == Secret(value)
        assert settings.email is not None
        assert settings.email.password == Secret(value)
    yaml.write_text(config.starter())
    (tmp_path / ".env").write_text(text(".env.example"))
    assert config.load(yaml, {}).gemini.api_key is None


def test_links_of_the_readme_lead_somewhere() -> None:
    """Files and headings that are linked exist."""
    readme = text("README.md")
    titles = re.findall(r"^## (.+)$", readme, re.MULTILINE)
    headings = {title.lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", readme):
        assert target[1:] in headings if target.startswith("#") else (DEPLOY / target).is_file(), target


# --- Docker ----------------------------------------------------------------------------------------


def test_the_image_has_no_secret_and_no_root() -> None:
    """A fixed uid that is not root's, nothing secret in a layer, a graceful stop."""
    found = instructions(text("Dockerfile"))
    last = dict(found)
    assert last["USER"] == "10001:10001"
    assert "--uid 10001 " in last["RUN"]
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert not [
        rest for word, rest in found if word in ("ENV", "ARG") and SECRETS & set(re.split(r"\W", rest))
    ]


def test_the_image_s_base_is_what_it_was() -> None:
    """One base for every stage, by its digest, of the Python that the workflow takes."""
    stages = [rest.split() for word, rest in instructions(text("Dockerfile")) if word == "FROM"]
    base, *others = stages
    assert re.fullmatch(r"python:3\.13-slim-\w+@sha256:[0-9a-f]{64}", base[0])
    assert {stage[0] for stage in others} == {base[-1]}
    steps = as_yaml(text("github-actions.yaml"))["jobs"]["digest"]["steps"]
    (python,) = (step["with"]["python-version"] for step in steps if "python-version" in step.get("with", {}))
    assert base[0].startswith(f"python:{python}-slim")


def test_the_build_gets_what_it_copies_and_nothing_secret() -> None:
    """.dockerignore lets through the sources of every COPY, and neither secrets nor state nor git's history."""
    rules = (ROOT / ".dockerignore").read_text()
    copied = [rest.split()[:-1] for word, rest in instructions(text("Dockerfile")) if word == "COPY"]
    sources = [source for words in copied if not words[0].startswith("--from") for source in words]
    assert {"pyproject.toml", "bot", "deploy/requirements.txt"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert admitted(source, rules), source
    for path in (
        ".env",
        "secrets/key",
        "subscribers.yaml",
        "state/arxiv-digest.db",
        ".git/config",
        "build/lib",
    ):
        assert not admitted(path, rules), path
    assert not admitted("bot/cli/__pycache__/run.pyc", rules)


def test_the_compose_file_is_locked_down() -> None:
    """Read-only, without capabilities or new privileges, restarted, stopped in peace, state outside."""
    service = as_yaml(text("compose.yaml"))["services"][SERVICE]
    assert service["image"] == IMAGE
    assert f"--tag {IMAGE} " in text("README.md")
    assert service["read_only"] is True
    assert [entry.partition(":")[0] for entry in service["tmpfs"]] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert int(service["stop_grace_period"].removesuffix("s")) > 10
    mounts = {volume["target"]: volume for volume in service["volumes"]}
    assert mounts["/run/secrets"]["read_only"] is True
    assert service["environment"]["ARXIV_DIGEST_CONFIG"] == f"{mounts['/data']['target']}/subscribers.yaml"


def test_the_compose_file_is_right_with_its_comments_taken_away() -> None:
    """The lines that a reader is told to switch on give all three secrets, and a volume for Docker Desktop."""
    switched_on = re.sub(
        r"^( *)# (?=[A-Z_]+_FILE:|- type|  [st]|volumes:)", r"\1", text("compose.yaml"), flags=re.MULTILINE
    )
    whole = as_yaml(switched_on)
    service = whole["services"][SERVICE]
    secrets = {f"{name}_FILE": f"/run/secrets/{name.lower()}" for name in environment.NAMES}
    assert secrets.items() <= service["environment"].items()
    assert service["volumes"][-1] == {"type": "volume", "source": "state", "target": "/data/state"}
    assert list(whole["volumes"]) == ["state"]


# --- what is installed -----------------------------------------------------------------------------

LOCKS = ("requirements.txt", "build-requirements.txt")


def _pins(name: str) -> dict[str, str]:
    """The version of each package that a file pins, by its canonical name."""
    lines = [line for line in text(name).splitlines() if "==" in line and not line.startswith("#")]
    entries = [Requirement(line.removesuffix("\\").strip()) for line in lines]
    return {canonicalize_name(entry.name): str(entry.specifier).removeprefix("==") for entry in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_known_by_its_hashes(name: str) -> None:
    """Each line is a comment, a version or a hash of it: no address, no option; versions are those of the tests."""
    lines = [line.strip(" \\") for line in text(name).splitlines() if not line.startswith("#")]
    form = r"[\w.-]+(?:\[\w+\])?==[\w.]+(?: ; [^\\]+)?|--hash=sha256:[0-9a-f]{64}"
    assert [line for line in lines if not re.fullmatch(form, line)] == []
    for line, after in pairwise([*lines, ""]):
        assert line.startswith("--hash") or after.startswith("--hash"), line
    assert "://" not in text(name)
    assert _pins(name).items() <= _pins("constraints.txt").items()


def _needed(root: Requirement, environment: dict[str, str]) -> Iterator[str]:
    """The names of all that a package needs there, as far as what is installed here tells."""
    todo, known = [root], set[tuple[str, str]]()
    while todo:
        one = todo.pop()
        for extra in ("", *one.extras):
            try:
                wanted = metadata.requires(one.name) or []
            except metadata.PackageNotFoundError:
                continue  # only on another system
            for need in map(Requirement, wanted):
                reached = canonicalize_name(need.name), "".join(sorted(need.extras))
                if reached not in known and (
                    need.marker is None or need.marker.evaluate({**environment, "extra": extra})
                ):
                    known.add(reached)
                    todo.append(need)
                    yield reached[0]


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_the_hashes_cover_all_that_is_needed(system: str, python: str) -> None:
    """To run, and to build the wheel: pip refuses what has no hash, on a machine where nobody can mend it."""
    environment = {"sys_platform": system, "python_version": python, "python_full_version": f"{python}.0"}
    needed = set(_needed(Requirement("arxiv-digest-bot"), environment))
    assert {"aiohttp", "pydantic-core", "requests"} <= needed
    assert needed <= set(_pins(LOCKS[0]))
    assert {"hatchling", *_needed(Requirement("hatchling"), environment)} <= set(_pins(LOCKS[1]))


def test_every_recipe_installs_by_hashes() -> None:
    """Docker, systemd, GitHub, cron and a release: what comes from an index has a hash; ours brings nothing along."""
    found = [rest for word, rest in instructions(text("Dockerfile")) if word == "RUN"]
    found += fenced(text("README.md"), "sh")
    for workflow in (
        text("github-actions.yaml"),
        (ROOT / ".github/workflows/release.yaml").read_text("utf-8"),
    ):
        found += workflow.splitlines()
    installs = [line for line in found if re.search(r"pipx? .*\b(?:install|run)\b", line.replace('"', ""))]
    hashed = [line for line in installs if "--require-hashes" in line]
    assert len(hashed) == 8
    assert [line for line in installs if line not in hashed and "--no-deps" not in line] == []


# --- systemd ---------------------------------------------------------------------------------------


def test_the_unit_stops_restarts_and_reloads_as_the_program_wants() -> None:
    """Status 2 is left to a person, a stop has more than the program's 10 s, HUP is a reload."""
    found = unit(text("arxiv-digest.service"))
    assert found["Restart"] == ["on-failure"]
    assert found["RestartPreventExitStatus"] == ["2"]
    assert int(found["TimeoutStopSec"][0].removesuffix("s")) > 10
    assert found["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    state = f"/var/lib/{found['StateDirectory'][0]}"
    assert found["WorkingDirectory"] == [state]
    assert found["Environment"] == [f"ARXIV_DIGEST_CONFIG={state}/subscribers.yaml"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_understands_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    """No unknown setting, also with the credentials switched on; exposure stays below 2 of 10."""
    source = text("arxiv-digest.service").replace("/opt/arxiv-digest/bin/arxiv-digest", "/bin/true")
    path = tmp_path / "arxiv-digest.service"
    for variant in (source, re.sub(r"^#(?=LoadCredential=|Environment=)", "", source, flags=re.MULTILINE)):
        path.write_text(variant)
        verify = subprocess.run(
            ["systemd-analyze", "verify", path], capture_output=True, text=True, check=False
        )
        complaints = [line for line in verify.stderr.splitlines() if "arxiv-digest" in line]
        assert (verify.returncode, complaints) == (0, []), verify.stderr
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)]
    judged = subprocess.run(security, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


# --- GitHub Actions --------------------------------------------------------------------------------


def test_the_workflow_has_no_more_rights_than_it_needs() -> None:
    """Only the contents of its own repository, never two at once, and secrets for the step that runs alone.

    The token that may write is for the two steps that run git, and nothing that is installed runs in them.
    """
    workflow = as_yaml(text("github-actions.yaml"))
    job = workflow["jobs"]["digest"]
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "write"}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    told = {step.get("id"): step.pop("env") for step in job["steps"] if "secrets." in str(step.get("env"))}
    assert {told["run"].pop(name) for name in environment.NAMES} == {
        f"${{{{ secrets.{name} }}}}" for name in environment.NAMES
    }
    assert "secrets." not in str((workflow, told))
    steps = {step.get("id") or step.get("name") or step["uses"]: step for step in job["steps"]}
    trusted = [name for name, step in steps.items() if "github.token" in str(step)]
    assert trusted == ["restore", "save"]
    installed = re.compile(r"(?:^|[(|;&])\s*(?:arxiv-digest|python3?|pip) ", re.MULTILINE)
    assert installed.search(steps["place"]["run"])
    assert not [name for name in trusted if installed.search(steps[name]["run"])]
    (checkout,) = (step for step in job["steps"] if "actions/checkout@" in step.get("uses", ""))
    assert checkout["with"] == {"persist-credentials": False}


@pytest.mark.parametrize(
    "name", ["deploy/github-actions.yaml", ".github/workflows/ci.yaml", ".github/workflows/release.yaml"]
)
def test_an_action_is_what_it_was_when_it_was_read(name: str) -> None:
    """Named by its commit, with the version beside it for people: a tag can be moved to another one."""
    said = re.findall(r"uses: (.*)", (Path(__file__).parents[1] / name).read_text("utf-8"))
    assert said
    assert not [one for one in said if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one)]


def test_the_state_is_saved_whatever_became_of_the_run() -> None:
    """Also after exit status 1, a time-out or a cancellation; but never when there was nothing to start from."""
    steps = {step.get("id"): step for step in as_yaml(text("github-actions.yaml"))["jobs"]["digest"]["steps"]}
    order = list(steps)
    assert order.index("restore") < order.index("run") < order.index("copy") < order.index("save")
    assert "if" not in steps["run"]
    assert steps["copy"]["if"] == "${{ always() && steps.run.outcome != 'skipped' }}"
    assert steps["save"]["if"] == "${{ always() && steps.copy.outcome == 'success' }}"


@pytest.mark.parametrize(("cron", "zone"), [("23 1 * * 1-5", "America/New_York"), ("23 6 * * 1-5", "UTC")])
def test_the_workflow_runs_on_every_feed_of_arxiv_after_it_came_up(cron: str, zone: str) -> None:
    """Each batch of 2026 is looked at on its own day, past the hour of the first look, off the full hour."""
    if zone != "UTC":
        assert {"cron": cron, "timezone": zone} in as_yaml(text("github-actions.yaml"))["on"]["schedule"]
    times, now, seen = schedule.parse(cron), datetime(2026, 1, 1, tzinfo=UTC), set[date]()
    while now.year == 2026:
        now = schedule.next_due(times, zone, now)
        local = now.astimezone(calendar.EASTERN)
        assert local.time() > calendar.POLLED_AT[0]
        assert now.minute != 0
        seen.add(local.date())
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert {day for day in days if calendar.has_batch(day)} <= seen
