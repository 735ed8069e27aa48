"""What systemd is told of a service of `Type=notify`: datagrams to a socket that it names.

The protocol is https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html: lines `NAME=value` to the
Unix socket in NOTIFY_SOCKET, whose name begins with "@" where it is abstract. Nobody answers, and nobody waits.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

_LONGEST = 500


class Systemd:
    """`bot.ports.Supervisor`; says nothing where there is no systemd, and never raises."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        named = environ.get("NOTIFY_SOCKET", "")
        # Other kinds, as vsock: of a virtual machine, are for its own init.
        self._address = named if named.startswith(("/", "@")) else ""

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        """With `WatchdogSec=` a service that stays silent for so long is ended and started anew."""
        self._tell("WATCHDOG=1")

    def doing(self, what: str) -> None:
        """Shown by `systemctl status`."""
        self._tell("STATUS=" + " ".join(what.split())[:_LONGEST])

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, line: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
                one.setblocking(False)  # a manager that does not read is no reason to wait
                one.sendto(line.encode(errors="replace"), address)
        except (OSError, ValueError):
            return
