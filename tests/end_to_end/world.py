"""The world outside: arXiv, Gemini, Slack and a mail server on loopback, with papers without end.

``python -m tests.end_to_end.world --papers 500`` runs it as a process of its own until its standard input
ends. It prints one line of JSON that says where everything is, `Whereabouts`; at ``control`` it answers
``GET /report`` (what each service received) and takes ``POST /grow``, ``/faults`` and ``/refuse``.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import json
import logging
import re
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import trustme
from aiohttp import web

from bot.demo.arxiv import Announced, ArxivService
from bot.demo.arxiv.search import search
from bot.demo.gemini import GeminiRequest, GeminiService
from bot.demo.loopback import Loopback
from bot.demo.slack import SlackFault, SlackService
from bot.demo.smtp import SmtpFault, SmtpService
from bot.models import Paper
from tests.end_to_end import weather
from tests.end_to_end.papers import Invented, invent, window
from tests.end_to_end.wire import Wire

CHANNEL = "em-papers"
USER, PASSWORD = "bot@example.org", "a mail password of the tests"
GEMINI_KEY = "a-gemini-key-of-the-tests"
SLACK_TOKEN = "xoxb-a-slack-token-of-the-tests"
LATE_S = 4.0
ARXIV_ID = re.compile(r"arxiv\.org/abs/([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the services are: what a person writes into the YAML."""

    api_url: str
    rss_url: str
    gemini_url: str
    slack_url: str
    smtp_host: str
    smtp_port: int
    ca_file: str
    control: str


@dataclass(frozen=True, slots=True)
class Climate:
    """What the world is like. ``faults`` is the share of faulty answers by service (arxiv, gemini, slack,
    smtp), ``latency_s`` the mean time that data are under way, and that arXiv and Gemini think."""

    papers: int = 0
    seed: int = 1
    share: float = 0.6
    """Of the papers, how many match a topic."""
    channels: tuple[str, ...] = (CHANNEL,)
    """Of the Slack workspace."""
    feed_only: float = 0.0
    """Of the papers, how many arXiv's search never shows."""
    latency_s: float = 0.0
    late: float = 0.0
    """Of the data sent to Slack and the mail server, how many take up to `LATE_S` to arrive."""
    faults: Mapping[str, float] = field(default_factory=dict)


