"""The file that `arxiv-digest init` writes."""

from __future__ import annotations

from pathlib import Path


def starter() -> str:
    """A commented ``subscribers.yaml``: valid as it stands, and with its commented-out parts put in."""
    return Path(__file__).with_name("starter.yaml").read_text(encoding="utf-8")
