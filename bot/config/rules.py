"""What must hold between the keys of a document, and between it, the secrets and the disk.

The rules read the plain values and take nothing for granted, so that they find their faults in a
document that has others too. A value of the wrong kind is no rule's business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot.channels import CHANNELS
from bot.channels.slack.address import is_conversation
from bot.config import environment
from bot.config.document import CLAUSES, DOCUMENT, SUBSCRIBER_SECTION, TARGETS, TOPIC_SECTION
from bot.config.report import Path, did_you_mean, quoted
from bot.network import is_loopback

Plain = Mapping[str, Any]


class Breach(NamedTuple):
    """A rule that is broken: what the path says, its key if it has one, is the place."""

    path: Path
    message: str


def breaches(document: Plain, secrets: Collection[str], folder: FilePath) -> Iterator[Breach]:
    """Every rule that the document breaks. ``secrets`` has the names of those that are set."""
    yield from _mail_server(document, secrets)
    yield from _encrypted(document, secrets)
    yield from _clauses(_section(document, "topics"))
    yield from _known_topics(document)
    yield from _names(document)
    for index, subscriber in _subscribers(document):
        yield from _targets(subscriber, ("subscribers", index))
        yield from _topics(document, subscriber, ("subscribers", index))
    yield from _reachable(document, secrets)
    yield from _operator(document, secrets)
    yield from _public(_section(document, "http"))
    yield from _disk(document, folder)


# --- reading without trust -----------------------------------------------------------------------


def _section(document: Plain, key: str) -> Plain:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _subscribers(document: Plain) -> Iterator[tuple[int, Plain]]:
    listed = document.get("subscribers")
    for index, subscriber in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(subscriber, dict):
            yield index, subscriber


def _items(owner: Plain, key: str, path: Path) -> Iterator[tuple[Path, str]]:
    """The texts of a list, or of a single value in its stead, with their paths."""
    value = owner.get(key)
    if isinstance(value, str):
        yield (*path, key), value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield (*path, key, index), item


def _text(owner: Plain, key: str, default: str = "") -> str:
    value = owner.get(key, default)
    return value if isinstance(value, str) else default


def _public(http: Plain) -> Iterator[Breach]:
    url = _text(http, "public_url")
    if url.startswith("http://") and not is_loopback(urlsplit(url).hostname or ""):
        yield Breach(("http", "public_url"), "needs https://: whoever reads the link on its way could use it")


# --- topics and subscribers ----------------------------------------------------------------------


def _clauses(topics: Plain) -> Iterator[Breach]:
    for name, topic in topics.items():
        if isinstance(topic, dict) and not TOPIC_SECTION.mentions(topic, CLAUSES):
            yield Breach(
                ("topics", name), "looks for nothing: it needs query, keywords, authors or categories"
            )


def _known_topics(document: Plain) -> Iterator[Breach]:
    known = _section(document, "topics")
    owners: list[tuple[Path, Plain]] = [(("defaults",), _section(document, "defaults"))]
    owners += [(("subscribers", index), subscriber) for index, subscriber in _subscribers(document)]
    for path, owner in owners:
        if isinstance(owner.get("topics"), str):
            continue
        seen = set()
        for place, topic in _items(owner, "topics", path):
            if topic not in known:
                yield Breach(place, f"unknown topic {quoted(topic)}{did_you_mean(topic, map(str, known))}")
            elif topic in seen:
                yield Breach(place, f"topic {quoted(topic)} is listed twice")
            seen.add(topic)


def _names(document: Plain) -> Iterator[Breach]:
    first: dict[str, int] = {}
    for index, subscriber in _subscribers(document):
        name = subscriber.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            message = f"subscribers[{first[name]}] is called {quoted(name)} already"
            yield Breach(("subscribers", index, "name"), message)


def _targets(subscriber: Plain, path: Path) -> Iterator[Breach]:
    if not SUBSCRIBER_SECTION.mentions(subscriber, TARGETS):
        yield Breach(path, f"has nowhere to send digests: it needs {_either(TARGETS)}")
    for key in TARGETS:
        seen = set()
        for place, address in _items(subscriber, key, path):
            same = CHANNELS[key].address.same(address)
            if same in seen:
                yield Breach(place, f"{quoted(address)} is listed twice: each digest goes to it once")
            seen.add(same)


def _topics(document: Plain, subscriber: Plain, path: Path) -> Iterator[Breach]:
    owners = (subscriber, _section(document, "defaults"))
    if not any(SUBSCRIBER_SECTION.mentions(owner, ("topics",)) for owner in owners):
        yield Breach((*path, "topics"), "is missing: the topics to be told of (here or in defaults)")


# --- services ------------------------------------------------------------------------------------


def _mail_server(document: Plain, secrets: Collection[str]) -> Iterator[Breach]:
    email = _section(document, "email")
    if not email.get("username"):
        return
    if environment.SMTP_PASSWORD not in secrets:
        message = (
            f"needs a password: set {environment.variables(environment.SMTP_PASSWORD)} in the environment"
        )
        yield Breach(("email", "username"), message)
    if email.get("security") == "none" and not is_loopback(_text(email, "host", "localhost")):
        yield Breach(
            ("email", "security"),
            "a password would travel unencrypted: use starttls or tls, or leave username out",
        )


def _encrypted(document: Plain, secrets: Collection[str]) -> Iterator[Breach]:
    """A key travels over TLS, or not beyond this machine."""
    for section, secret in (("gemini", environment.GEMINI_API_KEY), ("slack", environment.SLACK_BOT_TOKEN)):
        try:
            url = urlsplit(_text(_section(document, section), "base_url"))
        except ValueError:  # no URL: told already
            continue
        if secret in secrets and url.scheme == "http" and not is_loopback(url.hostname or ""):
            message = f"needs https://: {secret} would travel unencrypted"
            yield Breach((section, "base_url"), message)


def _reachable(document: Plain, secrets: Collection[str]) -> Iterator[Breach]:
    """One breach for each channel that is used and lacks what it needs, at the first who uses it."""
    for key, spec in CHANNELS.items():
        if spec.needs is None:
            continue
        users = [index for index, subscriber in _subscribers(document) if subscriber.get(key)]
        lacks_section = spec.needs.section and not _has_section(document, spec.needs.section)
        lacks_secret = spec.needs.secret and spec.needs.secret not in secrets
        if users and (lacks_section or lacks_secret):
            message = spec.needs.message.format(secret=environment.variables(spec.needs.secret))
            yield Breach(("subscribers", users[0], key), message)


def _has_section(document: Plain, key: str) -> bool:
    if key in document:
        return document[key] is not None
    return DOCUMENT.mentions(document, (key,))


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _operator(document: Plain, secrets: Collection[str]) -> Iterator[Breach]:
    operator = document.get("operator")
    if not isinstance(operator, str) or environment.SLACK_BOT_TOKEN in secrets:
        return
    token = environment.variables(environment.SLACK_BOT_TOKEN)
    if is_conversation(operator):
        yield Breach(("operator",), f"needs a token: set {token} in the environment")
    elif "@" in operator and not _has_section(document, "email"):
        yield Breach(("operator",), f"needs an email section, or {token} for a direct message in Slack")


# --- the disk ------------------------------------------------------------------------------------


def _disk(document: Plain, folder: FilePath) -> Iterator[Breach]:
    ca_file = _text(_section(document, "email"), "ca_file")
    if ca_file and not _exists(folder, ca_file, is_folder=False):
        yield Breach(("email", "ca_file"), f"there is no file {quoted(ca_file)}")
    database = _text(document, "database")
    if database and _exists(folder, database, is_folder=True):
        yield Breach(("database",), f"{quoted(database)} is a folder")
    for index, subscriber in _subscribers(document):
        for place, name in _items(subscriber, "file", ("subscribers", index)):
            if _exists(folder, name, is_folder=False):
                yield Breach(place, f"{quoted(name)} is a file: reports go into a folder")


def _exists(folder: FilePath, name: str, *, is_folder: bool) -> bool:
    try:
        path = folder / FilePath(name).expanduser()
        return path.is_dir() if is_folder else path.is_file()
    except (OSError, ValueError, RuntimeError):
        return False