class World:
    """``async with World(climate) as world:`` runs all four services. Changeable while it runs."""

    def __init__(self, climate: Climate, folder: Path) -> None:
        self.climate = climate
        self.faults = dict(climate.faults)
        self.papers: dict[str, Invented] = {}
        self.hidden: set[str] = set()
        """Papers that only the feed and a look-up by id show."""
        self.told: Callable[[str, str], None] = lambda service, what: None
        """Called for each piece of data on the wires of Slack and SMTP, and each request to the others."""
        self._random = Random(climate.seed)
        self._folder = folder
        self._offset = 0.0
        self._stack = AsyncExitStack()
        self.arxiv = ArxivService(search=self._search)
        self.gemini = GeminiService()
        self.slack = SlackService(token=SLACK_TOKEN)
        self.smtp: SmtpService
        self.wires: dict[str, Wire] = {}
        """Those of Slack and SMTP."""

    async def __aenter__(self) -> Self:
        # It tells of every connection that is reset, as they are here on purpose.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
        self._offset = time.time() - asyncio.get_running_loop().time()
        for channel in self.climate.channels:
            self.slack.workspace.add_channel(channel)
        self.smtp = SmtpService(starttls=self._certificates(), users={USER: PASSWORD})
        for service in (self.arxiv, self.gemini, self.slack, self.smtp):
            await self._stack.enter_async_context(service)
        for name, port in (("slack", _port_of(self.slack.base_url)), ("smtp", self.smtp.port)):
            wire = Wire(port, self._on_the_way_s, partial(self._tell, name))
            self.wires[name] = await self._stack.enter_async_context(wire)
        self._bring_weather()
        self.add(window(self.climate.seed, self.climate.papers, datetime.now(UTC), share=self.climate.share))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _tell(self, service: str, what: str) -> None:
        """Whoever listens now, and not when the wire was laid."""
        self.told(service, what)

    # --- papers -------------------------------------------------------------------------------

    def add(self, invented: Iterator[Invented] | Sequence[Invented]) -> None:
        for one in invented:
            self.papers[one.paper.arxiv_id] = one
            self.gemini.words[one.paper.arxiv_id] = one.words
            self.arxiv.papers.append(one.paper)
            self.arxiv.announcements.append(Announced(one.paper))
            if self._random.random() < self.climate.feed_only:
                self.hidden.add(one.paper.arxiv_id)

    def grow(self, count: int = 1) -> None:
        """So many papers are submitted and announced now."""
        now, first = datetime.now(UTC), len(self.papers)
        self.add([invent(self.climate.seed, first + n, now, self.climate.share) for n in range(count)])

    def matching(self) -> dict[str, list[str]]:
        """The papers each topic should find, by their making."""
        found: dict[str, list[str]] = {}
        for arxiv_id, one in self.papers.items():
            if one.topic is not None:
                found.setdefault(one.topic, []).append(arxiv_id)
        return found

    def _search(self, text: str, papers: Sequence[Paper]) -> list[Paper]:
        return search(text, [paper for paper in papers if paper.arxiv_id not in self.hidden])

    # --- weather ------------------------------------------------------------------------------

    def _bring_weather(self) -> None:
        chance, random = self._chance, self._random
        self.arxiv.fault_for = lambda number: (
            self.told("arxiv", "asked"),
            weather.arxiv(random, chance("arxiv"), self._delay_s()),
        )[1]
        self.gemini.fault_for = lambda number: weather.gemini(random, chance("gemini"))
        self.gemini.latency_s = lambda number: (self.told("gemini", "asked"), self._delay_s())[1]
        self.gemini.retry_delay_s = 1.0
        self.slack.script = lambda method, arguments: weather.slack(random, chance("slack"), method)
        self.smtp.script = lambda command, argument: weather.smtp(random, chance("smtp"), command)

    def _chance(self, service: str) -> float:
        return self.faults.get(service, 0.0)

    def _on_the_way_s(self, to_the_service: bool) -> float:
        if to_the_service and self._random.random() < self.climate.late:
            return self._random.uniform(0.0, LATE_S)
        return self._delay_s()

    def _delay_s(self) -> float:
        return self._random.uniform(0.5, 1.5) * self.climate.latency_s

    # --- whereabouts and reports ----------------------------------------------------------------

    def whereabouts(self, control: str = "") -> Whereabouts:
        return Whereabouts(
            api_url=self.arxiv.api_url,
            rss_url=self.arxiv.rss_url,
            gemini_url=self.gemini.base_url,
            slack_url=f"http://127.0.0.1:{self.wires['slack'].port}/api/",
            smtp_host="127.0.0.1",
            smtp_port=self.wires["smtp"].port,
            ca_file=str(self._folder / "ca.pem"),
            control=control,
        )

    def _certificates(self) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self._folder / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        return context

    def report(self) -> dict[str, Any]:
        """What each service received, as JSON values."""
        return {
            "papers": {"count": len(self.papers), "matching": self.matching(), "hidden": sorted(self.hidden)},
            "slack": {channel.name: self._posts(channel.name) for channel in self._channels()},
            "mail": self._mailboxes(),
            "gemini": {
                "requests": len(self.gemini.log),
                "seconds": sum((ask.ended or ask.arrived) - ask.arrived for ask in self.gemini.log),
                "asked": Counter(arxiv_id for ask in self.gemini.log for arxiv_id in asked_for(ask)),
                "busiest_minute": self.gemini.busiest_minute(),
                "most_at_once": self.gemini.most_at_once(),
            },
            "arxiv": {
                "requests": len(self.arxiv.log),
                "shortest_pause": self.arxiv.shortest_pause() if len(self.arxiv.log) > 1 else None,
                "user_agents": sorted({one.headers.get("User-Agent", "") for one in self.arxiv.log}),
            },
        }

    def _channels(self) -> list[Any]:
        return [one for one in self.slack.workspace.conversations.values() if not one.is_im]

    def _posts(self, channel: str) -> list[dict[str, Any]]:
        return [
            {
                "ts": message.ts,
                "key": ((message.metadata or {}).get("event_payload") or {}).get("key"),
                "in_thread": message.thread_ts is not None,
                "edits": message.edits,
                "in_full": (in_full := _in_full(message.blocks)),
                # A title with a bold word is several links to the one address, side by side.
                "in_lines": [
                    one for one, _ in groupby(ids_in(json.dumps(message.blocks))) if one not in in_full
                ],
            }
            for message in self.slack.messages(channel)
        ]

    def _mailboxes(self) -> dict[str, list[dict[str, Any]]]:
        boxes: dict[str, list[dict[str, Any]]] = {}
        for mail in self.smtp.mails:
            parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
            text = "".join(
                part.get_content() for part in parsed.walk() if part.get_content_type() == "text/html"
            )
            boxes.setdefault(", ".join(mail.recipients), []).append(
                {
                    "message_id": parsed["Message-ID"],
                    "subject": parsed["Subject"],
                    "encrypted": mail.encrypted,
                    "user": mail.user,
                    "ids": ids_in(text),
                }
            )
        return boxes

    def wall_time(self, loop_time: float) -> float:
        """A time of the services' logs as seconds since 1970."""
        return loop_time + self._offset


