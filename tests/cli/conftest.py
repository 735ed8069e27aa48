"""A person at a shell, and services that answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.demo.arxiv import Announced, ArxivService
from bot.demo.gemini import GeminiService
from bot.demo.slack import SlackService
from bot.demo.smtp import SmtpService
from tests.samples import paper

OF_NO_TOPIC = Announced(
    paper("2611.77777", title="On nothing", abstract="None.", categories=("cond-mat.mtrl-sci",))
)


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("ARXIV_DIGEST_CONFIG", "GEMINI_API_KEY", "SLACK_BOT_TOKEN", "SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def type_in(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        status = ended.value.code
        assert isinstance(status, int)
        return Said(status, said.out, said.err)

    return type_in


@dataclass
class Services:
    """All four, running in a thread of their own: the commands start their own event loop."""

    arxiv: ArxivService
    gemini: GeminiService
    slack: SlackService
    smtp: SmtpService


@pytest.fixture
def services() -> Iterator[Services]:
    ready, stop = threading.Event(), asyncio.Event()
    found: list[Services] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            # An empty feed would be doubted, and waited for, each time.
            arxiv = await stack.enter_async_context(ArxivService(announcements=[OF_NO_TOPIC]))
            gemini = await stack.enter_async_context(GeminiService())
            slack = await stack.enter_async_context(SlackService(token="xoxb-right"))
            smtp = await stack.enter_async_context(SmtpService(users={"bot": "right"}))
            slack.workspace.add_channel("em-papers")
            slack.workspace.add_channel("secret", is_member=False)
            found.append(Services(arxiv, gemini, slack, smtp))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()
