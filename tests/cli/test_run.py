"""`run`: what it makes of a file that is edited under its eyes."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.options import State
from bot.cli.run import Reloader
from bot.errors import ConfigError
from bot.settings import Secret
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON

YAML = """\
arxiv: {contact: ada@example.org}
topics:
  microscopy: {keywords: [ptychography]}
subscribers:
  - {name: ada, topics: [microscopy], file: reports/}
"""
BOB = "  - {name: bob, topics: [microscopy], file: reports/}\n"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Path:
    """A configuration that a process has read."""
    for name in ("GEMINI_API_KEY", "SLACK_BOT_TOKEN", "SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.INFO, logger="arxiv-digest")
    path = tmp_path / "subscribers.yaml"
    path.write_text(YAML)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = open_store(path.with_name("state.db"))
    yield store
    store.close()


@pytest.fixture
def look(path: Path, store: Store) -> Reloader:
    state = State(config=path)
    settings = state.settings()
    store.subscriptions.sync(settings.subscribers, NOON)
    return Reloader(state, settings, store, lambda: NOON)


def test_an_edit_is_taken_up_once_and_said_with_the_new_hours(
    path: Path, look: Reloader, caplog: pytest.LogCaptureFixture
) -> None:
    """At the second look: at the first the editor may still be writing."""
    assert look() is None
    path.write_text(YAML + BOB)
    assert look() is None
    settings = look()
    assert settings is not None
    assert [subscriber.name for subscriber in settings.subscribers] == ["ada", "bob"]
    assert look() is None
    assert [record.message for record in caplog.records] == [
        "configuration reloaded: subscriber bob added",
        "bob: next digest Tue 2026-11-17 09:00 UTC (weekdays 09:00)",
    ]


def test_an_edit_that_renames_is_warned_of(
    path: Path, look: Reloader, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Before its digests go out; the next edit does not say it again."""
    path.write_text(YAML.replace("ada", "ada-l"))
    look()
    settings = look()
    assert settings is not None
    assert "'ada-l' is new and has the same targets" in caplog.text
    store.subscriptions.sync(settings.subscribers, NOON)
    caplog.clear()
    path.write_text(YAML.replace("ada", "ada-l") + BOB)
    look()
    assert look() is not None
    assert [record.message for record in caplog.records] == [
        "configuration reloaded: subscriber bob added",
        "bob: next digest Tue 2026-11-17 09:00 UTC (weekdays 09:00)",
    ]


def test_a_half_written_file_is_not_used(path: Path, look: Reloader) -> None:
    """It may even be valid, with half the subscribers."""
    path.write_text(YAML + BOB)
    look()
    path.write_text(YAML + BOB + BOB.replace("bob", "cyd"))
    assert look() is None
    settings = look()
    assert settings is not None
    assert len(settings.subscribers) == 3


def test_a_file_that_is_away_for_a_moment_is_no_fault(path: Path, look: Reloader) -> None:
    """Some editors put the old file aside before they write the new one."""
    path.unlink()
    assert look() is None
    path.write_text(YAML + BOB)
    assert look() is None
    assert look() is not None


def test_a_file_deleted_and_made_again_is_noticed(path: Path, look: Reloader) -> None:
    """Gone for good is a fault, told once; back as it was, the fault is over and nothing changes."""
    path.unlink()
    look()
    with pytest.raises(ConfigError, match="there is no such file"):
        look()
    assert look() is None
    path.write_text(YAML)
    look()
    settings = look()
    assert settings is not None
    assert len(settings.subscribers) == 1


def test_a_broken_edit_is_told_once_and_its_undoing_is_noticed(path: Path, look: Reloader) -> None:
    """With line and column; the settings come back when the file does."""
    path.write_text(YAML.replace("[microscopy]", "[microscpy]"))
    look()
    with pytest.raises(ConfigError, match=r"5:26: .*microscpy"):
        look()
    assert look() is None
    path.write_text(YAML)
    look()
    assert look() is not None


def test_a_pipe_or_a_device_in_its_place_holds_nothing_up(path: Path, look: Reloader) -> None:
    """Neither waits for a writer nor is read without an end: a broken edit like others."""
    for put in (os.mkfifo, lambda place: place.symlink_to("/dev/zero")):
        path.unlink()
        put(path)
        look()
        with pytest.raises(ConfigError, match="it is no file"):
            look()
        path.unlink()
        path.write_text(YAML)
        look()
        assert look() is not None


def test_the_env_file_beside_it_counts_too(path: Path, look: Reloader) -> None:
    """A new key takes effect like an edit of the YAML."""
    (path.parent / ".env").write_text("GEMINI_API_KEY=AIzaSyA-simulated-key-of-thirty-nine-chars\n")
    look()
    settings = look()
    assert settings is not None
    assert settings.gemini.api_key is not None


def test_a_secret_in_a_file_of_its_own_is_read_when_told_to(
    path: Path, look: Reloader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGHUP reads everything again; the file that NAME_FILE names is not watched."""
    secret = path.with_name("key")
    secret.write_text("old")
    monkeypatch.setenv("GEMINI_API_KEY_FILE", str(secret))
    look.forget()
    settings = look()
    assert settings is not None
    assert settings.gemini.api_key == Secret("old")
    secret.write_text("new")
    assert look() is None
    look.forget()
    settings = look()
    assert settings is not None
    assert settings.gemini.api_key == Secret("new")


def test_the_database_stays_where_it_is(path: Path, look: Reloader) -> None:
    """It is held by the process: a new place takes effect with the next start."""
    path.write_text("database: elsewhere.db\n" + YAML + BOB)
    look()
    settings = look()
    assert settings is not None
    assert settings.database == path.parent / "state" / "arxiv-digest.db"
    assert len(settings.subscribers) == 2


def test_a_touched_file_is_no_edit(path: Path, look: Reloader) -> None:
    """Told by its content, not by its times."""
    path.write_text(YAML)
    assert look() is None
    assert look() is None


def test_an_edit_is_told_by_what_it_changed(
    path: Path, look: Reloader, caplog: pytest.LogCaptureFixture
) -> None:
    """Sections, topics and subscribers by their keys; the hours of those alone whose schedule changed."""
    edited = YAML.replace("ptychography", "microscope").replace(
        "file: reports/", "file: reports/, max_papers: 3"
    )
    path.write_text(edited + "gemini: {model: gemini-3.8-flash}\n")
    look()
    assert look() is not None
    assert [record.message for record in caplog.records] == [
        "configuration reloaded: gemini: model changed; topic microscopy: keywords changed; "
        "subscriber ada: max_papers changed"
    ]
    caplog.clear()
    path.write_text(edited.replace("max_papers: 3", "schedule: daily 08:00, timezone: Europe/Paris"))
    look()
    assert look() is not None
    assert caplog.records[-1].message.startswith("ada: next digest ")
    assert "08:00 Europe/Paris" in caplog.records[-1].message
    assert "schedule, timezone, max_papers changed" in caplog.records[0].message
