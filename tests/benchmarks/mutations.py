"""10,000 damaged feeds and 10,000 damaged configurations: no traceback, no hang.

Run as ``python -m tests.benchmarks.mutations [--count 10000] [--seed 1]``. Feeds are pages of arXiv's API and
announcement feeds, made by the loopback service and, where they are, recorded ones. What is read in spite of
the damage goes further: papers through the store, the matcher, the extractive summariser and the renderers,
settings through the query builder and the schedules. Anything raised but the declared errors counts, as does
an item that takes longer than ``PATIENCE_S``.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

from bot import app, config, digest, matching, query, schedule
from bot.adapters.atom import read_page
from bot.adapters.feed import read_announcement
from bot.channels.email import message as email
from bot.channels.email import text
from bot.channels.file import markdown
from bot.channels.file import message as files
from bot.channels.slack import message as slack
from bot.demo.arxiv import Announced, feeds, pages
from bot.demo.samples import samples
from bot.errors import ArxivError, ConfigError, QueryRejected
from bot.models import Entry, Paper, Topic
from bot.settings import Settings
from bot.store import Store
from bot.summary import extract, prompt
from tests import samples as small
from tests.benchmarks.figures import Figure, at_most
from tests.conftest import ROOT, SHARED
from tests.end_to_end.papers import window

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATIENCE_S = 10.0
LARGEST_SEED = 45_000
"""Bytes; of a larger recording only its first entries are taken."""
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-not-a-token", "SMTP_PASSWORD": "not a password"}
TREES = [
    query.parse(text)
    for text in (
        'all:"electron ptychography" ANDNOT au:novak',
        "cat:cond-mat.* AND (abs:phonons OR ti:conjecture)",
    )
]

Read = Callable[[bytes], str]
"""Reads one damaged item; answers how it ended. Raises what must not be raised."""

_TOKEN = re.compile(rb"<[^<>]{0,200}>|&#?\w{1,8};|[\w.+-]+|\s+|[^\w\s]", re.DOTALL)
_NASTY = (
    b"", b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&amp;amp;", b"&undefined;", b"]]>", b"<![CDATA[", b"<!--", b"-->",
    b"\x00", b"\x08", b"\x1b", b"\x85", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", "\u202e\u2028".encode(),
    b"<?xml version='1.1'?>", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"<script>", b"Rate exceeded.",
    b"0", b"-1", b"99999999999999999999", b"1e999", b"NaN", b"2026-13-45T99:99:99Z", b"9999-12-31T23:59:59Z", b"v0",
    b"$", b"\\", b"\\frac{", b"{" * 300, b"\\begin{array}", b"$$", b"%", b"\r", b"\n", b"\t", b"|", b"'", b'"', b"*a",
    b"&a ", b"!!python/object:os.system ", b"? ", b": ", b"- ", b"#", b"~", b"[", b"{", b"yes", b"0x1F", b"12:30:00",
    b"Europe/Nowhere", b"* * * * *", b"all:((", b"ANDNOT", b"submittedDate:[1 TO 2]", b"<!channel>",
)  # fmt: skip


class Hang(Exception):
    """An item took too long."""


def damaged(body: bytes, random: Random, others: list[bytes]) -> bytes:
    """One to six damages, each of a random kind."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        body = random.choice(DAMAGES)(body, random, others)
    return body


def _flip(body: bytes, random: Random, others: list[bytes]) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]


def _cut(body: bytes, random: Random, others: list[bytes]) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _remove(body: bytes, random: Random, others: list[bytes]) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + body[at + random.choice((1, 5, 50, 500)) :]


def _insert(body: bytes, random: Random, others: list[bytes]) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(_NASTY) * random.choice((1, 1, 1, 40)) + body[at:]


def _replace_token(body: bytes, random: Random, others: list[bytes]) -> bytes:
    tokens = list(_TOKEN.finditer(body))
    if not tokens:
        return body
    token, other = random.choice(tokens), random.choice(tokens)
    new = random.choice((random.choice(_NASTY), other.group(), token.group() * 2, token.group().upper()))
    return body[: token.start()] + new + body[token.end() :]


