"""Does the daemon do its work? One line and an exit status: 0 yes, 1 no.

    arxiv-digest status --json | python3 healthcheck.py
    python3 healthcheck.py arxiv-digest status --json

"No" means that somebody should look at this machine: `status` itself fails (its reason stands on
stderr), arXiv was never polled, a poll is due and has not been made for an hour, or, where `http:` is
configured, `healthz` does not answer: the daemon has ended, or hangs. A service that fails is no reason: the
daemon waits it out, tells ``operator``, and would only lose time by a restart. Such open alerts are listed,
and the answer stays yes.

Uses nothing but Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

LATE = timedelta(hours=1)
"""Since the last poll, when the next one is due: longer than a round with a long poll takes."""


def judge(status: dict[str, Any], now: datetime) -> tuple[bool, str]:
    """Whether all is well, and why. ``status`` is what `arxiv-digest status --json` prints."""
    polls = status["polls"]
    if polls["last"] is None:
        return False, "arXiv has not been polled yet"
    last, due = datetime.fromisoformat(polls["last"]), datetime.fromisoformat(polls["next"])
    if due <= now and now - last > LATE:
        return False, f"a poll is due, but the last one ended at {polls['last']}: does the daemon hang?"
    lines = [f"last poll {polls['last']}, next {polls['next']}"]
    if not polls["complete"]:
        lines.append("the last poll is incomplete: the next one takes it up")
    return True, "; ".join(lines + [alert["text"] for alert in status["alerts"]])


def answers(listen: str) -> bool:
    """Whether the daemon's own `healthz` says that its loop turns. ``listen`` is its ``host:port``."""
    host, _, port = listen.rpartition(":")
    here = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    # No proxy of the environment stands before this machine itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{here}:{port}/healthz", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> int:
    command = sys.argv[1:]
    # What the command says on stderr is the reason, and passes through.
    text = (
        subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
        if command
        else sys.stdin.read()
    )
    if not text.strip():
        print("unhealthy: there is no status to be had, see the line before")
        return 1
    now = datetime.now(UTC)  # noqa: TID251  the program's Clock is not at hand outside of it
    status = json.loads(text)
    healthy, why = judge(status, now)
    if status.get("http") and not answers(status["http"]):
        healthy, why = False, f"nothing answers at {status['http']}/healthz: the daemon has ended, or hangs"
    print(f"{'healthy' if healthy else 'unhealthy'}: {why}")
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main())
