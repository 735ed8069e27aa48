"""``arxiv-digest --version``: the version, and the commit where that is known."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot import __version__

_PACKAGE = Path(__file__).parent.parent


def line() -> str:
    """``arxiv-digest, version 0.1.0 (b12c08f)``"""
    commit = _recorded() or _checked_out()
    return f"arxiv-digest, version {__version__}" + (f" ({commit})" if commit else "")


def _recorded() -> str:
    """What the build of this installation was made from; see deploy/packaging.py."""
    try:
        return (_PACKAGE / "commit.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _checked_out() -> str:
    """What stands in the checkout that this runs from, and whether something in it was changed."""
    root = _PACKAGE.parent
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
