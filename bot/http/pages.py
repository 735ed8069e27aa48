"""The page of a reader's link: plain, without scripts, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.history import OptOut
from bot.languages import ENGLISH
from bot.render import wording

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:17px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.6em 1em;min-height:44px}"
)
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<title>arXiv digest</title>\n<style>{style}</style>\n'
    "</head>\n<body>\n<main>\n<h1>arXiv digest</h1>\n<p>This is the digest about {topics}.</p>\n"
    '<p><strong>{state}</strong></p>\n<form method="post">\n{buttons}</form>\n</main>\n</body>\n</html>\n'
)
_BUTTON = Markup('<p><button name="action" value="{}">{}</button></p>\n')
_UNSUBSCRIBE = ("unsubscribe", "Unsubscribe")
_RESUME = ("resume", "Receive it again")
_PAUSES = (
    ("pause-1", "Pause for 1 week"),
    ("pause-2", "Pause for 2 weeks"),
    ("pause-4", "Pause for 4 weeks"),
)


def stop(topics: Sequence[str], held: Sequence[OptOut], timezone: str) -> str:
    """The page, with what is in force and what can be done about it. Times are of the ``timezone``."""
    if any(one.unsubscribed for one in held):
        buttons = [_RESUME]
    else:
        buttons = [_RESUME, _UNSUBSCRIBE] if held else [_UNSUBSCRIBE, *_PAUSES]
    return _PAGE.format(
        style=Markup(_STYLE),
        topics=ENGLISH.joined([wording.topic(name) for name in topics]) or "new papers",
        state=_state(held, timezone),
        buttons=Markup().join(_BUTTON.format(value, text) for value, text in buttons),
    )


def _state(held: Sequence[OptOut], timezone: str) -> str:
    if not held:
        return "You receive it."
    if any(one.unsubscribed for one in held):
        return "You have unsubscribed: you receive it no more."
    ends = [one.until for one in held]
    if any(end is None for end in ends):
        return "It is paused."
    until = max(end for end in ends if end is not None)
    return f"It is paused until {until.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} ({timezone})."
