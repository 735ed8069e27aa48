"""How long handing over takes beside what the services themselves demand.

    python -m tests.benchmarks.delivery [--mails 200]

Slack, on a clock that passes by itself: ten channels of ten messages against one channel of ten. Mail, to a
sink in a process of its own that answers at once, or after 20 ms: what is in the outbox, with the durable
record before and after each, against plain aiosmtplib with the same bytes over as many connections.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import aiosmtplib

from bot.adapters.clock import SystemClock
from bot.channels.email.channel import SmtpChannel
from bot.models import Envelope, Receipt, Target
from bot.pipeline import tick
from bot.pipeline.deliver import deliver
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.ports import Channel, Clock
from bot.settings import EmailSettings, Security
from bot.store import Store
from bot.store.opening import open_store
from tests import samples
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.fakes import FakeChannel, FakeClock, FakeFeed, FakeSource, SilentProgress

SENDER = "bot@example.org"
SLACK_LATENCY_S = 0.2
ROUND_TRIP_S = 0.02
CONNECTIONS = 3
MAIL_BYTES = 60_000
"""About what twenty papers make."""
BOUNDS = {"slack": 1.15, "instant": 0.5, "distant": 0.85}


class Sink(asyncio.Protocol):
    """Takes every mail and keeps none. Each answer takes ``pause_s``."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._rest = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while self._rest:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            found, mark, rest = self._rest.partition(end)
            if not mark:
                return
            self._rest = rest
            command = b"" if self._in_data else found[:4].upper()
            self._in_data = command == b"DATA"
            self._answer({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(command, b"250 ok\r\n"))

    def _answer(self, line: bytes) -> None:
        if self._pause_s:
            asyncio.get_running_loop().call_later(self._pause_s, self._transport.write, line)
        else:
            self._transport.write(line)


def serve(pause_s: float, told: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(pause_s), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class SlowChannel(FakeChannel):
    """Slack, as long as it takes to answer."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("slack")
        self._clock = clock

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        await self._clock.sleep(SLACK_LATENCY_S)
        return await super().send(envelope, resolved)


def outbox(folder: Path, clock: Clock, targets: list[Target], payload: bytes) -> Store:
    """A database with one message for each of these."""
    store = open_store(folder / "state.db")
    for target in targets:
        store.outbox.add_notice(target, payload, "ada", clock.now())
    return store


async def hand_over(
    folder: Path, store: Store, clock: Clock, channels: Mapping[str, Channel], email: EmailSettings | None
) -> None:
    settings = replace(samples.settings(folder), email=email)
    services = Services(
        settings=settings,
        store=store,
        source=FakeSource(FakeClock()),
        feed=FakeFeed(),
        summariser=None,
        channels=channels,
        clock=clock,
        progress=SilentProgress(),
        jitter=lambda: 0.0,
    )
    report = Report()
    await deliver(services, tick.start(services), report)
    if report.faults or any(store.outbox.waiting(None)):
        raise RuntimeError(f"not all was delivered: {report.faults[:3]}")


async def slack_s(channels: int, messages: int) -> float:
    clock = FakeClock()
    targets = [Target("slack", f"#c{n}") for n in range(channels) for _ in range(messages)]
    with tempfile.TemporaryDirectory() as folder:
        store = outbox(Path(folder), clock, targets, b"{}")
        await hand_over(Path(folder), store, clock, {"slack": SlowChannel(clock)}, None)
        store.close()
    return clock.monotonic()


async def plain_s(port: int, mails: list[str], payload: bytes) -> float:
    """aiosmtplib alone, over as many connections."""
    left = iter(mails)

    async def connection() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as smtp:
            for recipient in left:
                await smtp.sendmail(SENDER, [recipient], payload)

    began = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return time.perf_counter() - began


async def ours_s(port: int, mails: list[str], payload: bytes) -> float:
    email = EmailSettings("127.0.0.1", SENDER, port=port, security=Security.NONE, connections=CONNECTIONS)
    clock = SystemClock()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = outbox(Path(folder), clock, [Target("email", mail) for mail in mails], payload)
        channel = SmtpChannel(email)
        began = time.perf_counter()
        await hand_over(Path(folder), store, clock, {"email": channel}, email)
        took = time.perf_counter() - began
        await channel.aclose()
        store.close()
    return took


async def mail_ratio(pause_s: float, mails: int) -> tuple[float, float]:
    """The rates of plain aiosmtplib and of ours, in mails a second."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(pause_s, there), daemon=True)
    process.start()
    try:
        port = here.recv()
        recipients = [f"reader{n}@example.org" for n in range(mails)]
        payload = b"Subject: Digest\r\n\r\n" + (b"x" * 74 + b"\r\n") * (MAIL_BYTES // 76)
        await plain_s(port, recipients[:10], payload)
        # In turns, so that what else the machine does falls on both.
        turns = [
            (await plain_s(port, recipients, payload), await ours_s(port, recipients, payload))
            for _ in range(3)
        ]
        plain, ours = map(min, zip(*turns, strict=True))
    finally:
        process.terminate()
        process.join()
    return mails / plain, mails / ours


def figures() -> list[Figure]:
    async def found() -> list[Figure]:
        one, ten = await slack_s(1, 10), await slack_s(10, 10)
        told = [at_most("Slack, ten channels against one", ten / one, BOUNDS["slack"], "x")]
        for name, pause_s in (("instant", 0.0), ("distant", ROUND_TRIP_S)):
            plain, ours = await mail_ratio(pause_s, 200)
            told.append(at_least(f"mail, sink {name}, against aiosmtplib", ours / plain, BOUNDS[name], "x"))
        return told

    return asyncio.run(found())


async def measure(mails: int) -> None:
    one, ten = await slack_s(1, 10), await slack_s(10, 10)
    print(f"Slack: one channel {one:.1f} s, ten {ten:.1f} s: {ten / one:.2f} x (at most {BOUNDS['slack']})")
    for name, pause_s in (("instant", 0.0), ("distant", ROUND_TRIP_S)):
        plain, ours = await mail_ratio(pause_s, mails)
        print(
            f"mail, sink {name}: {ours:.0f} a second, plain aiosmtplib {plain:.0f}: "
            f"{ours / plain:.2f} x (at least {BOUNDS[name]})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.delivery", description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    asyncio.run(measure(parser.parse_args().mails))


if __name__ == "__main__":
    main()
