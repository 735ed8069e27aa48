"""The small faults that `tests.benchmarks.mutants` puts into the code: each kind is made, one at a time."""

from __future__ import annotations

import pytest

from tests.benchmarks.faults import faults


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ("return a < b", ["return a < b -> return not a < b", "a < b -> a <= b"]),
        ("if a and b:\n        print(a)", ["a and b -> a or b", "print(a) -> nothing"]),
        ("if a:\n        print(a)", ["a -> not a", "print(a) -> nothing"]),
        ("if a is None:\n        raise b", ["a is None -> a is not None", "raise b -> nothing"]),
        ("a.b = not c", ["a.b = not c -> nothing", "not c -> c"]),
        ("x = a + 1", ["a + 1 -> a - 1", "1 -> 2", "1 -> 0"]),
        ("a.b += c", ["a.b += c -> nothing", "a.b += c -> a.b -= c"]),
        ("x = True", ["True -> False"]),
        ("x = [y for y in a if y]", ["without if y"]),
        ("x = c(a, b)", ["c(a, b) -> c(b, a)"]),
        ("x = min(a, b)", ["min(a, b) -> max(a, b)"]),
        ("x = 'WHERE a <= ?'", ["'WHERE a <= ?' -> 'WHERE a < ?'"]),
        ("x = 'SET b = 1 WHERE c = 3'", ["'SET b = 1 WHERE c = 3' -> 'SET b = 1 WHERE c != 3'"]),
        ("x = 'a <= b'", []),
        ('"""1 < 2"""', []),
    ],
)
def test_every_kind_of_fault_is_made(body: str, changes: list[str]) -> None:
    """One change each, in the order of the code; documentation and texts that people read have none."""
    found = list(faults(f"def f(a, b, c) -> bool:\n    {body}\n", "f.py"))
    assert [fault.change for fault in found] == changes


def test_a_fault_does_what_it_says_and_no_more() -> None:
    """Each is made in the sound module: the one before it is gone."""
    source = "LEAST = 3\n\ndef f(a: int, b: int = 7) -> bool:\n    return a >= LEAST\n"
    answers = []
    for fault in faults(source, "f.py"):
        names: dict[str, object] = {}
        exec(fault.code, names)
        answers.append((fault.line, fault.constant, [ask(names, a) for a in (2, 3, 4)]))
    assert answers == [
        (1, "LEAST", [False, False, True]),
        (1, "LEAST", [True, True, True]),
        (4, "", [True, False, False]),
        (4, "", [False, False, True]),
    ]


def ask(names: dict[str, object], a: int) -> object:
    function = names["f"]
    assert callable(function)
    return function(a)


def test_what_can_only_fail_is_left_alone() -> None:
    """A name that is set once and annotations: no test is needed to notice."""
    source = "def f(a: int | None = None) -> str:\n    b = a\n    return str(b)\n"
    assert [fault.change for fault in faults(source, "f.py")] == ["return str(b) -> return ''"]
