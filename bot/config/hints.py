"""What is odd in a configuration and no fault: old categories, topics nobody reads, haste with arXiv."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import NamedTuple
from urllib.parse import urlsplit

from bot import languages, query, taxonomy
from bot.config import bibliography, zones
from bot.config.fields import is_google_model
from bot.config.report import Path, did_you_mean, quoted
from bot.config.rules import Breach
from bot.models import Subscriber, Term, Topic
from bot.network import is_loopback
from bot.settings import ArxivSettings, EmailSettings, GeminiSettings, Security, Settings

PLACEHOLDER = "you@example.org"
"""The contact of `starter` and of the examples."""

_SHOWN = 160
"""Characters of a reading: `check` prints the whole of it below."""

_ARXIV_INTERVAL = timedelta(seconds=3)
"""https://info.arxiv.org/help/api/tou.html: "no more than one request every three seconds"."""


class Hint(NamedTuple):
    breach: Breach
    offset: int | None = None
    """Where in the text of that place, if anywhere."""


def hints(settings: Settings) -> Iterator[Hint]:
    """Each oddity of a configuration that breaks no rule."""
    for topic in settings.topics:
        for index, code in enumerate(topic.categories):
            yield from _category(code, ("topics", topic.name, "categories", index))
        yield from _in_query(topic.query, ("topics", topic.name, "query"))
        yield from _misread(topic)
    for index, subscriber in enumerate(settings.subscribers):
        yield from _of_subscriber(subscriber, ("subscribers", index))
    for breach in (
        *_placeholder(settings.arxiv),
        *_impolite(settings.arxiv),
        *_unread(settings),
        *_port(settings.email),
        *_in_the_clear(settings),
        *_model(settings.gemini),
    ):
        yield Hint(breach)


def _interests(subscriber: Subscriber, path: Path) -> Iterator[Breach]:
    """Words like "the" are in every paper, those of another script than arXiv's in none."""
    if not subscriber.interests:
        return
    from bot.matching.interests import stems_of, unwanted

    wanted, against = unwanted(subscriber.interests)
    if not any(one.isascii() for one in stems_of((wanted, against))):
        message = "has no word that papers could be ordered by; without GEMINI_API_KEY it changes nothing"
        yield Breach((*path, "interests"), message)


def _libraries(subscriber: Subscriber, path: Path) -> Iterator[Breach]:
    for index, one in enumerate(subscriber.like):
        if not one.endswith(".bib"):
            continue
        try:
            found = bibliography.read(FilePath(one))
        except OSError as error:
            yield Breach(
                (*path, "like", index), f"{one} can't be read ({error.strerror}): nothing of it counts"
            )
            continue
        if not found:
            yield Breach((*path, "like", index), f"{one} has no entry with a title: nothing of it counts")


def _category(code: str, path: Path) -> Iterator[Hint]:
    if not code.endswith(".*") and not taxonomy.is_archive(code) and not taxonomy.is_active(code):
        yield Hint(Breach(path, f"{code} takes no new papers any more"))
    for other in taxonomy.aliases(code):
        yield Hint(Breach(path, f"{code} is {other} under another name; both are searched"))


def _in_query(text: str | None, path: Path) -> Iterator[Hint]:
    """The categories of a query: a wrong one is no error to arXiv, it finds nothing."""
    for term in query.leaves(query.parse(text)) if text else ():
        if not isinstance(term, Term) or term.field != "cat" or "*" in term.text:
            continue
        if not taxonomy.is_known(term.text):
            yield Hint(
                Breach(path, f"there is no category {quoted(term.text)}: this finds nothing"), term.position
            )
        elif taxonomy.is_archive(term.text) and not taxonomy.is_active(term.text):
            code = taxonomy.canonical(term.text)
            message = f"cat:{code} finds next to nothing: cat:{code}.* is the archive"
            yield Hint(Breach(path, message), term.position)


