from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import taxonomy

PAIRS = [
    ("math.MP", "math-ph"),
    ("cs.SY", "eess.SY"),
    ("q-fin.EC", "econ.GN"),
    ("stat.TH", "math.ST"),
    ("cs.NA", "math.NA"),
    ("math.IT", "cs.IT"),
]


def test_every_active_category_of_arxiv_is_known(shared: Path) -> None:
    """The table is arXiv's own, code for code, and has no active code beyond it."""
    lines = (shared / "arxiv" / "categories.tsv").read_text(encoding="utf-8").splitlines()
    theirs = {line.split("\t")[0] for line in lines if line}
    assert set(taxonomy.CODES) == theirs


def test_there_are_155_active_categories_in_20_archives() -> None:
    """The numbers arXiv states."""
    assert len(taxonomy.CODES) == 155
    assert len(taxonomy.ARCHIVES) == 20


def test_the_archives_cover_all_active_categories() -> None:
    """Whoever reads the feeds of all archives sees every category."""
    assert {code.partition(".")[0] for code in taxonomy.CODES} == set(taxonomy.ARCHIVES)


@given(st.sampled_from(taxonomy.CODES), st.data())
def test_a_code_is_known_in_any_case(code: str, data: st.DataObject) -> None:
    """However a code is typed, arXiv's own spelling comes back."""
    typed = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in code)
    assert taxonomy.canonical(f" {typed} ") == code
    assert taxonomy.is_known(typed)
    assert taxonomy.is_active(typed)


@pytest.mark.parametrize(
    ("typed", "right"),
    [("Cs.*", "cs.*"), ("COND-MAT", "cond-mat"), ("CS.ZZ", "cs.ZZ"), ("nonsense", "nonsense")],
)
def test_what_is_no_category_is_put_right_as_far_as_it_is_known(typed: str, right: str) -> None:
    """A pattern keeps its star and an unknown code its spelling."""
    assert taxonomy.canonical(typed) == right


@pytest.mark.parametrize(("first", "second"), [p for pair in PAIRS for p in permutations(pair)])
def test_an_alias_is_the_same_category(first: str, second: str) -> None:
    """Both codes of a pair are active, mean each other, and stay distinct in spelling."""
    assert taxonomy.aliases(first.upper()) == (second,)
    assert taxonomy.is_active(first)
    assert taxonomy.canonical(first) == first


def test_only_the_six_pairs_are_aliases() -> None:
    """No other two codes are taken for one."""
    same = {frozenset((code, other)) for code in taxonomy.CODES for other in taxonomy.aliases(code)}
    assert same == {frozenset(pair) for pair in PAIRS}


@pytest.mark.parametrize(
    "code",
    [
        *("cmp-lg", "chao-dyn", "adap-org", "alg-geom", "dg-ga", "q-alg", "solv-int", "patt-sol", "funct-an"),
        *(
            "atom-ph",
            "acc-phys",
            "ao-sci",
            "bayes-an",
            "chem-ph",
            "comp-gas",
            "mtrl-th",
            "plasm-ph",
            "supr-con",
        ),
        *("astro-ph", "cond-mat", "q-bio"),
    ],
)
def test_old_codes_are_known_and_inactive(code: str) -> None:
    """A paper of 1996 does not make anything fail, and a person can be told that nothing new comes there."""
    assert taxonomy.is_known(code)
    assert not taxonomy.is_active(code)


def test_an_archive_in_use_is_told_from_a_closed_one() -> None:
    """``cond-mat`` as a code is history, as an archive it is not; ``cmp-lg`` is both."""
    assert taxonomy.is_archive("Cond-Mat")
    assert taxonomy.is_archive("quant-ph")
    assert not taxonomy.is_archive("cmp-lg")
    assert not taxonomy.is_archive("cs.AI")


def test_an_archive_is_divided_into_its_active_categories() -> None:
    """Their feeds together show what the archive's does."""
    assert taxonomy.divisions("Econ") == ("econ.EM", "econ.GN", "econ.TH")
    assert taxonomy.divisions("quant-ph") == taxonomy.divisions("cs.AI") == taxonomy.divisions("cmp-lg") == ()
    divided = [code for archive in taxonomy.ARCHIVES for code in taxonomy.divisions(archive) or (archive,)]
    assert sorted(divided) == sorted(taxonomy.CODES)


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("cs.ai", ("cs.AI",)),
        ("quant-ph", ("quant-ph",)),
        ("math-ph", ("math-ph", "math.MP")),
        ("cs", ("cs.*",)),
        ("cond-mat", ("cond-mat.*", "cond-mat")),
        ("astro-ph", ("astro-ph.*", "astro-ph")),
        ("cmp-lg", ("cmp-lg",)),
        ("CS.*", ("cs.*",)),
        ("cs.ZZ", ("cs.ZZ",)),
    ],
)
def test_a_code_is_asked_so_that_nothing_of_it_is_missed(code: str, asked: tuple[str, ...]) -> None:
    """``cat:`` compares exact codes: archives need a wildcard, bare codes and aliases are added."""
    assert taxonomy.patterns(code) == asked


@pytest.mark.parametrize(
    ("category", "wanted", "belongs"),
    [
        ("cond-mat.supr-con", "cond-mat", True),
        ("cond-mat", "cond-mat", True),
        ("cs.SY", "eess.SY", True),
        ("cs.SY", "eess", True),
        ("CS.lg", "cs.*", True),
        ("math-ph", "math-ph", True),
        ("math-ph", "math", True),
        ("math.AG", "math-ph", False),
        ("cs.LG", "stat.ML", False),
        ("cs", "cs.LG", False),
    ],
)
def test_a_paper_belongs_where_arxiv_lists_it(category: str, wanted: str, belongs: bool) -> None:
    """By its own code, by an alias, or by the archive around it."""
    assert taxonomy.belongs(category, wanted) is belongs


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("condmat.supr-con", "cond-mat.supr-con"),
        ("cond-mat.mtrl", "cond-mat.mtrl-sci"),
        ("optics", "physics.optics"),
        ("mtrl-sci", "cond-mat.mtrl-sci"),
        ("hepth", "hep-th"),
        ("cs.*", "cs"),
        ("cs.AI", "cs.AI"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_a_misspelt_code_is_guessed(typed: str, meant: str | None) -> None:
    """A person is told what was probably meant, and nothing where nothing comes near."""
    assert taxonomy.suggest(typed) == meant


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    """Nothing a person can type fails, and what is suggested exists."""
    assert isinstance(taxonomy.is_known(text), bool)
    meant = taxonomy.suggest(text)
    assert meant is None or taxonomy.is_known(meant)
