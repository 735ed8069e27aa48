"""Chromium without a window, spoken to over two pipes (its DevTools protocol): one start for many pages."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = "needs Chromium: apt-get install chromium"
_SECONDS = 60.0
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-sync", "--disable-background-networking", "--disable-extensions"),
    *("--remote-debugging-pipe", "about:blank"),
)


class Browser:
    """One page of it, shown again and again."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")

    def show(self, page: Path) -> None:
        """Load ``page``; returns when it is loaded."""
        self._ask("Page.navigate", url=page.as_uri())
        while self._answer().get("method") != "Page.loadEventFired":
            pass

    def look(self, width: int, scheme: str) -> None:
        """What is shown, and what will be, in a window of ``width`` CSS pixels, ``light`` or ``dark``."""
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, height: int, scale: int = 2) -> bytes:
        """A PNG of the upper ``height`` CSS pixels, as wide as the window."""
        width = self.run("return innerWidth;")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
        made = self._ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(made["data"])

    def run(self, script: str) -> Any:
        """What the body of a function returns on the page shown; promises are waited for."""
        answer = self._ask(
            "Runtime.evaluate",
            expression=f"(async () => {{ {script} }})()",
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        request: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._requests, json.dumps(request).encode() + b"\0")
        while (answer := self._answer()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _answer(self) -> dict[str, Any]:
        deadline = time.monotonic() + _SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(deadline - time.monotonic(), 0.0))
            read = os.read(self._answers, 1 << 20) if ready else b""
            assert read, "Chromium says nothing"
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def opened(folder: Path) -> Iterator[Browser]:
    """A browser whose profile is in ``folder``, which lives as long as the context."""
    assert CHROMIUM
    their_requests, our_requests = os.pipe()
    our_answers, their_answers = os.pipe()
    # Chromium reads from descriptor 3 and writes to 4.
    high = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (their_requests, their_answers)]
    process = os.posix_spawn(
        CHROMIUM,
        [CHROMIUM, f"--user-data-dir={folder / 'profile'}", *_OPTIONS],
        os.environ,
        file_actions=[
            *((os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_WRONLY, 0) for each in (1, 2)),
            *((os.POSIX_SPAWN_DUP2, each, number) for number, each in enumerate(high, start=3)),
        ],
    )
    for each in (their_requests, their_answers, *high):
        os.close(each)
    try:
        yield Browser(our_requests, our_answers)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(our_requests)
        os.close(our_answers)
