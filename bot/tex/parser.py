"""LaTeX, as arXiv's metadata and a language model write it, to a tree.

Never fails: what has no partner is dropped, what has no meaning here keeps its name or its argument.
It reads what people typed, not what TeX would accept: a ``%`` is a percent sign, ``$5`` is money, ``&`` is
"and", and ``R^2`` in running text is meant as a power. Time is linear in the length of the text.
"""

from __future__ import annotations

import re

from bot.tex.bare import charge_behind, errors_at, ion_stage, is_set, is_set_in_formula, isotope_at, path_at
from bot.tex.dollars import find_formulas
from bot.tex.environments import LISTS, MATH_ENVIRONMENTS, WITH_COLUMNS, environment, list_label
from bot.tex.fonts import DECLARATIONS
from bot.tex.macros import BEFORE_NUMBERS, MACROS, POWERS, SYNONYMS, guessed
from bot.tex.math_commands import HANDLERS as MATH_HANDLERS
from bot.tex.outline import WHOLE, Region
from bot.tex.prose_commands import HANDLERS as PROSE_HANDLERS
from bot.tex.reader import DEEPEST, Cursor, SourceReader
from bot.tex.rows import FormulaRow, ProseRow, atop, over
from bot.tex.structures import binomial
from bot.tex.symbols import CHARACTERS, SWALLOWING, SYMBOLS, TEXT_SYMBOLS, VARIANTS
from bot.tex.tree import AtomKind, Face, Group, Math, Node, Prose, Row, Scripts, Space, Style, Symbol, Text
from bot.tex.typography import is_tilde, is_tilde_in_formula, typeset

_SPECIAL = re.compile(r"[\\{}$^_~]|(?:https?|ftp)://|www\.")
_URL = re.compile(r"(?:(?:https?|ftp)://|www\.)(?:[^\s{}\\$<>\"^]|\\[_#%&~$](?:\{\})?)*")
_URL_ESCAPE = re.compile(r"\\(.)(?:\{\})?")
_CARET = re.compile(
    r"\^(?:(?=[{\\])|(?P<run>[+\-−]?\d*\.\d+|[+\-−]\d+/\d+|1/\d+|-?\d+|(?:th|st|nd|rd)\b|[A-Za-z](?![A-Za-z])"
    r"|(?<=\d\^)o(?=C\b)|[*+]|[-−](?![\w(\\{])))"
)
_BARE_LINK = re.compile(r"\s*(?:[=<>+\-/|(,]\s*)?(?=\\[A-Za-z])")
_MONEY = re.compile(r"\s?\.?\d")
_CARRIERS = tuple(")]}|")

_WORD = re.compile(r"[^\W\d_]+[\u0300-\u036f\u20d0-\u20ff]*|\d+(?:\.\d+)?")
_COMPOUND = re.compile(r":=|=:|<=(?!=)|>=|=>|->|==")
_PRIMES = re.compile(r"'+")
_DECIMAL = re.compile(r"[+\-−]?\d+\.\d+")
_RUN = re.compile(r"-\d+(?:/\d+)?|1/\d+|\d{2,}")
_FACTOR_FOLLOWS = re.compile(r"\s*(?:[A-Za-z({]|\\[A-Za-z])")
_UNIT = re.compile(r"[A-Za-z][a-z]\Z")
_LETTERS = re.compile(r"[A-Za-z]+")
_SHORT_LETTERS = ("mu", "nu", "pi", "xi")
_COMPOUND_WORD = re.compile(r"-[A-Za-z]{2}")
_CIRCLE = re.compile(r"\\circ(?![A-Za-z])|\{\s*\\circ\s*\}")
_OF_DEGREES = re.compile(r"[CFK]\b")
_INFIX = {"over": over, "atop": atop, "choose": binomial}
_WRAPPERS = ("math", "text", "font", "bm", "bold")


