"""Subscribers who left the YAML, or were renamed: said before it matters, and forgotten when told to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import departures
from bot.models import Target
from bot.models.subscriptions import Changes, SubscriberRecord
from bot.settings import Settings
from bot.store.opening import open_store
from tests.cli.conftest import Run, Services
from tests.samples import NOON, settings, subscriber

MAIL = Target("email", "ada@example.org")


def record(name: str = "adda", target: Target = MAIL) -> SubscriberRecord:
    return SubscriberRecord(name, NOON, {}, None, targets=(target,))


@pytest.fixture
def known(run: Run, tmp_path: Path, services: Services) -> Run:
    """The database knows adda, whose folder is ada's now."""
    (tmp_path / "subscribers.yaml").write_text(f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], file: reports/}}
""")
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    adda = subscriber("adda", targets=(Target("file", str(tmp_path / "reports")),))
    store.subscriptions.sync([adda], NOON)
    store.close()
    return run


def test_a_likely_rename_is_called_one(tmp_path: Path) -> None:
    """The new name, what it will get again, and both ways on."""
    configured: Settings = settings(tmp_path)
    changes = Changes((record(),), (subscriber("ada", targets=(MAIL,)), subscriber("bob")))
    (line,) = departures.warnings(changes, configured)
    assert "a subscriber 'adda' that the configuration no longer has" in line
    assert "'ada' is new and has the same targets" in line
    assert "the papers of the last 7 days again" in line
    assert "name them 'adda' again" in line
    assert "`arxiv-digest forget adda`" in line
    assert "bob" not in line


def test_who_took_another_place_is_nobody_elses_rename(tmp_path: Path) -> None:
    """Two vanished, one renamed: the other left. Their name is written as a shell wants it."""
    gone = record("em group", Target("email", "em@example.org"))
    changes = Changes((record(), gone), (subscriber("ada", targets=(MAIL,)),))
    renamed, left = departures.warnings(changes, settings(tmp_path))
    assert "'ada'" in renamed
    assert "'ada'" not in left
    assert "`arxiv-digest forget 'em group'`" in left


def test_others_who_are_new_are_named_as_well(tmp_path: Path) -> None:
    """With other targets it may still be a rename."""
    (line,) = departures.warnings(Changes((record(),), (subscriber("bob"),)), settings(tmp_path))
    assert "new in the configuration: 'bob'" in line
    assert "`arxiv-digest forget adda`" in line


def test_what_is_recorded_is_no_news(tmp_path: Path) -> None:
    """A reload says only what it changed."""
    gone = SubscriberRecord("cyd", NOON, {}, None, removed_at=NOON + timedelta(days=1))
    assert departures.since_last_sync(Changes((gone, record()), ())).vanished == (record(),)
    assert departures.warnings(Changes((), (subscriber(),)), settings(tmp_path)) == []


@pytest.mark.parametrize("command", [("check",), ("once", "--dry-run"), ("once",)])
def test_every_command_says_so_before_it_counts(known: Run, command: tuple[str, ...]) -> None:
    """Not only the one that somebody types to check."""
    said = known(*command)
    assert "'adda' that the configuration no longer has" in said.err
    assert "'ada' is new and has the same targets" in said.err


def test_forget_names_what_it_deletes_and_deletes_it(known: Run, tmp_path: Path) -> None:
    """Afterwards `check` has nothing to say, and a second time there is nobody to forget."""
    said = known("forget", "adda")
    assert said.status == 0, said.err
    assert f"file {tmp_path / 'reports'}" in said.out
    assert "0 digests with 0 papers" in said.out
    assert said.out.splitlines()[-1] == "adda is forgotten"
    assert "adda" not in known("check").err
    again = known("forget", "adda")
    assert again.status == 2
    assert "unknown subscriber 'adda'; everybody stored is in the YAML" in again.err


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ada", "'ada' is still in subscribers.yaml: take that subscriber out first"),
        ("addda", "unknown subscriber 'addda' (did you mean 'adda'?)"),
        ("zoe", "unknown subscriber 'zoe'; no longer in the YAML are: adda"),
    ],
)
def test_nobody_else_is_forgotten(known: Run, name: str, expected: str) -> None:
    """Exit 2, and the way out."""
    said = known("forget", name)
    assert said.status == 2
    assert expected in said.err
    assert "'adda'" in known("check").err
