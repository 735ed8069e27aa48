"""The database as a file: what is there instead of it, who may read it, and what a damaged one says."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import open_for_reading
from bot.store.database import Connection
from bot.store.opening import open_store
from tests.samples import NOON, paper

NOBODY = 65534


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with forty papers, closed."""
    path = tmp_path / "state.db"
    store = open_store(path)
    store.papers.add([paper(f"2611.{n:05}", abstract="We find x. " * 200) for n in range(40)], NOON)
    store.close()
    return path


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that everybody may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@contextmanager
def disk_of(size: int) -> Generator[None]:
    """No file grows beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def stranger(folder: Path) -> Generator[None]:
    """Somebody of the database's group who may read the folder and not write it."""
    was = os.geteuid()
    folder.chmod(0o555)
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


def shared_with_group(path: Path) -> Path:
    """An empty file for a database that its group may read, which SQLite passes on to what is beside it."""
    path.touch()
    path.chmod(0o640)
    return path


def beside(path: Path) -> set[str]:
    """The endings of the files that SQLite keeps beside a database in use."""
    return {one.name.removeprefix(path.name) for one in path.parent.iterdir()} - {"", ".lock"}


def test_an_empty_file_is_no_database_yet(tmp_path: Path) -> None:
    """Somebody may put the file there first, to give it an owner: readers say nothing yet, the writer fills it."""
    path = tmp_path / "state.db"
    path.touch()
    assert open_for_reading(path) is None
    assert path.stat().st_size == 0
    open_store(path).close()
    assert path.stat().st_size > 0


def test_the_rest_of_a_file_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    """SQLite would begin anew, and everything would be sent again."""
    path = tmp_path / "state.db"
    path.write_bytes(b"S")
    for opener in (open_store, open_for_reading):
        with pytest.raises(
            StoreError, match=r"state\.db: this is not a SQLite database but the rest of a file"
        ):
            opener(path)
    assert path.read_bytes() == b"S"