class Parser(SourceReader):
    """One text. ``prose`` and ``formula`` read a part of it."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._symbols = _with_variants(source)
        self._lists: list[int] = []
        self._verbatim = False
        self._has_errors = "+" in source

    # --- running text ---------------------------------------------------------------------------

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
                row.add(Text(plain if self._verbatim else typeset(plain, self.source, cursor.position)))
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
                row.add(self._group(group))
        elif char == "^":
            row.add(*self._caret(cursor))
        elif char == "_":
            row.add(*self._underscore(cursor))
        else:
            row.add(*self._sign(cursor, char))

    def _group(self, group: Region) -> Node:
        if stage := ion_stage(self.source, group.start, group.end):
            return Text(stage)
        body = self.prose(group.body_start, group.body_end, group.start)
        if is_set(self.source, group.start, group.end):
            return Prose((Text("{"), *body, Text("}")))
        return Prose(body)

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
        if errors := self._errors(cursor):
            return errors
        before = self.source[cursor.position - 1 : cursor.position]
        if not before.isalnum() and (isotope := isotope_at(self.source, cursor.position, cursor.end)):
            cursor.position = isotope.end()
            return (Scripts(None, sup=(Text(isotope["mass"]),)),)
        match = _CARET.match(self.source, cursor.position, cursor.end)
        cursor.position += 1
        is_cut = self.source[cursor.position : cursor.position + 1] == "{" and not self.region(cursor)
        is_carried = before.isalnum() or before in _CARRIERS
        is_carried |= before.isspace() and bool(_CIRCLE.match(self.source, cursor.position))
        if match is None or is_cut or not is_carried:
            return (Text("^"),)
        if match["run"]:
            run = "∘" if match["run"] == "o" and before.isdigit() else match["run"]
            run += charge_behind(self.source, match.start(), match.end(), cursor.end)
            cursor.position = match.end() + len(run) - len(match["run"])
            return (Scripts(None, sup=(Text(run),)),)
        sup = self.math_argument(cursor)
        if self.source[cursor.position - 1].isspace() and not _OF_DEGREES.match(self.source, cursor.position):
            cursor.position -= 1  # 0.04^\circ encoder
        return (Scripts(None, sup=sup),)

    def _errors(self, cursor: Cursor) -> Row:
        """``^{+0.11}_{-0.26}``, with braces or without, as one script."""
        errors = errors_at(self.source, cursor.position, cursor.end) if self._has_errors else None
        if errors is None:
            return ()
        cursor.position = errors.end
        return (Scripts(None, (Text(errors.lower),), (Text(errors.upper),)),)

    def _underscore(self, cursor: Cursor) -> Row:
        """``x_{i}`` outside a formula is an index; ``a_b`` is a name."""
        if errors := self._errors(cursor):
            return errors
        before = self.source[cursor.position - 1 : cursor.position]
        cursor.position += 1
        region = self.region(cursor, "{")
        if region is None or not (before.isalnum() or before in _CARRIERS):
            return (Text("_"),)
        return (Scripts(None, sub=self.math_argument(cursor)),)

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
        path = path_at(self.source, start, cursor.end)
        if path and not any(self._is_known(name) for name in path.split("\\")):
            cursor.position += len(path)
            return (Text(path),)
        name = self.command_name(cursor, PROSE_HANDLERS)
        if name in TEXT_SYMBOLS and self.source[cursor.position : cursor.position + 1] not in ("^", "_"):
            if name in SWALLOWING:
                self.skip_space(cursor)
            return (Text(TEXT_SYMBOLS[name]),)
        if name in PROSE_HANDLERS:
            return PROSE_HANDLERS[name](self, cursor, name)
        if name in ("begin", "end"):
            self.skip_environment_name(cursor)
            return (Text(" "),)
        if name == "deg" and self.source[max(start - 2, 0) : start].rstrip("{ ")[-1:].isdigit():
            return (Text("°"),)
        if (
            name in MACROS
            and MACROS[name].text in "∂∇"
            and _COMPOUND_WORD.match(self.source, cursor.position)
        ):
            return (Text(name),)  # \p-modulus: no derivative has a hyphen
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

    def _is_known(self, name: str) -> bool:
        return name in PROSE_HANDLERS or name in TEXT_SYMBOLS or self._is_mathematical(name)

    def _is_mathematical(self, name: str) -> bool:
        return (
            name in SYMBOLS or name in MATH_HANDLERS or name in MACROS or name in SYNONYMS or name in POWERS
        )

    # --- formulas -------------------------------------------------------------------------------

    def formula(self, start: int, end: int) -> Row:
        if self.depth >= DEEPEST:
            return self.flat(start, end)
        self.depth += 1
        try:
            cursor, row = Cursor(start, end), FormulaRow()
            while cursor.has_more:
                self.step(cursor, row)
            return row.finish()
        finally:
            self.depth -= 1

    def step(self, cursor: Cursor, row: FormulaRow) -> None:
        """Read one atom, script or command into ``row``."""
        char = self.source[cursor.position]
        if char == "\\":
            self._math_backslash(cursor, row)
        elif char == "{":
            group = self.region(cursor)
            cursor.position = group.end if group else cursor.position + 1
            if group:
                row.add(self._math_group(group, begins=row.last is None))
        elif char in "^_":
            self._script(cursor, row)
        elif match := _WORD.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.add(Symbol(match[0]))
        elif match := _COMPOUND.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.add(Symbol(match[0], AtomKind.RELATION))
        elif match := _PRIMES.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.script(sup=(Symbol(match[0]),))
        elif char.isspace() or char == "&":
            cursor.position += 1
            row.add(Space(explicit=False))
        else:
            row.add(*self._math_sign(cursor, char))

    def _math_group(self, group: Region, begins: bool) -> Node:
        is_command = self.source[group.body_start] == "\\"
        stage = ion_stage(self.source, group.start, group.end) if is_command else None
        if stage:
            return Text(stage)
        body = self.formula(group.body_start, group.body_end)
        if is_set_in_formula(self.source, group.start, group.end, begins):
            return Group((Symbol("{", AtomKind.OPEN), *body, Symbol("}", AtomKind.CLOSE)))
        return Group(body)

    def _math_sign(self, cursor: Cursor, char: str) -> Row:
        cursor.position += 1
        if char in "$}":
            return ()
        if char == "~":
            is_meant = is_tilde_in_formula(self.source, cursor.position - 1)
            return (Symbol("~", AtomKind.RELATION),) if is_meant else (Space(),)
        if char == "%":
            follows = self.source[cursor.position : cursor.position + 1]
            before = self.source[cursor.position - 2 : cursor.position - 1]
            is_comment = follows in ("\n", "\r") or not (before.isalnum() or before in tuple(" })~"))
            return () if is_comment else (Symbol("%"),)
        return (CHARACTERS.get(char) or Symbol(char),)

    def _script(self, cursor: Cursor, row: FormulaRow) -> None:
        raised = self.source[cursor.position] == "^"
        before = self.source[max(cursor.position - 2, 0) : cursor.position]
        if self._has_errors and (errors := errors_at(self.source, cursor.position, cursor.end)):
            cursor.position = errors.end
            row.script(sub=(Symbol(errors.lower),), sup=(Symbol(errors.upper),))
            return
        cursor.position += 1
        if self.source[cursor.position : cursor.position + 1] == "{" and not self.region(cursor):
            row.add(Symbol("^" if raised else "_"))
            return
        match = _DECIMAL.match(self.source, cursor.position, cursor.end) if raised else None
        if match is None and raised:
            match = self._unbraced(cursor, before)
        if match:
            cursor.position = match.end()
        body = (Symbol(match[0]),) if match else self.math_argument(cursor)
        if raised:
            row.script(sup=body)
        else:
            row.script(sub=body)

    def _unbraced(self, cursor: Cursor, before: str) -> re.Match[str] | None:
        """The exponent of ``10^-3``, ``2^10`` and ``cm^-2``, of which TeX raises one character and nobody one.

        What follows may be meant to stand on the line: ``K^-2\\pi^0``, ``1s^22s^2``.
        """
        match = _RUN.match(self.source, cursor.position, cursor.end)
        if match is None or before[-1:].isdigit() or (match[0][0] == "-" and _UNIT.search(before)):
            return match
        return None if _FACTOR_FOLLOWS.match(self.source, match.end(), cursor.end) else match

    def _math_backslash(self, cursor: Cursor, row: FormulaRow) -> None:
        ahead = Cursor(cursor.position, cursor.end)
        name = self.name(ahead)
        if name == "\\" and self._is_escaped_twice(ahead):
            cursor.position += 1
            ahead.position = cursor.position
            name = self.name(ahead)
        if name in DECLARATIONS:
            row.face(DECLARATIONS[name])
            cursor.position = ahead.position
            self.skip_space(cursor)
        elif name in _INFIX:
            row.split(_INFIX[name])
            cursor.position = ahead.position
        elif name == "deg" and isinstance(row.last, Symbol) and row.last.text[-1:].isdigit():
            row.add(Symbol("°"))
            cursor.position = ahead.position
        elif name == "div" and self._is_divergence(row.last):
            row.add(Symbol("div", AtomKind.OPERATOR))
            cursor.position = ahead.position
        else:
            for node in self.math_command(cursor):
                if isinstance(node, Scripts) and node.base is None:
                    row.script(node.sub, node.sup)
                else:
                    row.add(node)

    def _is_escaped_twice(self, behind: Cursor) -> bool:
        """``\\\\omega``: nobody begins a line with the bare letters of a command's name."""
        word = _LETTERS.match(self.source, behind.position, behind.end)
        if word is None or (len(word[0]) < 3 and word[0] not in _SHORT_LETTERS):
            return False
        return word[0] in SYMBOLS or word[0] in MATH_HANDLERS

    @staticmethod
    def _is_divergence(last: Node | None) -> bool:
        """``\\div`` with nothing to divide is many authors' divergence."""
        apart = (AtomKind.BINARY, AtomKind.RELATION, AtomKind.OPEN, AtomKind.PUNCTUATION)
        return last is None or (isinstance(last, Symbol) and (last.kind in apart or last.text in "∂∇Δ"))

    def math_command(self, cursor: Cursor) -> Row:
        if region := self.region(cursor):
            return self._math_region(cursor, region)
        name = self.command_name(cursor, MATH_HANDLERS)
        name = SYNONYMS.get(name, name) if name not in SYMBOLS and name not in MATH_HANDLERS else name
        if name in MATH_HANDLERS:
            return MATH_HANDLERS[name](self, cursor, name)
        if name.isalpha() and not self.region(cursor, "{"):
            self.skip_space(cursor)
        symbol = self._symbols.get(name) or SYMBOLS.get(name) or MACROS.get(name)
        if name in BEFORE_NUMBERS and self.source[cursor.position : cursor.position + 1].isdigit():
            symbol = BEFORE_NUMBERS[name]
        if symbol:
            return (symbol,)
        if name in ("begin", "end"):
            self.skip_environment_name(cursor)
            return (Space(),)
        if name in DECLARATIONS or name in "()[]":
            return ()
        return self._unknown(cursor, name)

    def _math_region(self, cursor: Cursor, region: Region) -> Row:
        if region.name in (r"\(", r"\["):
            cursor.position = region.end
            return (Group(self.formula(region.body_start, region.body_end)),)
        return self.read_environment(cursor)

    def read_environment(self, cursor: Cursor) -> Row:
        """The environment at the cursor as part of a formula."""
        self.depth += 1
        try:
            return environment(self, cursor) or ()
        finally:
            self.depth -= 1

    def _unknown(self, cursor: Cursor, name: str) -> Row:
        """A command nobody but its author knows: its name, and its argument as that of a function."""
        if self.region(cursor, "{"):
            body = self.math_argument(cursor)
            if not name.isalpha() or name.startswith(_WRAPPERS):
                return (Group(body),)
            if body:
                return (
                    Symbol(name, AtomKind.OPERATOR),
                    Symbol("(", AtomKind.OPEN),
                    *body,
                    Symbol(")", AtomKind.CLOSE),
                )
        if name in POWERS:
            base, power = POWERS[name]
            return (Scripts(base, sup=(power,)),)
        if found := guessed(name):
            following, symbol = found
            return (symbol, Symbol(following)) if following else (symbol,)
        if name in TEXT_SYMBOLS:
            return (Symbol(name) if len(name) == 1 and name.isalpha() else Symbol(TEXT_SYMBOLS[name]),)
        return (Symbol(name, AtomKind.OPERATOR if len(name) > 2 else AtomKind.ORDINARY),)


def _with_variants(source: str) -> dict[str, Symbol]:
    """What differs from the table of symbols in this text, which uses both forms of a letter."""
    return {
        name: Symbol(variant)
        for name, (other, char, variant) in VARIANTS.items()
        if f"\\{name}" in source and (char in source or re.search(rf"\\{other}(?![A-Za-z])", source))
    }


def parse(source: str) -> Row:
    """The tree of a whole title, abstract, name or summary: a row of running text."""
    parser = Parser(source)
    return parser.prose(0, len(source), WHOLE)
