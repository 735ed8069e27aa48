"""Small faults of the usual kinds, one at a time, in the source of a module. Pure.

Comparisons at their border or turned round, ``and`` for ``or``, a condition or an answer turned round, arithmetic,
numbers one off, ``True`` for ``False``, another value answered, a statement left out, two arguments swapped, and
in SQL the same: borders, ``AND``, ``NOT``, ``NULL``, the order.

Only what is inside functions is touched, and what a module names: the rest runs once, at import. Texts that people
read, annotations, decorators and defaults are left alone, and so is what would fail whatever the tests are, as a
name that is never set.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from types import CodeType

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,   ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,   ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,      ast.Sub: ast.Add,
    ast.Mult: ast.Div,     ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}
SYMMETRIC = {*OPPOSITES, "isinstance", "issubclass"}
"""Whose arguments are not swapped: that changes nothing, or fails at once."""
EMPTY = {
    "str": "''", "int": "0", "float": "0.0", "timedelta": "timedelta()", "Sequence": "[]", "list": "[]",
    "tuple": "()", "dict": "{}", "Mapping": "{}", "set": "set()", "frozenset": "frozenset()",
}  # fmt: skip
"""Another value of the kind that a function answers."""

IS_SQL = re.compile(r"\b(?:SELECT|UPDATE|DELETE FROM|FROM|WHERE|AND|ORDER BY|GROUP BY)\b")
_EQUAL = r"(?<= )= "
_CLAUSE = re.compile(r"\b(?:SET|WHERE|WHEN|ON|AND|SELECT)\b")
"""What an equals sign belongs to: after SET it sets a column, and anything else there is no SQL."""
SQL = tuple(
    (re.compile(old), new)
    for old, new in (
        (r"(?<![<>!=])<(?![=>])", "<="),
        (r"<=", "<"),
        (r"(?<![<>-])>(?!=)", ">="),
        (r">=", ">"),
        (_EQUAL, "!= "),
        (r"!=", "="),
        (r"\bAND\b", "OR"),
        (r"\bOR\b(?! (?:IGNORE|REPLACE))", "AND"),
        (r"\bIS NULL\b", "IS NOT NULL"),
        (r"\bIS NOT NULL\b", "IS NULL"),
        (r"\bNOT (?=EXISTS|IN)", ""),
        (r"(?<!NOT )\bEXISTS\b", "NOT EXISTS"),
        (r" DESC\b", ""),
        (r"\bmin\(", "max("),
        (r"\bmax\(", "min("),
        (r"(?<= )\+ ", "- "),
    )
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Lines are counted from 1."""

    number: int
    """Which of the module's it is, from 0."""
    line: int
    statement: int
    """The line on which its statement begins."""
    constant: str
    """The name that a module's own line sets; empty within functions."""
    source: str
    """The line, without its indentation."""
    change: str
    code: CodeType
    """The whole module, compiled with the fault in it."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a node stands in."""

    statement: int = 0
    answers: str | None = None
    """The annotation of the function's answer; None outside functions."""
    constant: str = ""
    names: frozenset[str] = frozenset()
    """What the function sets more than once: only there is a name's setting left out."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node hangs."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def faults(source: str, filename: str) -> Iterator[Fault]:
    """Each fault of a module in the order of its lines, but for those that compile to what was there."""
    tree = ast.parse(source, filename)
    lines = source.splitlines()
    sound = _essence(compile(tree, filename, "exec"))
    number = count()
    for node, place, scope in list(_nodes(tree, _Scope())):
        for new in _replacements(node, scope):
            place.put(ast.fix_missing_locations(ast.copy_location(new, node)))
            code = compile(tree, filename, "exec")
            place.put(node)
            if _essence(code) != sound:
                line: int = getattr(node, "lineno", scope.statement)
                said = _change(node, new)
                source_line = lines[line - 1].strip()
                yield Fault(next(number), line, scope.statement, scope.constant, source_line, said, code)


def functions(code: CodeType) -> Iterator[CodeType]:
    """Everything that is defined in it, however deep."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from functions(constant)


def _essence(code: CodeType) -> object:
    """All but where it stands. Constants by their text: 1, 1.0 and True are equal."""
    return [
        (one.co_code, [repr(c) for c in one.co_consts if not isinstance(c, CodeType)], one.co_names)
        for one in (code, *functions(code))
    ]


# --- where ------------------------------------------------------------------------------------


def _nodes(node: ast.AST, scope: _Scope) -> Iterator[tuple[ast.AST, _Place, _Scope]]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            within = _scope(child, scope)
            if within.answers is not None or within.constant:
                yield child, _Place(node, field, index), within
            yield from _nodes(child, within)


