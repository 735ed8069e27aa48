"""The texts of the YAML, by their forms: durations, addresses, and what other rooms can read."""

from __future__ import annotations

import re
from datetime import timedelta

from bot import models, query, schedule, taxonomy
from bot.channels.email import address as email
from bot.channels.file import address as file
from bot.channels.slack import address as slack
from bot.channels.spec import AddressForm
from bot.config import invisible, zones
from bot.config.kinds import Mistaken, TextKind, Whole, anchored
from bot.config.report import quoted
from bot.models import addresses
from bot.models.addresses import LABEL

_VISIBLE = r"[^\u0000-\u0020\u007f]"
_LINE = rf"(?=.*{_VISIBLE})[^\u0000-\u001f\u007f]"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _searchable(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise Mistaken(f"{quoted(text)} has no letter or digit to search for")
    return _one_line(text)


def _visible(text: str) -> str:
    """A name stands in lines of logs and terminals, in headers and file names: all of it can be seen there."""
    for offset, character in enumerate(text):
        if not character.isprintable():
            raise Mistaken(invisible.unseen(character), offset)
    return text


# --- texts ---------------------------------------------------------------------------------------

LINE = TextKind(_LINE + "{1,200}", "a line of text", meaning=_one_line)
PROSE = TextKind(
    rf"(?=[\s\S]*{_VISIBLE})[^\u0000-\u0008\u000b-\u001f\u007f]{{1,1000}}", "a text", meaning=_one_line
)
LONGEST_INTERESTS = 4000
INTERESTS = TextKind(
    rf"(?=[\s\S]*{_VISIBLE})[^\u0000-\u0008\u000b-\u001f\u007f]{{1,{LONGEST_INTERESTS}}}",
    f"a text of at most {LONGEST_INTERESTS} characters",
    lambda text: f": it has {len(text):,}; say what counts most" if len(text) > LONGEST_INTERESTS else "",
    _searchable,
)
PHRASE = TextKind(
    rf"(?=.*{_VISIBLE})[^\u0022\u0000-\u001f\u007f]{{1,200}}",
    "a word or phrase",
    lambda text: ": each entry is a phrase already, leave the quotation marks out" if '"' in text else "",
    _searchable,
)
_BEFORE_ID = r"(?:arXiv:|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
_ID = rf"{_BEFORE_ID}(?:[0-9]{{4}}\.[0-9]{{4,5}}|[a-z-]+(?:\.[A-Z]{{2}})?/[0-9]{{7}})(?:v[0-9]+)?"
LIKE = TextKind(
    rf"{_ID}|(?=.*{_VISIBLE})[^\u0000-\u001f\u007f]{{1,400}}\.bib",
    "an arXiv id such as 2501.01234, or the path of a .bib file",
    meaning=lambda text: text if text.endswith(".bib") else re.sub(f"^{_BEFORE_ID}|v[0-9]+$", "", text),
    bare=True,
)
AUTHOR = TextKind(
    rf"(?=.*{_VISIBLE})[^\u0022;\u0000-\u001f\u007f]{{1,200}}",
    'an author\'s name such as "Hwang, Harold"',
    lambda text: ": list each author by itself" if ";" in text else "",
    _searchable,
)
TOPIC = TextKind(
    r"(?! )[^\u0000-\u001f\u007f]{1,80}(?<! )",
    "a name: one line without blanks around it",
    meaning=_visible,
)
SUBSCRIBER = TextKind(
    r"(?![ .])[^/\\\u0000-\u001f\u007f]{1,64}(?<! )",
    "a name: up to 64 characters without / or \\, as it becomes part of file names",
    meaning=_visible,
)

# --- durations -----------------------------------------------------------------------------------

_UNITS = {"s": 7, "m": 6, "h": 5, "d": 4, "w": 3}
"""How many digits a number of each unit may have: no duration goes beyond thirty years."""
_WORDS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = (
    "(?:"
    + "|".join(rf"[0-9]{{1,{digits}}}(?:\.[0-9]{{1,6}})?{unit}" for unit, digits in _UNITS.items())
    + ")"
)
_SOME = rf"(?=[0.]*[1-9]){_DURATION}"
_SUCH_AS = "a duration such as 0.5s, 30s, 15m, 6h, 2d or 1w"


def duration(text: str) -> timedelta:
    """``90s``, ``1.5h``, ``7d`` as a span of time; ValueError for anything else."""
    match = re.fullmatch(r"([0-9.]+)([smhdw])", text)
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    return timedelta(**{_WORDS[match[2]]: float(match[1])})


def _unit_hint(text: str) -> str:
    return ": it needs a unit" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else ""


DURATION = TextKind(_SOME, _SUCH_AS, _unit_hint, duration)
DURATION_OR_ZERO = TextKind(_DURATION, _SUCH_AS, _unit_hint, duration)
POLL_EVERY = TextKind(
    f"auto|{_SOME}",
    f"auto, or {_SUCH_AS}",
    _unit_hint,
    lambda text: None if text == "auto" else duration(text),
)

# --- addresses -----------------------------------------------------------------------------------

_PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
_URL = rf"https?://(?:{LABEL}(?:\.{LABEL})*|\[[0-9A-Fa-f:.]+\])(?::{_PORT})?(?:/[!\u0022$->@-~]*)?"
_HOST = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9A-Fa-f]*(?::[0-9A-Fa-f.]*){2,7})"


