"""Environments and other forms with rows and cells: equations, matrices, cases, lists.

A formula of several lines is written in one: rows end in a semicolon unless they end in punctuation of
their own or the next one goes on (``&= …``). Matrices keep their brackets: ``(a, b; c, d)``.
"""

from __future__ import annotations

import re

from bot.tex.reader import Cursor, SourceReader
from bot.tex.tree import AtomKind, Node, Row, Space, Symbol, Text

_FENCES = {
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"), "cases": ("{", "}"), "dcases": ("{", "}"), "rcases": ("{", "}"),
}  # fmt: skip
_CELLS_APART = frozenset(["matrix", "smallmatrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"])
_CASES = frozenset(["cases", "dcases", "rcases"])
WITH_COLUMNS = frozenset(["array", "tabular", "alignat", "alignedat", "subarray", "tabularx"])
"""Environments whose first argument says how their columns are set."""

MATH_ENVIRONMENTS = frozenset(
    [
        *(
            "equation",
            "align",
            "aligned",
            "gather",
            "gathered",
            "multline",
            "eqnarray",
            "displaymath",
            "math",
        ),
        *("split", "flalign", "dmath", "subequations", "alignat", "alignedat", "array", "subarray"),
        *_FENCES,
        *_CELLS_APART,
    ]
)
"""Environments whose body is a formula (with or without a star)."""

LISTS = frozenset(["itemize", "enumerate", "description"])

_BREAK = re.compile(r"\\(?:[A-Za-z]+|.)|[&{]", re.DOTALL)
_ROW_ENDS = frozenset(["\\\\", "\\cr", "\\newline", "\\tabularnewline"])
_AFTER_BREAK = re.compile(r"\*?[ \t]*(?:\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?")
_ENDS = frozenset(",;.:")


def environment(reader: SourceReader, cursor: Cursor) -> Row | None:
    """The environment that starts at the cursor as part of a formula; None when none starts there."""
    region = reader.region(cursor)
    if region is None or region.name == "{":
        return None
    cursor.position = region.end
    name = region.name.rstrip("*")
    inner = Cursor(region.body_start, region.body_end)
    if name in WITH_COLUMNS:
        reader.option(inner)
        reader.raw_argument(inner)
    return tabulated(reader, inner.position, inner.end, name)


def tabulated(reader: SourceReader, start: int, end: int, name: str) -> Row:
    """Rows and cells between two positions, in the manner of the environment ``name``."""
    rows = [cells for cells in _rows(reader, start, end) if any(cells)]
    nodes: list[Node] = []
    for index, cells in enumerate(rows):
        line = _join_cells(cells, name)
        if index:
            nodes.extend(_between(nodes, line, name))
        nodes.extend(line)
    opening, closing = _FENCES.get(name, ("", ""))
    if not opening:
        return tuple(nodes)
    return (Symbol(opening, AtomKind.OPEN), *nodes, Symbol(closing, AtomKind.CLOSE))


def _rows(reader: SourceReader, start: int, end: int) -> list[list[Row]]:
    rows: list[list[Row]] = [[]]
    cell_start = position = start
    while match := _BREAK.search(reader.source, position, end):
        region = reader.region(Cursor(match.start(), end))
        position = region.end if region else match.end()
        if region or (match[0] != "&" and match[0] not in _ROW_ENDS):
            continue
        rows[-1].append(reader.formula(cell_start, match.start()))
        if match[0] != "&":
            rows.append([])
            after = _AFTER_BREAK.match(reader.source, position, end)
            position = after.end() if after else position
        cell_start = position
    rows[-1].append(reader.formula(cell_start, end))
    return rows


def _join_cells(cells: list[Row], name: str) -> Row:
    nodes: list[Node] = []
    for cell in cells:
        if not _trimmed(cell):
            continue
        if nodes:
            comma = name in _CELLS_APART or (name in _CASES and not _ends_a_clause(nodes))
            nodes.append(
                Symbol(",", AtomKind.PUNCTUATION, spaced=True) if comma else Space(explicit=name in _CASES)
            )
        nodes.extend(_trimmed(cell))
    return tuple(nodes)


def _trimmed(row: Row) -> Row:
    start, end = 0, len(row)
    while start < end and isinstance(row[start], Space):
        start += 1
    while end > start and isinstance(row[end - 1], Space):
        end -= 1
    return row[start:end]


def _between(before: list[Node], line: Row, name: str) -> Row:
    first = next(iter(line), None)
    goes_on = isinstance(first, Symbol) and first.kind in (AtomKind.BINARY, AtomKind.RELATION)
    if (goes_on and name not in _CELLS_APART) or _ends_a_clause(before):
        return (Space(),)
    return (Symbol(";", AtomKind.PUNCTUATION, spaced=True),)


def _ends_a_clause(nodes: list[Node]) -> bool:
    last = next((node for node in reversed(nodes) if not isinstance(node, Space)), None)
    return isinstance(last, Symbol | Text) and last.text.rstrip()[-1:] in _ENDS


def list_label(reader: SourceReader, cursor: Cursor, numbers: list[int]) -> Row:
    """What ``\\item`` prints: its own label, the next number of an enumeration, or a bullet.

    ``numbers`` is the count of each list around it, negative for lists without numbers.
    """
    reader.skip_space(cursor)
    start = cursor.position
    label = reader.option(cursor)
    if label is not None:
        opening = reader.source.index("[", start)
        return (Text(" "), *reader.prose(opening + 1, cursor.position - 1, start), Text(" "))
    if numbers and numbers[-1] >= 0:
        numbers[-1] += 1
        return (Text(f" ({numbers[-1]}) "),)
    return (Text(" • "),)
