"""LaTeX, as arXiv's metadata and a language model write it, to a tree.

Never fails: what has no partner is dropped, what has no meaning here keeps its name or its argument.
It reads what people typed, not what TeX would accept: a ``%`` is a percent sign, ``$5`` is money, ``&`` is
"and", and ``R^2`` in running text is meant as a power. Time is linear in the length of the text.
"""

from __future__ import annotations

import re

from bot.tex.dollars import find_formulas
from bot.tex.environments import LISTS, MATH_ENVIRONMENTS, WITH_COLUMNS, list_label
from bot.tex.fonts import DECLARATIONS
from bot.tex.formula_reader import FormulaReader
from bot.tex.macros import MACROS, POWERS, SYNONYMS
from bot.tex.math_commands import HANDLERS as MATH_HANDLERS
from bot.tex.outline import WHOLE, Region
from bot.tex.prose_commands import HANDLERS
from bot.tex.reader import DEEPEST, Cursor
from bot.tex.rows import FormulaRow, ProseRow
from bot.tex.symbols import SWALLOWING, SYMBOLS, TEXT_SYMBOLS
from bot.tex.tree import Face, Math, Prose, Row, Script, Style, Text
from bot.tex.typography import is_tilde, typeset

_SPECIAL = re.compile(r"[\\{}$^_~]|(?:https?|ftp)://|www\.")
_URL = re.compile(r"(?:(?:https?|ftp)://|www\.)(?:[^\s{}\\$<>\"^]|\\[_#%&~$](?:\{\})?)*")
_URL_ESCAPE = re.compile(r"\\(.)(?:\{\})?")
_CARET = re.compile(r"\^(?:(?=[{\\])|(?P<run>-?\d+|(?:th|st|nd|rd)\b|[A-Za-z](?![A-Za-z])|[*+]))")
_BARE_LINK = re.compile(r"\s*(?:[=<>+\-/|(,]\s*)?(?=\\[A-Za-z])")
_MONEY = re.compile(r"\s?\.?\d")
_CARRIERS = tuple(")]}|")