def _repeat_lines(body: bytes, random: Random, others: list[bytes]) -> bytes:
    lines = body.splitlines(keepends=True)
    if not lines:
        return body
    first = random.randrange(len(lines))
    some = lines[first : first + random.choice((1, 3, 20))]
    at = random.randrange(len(lines) + 1)
    return b"".join([*lines[:at], *some * random.choice((1, 2, 30)), *lines[at:]])


def _swap_lines(body: bytes, random: Random, others: list[bytes]) -> bytes:
    lines = body.splitlines(keepends=True)
    if len(lines) > 1:
        a, b = random.sample(range(len(lines)), 2)
        lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def _indent(body: bytes, random: Random, others: list[bytes]) -> bytes:
    lines = body.splitlines(keepends=True)
    if lines:
        at = random.randrange(len(lines))
        lines[at] = random.choice((b" ", b"    ", b"\t", b"")) + lines[at].lstrip(
            random.choice((b" ", b"")) or None
        )
    return b"".join(lines)


def _splice(body: bytes, random: Random, others: list[bytes]) -> bytes:
    other = random.choice(others)
    return body[: random.randrange(len(body) + 1)] + other[random.randrange(len(other) + 1) :]


def _recode(body: bytes, random: Random, others: list[bytes]) -> bytes:
    with suppress(UnicodeError):
        return body.decode().encode(random.choice(("utf-16", "latin-1", "utf-8-sig", "utf-7")))
    return body


DAMAGES = (_flip, _cut, _remove, _insert, _insert, _replace_token, _replace_token, _replace_token,
           _repeat_lines, _swap_lines, _indent, _splice, _recode)  # fmt: skip


# --- what is damaged --------------------------------------------------------------------------


def api_pages() -> list[bytes]:
    papers = [sample.paper for sample in samples(NOW)]
    invented = [one.paper for one in window(1, 4, NOW)]
    made = [
        pages.page(some, total=len(some), start=0, size=10, query={"search_query": "all:x"}, now=NOW).encode()
        for some in (papers[:3], papers[3:6], papers[6:9], papers[9:], invented, [])
    ]
    return [
        *made,
        pages.error("incorrect id format for abc", NOW).encode(),
        *recorded("api", b"</entry>", b"</feed>"),
    ]


def announcements() -> list[bytes]:
    batch = [Announced(sample.paper, sample.announce_type) for sample in samples(NOW)]
    build = partial(feeds.feed, announced_on=date(2026, 11, 20), built_at=NOW)
    made = [
        build(batch, ["cond-mat", "cs"]).encode(),
        build(batch[:3], ["cond-mat", "astro-ph", "math"]).encode(),
        build([], ["math"]).encode(),
    ]
    return [*made, *recorded("rss", b"</item>", b"</channel></rss>")]


