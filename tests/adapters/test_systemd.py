"""What systemd is told, by a real socket: of a service that must never suffer from it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.systemd import Systemd


@pytest.fixture(params=["a path", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The name that NOTIFY_SOCKET has, and the manager's end."""
    abstract = request.param != "a path"
    if abstract and not sys.platform.startswith("linux"):
        pytest.skip("abstract sockets are Linux's")
    name = f"arxiv-digest-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + name if abstract else name)
        end.settimeout(5)
        yield ("@" + name if abstract else name), end


def test_it_is_told_in_its_protocol(manager: tuple[str, socket.socket]) -> None:
    """A line a datagram, whatever the status has in it."""
    name, end = manager
    one = Systemd({"NOTIFY_SOCKET": name})
    one.ready()
    one.alive()
    one.doing("waits\nREADY=0 for \udcff\x00 " + "x" * 10_000)
    one.stopping()
    ready, watchdog, status, stopping = (end.recv(100_000) for _ in range(4))
    assert (ready, watchdog, stopping) == (b"READY=1", b"WATCHDOG=1", b"STOPPING=1")
    assert status.startswith(b"STATUS=waits READY=0 for ?")
    assert b"\n" not in status
    assert len(status) < 600


@pytest.mark.parametrize(
    "name", [None, "", "/nowhere/at/all", "@nobody-listens", "vsock:2:1234", "/" + "x" * 500, "@\0"]
)
def test_where_nobody_listens_nothing_happens(name: str | None) -> None:
    """The daemon is of use without systemd, and beside one that is broken."""
    one = Systemd({} if name is None else {"NOTIFY_SOCKET": name})
    one.ready()
    one.alive()
    one.doing("waits")
    one.stopping()


def test_a_manager_that_reads_nothing_is_not_waited_for(manager: tuple[str, socket.socket]) -> None:
    """Its queue fills, and the loop must turn."""
    one = Systemd({"NOTIFY_SOCKET": manager[0]})
    for _ in range(3000):
        one.alive()