def _misread(topic: Topic) -> Iterator[Hint]:
    """What arXiv very likely takes otherwise than it was meant."""
    path: Path = ("topics", topic.name)
    for doubt in query.query_doubts(topic.query) if topic.query else ():
        message = f"{doubt.message}; as it stands arXiv reads {_reading(topic.query or '')}"
        yield Hint(Breach((*path, "query"), message), doubt.position)
    for key, texts, doubts in (
        ("keywords", topic.keywords, query.keyword_doubts),
        ("exclude", topic.exclude, query.keyword_doubts),
        ("authors", topic.authors, query.author_doubts),
    ):
        for index, text in enumerate(texts):
            for doubt in doubts(text):
                yield Hint(Breach((*path, key, index), doubt.message), doubt.position)


def _reading(text: str) -> str:
    said = query.describe(query.parse(text))
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"


def _of_subscriber(subscriber: Subscriber, path: Path) -> Iterator[Hint]:
    if said := zones.warning(subscriber.timezone):
        yield Hint(Breach((*path, "timezone"), said))
    if languages.find(subscriber.language) is None:
        near = get_close_matches(
            subscriber.language.capitalize(), [each.name for each in languages.LANGUAGES], n=1, cutoff=0.75
        )
        hint = f" (did you mean {quoted(near[0])}?)" if near else ""
        message = (
            f"unknown language {quoted(subscriber.language)}{hint}: "
            "the model is asked for it by this name and may not know it"
        )
        yield Hint(Breach((*path, "language"), message))
    yield from map(Hint, (*_interests(subscriber, path), *_libraries(subscriber, path)))


def _placeholder(arxiv: ArxivSettings) -> Iterator[Breach]:
    if arxiv.contact.lower() == PLACEHOLDER:
        message = "is still the placeholder: put your own address here, so that arXiv can write to you"
        yield Breach(("arxiv", "contact"), f"{message} before it shuts you out")


def _model(gemini: GeminiSettings) -> Iterator[Breach]:
    """Another endpoint may have models of other names."""
    if gemini.base_url is None and not is_google_model(gemini.model):
        hint = did_you_mean(gemini.model.lower(), ("gemini-flash-latest", "gemini-flash-lite-latest"))
        message = f"Google has no model {quoted(gemini.model)}{hint}: its names begin with gemini- or gemma-"
        yield Breach(("gemini", "model"), f"{message}; `arxiv-digest check --live` asks for it")


def _unread(settings: Settings) -> Iterator[Breach]:
    read = {topic for subscriber in settings.subscribers for topic in subscriber.topics}
    for topic in settings.topics:
        if topic.name not in read:
            yield Breach(("topics", topic.name), "no subscriber reads this topic")


def _impolite(arxiv: ArxivSettings) -> Iterator[Breach]:
    """Another server, a mirror or a test's, may take more than arXiv does."""
    hosts = [urlsplit(url).hostname or "" for url in (arxiv.api_url, arxiv.rss_url)]
    if arxiv.min_interval < _ARXIV_INTERVAL and any(f".{host}".endswith(".arxiv.org") for host in hosts):
        message = "is less than the 3s that arXiv's terms ask for; arXiv shuts out who asks faster"
        yield Breach(("arxiv", "min_interval"), message)


def _port(email: EmailSettings | None) -> Iterator[Breach]:
    match email and (email.port, email.security):
        case 587, Security.TLS:
            yield Breach(("email", "security"), "port 587 mostly speaks starttls; tls is mostly on 465")
        case 465, Security.STARTTLS:
            yield Breach(("email", "port"), "port 465 mostly speaks tls; starttls is mostly on 587")


def _in_the_clear(settings: Settings) -> Iterator[Breach]:
    for section, url in (("gemini", settings.gemini.base_url), ("slack", settings.slack.base_url)):
        parts = urlsplit(url or "")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            yield Breach((section, "base_url"), "http: the key would travel unencrypted")