def _url_hint(text: str) -> str:
    if "@" in text:
        return ": no user name or password belongs in it"
    return ": it begins with http:// or https://" if "://" not in text else ""


def _host_hint(text: str) -> str:
    if "://" in text:
        return ": no https:// or path belongs in it"
    return ": the port is a key of its own" if re.fullmatch(r".+:[0-9]+", text) else ""


# Compiled when a text is refused, not at every start.
_GOOGLE_MODEL = r"(?:models/|tunedModels/)?(?:gemini|gemma|learnlm)-[a-z0-9.-]+|tunedModels/.+"


def is_google_model(name: str) -> bool:
    """Whether Gemini's own service may have a model of this name."""
    return bool(re.fullmatch(_GOOGLE_MODEL, name))


def _model_hint(text: str) -> str:
    name = re.sub("[ _]+", "-", text.strip().lower())
    return f" (did you mean {quoted(name)}?)" if is_google_model(name) else ""


def address(form: AddressForm) -> TextKind:
    """What a channel's addresses look like, as a value of the YAML."""

    def meaning(text: str) -> str:
        try:
            return form.meaning(text)
        except ValueError as error:
            raise Mistaken(str(error)) from None

    return TextKind(form.pattern, form.expected, form.hint, meaning)


PATH = address(file.SPEC.address)
ADDRESS = TextKind(addresses.ADDRESS, "an e-mail address such as you@example.org")
MAILBOX = TextKind(addresses.MAILBOX, email.EXPECTED, email.hint)
OPERATOR = TextKind(
    f"(?:{slack.CONVERSATION}|{addresses.MAILBOX})", slack.EXPECTED, slack.name_hint, slack.canonical
)
URL = TextKind(_URL, "a web address such as https://example.org/path", _url_hint)
HOST = TextKind(_HOST, "a host name such as smtp.example.org", _host_hint)
PORT = Whole(1, 65535)
LISTEN = TextKind(
    rf"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):{_PORT}",
    "an address and a port such as 127.0.0.1:8025",
    meaning=lambda text: (text.rpartition(":")[0].strip("[]"), int(text.rpartition(":")[2])),
)
MODEL = TextKind(
    "[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", "a model's name such as gemini-flash-latest", _model_hint
)
API_VERSION = TextKind("v[0-9]+[a-z0-9]*", "an API version such as v1beta")

# --- what other rooms know -----------------------------------------------------------------------


def _zone(text: str) -> str:
    if text not in zones.zones():
        raise Mistaken(zones.complaint(text))
    return text


def _schedule(text: str) -> models.Schedule:
    try:
        return schedule.parse(text)
    except ValueError as error:
        raise Mistaken(str(error)) from None


def _category(text: str) -> str:
    archive = text.removesuffix(".*")
    known = taxonomy.is_archive(archive) if text.endswith(".*") else taxonomy.is_known(text)
    if not known:
        raise Mistaken(f"unknown category {quoted(text)}{_category_hint(text)}")
    return taxonomy.canonical(text)


def _category_hint(text: str) -> str:
    meant = taxonomy.suggest(text)
    return f" (did you mean {quoted(meant)}?)" if meant else ""


def _query(text: str) -> str:
    try:
        query.parse(text)
    except query.QueryError as error:
        if copied := query.web_copy(text):
            raise Mistaken(f"arXiv can't read this query: {copied.message}", copied.position) from None
        raise Mistaken(f"arXiv can't read this query: {error}", error.position) from None
    return text


_ANYTHING = r"[\s\S]*"

TIME_ZONE = TextKind(_ANYTHING, "a time zone", meaning=_zone, editors=lambda: {"$ref": "#/$defs/timezone"})
SCHEDULE = TextKind(
    _ANYTHING, "a schedule", meaning=_schedule, editors=lambda: {"pattern": anchored(schedule.PATTERN)}
)
CATEGORY = TextKind(
    r"[A-Za-z]+(?:-[A-Za-z]+)*(?:\.(?:[A-Za-z]+(?:-[A-Za-z]+)*|\*))?",
    "a category code such as cond-mat.supr-con",
    _category_hint,
    _category,
)
QUERY = TextKind(
    rf"(?=[\s\S]*{_VISIBLE})[^\u0000-\u0008\u000b-\u001f\u007f]{{1,5000}}", "a query", meaning=_query
)