def recorded(folder: str, end_of_entry: bytes, end: bytes) -> Iterable[bytes]:
    """The recordings beside the checkout, the large ones shortened."""
    for path in sorted((SHARED / "arxiv" / "feeds" / folder).rglob("*.xml")):
        body = path.read_bytes()
        if len(body) > LARGEST_SEED and end_of_entry in body:
            body = body[: body.index(end_of_entry, LARGEST_SEED // 2) + len(end_of_entry)] + end
        if len(body) <= LARGEST_SEED:
            yield body


def yamls() -> list[bytes]:
    golden = sorted((ROOT / "tests" / "config" / "golden").glob("*.yaml"))
    texts = [path.read_bytes() for path in golden if path.stat().st_size < 4000]
    example = (ROOT / "subscribers.example.yaml").read_bytes()
    # As many sound ones as broken ones.
    return [*[config.starter().encode(), example] * (len(texts) // 2), *texts]


# --- where it goes ----------------------------------------------------------------------------


def read_api(body: bytes, store: Store) -> str:
    try:
        page = read_page(body)
    except QueryRejected:
        return "rejected"
    except ArxivError:
        return "refused"
    store.papers.add(page.papers, NOW)
    for paper in page.papers[:2]:
        use(paper)
    return "read"


def read_feed(body: bytes) -> str:
    try:
        announcement = read_announcement(body, ("cs",))
    except QueryRejected:
        return "rejected"
    except ArxivError:
        return "refused"
    for item in announcement.items[:5]:
        for tree in TREES:
            matching.match(tree, item)
    return "read"


def use(paper: Paper) -> None:
    """Everything that is done with a paper."""
    for tree in TREES:
        matching.match(tree, paper)
    prompt.estimate_tokens(prompt.build([paper], focus="what was measured", language="English"))
    made = digest.build(
        subscriber=small.subscriber(),
        number=1,
        composed_at=NOW,
        topics=[TOPIC],
        queries=[query.expression(TOPIC)],
        owed=[Entry(paper, (TOPIC.name,), summary=extract.summarise(paper, focus="what was measured"))],
    )
    slack.render(made)
    files.render(made)
    markdown.render(made)
    text.render(made)
    email.render(made, sender="Bot <bot@example.org>", recipient="ada@example.org", contact="ada@example.org")


TOPIC: Topic = small.topic()


def read_yaml(body: bytes, folder: Path) -> str:
    path = folder / "subscribers.yaml"
    path.write_bytes(body)
    try:
        settings = config.load(path, SECRETS)
    except ConfigError as error:
        if not error.faults or not all(str(fault).isprintable() for fault in error.faults):
            raise ValueError("a fault that is not one printable line") from error
        return "refused"
    act_on(settings)
    return "read"


def act_on(settings: Settings) -> None:
    """What the first round would ask of the settings."""
    for topic in settings.topics:
        query.parse(query.expression(topic))
    for subscriber in settings.subscribers:
        schedule.next_due(subscriber.schedule, subscriber.timezone, NOW)
        schedule.latest_due(subscriber.schedule, subscriber.timezone, NOW)


# --- the run ----------------------------------------------------------------------------------


def _too_long(signal_number: int, frame: FrameType | None) -> None:
    raise Hang


def run(name: str, count: int, seeds: list[bytes], read: Read, random: Random) -> int:
    """Damage and read ``count`` times; prints the counts, returns how many broke a promise."""
    outcomes: Counter[str] = Counter()
    slowest, worst = 0.0, b""
    for _ in range(count):
        body = damaged(random.choice(seeds), random, seeds)
        began = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
        try:
            outcome = read(body)
        except Hang:
            outcome = "HANG"
            print(f"  took too long: {body[:2000]!r}")
        except Exception as error:
            outcome = f"TRACEBACK {type(error).__name__}"
            if outcomes[outcome] < 3:
                print(f"  {''.join(traceback.format_exception(error)[-3:])}  for {body[:3000]!r}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        outcomes[outcome] += 1
        took = time.perf_counter() - began
        if took > slowest:
            slowest, worst = took, body
    print(
        f"{name}: {count} from {len(seeds)} seeds: {dict(sorted(outcomes.items()))}; the slowest took {slowest:.2f} s"
    )
    if slowest > PATIENCE_S / 4:
        print(f"  {worst[:1000]!r}")
    return sum(n for outcome, n in outcomes.items() if outcome.isupper() or outcome.startswith("TRACEBACK"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="of feeds, and of configurations")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    broken = trial(given.count, given.seed)
    print("no traceback, no hang" if not broken else f"{broken} TRACEBACKS OR HANGS")
    return int(broken > 0)


def figures() -> list[Figure]:
    return [at_most("tracebacks and hangs, of 10,000 feeds and 10,000 files", trial(10_000, 1), 0)]


def trial(each: int, seed: int) -> int:
    """Damage so many feeds, and so many configurations: how many tracebacks and hangs there were."""
    random = Random(seed)
    signal.signal(signal.SIGALRM, _too_long)
    broken = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = app.open_store(folder / "state.db")
        readers: Mapping[str, tuple[int, list[bytes], Read]] = {
            "pages of the API": (each // 2, api_pages(), partial(read_api, store=store)),
            "announcement feeds": (each // 2, announcements(), read_feed),
            "configurations": (each, yamls(), partial(read_yaml, folder=folder)),
        }
        for kind, (count, seeds, read) in readers.items():
            broken += run(kind, count, seeds, read, random)
        store.close()
    return broken


if __name__ == "__main__":
    sys.exit(main())
