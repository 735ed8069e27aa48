"""Does the daemon do its work? One line and an exit status: 0 yes, 1 no.

    arxiv-digest status --json | python3 healthcheck.py

"No" means that somebody should look at this machine: `status` itself fails (its reason stands on
stderr), arXiv was never polled, or a poll is due and has not been made for an hour. A service that
fails is no reason: the daemon waits it out, tells ``operator``, and would only lose time by a
restart. Such open alerts are listed, and the answer stays yes.

Uses nothing but Python. Does not look at the process: who calls this knows whether it lives.
"""

from __future__ import annotations

import json
import sys
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


def main() -> int:
    text = sys.stdin.read()
    if not text.strip():
        print("unhealthy: there is no status to be had, see the line before")
        return 1
    now = datetime.now(UTC)  # noqa: TID251  the program's Clock is not at hand outside of it
    healthy, why = judge(json.loads(text), now)
    print(f"{'healthy' if healthy else 'unhealthy'}: {why}")
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main())