def test_another_programs_database_is_left_as_it_is(tmp_path: Path) -> None:
    """A mistyped path must not put our tables beside somebody's bookmarks, nor change a byte of them."""
    path = tmp_path / "bookmarks.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE bookmarks (url)")
    before = path.read_bytes()
    for opener in (open_store, open_for_reading):
        with pytest.raises(StoreError, match=r"another program's database \(table bookmarks\)"):
            opener(path)
    assert path.read_bytes() == before


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path) -> None:
    """A folder or a pipe where the database should be: SQLite would wait for ever to read a pipe."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for opener in (open_store, open_for_reading):
        with pytest.raises(StoreError, match="folder: this is a folder"):
            opener(tmp_path / "folder")
        with pytest.raises(StoreError, match="pipe: this is not a regular file"):
            opener(tmp_path / "pipe")


def test_a_database_has_one_lock_by_whatever_name(database: Path) -> None:
    """Two daemons, one through a link, would send everything twice."""
    link = database.parent / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(database)
    store = open_store(database)
    with pytest.raises(StoreError, match="holds this database"):
        open_store(link)
    store.close()
    open_store(link).close()


def test_links_in_a_circle_are_told_in_words(tmp_path: Path) -> None:
    """No traceback for a path that leads nowhere."""
    (tmp_path / "a.db").symlink_to(tmp_path / "b.db")
    (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
    with pytest.raises(StoreError, match=r"a\.db"):
        open_store(tmp_path / "a.db")


def test_a_path_that_can_t_be_reached_is_not_taken_for_no_database(tmp_path: Path) -> None:
    """ "Nothing yet" would be wrong where the folder is a file, or is closed to this user."""
    (tmp_path / "state").touch()
    for opener in (open_store, open_for_reading):
        with pytest.raises(StoreError, match=r"can't be reached: Not a directory"):
            opener(tmp_path / "state" / "a.db")


def test_a_broken_page_is_found_before_anything_is_done(database: Path) -> None:
    """Found half-way it might be too late: what was sent could not be recorded."""
    damaged = bytearray(database.read_bytes())
    middle = len(damaged) // 2 // 4096 * 4096
    damaged[middle : middle + 2048] = b"\xa5" * 2048
    database.write_bytes(damaged)
    with pytest.raises(StoreError, match="not a sound SQLite database"):
        open_store(database)
    assert database.read_bytes() == bytes(damaged)


def test_a_truncated_database_is_refused(database: Path) -> None:
    """An interrupted copy is no database."""
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="not a sound SQLite database"):
        open_store(database)


def test_a_senseless_value_is_told_as_damage(database: Path) -> None:
    """A flipped bit in a text is nothing that SQLite can see; no traceback all the same."""
    with closing(sqlite3.connect(database)) as raw:
        raw.execute("UPDATE versions SET published = '2026-1O-16'")
        raw.commit()
    store = open_store(database)
    with pytest.raises(StoreError, match="'2026-1O-16' where that makes no sense"):
        store.papers.get("2611.00001")
    store.close()


def test_a_reader_without_rights_reads_and_leaves_nothing_behind(shelf: Path) -> None:
    """`status` from another account: files of its own would keep the daemon from its database."""
    path = shared_with_group(shelf / "state.db")
    store = open_store(path)
    store.papers.add([paper()], NOON)
    store.close()
    with stranger(shelf):
        reader = open_for_reading(path)
        assert reader is not None
        assert reader.papers.counts()["seen"] == 1
        reader.close()
    assert not beside(path)


def test_a_reader_without_rights_sees_what_a_running_daemon_committed(shelf: Path) -> None:
    """Beside a writer the database is no file that does not change: its log is read, too."""
    path = shared_with_group(shelf / "state.db")
    store = open_store(path)
    store.papers.add([paper()], NOON)
    assert "-wal" in beside(path)
    with stranger(shelf):
        reader = open_for_reading(path)
        assert reader is not None
        assert reader.papers.counts()["seen"] == 1
        reader.close()
    store.close()


def test_a_log_left_behind_by_a_kill_is_part_of_the_database(database: Path, tmp_path: Path) -> None:
    """Whatever was committed when the machine stopped is there afterwards, also without the -shm."""
    store = open_store(database)
    store.papers.add([paper("2611.99999")], NOON)
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{database}{ending}", stopped / f"state.db{ending}")
    store.close()

    store = open_store(stopped / "state.db")
    assert store.papers.get("2611.99999") is not None
    store.close()


def test_what_is_committed_is_on_the_disk(database: Path) -> None:
    """A power cut must not lose what says that a message was sent: it would be sent again."""
    connection = Connection(database)
    connection.write_ahead()
    full = 2
    assert connection.value("PRAGMA synchronous") == full
    assert connection.value("PRAGMA journal_mode") == "wal"
    connection.close()


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_half_written(database: Path) -> None:
    """Once there is space again everything goes on from where it was."""
    store = open_store(database)
    more = [paper(f"2612.{n:05}", abstract="x" * 3000) for n in range(300)]
    with disk_of(400_000), pytest.raises(StoreError, match="disk is full"):
        store.papers.add(more, NOON)
    assert store.papers.counts()["seen"] == 40
    assert store.papers.add(more, NOON) == 300
    store.close()


def test_a_database_that_could_not_be_begun_is_none_yet(tmp_path: Path) -> None:
    """The disk was full when the first process came: readers say so, the next process begins again."""
    path = tmp_path / "state.db"
    with disk_of(40_000), pytest.raises(StoreError, match="disk is full"):
        open_store(path)
    assert open_for_reading(path) is None
    open_store(path).close()
    reader = open_for_reading(path)
    assert reader is not None
    reader.close()


def test_a_full_disk_can_t_even_take_a_lock(tmp_path: Path) -> None:
    """Not one byte is free: an error in words, too."""
    with disk_of(0), pytest.raises(StoreError, match=r"state\.db\.lock: can't be written"):
        open_store(tmp_path / "state.db")


def test_a_backup_that_fails_leaves_no_part_of_a_copy(database: Path, tmp_path: Path) -> None:
    """Half a backup found in need is worse than none."""
    reader = open_for_reading(database)
    assert reader is not None
    with disk_of(100_000), pytest.raises(StoreError, match=r"copy\.db: .*the disk is full"):
        reader.backup(str(tmp_path / "copy.db"))
    assert not (tmp_path / "copy.db").exists()
    with pytest.raises(StoreError, match="No such file or directory"):
        reader.backup(str(tmp_path / "nowhere" / "copy.db"))
    reader.close()


def test_a_damaged_database_makes_no_backup(database: Path, tmp_path: Path) -> None:
    """Copied page by page the damage would go along unseen, and replace the last good copy."""
    reader = open_for_reading(database)
    assert reader is not None
    damaged = bytearray(database.read_bytes())
    damaged[-4096:] = b"\xa5" * 4096
    database.write_bytes(damaged)
    with pytest.raises(StoreError, match="not a sound SQLite database"):
        reader.backup(str(tmp_path / "copy.db"))
    assert not (tmp_path / "copy.db").exists()
    reader.close()


@pytest.fixture
def lax_umask() -> Iterator[None]:
    was = os.umask(0)
    yield
    os.umask(was)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("lax_umask")
def test_no_other_user_can_read_what_is_stored(tmp_path: Path) -> None:
    """Subscribers' addresses are in it: whatever the umask, its files and new folders are the owner's alone."""
    path = tmp_path / "new" / "state" / "state.db"
    with closing(open_store(path)) as store:
        store.papers.add([paper("2611.00001")], NOON)
        assert {entry.name: mode(entry) for entry in path.parent.iterdir()} == {
            "state.db": 0o600,
            "state.db-wal": 0o600,
            "state.db-shm": 0o600,
            "state.db.lock": 0o600,
        }
        store.backup(str(tmp_path / "copy.db"))
    assert [mode(folder) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]
    assert mode(tmp_path / "copy.db") == 0o600


def test_a_database_that_all_could_read_is_closed_to_them_and_not_to_its_group(database: Path) -> None:
    """A group was let in on purpose; all users were by an older version or a copy."""
    database.chmod(0o664)
    open_store(database).close()
    assert mode(database) == 0o660


def test_another_programs_database_keeps_its_mode(tmp_path: Path) -> None:
    """What is refused is not touched."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE diary (day TEXT)")
        other.commit()
    path.chmod(0o644)
    with pytest.raises(StoreError):
        open_store(path)
    assert mode(path) == 0o644


