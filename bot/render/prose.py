"""Foreign text made fit to print: on one line, without hidden controls, bounded in length.

What LaTeX means is `tex`'s business, and each form escapes what is special in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from bot import remembered, tex
from bot.models.foreign import is_unseen

TITLE_BYTES = 1600
LINE_BYTES = 2000
COMMENT_BYTES = 500
NAME_BYTES = 120
_LINES = 40
SENTENCES_BYTES = 2000
"""For all completeness sentences together, and for all notices together."""

ELLIPSIS = "…"

_DROPPED = frozenset({"Cc", "Cs"})
_TAG = re.compile("<[^<>]*>")
_FROM_THE_LEFT = re.compile(f"(?:{_TAG.pattern}|[^\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])+")
_BEFORE = re.compile(rf"(?:\s|{_TAG.pattern}|[()\[\]\"'“”„«»,;:!?…–—-])*")
_CLOSES = frozenset(")]\"'”“»,.;:!?…–—-")
_OPENS = "([\"'“„«–—-"


def clean(text: str) -> str:
    """``text`` on one line, white space collapsed; control characters and what can't be seen left out."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_seen(text).split())


def clip(text: str, limit: int) -> str:
    """``text`` if it has at most ``limit`` bytes of UTF-8, else as many whole words of it and an ellipsis.

    A formula is never cut: the cut moves before its dollar sign.
    """
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    cut = encoded[: limit - len(ELLIPSIS.encode())].decode(errors="ignore")
    words, space, _ = cut.rpartition(" ")
    if space and len(words) > len(cut) // 2:
        cut = words
    if _dollars(cut) % 2 and _dollars(text) % 2 == 0:
        cut = cut[: cut.rindex("$")]
    return cut.rstrip() + ELLIPSIS


def source(latex: str, limit: int = LINE_BYTES) -> str:
    """LaTeX as its author wrote it, clean and clipped."""
    return clip(clean(latex), limit)


@remembered.in_a_round(4 * remembered.PAPERS)
def plain(latex: str, limit: int = LINE_BYTES) -> str:
    """LaTeX as one line of readable Unicode."""
    return clip(clean(tex.to_text(source(latex, limit))), limit)


@remembered.in_a_round(4 * remembered.PAPERS)
def markup(latex: str, limit: int = LINE_BYTES) -> Markup:
    """LaTeX as HTML that needs no more escaping: text, sub, sup and em."""
    html = tex.to_html(source(latex, limit))
    # A command or an entity may stand for any character: \unicode{x202e}.
    return Markup(html if html.isascii() else _seen(html))


def marked(text: str, words: Sequence[str], beside: str = "") -> list[tuple[str, bool]]:
    """``text`` in pieces, and whether each is one of the words: the first time that it stands there.

    Not next to a character of the class ``beside``, nor within a longer word.
    """
    pieces, end = [], 0
    for start, stop in _first_places(text, _pattern(tuple(words), beside)):
        pieces += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return [piece for piece in (*pieces, (text[end:], False)) if piece[0]]


def emphasised(html: Markup, words: Sequence[str], *tags: str) -> Markup:
    """``html`` with the words in elements ``tags``, but where one touches a tag or an entity, as in formulas."""
    opened, closed = "".join(f"<{tag}>" for tag in tags), "".join(f"</{tag}>" for tag in reversed(tags))
    out, end = [], 0
    for start, stop in _first_places(html, _pattern(tuple(words), html=True)):
        out += [html[end:start], f"{opened}{html[start:stop]}{closed}"]
        end = stop
    return Markup("".join([*map(str, out), str(html[end:])]))


def _first_places(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    seen: set[str] = set()
    for found in pattern.finditer(text):
        if (word := found[0].casefold()) not in seen:
            seen.add(word)
            yield found.span()


@remembered.in_a_round(remembered.PAPERS)
def _pattern(words: tuple[str, ...], beside: str = "", *, html: bool = False) -> re.Pattern[str]:
    """The longest word first; a word within another one, or within a formula, is none."""
    texts = sorted((str(escape(word)) if html else word for word in words), key=len, reverse=True)
    alternatives = "|".join(map(re.escape, texts)) or "(?!)"
    before, behind = (r"\w<>/&;", r"\w<>&") if html else (rf"\w{beside}", rf"\w{beside}")
    return re.compile(rf"(?<![{before}])(?:{alternatives})(?![{behind}])", re.IGNORECASE)


def isolated(text: str) -> str:
    """``text``, which runs from the right, with whatever in it runs from the left kept together.

    Left alone, the last sign of ``C#`` would jump to its other side. Plain text or HTML: the isolates are
    characters, which may stand where an element could not.
    """
    return _FROM_THE_LEFT.sub(_isolated_run, text)


def _isolated_run(found: re.Match[str]) -> str:
    """Without the sentence's own signs and spaces around it, but with a bracket whose partner is within."""
    run = found[0]
    if not any(char.isalpha() for char in _TAG.sub("", run)):
        return run
    start, end = len(_BEFORE.match(run)[0]), _end_of_words(run)  # type: ignore[index]
    for opens, closes in ("()", "[]"):
        unpaired = run.count(opens, start, end) - run.count(closes, start, end)
        if unpaired > 0 and (at := run.find(closes, end)) >= 0:
            end = at + 1
        elif unpaired < 0 and (at := run.rfind(opens, 0, start)) >= 0:
            start = at
    return f"{run[:start]}\u2066{run[start:end]}\u2069{run[end:]}"


def _end_of_words(run: str) -> int:
    """Where nothing follows but spaces, tags and the sentence's own signs, an opening one after a space included."""
    opened = len(run.rstrip(_OPENS))
    end = opened if opened < len(run) and run[:opened][-1:].isspace() else len(run)
    while end:
        if run[end - 1].isspace() or run[end - 1] in _CLOSES:
            end -= 1
        elif run[end - 1] == ">" and (tag := _TAG.fullmatch(run, max(0, run.rfind("<", 0, end)), end)):
            end = tag.start()
        else:
            break
    return end


def _seen(text: str) -> str:
    return "".join(char for char in text if char.isspace() or _is_text(char))


def _is_text(char: str) -> bool:
    return unicodedata.category(char) not in _DROPPED and not is_unseen(char)


def _dollars(text: str) -> int:
    return text.count("$") - text.count("\\$")


def lines(text: str) -> list[str]:
    """What somebody else wrote, line by line, clean and bounded; at least one line."""
    cleaned = [clip(clean(line), LINE_BYTES) for line in text.splitlines()[:_LINES]]
    return [line for line in cleaned if line] or ["Something needs your attention."]
