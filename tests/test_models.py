"""The vocabulary's names, which are looked up when they are first asked for."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import bot.models as models


def test_type_checkers_and_the_running_program_find_the_same_names_in_the_same_files() -> None:
    """A name that only one of the two knew would be an error for half of its readers."""
    stub = ast.parse(Path(models.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    declared = {alias.name: node.module for node in imports for alias in node.names}
    assert sorted(declared) == sorted(models.__all__)
    for name, module in declared.items():
        assert getattr(models, name) is getattr(import_module(str(module)), name), name


def test_a_name_that_is_not_there_is_missed_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Papers'"):
        models.Papers  # type: ignore[attr-defined]  # noqa: B018
