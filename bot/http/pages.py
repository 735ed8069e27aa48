"""The page of a reader's link: plain, without scripts, on a phone, in the dark, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot import languages
from bot.history import OptOut
from bot.languages import Catalogue, noop
from bot.models import Subscriber
from bot.render import wording

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:17px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.6em 1em;min-height:44px}"
)
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<title>{name}</title>\n<style>{style}</style>\n'
    "</head>\n<body>\n<main>\n<h1>{name}</h1>\n<p>{about}</p>\n"
    '<p><strong>{state}</strong></p>\n<form method="post">\n{buttons}</form>\n</main>\n</body>\n</html>\n'
)
_BUTTON = Markup('<p><button name="action" value="{}">{}</button></p>\n')
_UNSUBSCRIBE = ("unsubscribe", noop("Unsubscribe"))
_RESUME = ("resume", noop("Receive it again"))
_PAUSES = (
    ("pause-1", noop("Pause for 1 week")),
    ("pause-2", noop("Pause for 2 weeks")),
    ("pause-4", noop("Pause for 4 weeks")),
)


def stop(subscriber: Subscriber, held: Sequence[OptOut]) -> str:
    """The page, with what is in force and what can be done about it; it does not name the subscriber."""
    words = languages.catalogue(subscriber.language)
    if any(one.unsubscribed for one in held):
        buttons = [_RESUME]
    else:
        buttons = [_RESUME, _UNSUBSCRIBE] if held else [_UNSUBSCRIBE, *_PAUSES]
    topics = words.joined([wording.topic(name) for name in subscriber.topics])
    return _PAGE.format(
        language=words.code,
        name=words.gettext("arXiv digest"),
        style=Markup(_STYLE),
        about=words.gettext("This is the digest about {topics}.", topics=topics),
        state=_state(held, subscriber.timezone, words),
        buttons=Markup().join(_BUTTON.format(value, words.gettext(text)) for value, text in buttons),
    )


def _state(held: Sequence[OptOut], timezone: str, words: Catalogue) -> str:
    if not held:
        return words.gettext("You receive it.")
    if any(one.unsubscribed for one in held):
        return words.gettext("You have unsubscribed: you receive it no more.")
    ends = [one.until for one in held]
    if any(end is None for end in ends):
        return words.gettext("It is paused.")
    until = max(end for end in ends if end is not None).astimezone(ZoneInfo(timezone))
    return words.gettext(
        "It is paused until {date}, {time} ({zone}).",
        date=words.long_date(until.date()),
        time=f"{until:%H:%M}",
        zone=timezone,
    )
