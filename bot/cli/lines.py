"""What is printed: one line a thing, and in it nothing of somebody else's that acts.

Titles, names and what services say reach a terminal, a log, and in a workflow GitHub's runner, which takes
orders from what a step prints: a line that begins with ``::``, and ``##[`` wherever it stands.
"""

from __future__ import annotations

import json
import re

import click

from bot.models.foreign import inert

_ORDER = re.compile(r"^([^\S\n]*):(?=:)|##(?=\[)", re.MULTILINE)
_NOT_PLAIN = re.compile(r"[^\x00-\x7e]|##(?=\[)")


def line(text: str) -> str:
    """``text`` on one line, what would act in it shown escaped."""
    return without_orders(inert(text))


def without_orders(text: str) -> str:
    """``text`` of any number of lines; what a runner would obey is shown escaped, all else is as it was."""
    return _ORDER.sub(lambda found: "#\\x23" if found[1] is None else f"{found[1]}\\x3a", text)


def put(*texts: str) -> None:
    """Results, each a line on stdout."""
    for text in texts:
        click.echo(line(text))


def as_json(value: object, *, indent: int | None = None) -> str:
    """JSON that may be printed: readable but for what would act, which is escaped and so still the same."""
    return _NOT_PLAIN.sub(_in_json, json.dumps(value, indent=indent, ensure_ascii=False))


def _in_json(found: re.Match[str]) -> str:
    if found[0] == "##":
        return "#\\u0023"
    if inert(found[0]) == found[0]:
        return found[0]
    return json.dumps(found[0])[1:-1] if found[0] > "\x7f" else r"\u007f"
