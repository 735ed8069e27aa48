"""Small values that tests vary: a paper, a topic, a subscriber, settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.models import Paper, Schedule, Subscriber, Target, Topic
from bot.settings import ArxivSettings, GeminiSettings, Settings, SlackSettings

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def paper(arxiv_id: str = "2611.00001", **changes: Any) -> Paper:
    values: dict[str, Any] = {
        "arxiv_id": arxiv_id,
        "version": 1,
        "title": f"Ptychography of sample {arxiv_id}",
        "abstract": "We image a sample by ptychography. We find that it has 12 layers.",
        "authors": ("Ada Lovelace", "Zoë Sample"),
        "categories": ("cond-mat.mtrl-sci",),
        "published": NOON - timedelta(days=1),
        "updated": NOON - timedelta(days=1),
    }
    return Paper(**values | changes)


def topic(name: str = "microscopy", **changes: Any) -> Topic:
    values: dict[str, Any] = {"keywords": ("ptychography",), "categories": ("cond-mat.mtrl-sci",)}
    return Topic(name, **values | changes)


def subscriber(name: str = "ada", **changes: Any) -> Subscriber:
    values: dict[str, Any] = {
        "topics": ("microscopy",),
        "targets": (Target("slack", "#papers"),),
        "schedule": Schedule("daily 09:00", "0 9 * * *"),
    }
    return Subscriber(name, **values | changes)


def settings(folder: Path, *subscribers: Subscriber, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "path": folder / "subscribers.yaml",
        "database": folder / "state.db",
        "arxiv": ArxivSettings("ada@example.org"),
        "gemini": GeminiSettings(),
        "slack": SlackSettings(),
        "email": None,
        "operator": None,
        "topics": (topic(),),
        "subscribers": subscribers or (subscriber(),),
    }
    return Settings(**values | changes)
