"""What a secret was meant to be: how it is pasted, and the form of another that it has.

What can be meant in one way only is read so and told; what can't work, or belongs to another service, is
refused before anybody is sent it. No message made here holds a value or a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from bot.config.invisible import BLANK, INVISIBLE, named

GEMINI_API_KEY = "GEMINI_API_KEY"
SLACK_BOT_TOKEN = "SLACK_BOT_TOKEN"
SMTP_PASSWORD = "SMTP_PASSWORD"
NAMES = (GEMINI_API_KEY, SLACK_BOT_TOKEN, SMTP_PASSWORD)

_WANTED = {
    GEMINI_API_KEY: "put a key of https://aistudio.google.com/apikey there",
    SLACK_BOT_TOKEN: "put the app's Bot User OAuth Token there, which begins with xoxb-",
    SMTP_PASSWORD: "put the password of email.username there",
}

_QUOTES = ('""', "''", "``", "“”", "„“", "‘’", "«»")
_BEARER = re.compile(r"(?:authorization: *)?bearer +", re.IGNORECASE)
_GOOGLE_GROUPS = re.compile(rf"[A-Za-z]{{4}}(?:(?: |{BLANK})+[A-Za-z]{{4}}){{3}}")
"""An app password as Google shows it."""


class _Form(NamedTuple):
    pattern: str
    what: str
    owner: str = ""
    """Whose secret it is, if it is one of ours."""
    is_certain: bool = True
    """Whether no password looks so by chance."""


_FORMS = (
    _Form(r"(?:xoxe\.)?xoxb-[\w-]*", "a Slack bot token", SLACK_BOT_TOKEN),
    _Form(r"(?:xoxe\.)?xoxp-[\w-]*", "the token of a Slack user"),
    _Form(r"xapp-[\w-]*", "a Slack app-level token"),
    _Form(r"xox[a-z]-[\w%-]*", "a Slack token of another kind"),
    _Form(r"https?://hooks\.slack\.com/.*", "the address of a Slack webhook"),
    _Form(r"AIza[\w-]{20,}|AQ\.[\w-]{20,}", "a key of Google's", GEMINI_API_KEY),
    _Form(r"[a-z]+://.*", "a web address", is_certain=False),
    _Form(r"sk-[\w-]{16,}", "a key of another model's service", is_certain=False),
)


class Oddity(NamedTuple):
    """Something odd in how a secret is written."""

    message: str
    offset: int = 0
    """Where in the text it stands."""


class SecretReading(NamedTuple):
    """A secret as it is used."""

    value: str
    """Empty where there is none."""
    oddities: tuple[Oddity, ...] = ()
    fault: str = ""
    """Why it can't be used; empty where it can."""


def read(name: str, text: str) -> SecretReading:
    """The secret of this name that ``text`` holds. A line break at its end counts for nothing."""
    text = text.rstrip("\r\n")
    value, oddities = (_password if name == SMTP_PASSWORD else _token)(text)
    if not re.sub(INVISIBLE, "", value).isprintable():
        return SecretReading("", oddities, "holds a line break or another control character")
    if text and not value:
        return SecretReading(
            "", (*oddities, Oddity("holds nothing but blanks or quotes, and counts as not set"))
        )
    return SecretReading(value, oddities, _fault(name, value))


def _token(text: str) -> tuple[str, tuple[Oddity, ...]]:
    """A key or token has neither blanks around it nor anything that can't be seen in it."""
    oddities = []
    if unseen := _invisible(text):
        oddities.append(Oddity(f"{unseen.message}: left out, as no key holds it; delete it", unseen.offset))
        text = re.sub(INVISIBLE, "", text)
    text = text.strip(" \t")
    while bare := _unquoted(text):
        message = "has quotes around it, which are left out: take them off (docker's --env-file keeps them)"
        oddities.append(Oddity(message))
        text = bare.strip(" \t")
    if text in _QUOTES:
        text = ""
    if bearer := _BEARER.match(text):
        oddities.append(Oddity("has `Bearer ` before it, which is left out: give the token alone"))
        text = text[bearer.end() :]
    return text, tuple(dict.fromkeys(oddities))


def _password(text: str) -> tuple[str, tuple[Oddity, ...]]:
    """A password may hold anything; only the form in which Google shows its own is certain."""
    unseen = _invisible(text)
    if unseen and _GOOGLE_GROUPS.fullmatch(text):
        google = (
            f"{unseen.message}: left out, as it only parts the groups in which Google shows app passwords"
        )
        return re.sub(rf" |{BLANK}", "", text), (Oddity(f"{google}; type them without", unseen.offset),)
    oddities = []
    if unseen:
        message = f"{unseen.message}: delete it unless it was typed on purpose"
        oddities.append(Oddity(message, unseen.offset))
    if _unquoted(text):
        oddities.append(Oddity("has quotes around it: take them off unless they are part of the password"))
    if text != text.strip(" \t"):
        oddities.append(Oddity("begins or ends with a blank: delete it unless it is part of the password"))
    return text, tuple(oddities)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] + text[-1] in _QUOTES else ""


def _invisible(text: str) -> Oddity | None:
    """``holds a no-break space (U+00A0) at character 5 and 10``; None where all can be seen."""
    places: dict[str, list[str]] = {}
    for match in re.finditer(INVISIBLE, text):
        places.setdefault(match[0], []).append(str(match.start() + 1))
    found = [f"{named(one)} at character {_listed(where)}" for one, where in places.items()]
    first = re.search(INVISIBLE, text)
    return Oddity(f"holds {_listed(found)}", first.start()) if first else None


def _listed(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def _fault(name: str, value: str) -> str:
    form = next((form for form in _FORMS if re.fullmatch(form.pattern, value)), None)
    if form and form.owner != name and (form.is_certain or name != SMTP_PASSWORD):
        elsewhere = f"; that one belongs into {form.owner}" if form.owner else ""
        return f"is {form.what}: {_WANTED[name]}{elsewhere}"
    if name != SMTP_PASSWORD and (strange := re.search(r"[^ -~]", value)):
        place = f"{named(strange[0])} at character {strange.start() + 1}"
        return f"holds {place}, which no key holds: {_WANTED[name]}"
    return ""


# --- names ---------------------------------------------------------------------------------------

_MEANT: Mapping[str, str] = {
    r"GEMINI|(?:GEMINI|GENAI|GOOGLE).*(?:KEY|TOKEN)": GEMINI_API_KEY,
    r"SLACK|BOT_TOKEN|SLACK.*(?:TOKEN|KEY)": SLACK_BOT_TOKEN,
    r"(?:SMTP|E?MAIL).*(?:PASS(?:WORD|WD|PHRASE)?|PWD?|SECRET)": SMTP_PASSWORD,
}


def meant_name(variable: str) -> str | None:
    """The name that a variable of another one was meant to have, if that is likely."""
    spelt = variable.upper().replace("-", "_")
    stem, end = (spelt.removesuffix("_FILE"), "_FILE") if spelt.endswith("_FILE") else (spelt, "")
    for pattern, name in _MEANT.items():
        if re.fullmatch(pattern, stem):
            return name + end
    near = get_close_matches(stem, NAMES, n=1, cutoff=0.8)
    return near[0] + end if near else None