HOSTILE_SCHEMAS = {
    "a trigger": (
        "CREATE TRIGGER spy AFTER INSERT ON papers BEGIN DELETE FROM deliveries; END",
        "has a trigger 'spy' that this program did not make",
    ),
    "a trigger by the name of ours": (
        "DROP TRIGGER versions_indexed; "
        "CREATE TRIGGER versions_indexed AFTER INSERT ON versions BEGIN DELETE FROM deliveries; END",
        "has a trigger 'versions_indexed' that this program did not make",
    ),
    "a view in place of a table": (
        "ALTER TABLE waits RENAME TO others; CREATE VIEW waits AS SELECT * FROM others",
        "has a view 'waits' that this program did not make",
    ),
    "a column that computes": (
        "DROP TABLE waits; CREATE TABLE waits (service TEXT PRIMARY KEY, until TEXT AS (reason), reason TEXT)",
        "has a table 'waits' that this program did not make",
    ),
    "another full text": (
        "CREATE VIRTUAL TABLE more USING fts5(title)",
        "has a virtual table 'more' that this program did not make",
    ),
}


@pytest.mark.parametrize("name", HOSTILE_SCHEMAS)
def test_a_schema_that_somebody_changed_is_refused(database: Path, name: str) -> None:
    """A file from elsewhere does nothing of its own: what is no table of ours as we made it is named."""
    statements, told = HOSTILE_SCHEMAS[name]
    with closing(sqlite3.connect(database)) as theirs:
        theirs.executescript(statements)
    before = database.read_bytes()
    with pytest.raises(StoreError, match=re.escape(told)):
        open_store(database)
    assert database.read_bytes() == before
    with pytest.raises(StoreError, match=re.escape(told)):
        open_for_reading(database)


def test_what_stands_beside_our_tables_may_stay(database: Path) -> None:
    """Statistics, an index and a table of somebody's own do nothing by themselves."""
    with closing(sqlite3.connect(database)) as theirs:
        theirs.executescript("ANALYZE; CREATE TABLE notes (text); CREATE INDEX by_title ON versions (title)")
    open_store(database).close()
    with closing(open_store(database)) as store:
        assert store.papers.add([paper("2611.09999")], NOON)


def test_an_index_that_tells_other_rows_than_its_table_is_refused(database: Path) -> None:
    """What is looked up by it would be sent again, or never."""
    with closing(sqlite3.connect(database)) as theirs:
        theirs.execute("PRAGMA writable_schema = ON")
        theirs.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'outbox_by_state') "
            "WHERE name = 'digests'"
        )
        theirs.commit()
    with pytest.raises(StoreError, match="not a sound SQLite database"):
        open_store(database)