def asked_for(ask: GeminiRequest) -> list[str]:
    """The papers that a request to Gemini is about."""
    return re.findall(r"^arxiv_id: (\S+)$", ask.prompt, re.MULTILINE)


def ids_in(text: str) -> list[str]:
    """The papers linked to, once each, in order."""
    return list(dict.fromkeys(ARXIV_ID.findall(text)))


def _in_full(blocks: object) -> list[str]:
    """The papers that a Slack message tells in full: their titles are bold as a whole, not in a word that matched."""
    bold: dict[str, bool] = {}
    for link in _links(blocks):
        for arxiv_id in ids_in(link["url"]):
            bold[arxiv_id] = bold.get(arxiv_id, True) and bool(link.get("style"))
    return [arxiv_id for arxiv_id, whole in bold.items() if whole]


def _links(blocks: object) -> Iterator[dict[str, Any]]:
    if isinstance(blocks, list):
        for block in blocks:
            yield from _links(block)
    elif isinstance(blocks, dict):
        if blocks.get("type") == "link":
            yield blocks
        yield from _links(blocks.get("elements"))


class Control(Loopback):
    """The door by which another process looks into the world and changes it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.app.router.add_get("/report", self._report)
        self.app.router.add_post("/grow", self._grow)
        self.app.router.add_post("/faults", self._faults)
        self.app.router.add_post("/refuse", self._refuse)

    async def _report(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.report())

    async def _grow(self, request: web.Request) -> web.Response:
        self._world.grow((await request.json())["count"])
        return web.json_response({})

    async def _faults(self, request: web.Request) -> web.Response:
        """The share of faulty answers by service from now on."""
        self._world.faults = await request.json()
        return web.json_response({})

    async def _refuse(self, request: web.Request) -> web.Response:
        """Scripted failures of the next calls: ``{"slack": ["not_in_channel"], "smtp": ["550 5.1.1 No"]}``."""
        wanted = await request.json()
        self._world.slack.faults.extend(SlackFault.refused(code) for code in wanted.get("slack", ()))
        self._world.smtp.faults.extend(SmtpFault("RCPT", reply) for reply in wanted.get("smtp", ()))
        return web.json_response({})


def _port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1].partition("/")[0])


def _shares(items: Sequence[str]) -> dict[str, float]:
    return {name: float(share) for name, _, share in (item.partition("=") for item in items)}


async def _serve(climate: Climate) -> None:
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        async with World(climate, Path(folder)) as world, Control(world) as control:
            print(json.dumps(asdict(world.whereabouts(control.url))), flush=True)
            await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.world", description=__doc__)
    parser.add_argument("--papers", type=int, default=500, help="submitted within the last six days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.6, help="of the papers that match a topic")
    parser.add_argument("--feed-only", type=float, default=0.0, help="share that arXiv's search lacks")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--faults", nargs="*", default=[], metavar="SERVICE=SHARE")
    given = parser.parse_args()
    climate = Climate(
        papers=given.papers,
        seed=given.seed,
        share=given.share,
        feed_only=given.feed_only,
        latency_s=given.latency,
        faults=_shares(given.faults),
    )
    asyncio.run(_serve(climate))


if __name__ == "__main__":
    main()
