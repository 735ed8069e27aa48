"""What a shell is offered on Tab."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from bot.cli import cli
from bot.cli.options import State
from bot.store.opening import open_store
from tests.samples import NOON, subscriber

YAML = """\
arxiv: {contact: ada@example.org}
topics:
  name-of-a-topic: {keywords: [ptychography]}
subscribers:
  - name: ada            # the first
    topics: [name-of-a-topic]
    file: reports/
  - {name: alan, topics: [name-of-a-topic], file: reports/}
  - {topics: [name-of-a-topic], file: reports/, name: "al group"}
  - topics: [name-of-a-topic]
    name: 'bob'
    file: reports/
  # - name: alone
"""


def offered(*words: str, typed: str = "") -> list[str]:
    shell = ShellComplete(cli, {"obj": State()}, "arxiv-digest", "_ARXIV_DIGEST_COMPLETE")
    return [item.value for item in shell.get_completions(list(words), typed)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARXIV_DIGEST_CONFIG", raising=False)
    (tmp_path / "subscribers.yaml").write_text(YAML)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("preview",),
        ("retry",),
        ("history",),
        ("explain", "2611.00001"),
        ("once", "--only"),
        ("once", "--dry-run", "--only"),
    ],
)
def test_names_are_offered_where_a_name_is_wanted(folder: Path, words: tuple[str, ...]) -> None:
    """All of the YAML's, however they are written, and nothing else."""
    assert offered(*words) == ["ada", "alan", "al group", "bob"]
    assert offered(*words, typed="al") == ["alan", "al group"]


def test_the_configuration_that_was_typed_is_read(folder: Path) -> None:
    """Before or after the command."""
    (folder / "other.yaml").write_text("subscribers:\n  - name: zoe\n")
    assert offered("-c", "other.yaml", "preview") == ["zoe"]
    assert offered("preview", "--config", "other.yaml") == ["zoe"]


@pytest.mark.parametrize(
    "text",
    [
        YAML.replace("[ptychography]", "[ptychography"),
        YAML.replace("arxiv:", "\tarxiv:"),
        YAML + "\x00\n  - name: [",
    ],
)
def test_a_broken_file_has_its_names_all_the_same(folder: Path, text: str) -> None:
    """Whoever is mending it wants to look at something meanwhile."""
    (folder / "subscribers.yaml").write_text(text)
    assert "bob" in offered("preview")


def test_without_a_file_nothing_is_offered(folder: Path) -> None:
    """And nothing is said."""
    (folder / "subscribers.yaml").unlink()
    assert offered("preview") == offered("forget") == []


def test_forget_offers_those_who_left(folder: Path) -> None:
    """Not those whom it would refuse."""
    assert offered("forget") == []
    store = open_store(folder / "state" / "arxiv-digest.db")
    store.subscriptions.sync([subscriber("ada"), subscriber("adda"), subscriber("zoe")], NOON)
    store.close()
    assert offered("forget") == ["adda", "zoe"]
    assert offered("forget", typed="z") == ["zoe"]


def test_commands_and_options_are_offered(folder: Path) -> None:
    """As click does by itself."""
    assert "forget" in offered()
    assert offered("preview", typed="--for") == ["--format"]
