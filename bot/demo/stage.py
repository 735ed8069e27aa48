"""The stage of `demo`: all four services on loopback, and settings that point at them.

The settings are what a person would write, but for the addresses: the real clients talk to the
services as they would to the real ones.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.demo.arxiv import Announced, ArxivService
from bot.demo.gemini import GeminiService, PaperAnswer
from bot.demo.samples import samples
from bot.demo.slack import SlackService
from bot.demo.smtp import SmtpService
from bot.models import Schedule, Subscriber, Target, Topic
from bot.settings import (
    ArxivSettings,
    EmailSettings,
    GeminiSettings,
    Secret,
    Security,
    Settings,
    SlackSettings,
)

CHANNEL = "em-papers"
READER = "Ada Lovelace <ada@example.org>"

_TOPICS = (
    Topic(
        "electron microscopy",
        query='all:"electron microscopy" OR all:ptychography OR all:diffraction',
        focus="how electron microscopy or ptychography was used",
    ),
    Topic(
        "everything else", categories=("cond-mat", "cs", "astro-ph", "math", "q-bio", "quant-ph", "hep-th")
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The running services and the settings to play with."""

    settings: Settings
    arxiv: ArxivService
    gemini: GeminiService
    slack: SlackService
    smtp: SmtpService


@asynccontextmanager
async def stage(folder: Path, reports: Path, now: datetime) -> AsyncGenerator[Stage]:
    """Start the services with the sample papers; the database goes to ``folder``, reports to ``reports``."""
    papers = samples(now)
    words = {one.paper.arxiv_id: PaperAnswer(one.objective, one.finding) for one in papers}
    async with (
        ArxivService(
            [one.paper for one in papers], [Announced(one.paper, one.announce_type) for one in papers]
        ) as arxiv,
        GeminiService([one.paper for one in papers], words) as gemini,
        SlackService() as slack,
        SmtpService() as smtp,
    ):
        slack.workspace.add_channel(CHANNEL)
        settings = Settings(
            path=folder / "subscribers.yaml",
            database=folder / "demo.db",
            arxiv=ArxivSettings(
                contact="you@example.org",
                api_url=arxiv.api_url,
                rss_url=arxiv.rss_url,
                min_interval=timedelta(milliseconds=10),
            ),
            gemini=GeminiSettings(
                api_key=Secret("demo-key"), base_url=gemini.base_url, requests_per_minute=1000
            ),
            slack=SlackSettings(Secret(slack.token), slack.base_url),
            email=EmailSettings(
                host=smtp.host,
                port=smtp.port,
                security=Security.NONE,
                sender="arXiv digest <digest@example.org>",
            ),
            operator=None,
            topics=_TOPICS,
            subscribers=_subscribers(reports),
        )
        yield Stage(settings, arxiv, gemini, slack, smtp)


def _subscribers(reports: Path) -> tuple[Subscriber, ...]:
    names = tuple(topic.name for topic in _TOPICS)
    schedule = Schedule("weekdays 09:00", "0 9 * * 1-5")
    return (
        Subscriber("em-group", names, (Target("slack", f"#{CHANNEL}"),), schedule),
        Subscriber(
            "ada",
            names,
            (Target("email", READER),),
            schedule,
            timezone="Europe/London",
            interests="Atomic structure of materials by electron microscopy. Not: astronomy.",
            follow=("Østergård, Maren",),
        ),
        Subscriber("archive", names, (Target("file", str(reports)),), schedule),
    )