def _scope(node: ast.AST, outer: _Scope) -> _Scope:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        answers = "" if node.returns is None else ast.unparse(node.returns)
        return _Scope(node.lineno, answers, names=_set_often(node))
    if not isinstance(node, ast.stmt):
        return outer
    constant = ""
    if outer.answers is None and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        constant = node.targets[0].id
    return replace(outer, statement=node.lineno, constant=constant)


def _set_often(function: ast.AST) -> frozenset[str]:
    names = [
        one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    ]
    return frozenset(name for name in names if names.count(name) > 1)


# --- what could stand there instead -----------------------------------------------------------


def _replacements(node: ast.AST, scope: _Scope) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _other_statements(node, scope)
    elif isinstance(node, ast.Compare):
        for n, operator in enumerate(node.ops):
            other = COMPARISONS[type(operator)]()
            yield ast.Compare(node.left, [*node.ops[:n], other, *node.ops[n + 1 :]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.IfExp) and _is_plain(node.test):
        yield ast.IfExp(_not(node.test), node.body, node.orelse)
    elif isinstance(node, ast.comprehension):
        for n in range(len(node.ifs)):
            rest = [*node.ifs[:n], *node.ifs[n + 1 :]]
            yield ast.comprehension(node.target, node.iter, rest, node.is_async)
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _other_statements(node: ast.stmt, scope: _Scope) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and _is_plain(node.test):
        yield ast.If(_not(node.test), node.body, node.orelse)
    elif isinstance(node, ast.Return) and node.value is not None and scope.answers != "None":
        yield ast.Return(_other_answer(node.value, scope.answers or ""))
    elif isinstance(node, ast.Return | ast.Continue | ast.Break | ast.Raise | ast.AugAssign) or _is_deed(
        node
    ):
        yield ast.Pass()
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if not isinstance(target, ast.Name) or (target.id in scope.names and not scope.constant):
            yield ast.Pass()
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


def _other_answer(value: ast.expr, answers: str) -> ast.expr:
    if answers == "bool":
        return _not(value)
    other = EMPTY.get(answers.partition("[")[0], "None")
    return ast.parse(other, mode="eval").body if ast.unparse(value) != other else ast.Constant(None)


def _other_constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        if node.value >= 1:
            yield ast.Constant(node.value - 1)
    elif isinstance(node.value, str) and IS_SQL.search(node.value):
        for pattern, new in SQL:
            for found in pattern.finditer(node.value):
                clauses = _CLAUSE.findall(node.value, 0, found.start())
                if pattern.pattern == _EQUAL and clauses[-1:] == ["SET"]:
                    continue
                yield ast.Constant(node.value[: found.start()] + new + node.value[found.end() :])


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in OPPOSITES:
        yield ast.Call(ast.Name(OPPOSITES[name], ast.Load()), node.args, node.keywords)
    if name in SYMMETRIC:
        return
    for n, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if not isinstance(one, ast.Starred) and not isinstance(other, ast.Starred):
            yield ast.Call(node.func, [*node.args[:n], other, one, *node.args[n + 2 :]], node.keywords)


def _is_deed(node: ast.stmt) -> bool:
    idle = ast.Constant | ast.Yield | ast.YieldFrom
    return isinstance(node, ast.Expr) and not isinstance(node.value, idle)


def _is_plain(test: ast.expr) -> bool:
    """A condition that no other fault turns round."""
    turned = isinstance(test, ast.UnaryOp | ast.BoolOp | ast.Constant)
    return not turned and not (isinstance(test, ast.Compare) and not _has_border(test))


def _has_border(test: ast.Compare) -> bool:
    return any(isinstance(one, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for one in test.ops)


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


# --- how it is told ---------------------------------------------------------------------------


def _change(old: ast.AST, new: ast.AST) -> str:
    if isinstance(old, ast.Constant) and isinstance(old.value, str) and isinstance(new, ast.Constant):
        return _difference(old.value, str(new.value))
    if isinstance(old, ast.If) and isinstance(new, ast.If):
        old, new = old.test, new.test
    if isinstance(old, ast.comprehension):
        gone = [ast.unparse(test) for test in old.ifs if test not in getattr(new, "ifs", ())]
        return f"without if {' '.join(gone)}"
    return f"{_short(old)} -> {'nothing' if isinstance(new, ast.Pass) else _short(new)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else f"{text[:60]} … {text[-37:]}"


def _difference(old: str, new: str) -> str:
    """What differs in two texts, with the words around it."""
    same = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(new))
    begin = max(0, same - 20)
    return f"{old[begin : same + 25]!r} -> {new[begin : same + 25]!r}"
