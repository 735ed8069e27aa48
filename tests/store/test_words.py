"""The full text: kept by itself, built for what was there before, and counted for the rareness of words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.history import MatchSource
from bot.store import Store, migrations
from bot.store.database import Connection
from bot.store.opening import open_store
from bot.store.words import AT_ONCE
from tests.samples import NOON, paper


def found(store: Store, *words: str) -> list[str]:
    return [one.arxiv_id for one in store.words.search(words, 10)]


def test_papers_are_found_as_soon_as_they_are_stored_the_title_first(tmp_path: Path) -> None:
    """Every word has to be there, in any form; a phrase only as it stands; quotes and operators are text."""
    with closing(open_store(tmp_path / "a.db")) as store:
        store.papers.add(
            [
                paper(
                    "2611.00001",
                    title="On cuprates",
                    abstract="Superconducting nickelates are compared, too.",
                ),
                paper("2611.00002", title="Superconductivity in a nickelate", abstract="We grow films."),
                paper(
                    "2611.00003",
                    title="Nickelate films",
                    abstract="No zero resistance.",
                    authors=("Jörg Müller",),
                ),
            ],
            NOON,
        )
        store.papers.add_matches(["2611.00002"], ["nickelates"], MatchSource.SEARCH, "", NOON)
        assert found(store, "superconductivity", "Nickelates") == ["2611.00002", "2611.00001"]
        assert found(store, "nickelate films") == ["2611.00003"]
        assert found(store, "muller") == ["2611.00003"]
        assert found(store, 'zero" OR title:"on', "NEAR(") == []
        assert found(store, '"') == []
        assert store.words.search(["grow"], 1)[0].topics == ("nickelates",)


def test_a_new_version_is_found_by_its_own_words_alone(tmp_path: Path) -> None:
    """What an abstract no longer says does not find it."""
    with closing(open_store(tmp_path / "a.db")) as store:
        first = paper("2611.00001", abstract="We see hydrogen.")
        store.papers.add([first], NOON)
        store.papers.add([replace(first, version=2, abstract="We see helium.")], NOON)
        assert (found(store, "hydrogen"), found(store, "helium")) == ([], ["2611.00001"])


def test_a_database_from_before_is_indexed_in_pieces_and_nothing_twice(tmp_path: Path) -> None:
    """Rounds go on meanwhile: what they add is indexed at once, and again by no piece."""
    path = tmp_path / "a.db"
    connection = Connection(path)
    with connection.told():
        migrations.apply(connection.raw, stop_before="m005_words")
    many = [
        paper(
            f"2601.{number:05}",
            abstract=f"Word number{number} here.",
            published=NOON - timedelta(hours=number // 3),
        )
        for number in range(AT_ONCE * 2 + 7)
    ]
    with closing(Store(connection)) as old:
        old.papers.add([*many, replace(many[5], version=2)], NOON)
    with closing(open_store(path)) as store:
        assert not store.words.is_complete()
        store.papers.add(
            [paper("2611.00009", abstract="Fresh helium.", published=NOON + timedelta(days=1))], NOON
        )
        pieces = []
        while done := store.words.index_more():
            pieces.append(done)
        assert store.words.is_complete()
        assert max(pieces) <= AT_ONCE
        assert sum(pieces) == len(many) + 1
        assert store.words.counts(["word"]).holding == {"word": len(many) + 1}
        assert found(store, "number5") == ["2601.00005"]
        assert found(store, "helium") == ["2611.00009"]


def test_an_empty_database_has_nothing_to_index(tmp_path: Path) -> None:
    """A first start is no upgrade."""
    with closing(open_store(tmp_path / "a.db")) as store:
        assert store.words.is_complete()
        assert store.words.index_more() == 0


def test_the_index_survives_what_renumbers_rows(tmp_path: Path) -> None:
    """`forget` writes the file anew: SQLite then numbers the rows of a table without a key of its own again."""
    with closing(open_store(tmp_path / "a.db")) as store:
        store.papers.add([paper("2611.00001", abstract="We see hydrogen."), paper("2611.00002")], NOON)
        store.compact()
        store.papers.add([paper("2611.00003", abstract="We see helium.")], NOON)
        assert (found(store, "hydrogen"), found(store, "helium")) == (["2611.00001"], ["2611.00003"])
