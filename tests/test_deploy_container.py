"""The container of deploy/Dockerfile without Docker: its entry point, its daemon, its health check, run here."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.deploying import DEPLOY, Machine, install, instructions, text


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return install(tmp_path)


def _image() -> tuple[list[str], list[str], dict[str, str], list[str]]:
    """What the Dockerfile makes of a container: entry point, command, environment, health check."""
    found = instructions(text("Dockerfile"))
    last = dict(found)
    variables = shlex.split(" ".join(rest for word, rest in found if word == "ENV"))
    environ = dict(variable.split("=", 1) for variable in variables)
    environ.pop("PATH")
    health = json.loads(re.sub(r"^.*? CMD +", "", last["HEALTHCHECK"]))
    return json.loads(last["ENTRYPOINT"]), json.loads(last["CMD"]), environ, health


def _inside(machine: Machine, part: str) -> str:
    """A path of the container as it is on this machine."""
    copied = {"/opt/arxiv-digest/healthcheck.py": str(DEPLOY / "healthcheck.py"), "/data": str(machine.data)}
    return re.sub("|".join(copied), lambda path: copied[path[0]], part)


def _container(machine: Machine, *arguments: str) -> subprocess.Popen[str]:
    entry_point, command, environ, _ = _image()
    machine.data.mkdir(exist_ok=True)
    return subprocess.Popen(
        [*entry_point, *(arguments or command)],
        cwd=machine.data,
        env=machine.environ(**{name: _inside(machine, value) for name, value in environ.items()}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_container_s_entry_point_takes_the_commands_of_the_recipe(machine: Machine) -> None:
    """--version, init and check work with the image's own settings and write below /data only."""
    for arguments, answer in ((["--version"], "version"), (["init"], "written"), (["check"], "no faults")):
        process = _container(machine, *arguments)
        out, err = process.communicate(timeout=60)
        beyond_the_contact = [
            line for line in err.splitlines() if "arxiv.contact: is still the placeholder" not in line
        ]
        assert (process.returncode, beyond_the_contact) == (0, [])
        assert answer in out
    assert [path.name for path in machine.data.iterdir()] == ["subscribers.yaml"]
    assert not list(machine.home.iterdir())


def _handles(pid: int, number: signal.Signals) -> bool:
    """Whether the process has got as far as to handle this signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = re.search(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)
    return caught is None or bool(int(caught[1], 16) >> (number - 1) & 1)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this system does not tell which signals a process handles"
)
def test_the_container_runs_the_daemon_and_stops_at_its_signal(machine: Machine) -> None:
    """Without a command it is the daemon, which says when the next digest is and ends with 0 when told to stop."""
    machine.configure()
    machine.poll(datetime.now(UTC))
    process = _container(machine)
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    while lines[-1] and not lines[-1].startswith("next poll"):
        lines.append(process.stdout.readline())
    stop = signal.Signals[dict(instructions(text("Dockerfile")))["STOPSIGNAL"]]
    while not _handles(process.pid, stop):
        pass
    process.send_signal(stop)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert lines[0].startswith("archive: next digest")


def _health(machine: Machine) -> tuple[int, str]:
    *_, environ, check = _image()
    variables = {name: _inside(machine, value) for name, value in environ.items()}
    done = subprocess.run(
        [_inside(machine, word) for word in check],
        env=machine.environ(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_daemon_that_polls_is_healthy(machine: Machine) -> None:
    """Also when arXiv failed: that is for the daemon to wait out."""
    machine.configure()
    machine.poll(datetime.now(UTC) - timedelta(minutes=5), complete=False)
    status, said = _health(machine)
    assert status == 0
    assert said.startswith("healthy: last poll ")
    assert "incomplete" in said


def test_a_daemon_that_stopped_polling_is_not_healthy(machine: Machine) -> None:
    """Longer ago than arXiv's longest pause: the process may live, but it does nothing."""
    machine.configure()
    machine.poll(datetime.now(UTC) - timedelta(days=8))
    status, said = _health(machine)
    assert status == 1
    assert said.startswith("unhealthy: a poll is due")


def test_a_daemon_that_never_polled_is_not_healthy(machine: Machine) -> None:
    """There is no database yet."""
    machine.configure()
    assert _health(machine) == (1, "unhealthy: arXiv has not been polled yet\n")


def test_a_configuration_that_can_t_be_used_is_not_healthy_and_says_why(machine: Machine) -> None:
    """The next restart would fail, so it is better known now; the place of the fault is shown."""
    machine.configure()
    machine.yaml.write_text(machine.yaml.read_text().replace("topics: [electron", "topics: [electrons"))
    status, said = _health(machine)
    assert status == 1
    assert "unknown topic" in said
    assert "unhealthy: there is no status" in said


def test_a_daemon_that_should_answer_and_does_not_is_not_healthy(machine: Machine) -> None:
    """Where `http:` is configured its healthz is asked, on whatever address it listens."""
    machine.configure()
    machine.poll(datetime.now(UTC) - timedelta(minutes=5))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with machine.yaml.open("a") as yaml:
        yaml.write(f'\nhttp: {{listen: "0.0.0.0:{port}"}}\n')
    status, said = _health(machine)
    assert (status, said) == (
        1,
        f"unhealthy: nothing answers at 0.0.0.0:{port}/healthz: the daemon has ended, or hangs\n",
    )
    with HTTPServer(("127.0.0.1", port), Healthz) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        status, said = _health(machine)
        server.shutdown()
    assert status == 0
    assert said.startswith("healthy: last poll ")


class Healthz(BaseHTTPRequestHandler):
    """A daemon that answers."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("hours_ago", "due_in", "status"),
    [(1.5, 0, 1), (0.9, 0, 0), (80, 1, 0)],
    ids=["late", "busy", "a long pause"],
)
def test_only_a_poll_that_is_due_can_be_late(hours_ago: float, due_in: float, status: int) -> None:
    """arXiv's pauses are no illness, nor is a poll that takes its time; open alerts are listed all the same."""
    now = datetime.now(UTC)
    polls = {
        "last": (now - timedelta(hours=hours_ago)).isoformat(timespec="seconds"),
        "next": (now + timedelta(hours=due_in)).isoformat(timespec="seconds"),
        "complete": True,
    }
    facts = json.dumps(
        {"polls": polls, "alerts": [{"since": polls["last"], "text": "Slack refuses the token"}]}
    )
    script = [sys.executable, str(DEPLOY / "healthcheck.py")]
    done = subprocess.run(script, input=facts, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert ("Slack refuses the token" in done.stdout) == (status == 0)
