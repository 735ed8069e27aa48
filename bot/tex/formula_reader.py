"""Reading formulas: what stands between dollars, and the same commands without them."""

from __future__ import annotations

import re

from bot.tex.environments import environment
from bot.tex.fonts import DECLARATIONS
from bot.tex.macros import BEFORE_NUMBERS, MACROS, POWERS, SYNONYMS, guessed
from bot.tex.math_commands import HANDLERS
from bot.tex.outline import Region
from bot.tex.reader import DEEPEST, Cursor, Reader
from bot.tex.rows import FormulaRow, atop, over
from bot.tex.structures import binomial
from bot.tex.symbols import CHARACTERS, SYMBOLS, TEXT_SYMBOLS, VARIANTS
from bot.tex.tree import Group, Kind, Node, Row, Script, Space, Symbol

_WORD = re.compile(r"[^\W\d_]+[\u0300-\u036f\u20d0-\u20ff]*|\d+(?:\.\d+)?")
_COMPOUND = re.compile(r":=|=:|<=(?!=)|>=|=>|->|==")
_PRIMES = re.compile(r"'+")
_NEGATIVE = re.compile(r"-\d+")
_SEVERAL_DIGITS = re.compile(r"\d{2,}")
_LETTERS = re.compile(r"[A-Za-z]+")
_SHORT_LETTERS = ("mu", "nu", "pi", "xi")
_INFIX = {"over": over, "atop": atop, "choose": binomial}
_WRAPPERS = ("math", "text", "font", "bm", "bold")


class FormulaReader(Reader):
    """The half of the parser that reads formulas."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._symbols = _with_variants(source)

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
                row.add(Group(self.formula(group.body_start, group.body_end)))
        elif char in "^_":
            self._script(cursor, row)
        elif match := _WORD.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.add(Symbol(match[0]))
        elif match := _COMPOUND.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.add(Symbol(match[0], Kind.RELATION))
        elif match := _PRIMES.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()
            row.script(sup=(Symbol(match[0]),))
        elif char.isspace() or char == "&":
            cursor.position += 1
            row.add(Space(explicit=False))
        else:
            row.add(*self._math_sign(cursor, char))

    def _math_sign(self, cursor: Cursor, char: str) -> Row:
        cursor.position += 1
        if char in "$}":
            return ()
        if char == "~":
            return (Space(),)
        if char == "%":
            follows = self.source[cursor.position : cursor.position + 1]
            before = self.source[cursor.position - 2 : cursor.position - 1]
            is_comment = follows in ("\n", "\r") or not (before.isalnum() or before in tuple(" })~"))
            return () if is_comment else (Symbol("%"),)
        return (CHARACTERS.get(char) or Symbol(char),)

    def _script(self, cursor: Cursor, row: FormulaRow) -> None:
        raised = self.source[cursor.position] == "^"
        before = self.source[max(cursor.position - 2, 0) : cursor.position]
        cursor.position += 1
        if self.source[cursor.position : cursor.position + 1] == "{" and not self.region(cursor):
            row.add(Symbol("^" if raised else "_"))
            return
        match = None
        if raised and before[-1:].isdigit():
            # 10^-3 and 10^12 raise one character in TeX, which nobody means.
            match = _NEGATIVE.match(self.source, cursor.position, cursor.end)
            if before == "10":
                match = match or _SEVERAL_DIGITS.match(self.source, cursor.position, cursor.end)
        if match:
            cursor.position = match.end()
        body = (Symbol(match[0]),) if match else self.math_argument(cursor)
        if raised:
            row.script(sup=body)
        else:
            row.script(sub=body)

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
            row.add(Symbol("div", Kind.OPERATOR))
            cursor.position = ahead.position
        else:
            for node in self.math_command(cursor):
                if isinstance(node, Script) and node.base is None:
                    row.script(node.sub, node.sup)
                else:
                    row.add(node)

    def _is_escaped_twice(self, behind: Cursor) -> bool:
        """``\\\\omega``: nobody begins a line with the bare letters of a command's name."""
        word = _LETTERS.match(self.source, behind.position, behind.end)
        if word is None or (len(word[0]) < 3 and word[0] not in _SHORT_LETTERS):
            return False
        return word[0] in SYMBOLS or word[0] in HANDLERS

    @staticmethod
    def _is_divergence(last: Node | None) -> bool:
        """``\\div`` with nothing to divide is many authors' divergence."""
        apart = (Kind.BINARY, Kind.RELATION, Kind.OPEN, Kind.PUNCTUATION)
        return last is None or (isinstance(last, Symbol) and (last.kind in apart or last.text in "∂∇Δ"))

    def math_command(self, cursor: Cursor) -> Row:
        if region := self.region(cursor):
            return self._math_region(cursor, region)
        name = self.command_name(cursor, HANDLERS)
        name = SYNONYMS.get(name, name) if name not in SYMBOLS and name not in HANDLERS else name
        if name in HANDLERS:
            return HANDLERS[name](self, cursor, name)
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
                return (Symbol(name, Kind.OPERATOR), Symbol("(", Kind.OPEN), *body, Symbol(")", Kind.CLOSE))
        if name in POWERS:
            base, power = POWERS[name]
            return (Script(base, sup=(power,)),)
        if found := guessed(name):
            following, symbol = found
            return (symbol, Symbol(following)) if following else (symbol,)
        if name in TEXT_SYMBOLS:
            return (Symbol(name) if len(name) == 1 and name.isalpha() else Symbol(TEXT_SYMBOLS[name]),)
        return (Symbol(name, Kind.OPERATOR if len(name) > 2 else Kind.ORDINARY),)


def _with_variants(source: str) -> dict[str, Symbol]:
    """What differs from the table of symbols in this text, which uses both forms of a letter."""
    return {
        name: Symbol(variant)
        for name, (other, char, variant) in VARIANTS.items()
        if f"\\{name}" in source and (char in source or re.search(rf"\\{other}(?![A-Za-z])", source))
    }