class Parser(FormulaReader):
    """One text. ``parse`` is the way in."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._lists: list[int] = []
        self._verbatim = False

    # --- parts ----------------------------------------------------------------------------------

    def prose(self, start: int, end: int, region: int) -> Row:
        if self.depth >= DEEPEST:
            return self.flat(start, end)
        self.depth += 1
        try:
            return self._prose(start, end, region)
        finally:
            self.depth -= 1

    def code_argument(self, cursor: Cursor) -> Row:
        outside, self._verbatim = self._verbatim, True
        body = self.prose_argument(cursor)
        self._verbatim = outside
        return body

    def _prose(self, start: int, end: int, region: int) -> Row:
        dollars = [
            dollar for dollar in self.outline.dollars.get(region, ()) if start <= dollar.position < end
        ]
        found = find_formulas(self.source, dollars, end) if dollars else {}
        cursor, row = Cursor(start, end), ProseRow()
        while cursor.has_more:
            special = _SPECIAL.search(self.source, cursor.position, end)
            stop = special.start() if special else end
            if stop > cursor.position:
                plain = self.source[cursor.position : stop]
                row.add(Text(plain if self._verbatim else typeset(plain)))
                cursor.position = stop
            elif formula := found.get(stop):
                row.add(Math(self.formula(formula.body_start, formula.body_end), formula.display))
                cursor.position = formula.end
            else:
                self._special(cursor, row)
        return row.finish()

    def _special(self, cursor: Cursor, row: ProseRow) -> None:
        char = self.source[cursor.position]
        if char == "\\":
            self._prose_backslash(cursor, row)
        elif char in "hfw":
            row.add(Text(self._url(cursor)))
        elif char == "{":
            group = self.region(cursor)
            cursor.position = group.end if group else cursor.position + 1
            if group:
                row.add(Prose(self.prose(group.body_start, group.body_end, group.start)))
        elif char == "^":
            row.add(*self._caret(cursor))
        elif char == "_":
            row.add(*self._underscore(cursor))
        else:
            row.add(*self._sign(cursor, char))

    def _url(self, cursor: Cursor) -> str:
        match = _URL.match(self.source, cursor.position, cursor.end)
        text = match[0] if match else self.source[cursor.position]
        cursor.position += len(text)
        return _URL_ESCAPE.sub(r"\1", text)

    def _sign(self, cursor: Cursor, char: str) -> Row:
        """``~``, a dollar that is no delimiter, a brace without partner."""
        position = cursor.position
        cursor.position += 1
        if char == "~":
            return (Text("~" if is_tilde(self.source, position) else " "),)
        if char == "$":
            before, after = self.source[position - 1 : position], self.source[position + 1 : position + 2]
            is_money = self.source.endswith("US", 0, position) or (before == "(" and after == ")")
            return (Text("$"),) if is_money or _MONEY.match(self.source, position + 1) else ()
        return ()

    def _caret(self, cursor: Cursor) -> Row:
        """``R^2`` outside a formula: a power where something can carry it."""
        before = self.source[cursor.position - 1 : cursor.position]
        match = _CARET.match(self.source, cursor.position, cursor.end)
        cursor.position += 1
        is_cut = self.source[cursor.position : cursor.position + 1] == "{" and not self.region(cursor)
        if match is None or is_cut or not (before.isalnum() or before in _CARRIERS):
            return (Text("^"),)
        if match["run"]:
            cursor.position = match.end()
            return (Script(None, sup=(Text(match["run"]),)),)
        return (Script(None, sup=self.math_argument(cursor)),)

    def _underscore(self, cursor: Cursor) -> Row:
        """``x_{i}`` outside a formula is an index; ``a_b`` is a name."""
        before = self.source[cursor.position - 1 : cursor.position]
        cursor.position += 1
        region = self.region(cursor, "{")
        if region is None or not (before.isalnum() or before in _CARRIERS):
            return (Text("_"),)
        return (Script(None, sub=self.math_argument(cursor)),)

    def _prose_backslash(self, cursor: Cursor, row: ProseRow) -> None:
        ahead = Cursor(cursor.position, cursor.end)
        name = self.name(ahead)
        if name in DECLARATIONS:
            cursor.position = ahead.position
            self.skip_space(cursor)
            row.face(DECLARATIONS[name])
        elif name == "item":
            cursor.position = ahead.position
            row.add(*list_label(self, cursor, self._lists))
        else:
            row.add(*self.prose_command(cursor))

    def prose_command(self, cursor: Cursor) -> Row:
        if region := self.region(cursor):
            cursor.position = region.end
            return self._prose_region(region)
        start = cursor.position
        name = self.command_name(cursor, HANDLERS)
        if name in TEXT_SYMBOLS and self.source[cursor.position : cursor.position + 1] not in ("^", "_"):
            if name in SWALLOWING:
                self.skip_space(cursor)
            return (Text(TEXT_SYMBOLS[name]),)
        if name in HANDLERS:
            return HANDLERS[name](self, cursor, name)
        if name in ("begin", "end"):
            self.skip_environment_name(cursor)
            return (Text(" "),)
        if name == "deg" and self.source[max(start - 2, 0) : start].rstrip("{ ")[-1:].isdigit():
            return (Text("°"),)
        if self._is_mathematical(name) or name in TEXT_SYMBOLS:
            cursor.position = start
            return (Math(self._bare_formula(cursor)),)
        if name in DECLARATIONS or name in "()[]":
            return ()
        if name.isalpha() and self.region(cursor, "{"):
            # The braces of ``\ours{}`` only end the name of an author's own word.
            return (Prose(self.prose_argument(cursor) or (Text(name),)),)
        return (Text(name),)

    def _prose_region(self, region: Region) -> Row:
        name = region.name.rstrip("*")
        if name in (r"\(", r"\["):
            return (Math(self.formula(region.body_start, region.body_end), name == r"\["),)
        if name in MATH_ENVIRONMENTS:
            return (Math(self.read_environment(Cursor(region.start, region.end)), display=True),)
        if name in ("verbatim", "lstlisting"):
            return (Style(Face.CODE, (Text(self.source[region.body_start : region.body_end]),)),)
        if name in LISTS:
            self._lists.append(0 if name == "enumerate" else -1)
        inner = Cursor(region.body_start, region.body_end)
        if name in WITH_COLUMNS:
            self.raw_argument(inner)
        body = self.prose(inner.position, inner.end, region.start)
        if name in LISTS:
            self._lists.pop()
        return (Text(" "), Prose(body), Text(" "))

    def _bare_formula(self, cursor: Cursor) -> Row:
        """A formula without dollars: commands, their scripts, and single signs between them."""
        row = FormulaRow()
        while cursor.has_more:
            self.step(cursor, row)
            while self.source[cursor.position : cursor.position + 1] in ("^", "_") and cursor.has_more:
                self.step(cursor, row)
            link = _BARE_LINK.match(self.source, cursor.position, cursor.end)
            if link is None or not self._is_mathematical(self.name(Cursor(link.end(), cursor.end))):
                break
            while cursor.position < link.end():
                self.step(cursor, row)
        if self.source[cursor.position - 1].isspace():
            cursor.position -= 1  # the space that ended a command's name parts it from the next word
        return row.finish()

    def _is_mathematical(self, name: str) -> bool:
        return (
            name in SYMBOLS or name in MATH_HANDLERS or name in MACROS or name in SYNONYMS or name in POWERS
        )


def parse(source: str) -> Row:
    """The tree of a whole title, abstract, name or summary: a row of running text."""
    parser = Parser(source)
    return parser.prose(0, len(source), WHOLE)
