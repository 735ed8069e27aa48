from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import matching, query
from bot.lexicon import STOP_WORDS
from bot.matching import Document, MatchVerdict
from bot.models import AnnouncedPaper, AnnounceType, Branch, Operator, Paper, QueryTree, Term, Topic
from tests.benchmarks.matching_agreement import agreement, recorded_papers
from tests.benchmarks.random_queries import QueryMaker

YES, NO, UNKNOWN = MatchVerdict

PAPER = Paper(
    arxiv_id="2611.01234",
    version=2,
    title=r"Schr\"odinger's cats in $\text{PdTe}_{1-x}$: state-of-the-art electron microscopy",
    abstract=(
        "We image infinite-layer nickelates by ptychographic methods. The lattices' strains are measured to "
        r"within 0.1\%, as Erdős and Bernoulli's theorem for $\alpha$-RuCl$_3$ predicts in the Ångström range. "
        "Transport is not affected by the cuprate-like bands, and flies on the wall are fine."
    ),
    authors=(
        "Harold Y. Hwang",
        'J\\"urgen Müller',
        "Adrian Del Maestro",
        "Xin-Yi Wang",
        "A. B. Kovalenko",
        "CATS Collaboration",
    ),
    categories=("cond-mat.supr-con", "math.ST", "quant-ph"),
    published=datetime(2026, 11, 2, 13, 30, 45, tzinfo=UTC),
    updated=datetime(2026, 11, 9, 8, 0, tzinfo=UTC),
    comment="12 pages, 5 figures; code at github.com/example/cats",
    journal_ref="Phys. Rev. Lett. 137, 012345 (2026)",
    dois=("10.1103/PhysRevLett.137.012345",),
)

OLD = replace(PAPER, arxiv_id="cond-mat/0011267", categories=("cond-mat",), comment="", dois=())

ANNOUNCED = AnnouncedPaper(
    arxiv_id=PAPER.arxiv_id,
    version=1,
    announce_type=AnnounceType.NEW,
    title=PAPER.title,
    abstract=PAPER.abstract,
    authors="Harold Y. Hwang (Stanford, CA), Jürgen Müller and Adrian Del Maestro (University (Knoxville), USA)",
    categories=PAPER.categories,
    journal_ref=PAPER.journal_ref,
    dois=PAPER.dois,
)


def verdict(text: str, paper: Paper | AnnouncedPaper = PAPER) -> MatchVerdict:
    return matching.match(query.parse(text), paper).verdict


def clause(text: str, paper: Paper | AnnouncedPaper = PAPER) -> str:
    return matching.match(query.parse(text), paper).clause


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "ti:microscopy",
        "ti:MICROSCOPIES",
        "abs:strain",
        "abs:measuring",
        "abs:nickelate",
        'abs:"infinite layer nickelate"',
        "abs:infinite-layer",
        'abs:"methods. the lattice"',
        "abs:lattice's",
        "abs:bernoulli",
        'ti:"state of the art"',
        'ti:"state art"',
        "co:figure",
        'co:"12 pages"',
        'jr:"phys rev lett"',
        "jr:137",
    ],
)
def test_words_are_found_by_their_stems_and_phrases_in_order(text: str) -> None:
    """Inflection, case, possessives and stop words make no difference; neither does a hyphen."""
    assert verdict(text) is YES


@pytest.mark.parametrize(
    "text",
    [
        "ti:nickelate",
        "abs:microscopy",
        'ti:"microscopy electron"',
        'ti:"state electron"',
        "ti:electro",
        "abs:layers-infinite",
        'co:"5 pages"',
        'abs:"ptychographic microscopy"',
        "jr:figures",
        'abs:"range transport methods"',
    ],
)
def test_words_of_other_fields_or_in_another_order_are_not_found(text: str) -> None:
    """A field is that field, a phrase is its words next to each other."""
    assert verdict(text) is NO


@pytest.mark.parametrize(
    "text",
    ["all:the", "ti:of", 'all:"of the"', 'ti:""', 'all:"..."', "all:-", "all:.*", "au:-", 'cat:""', 'id:""'],
)
def test_a_term_without_words_finds_nothing(text: str) -> None:
    """``cats and dogs`` searches for *and* too: that must not match every paper."""
    assert verdict(text) is NO


@pytest.mark.parametrize(
    "text",
    [
        "ti:schrodinger",
        "ti:Schrödinger",
        "ti:SCHRÖDINGER",
        "abs:erdos",
        "abs:Erdös",
        "abs:angstrom",
        "ti:PdTe",
        'ti:"schrödinger cat"',
        "abs:α",
        "abs:RuCl3",
        "abs:rucl",
        'abs:"0.1%"',
        "all:α-RuCl3",
        'all:"RuCl₃ predicts"',
    ],
)
def test_accents_and_latex_are_no_obstacle(text: str) -> None:
    """A word is found as it is typed, as it reads, and without its accents."""
    assert verdict(text) is YES


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ti:microscop*", YES),
        ("ti:micro?copy", YES),
        ("ti:pdte*", YES),
        ("abs:ptycho*", YES),
        ("abs:infinite-lay*", YES),
        ("au:hwan*", YES),
        ("all:kovalen*", YES),
        ("ti:micro?", NO),
        ("ti:nickel*", NO),
        ('ti:"microscop*"', NO),
    ],
)
def test_wildcards_stand_for_letters_of_one_word(text: str, found: MatchVerdict) -> None:
    """Outside quotes; inside they are punctuation."""
    assert verdict(text) is found


@pytest.mark.parametrize(
    "text",
    [
        "all:microscopy",
        "all:nickelate",
        "all:kovalenko",
        "all:github.com",
        "all:012345",
        "all:2611.01234",
        "all:10.1103/PhysRevLett.137.012345",
        "all:quant-ph",
        'all:"harold y hwang"',
        "nickelate",
        "unknown:field OR all:figures",
    ],
)
def test_all_looks_everywhere(text: str) -> None:
    """Title, abstract, authors, comment, journal reference, id, DOI, category."""
    assert verdict(text) is YES


@pytest.mark.parametrize("word", ["s", "z", "is", "us", "ss", "ies", "ing", "7", "é"])
def test_the_shortest_words_are_words(word: str) -> None:
    """A stemmer that leaves nothing of ``s`` must not make it match everywhere."""
    assert verdict(f"all:{word}", replace(PAPER, journal_ref="", comment="")) is NO
    assert verdict(f"all:{word}", replace(PAPER, title=f"the {word}, at last")) is (
        NO if word == "is" else YES
    )


def test_no_phrase_reaches_from_one_text_into_another() -> None:
    """The last word of the title and the first of the abstract are no phrase; nor are two authors."""
    assert verdict('all:"microscopy we image"') is NO
    assert verdict('all:"hwang jurgen"') is NO


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12),
    st.sampled_from(["", "s", "ing", "ed", "ational", "ability"]),
)
def test_a_word_is_found_where_it_stands(root: str, ending: str) -> None:
    """No shortcut of the search may lose a word: any word finds itself, in plain text and in LaTeX."""
    word = root + ending
    wanted = Term("ti", word, phrase=True, position=0)
    expected = NO if word in STOP_WORDS else YES
    for title in (f"on {word} $x$", rf"on \emph{{{word}}} $x$", rf"$\mathrm{{{word}}}_2$ or {word.upper()}"):
        assert matching.match(wanted, replace(PAPER, title=title)).verdict is expected


# --- codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cat:cond-mat.supr-con", YES),
        ("cat:Cond-Mat.Supr-Con", YES),
        ("cat:quant-ph", YES),
        ("cat:cond-mat.*", YES),
        ("cat:stat.TH", YES),
        ("cat:stat.*", YES),
        ('cat:"math.ST"', YES),
        ("cat:cond-mat", NO),
        ("cat:cond-mat.mtrl-sci", NO),
        ("cat:math", NO),
        ("cat:cs.*", NO),
    ],
)
def test_a_category_is_compared_as_a_whole_and_by_its_aliases(text: str, found: MatchVerdict) -> None:
    """Primary or cross-listed; an archive alone is only what old papers carry."""
    assert verdict(text) is found


def test_a_bare_archive_is_found_on_the_old_papers_that_carry_it() -> None:
    """``cat:cond-mat`` is a code of the years before 2004."""
    assert verdict("cat:cond-mat", OLD) is YES


@pytest.mark.parametrize(
    ("text", "paper", "found"),
    [
        ("id:2611.01234", PAPER, YES),
        ("id:2611.01234v7", PAPER, YES),
        ("id:arXiv:2611.01234", PAPER, YES),
        ("id:2611.0123", PAPER, NO),
        ("id:cond-mat/0011267", OLD, YES),
        ("id:0011267v1", OLD, YES),
        ("doi:10.1103/physrevlett.137.012345", PAPER, YES),
        ("doi:10.1103/PhysRev*", PAPER, YES),
        ("doi:10.1103", PAPER, NO),
        ("rn:CERN-2026-1", PAPER, NO),
    ],
)
def test_ids_and_dois_are_compared_as_a_whole(text: str, paper: Paper, found: MatchVerdict) -> None:
    """Any version, an old id's number alone, any case; report numbers are known to arXiv only."""
    assert verdict(text, paper) is found


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ("[2026 TO 2026]", YES),
        ("[202611021330 TO 202611021330]", YES),
        ("[20261102 TO 20261102]", YES),
        ("[202611021331 TO 2027]", NO),
        ("[2025 TO 202611021329]", NO),
        ("[2027 TO 2026]", NO),
    ],
)
def test_dates_compare_the_first_submission_with_both_ends_inside(dates: str, found: MatchVerdict) -> None:
    """Whatever the current version's date is, and by the minute."""
    assert verdict(f"submittedDate:{dates}") is found
    assert verdict(f"lastUpdatedDate:{dates}") is found


# --- authors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "au:hwang",
        'au:"Hwang, Harold"',
        'au:"Hwang, Harold Y."',
        'au:"Hwang, H."',
        'au:"Hwang, H. Y."',
        'au:"Hwang, H Yoon"',
        'au:"Hwang, Har"',
        'au:"Hwang, Y"',
        'au:"Hwang,"',
        "au:hwang_h",
        "au:hwang_h_y",
        'au:"Harold Hwang"',
        'au:"Harold Y. Hwang"',
        'au:"H. Hwang"',
        'au:"Hwang Harold"',
        "au:müller",
        "au:Mueller",
        'au:"Muller, Jurgen"',
        'au:"Mueller, Juergen"',
        "au:del_maestro",
        'au:"Del Maestro, Adrian"',
        'au:"Maestro, A"',
        'ti:x OR au:"Adrian Del Maestro"',
        'au:"Wang, Xin-Yi"',
        'au:"Wang, X.-Y."',
        'au:"Kovalenko, A."',
        'au:"A. B. Kovalenko"',
        'au:"CATS Collaboration"',
        'au:"Hwang; Kovalenko"',
    ],
)
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    """Initials, order, missing middle names, accents and German umlauts make no difference."""
    assert verdict(text) is YES


@pytest.mark.parametrize(
    "text",
    [
        "au:harol",
        'au:"Hwang, Peter"',
        'au:"Hwang, P."',
        "au:hwang_p",
        'au:"Harold Müller"',
        'au:"Kovalenko, Anna"',
        'au:"Anna Kovalenko"',
        'au:"Hwang; Lovelace"',
        "au:stanford",
        'au:"Wang Li"',
        'au:"Jürgen M. Rossi"',
        'au:"Hwang, Harold Yoon Peter"',
    ],
)
def test_another_persons_name_is_not_found(text: str) -> None:
    """Names of two authors don't mix, and a mere initial in print is not every given name."""
    assert verdict(text) is NO


def test_three_thousand_authors_are_searched() -> None:
    """A collaboration's last author is found, and an absent one is not."""
    crowd = replace(PAPER, authors=tuple(f"Q{i}. Author{i}" for i in range(3000)))
    assert verdict("au:author2999", crowd) is YES
    assert verdict('au:"Author2999, Q3"', crowd) is NO


# --- what an announcement doesn't tell ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ti:microscopy", YES),
        ("all:nickelate", YES),
        ("all:github.com", NO),
        ("co:figures", UNKNOWN),
        ("submittedDate:[2026 TO 2026]", UNKNOWN),
        ("au:hwang", YES),
        ('au:"Del Maestro, Adrian"', YES),
        ('au:"Hwang, Harold"', YES),
        ('au:"Hwang, Adrian"', UNKNOWN),
        ("au:stanford", NO),
        ("au:lovelace", NO),
        ("cat:quant-ph", YES),
        ("rn:x", NO),
        ("jr:phys", YES),
        ("id:2611.01234", YES),
        ("ti:microscopy AND co:figures", UNKNOWN),
        ("ti:absent AND co:figures", NO),
        ("co:figures AND ti:absent", NO),
        ("ti:microscopy OR co:figures", YES),
        ("co:figures OR ti:microscopy", YES),
        ("co:figures OR ti:absent", UNKNOWN),
        ("ti:microscopy ANDNOT co:figures", UNKNOWN),
        ("ti:absent ANDNOT co:figures", NO),
        ("co:figures ANDNOT ti:microscopy", NO),
    ],
)
def test_what_an_announcement_leaves_open_is_unknown(text: str, found: MatchVerdict) -> None:
    """Comments and dates are missing and names are joined: the paper has to be fetched to tell."""
    assert verdict(text, ANNOUNCED) is found


VERDICTS = {YES: "ti:microscopy", NO: "ti:absent", UNKNOWN: "co:figures"}


@pytest.mark.parametrize(("operator", "left", "right"), list(product(Operator, VERDICTS, VERDICTS)))
def test_an_unknown_side_leaves_open_only_what_depends_on_it(
    operator: Operator, left: MatchVerdict, right: MatchVerdict
) -> None:
    """The verdict is definite just when filling in the unknown either way gives the same answer."""

    def possible(side: MatchVerdict) -> list[bool]:
        return [True, False] if side is UNKNOWN else [side is YES]

    def outcome(a: bool, b: bool) -> bool:
        return {"AND": a and b, "OR": a or b, "ANDNOT": a and not b}[operator]

    outcomes = {outcome(a, b) for a in possible(left) for b in possible(right)}
    expected = UNKNOWN if len(outcomes) == 2 else (YES if True in outcomes else NO)
    assert verdict(f"{VERDICTS[left]} {operator} {VERDICTS[right]}", ANNOUNCED) is expected


def test_an_announcement_never_contradicts_the_paper() -> None:
    """Where the feed's item decides, so does the fetched paper that has no comment."""
    maker = QueryMaker(SAMPLES, seed=3)
    definite = 0
    for _ in range(150):
        text, papers = maker.query()
        tree = parsed(text)
        if tree is None:
            continue
        for whole in papers:
            paper = replace(whole, comment="")
            told = matching.match(tree, announced(paper)).verdict
            definite += told is not UNKNOWN
            assert told in (UNKNOWN, matching.match(tree, paper).verdict), text
    assert definite > 150


def announced(paper: Paper) -> AnnouncedPaper:
    return AnnouncedPaper(
        paper.arxiv_id,
        1,
        AnnounceType.NEW,
        paper.title,
        paper.abstract,
        ", ".join(paper.authors),
        paper.categories,
        paper.journal_ref,
        paper.dois,
    )


def parsed(text: str) -> QueryTree | None:
    try:
        return query.parse(text)
    except query.QueryError:
        return None


# --- the tree -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ti:microscopy AND abs:nickelate", YES),
        ("ti:microscopy AND abs:absent", NO),
        ("ti:absent OR abs:nickelate", YES),
        ("ti:microscopy ANDNOT abs:absent", YES),
        ("ti:microscopy ANDNOT abs:nickelate", NO),
        ("ti:absent AND x OR ti:microscopy", NO),
        ("(ti:absent AND x) OR ti:microscopy", YES),
        ("ti:microscopy ANDNOT abs:absent ANDNOT abs:nickelate", YES),
        ("ti:microscopy ANDNOT abs:nickelate ANDNOT abs:ptychographic", YES),
        ("NOT ti:absent", YES),
        ("NOT ti:microscopy", NO),
        ("absent microscopy", YES),
        ("ti:(absent OR microscopy)", YES),
    ],
)
def test_operators_group_to_the_right(text: str, found: MatchVerdict) -> None:
    """As arXiv evaluates them, not as a reader would."""
    assert verdict(text) is found


def test_a_query_of_thousands_of_terms_is_walked_without_recursion() -> None:
    """Nested to the right and to the left."""
    words = [f"absent{i % 50}" for i in range(5000)]
    assert verdict(" OR ".join([*words, "microscopy"])) is YES
    assert verdict(" AND ".join(["microscopy"] * 5000)) is YES
    left: QueryTree = Term("ti", "absent", phrase=False, position=0)
    for word in words:
        left = Branch(Operator.OR, left, Term("ti", word, phrase=False, position=0))
    assert matching.match(left, PAPER).verdict is NO


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('all:"electron microscopy"', 'all:"electron microscopy" found in the title'),
        ("absent OR all:nickelate", "all:nickelate found in the abstract"),
        ("absent AND all:nickelate", "all:absent not found"),
        ("absent OR missing", "all:absent, all:missing not found"),
        ("absent OR ti:missing", "all:absent not found; ti:missing not found in the title"),
        (
            "nickelate AND cat:cond-mat.*",
            "all:nickelate found in the abstract; cat:cond-mat.* found in its categories "
            "(cond-mat.supr-con, math.ST, quant-ph)",
        ),
        ("cat:cs.LG", "cat:cs.LG not found in its categories (cond-mat.supr-con, math.ST, quant-ph)"),
        ("nickelate ANDNOT all:cuprate", "all:cuprate found in the abstract and excluded"),
        ("NOT absent", "all:* is every paper"),
        ('au:"Hwang, Harold"', 'au:"Hwang, Harold" found in the authors (Harold Y. Hwang)'),
        ("au:lovelace", "au:lovelace not found in the authors"),
        (
            "submittedDate:[2027 TO 2027]",
            "submittedDate:[202701010000 TO 202712312359] fails: it was submitted on 2026-11-02 13:30 UTC",
        ),
        ("id:1", "id:1 is not its id"),
        ("a1 b1 c1 d1 e1 f1", "all:a1, all:b1, all:c1, all:d1 not found; and so on"),
        ("rn:1", "rn:1 can only be found by arXiv's search, which alone knows report numbers"),
    ],
)
def test_the_deciding_clause_is_named(text: str, why: str) -> None:
    """`explain` tells a person what was found where, or what failed."""
    assert clause(text) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nickelate AND co:figures", "co:figures can't be told: the announcement has no comment"),
        ("ti:absent OR co:x", "co:x can't be told: the announcement has no comment"),
        (
            'au:"Hwang, Adrian"',
            "au:\"Hwang, Adrian\" can't be told: the announcement joins the authors' names",
        ),
    ],
)
def test_an_open_clause_is_named(text: str, why: str) -> None:
    """What has to be fetched has its reason."""
    assert clause(text, ANNOUNCED) == why


def test_a_document_is_taken_apart_once_and_answers_the_same() -> None:
    """Whoever has many queries makes a Document of each paper."""
    document = Document(PAPER)
    for text in ("ti:microscopy", "all:absent", 'au:"Hwang, H"', "submittedDate:[2026 TO 2026]"):
        assert matching.match(query.parse(text), document) == matching.match(query.parse(text), PAPER)


@pytest.mark.parametrize(
    "paper",
    [
        replace(PAPER, title="", abstract="", authors=(), categories=(), comment="", journal_ref="", dois=()),
        replace(PAPER, title="$", abstract="\\", authors=("",), comment="}{$", categories=("",)),
        replace(ANNOUNCED, title="", authors="", categories=(), abstract="<script>"),
    ],
)
@pytest.mark.parametrize(
    "text", ["a", 'au:"x, y"', "ti:x*", "cat:cs.*", 'co:"a b" ANDNOT id:1', "doi:x", "NOT ti:a"]
)
def test_a_paper_may_lack_anything(paper: Paper | AnnouncedPaper, text: str) -> None:
    """Empty fields match nothing and break nothing."""
    untold = isinstance(paper, AnnouncedPaper) and text.startswith("co:")
    assert verdict(text, paper) is (UNKNOWN if untold else YES if text.startswith("NOT") else NO)


# --- cross-lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("categories", "primary", "admitted"),
    [
        (("cond-mat.supr-con",), "cond-mat.supr-con", True),
        (("math.ST", "quant-ph"), "cond-mat.supr-con", False),
        (("cond-mat",), "cond-mat.supr-con", True),
        (("stat.TH",), "math.ST", True),
        (("STAT.th",), "math.ST", True),
        (("cs.*",), "cs.LG", True),
        ((), "cs.LG", True),
    ],
)
def test_without_cross_lists_the_primary_category_decides(
    categories: tuple[str, ...], primary: str, admitted: bool
) -> None:
    """By code, alias or archive; a topic without categories takes any."""
    paper = replace(PAPER, categories=(primary, "quant-ph", "cs.AI"))
    topic = Topic("t", keywords=("x",), categories=categories, cross_lists=False)
    assert matching.admits(topic, paper) is admitted
    assert matching.admits(topic, replace(ANNOUNCED, categories=paper.categories)) is admitted
    assert matching.admits(replace(topic, cross_lists=True), paper)


def test_a_topic_without_cross_lists_does_not_admit_a_paper_without_categories() -> None:
    """What is not known to be at home there isn't."""
    topic = Topic("t", categories=("cs.LG",), cross_lists=False)
    assert not matching.admits(topic, replace(PAPER, categories=()))


# --- a second opinion ---------------------------------------------------------------------------

SAMPLES = [
    replace(PAPER, authors=("Harold Y. Hwang", "Adrian Del Maestro", "Xin-Yi Wang")),
    replace(OLD, title="Vortices in layered superconductors", authors=("B. Ünal", "María José de la Cruz")),
    Paper(
        arxiv_id="2611.00777",
        version=1,
        title="Learning to count: large language models and the 7 deadly sums",
        abstract=r"Large language models can't count. We give them $\mathcal{O}(n \log n)$ fingers, and they do.",
        authors=("Grace Hopper", "Wei Li", "Li Wei"),
        categories=("cs.LG", "cs.CL", "stat.ML"),
        published=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC),
        updated=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC),
        comment="",
        dois=("10.5555/sums", "10.5555/SUMS.2"),
    ),
    Paper(
        arxiv_id="math/0309136",
        version=3,
        title=r"On the Poincar\'e conjecture for $n$-manifolds, $n \geq 5$",
        abstract="We don't prove it; others' proofs are generalised to non-smooth h-cobordisms in general position.",
        authors=("Emmy Noether", "Paul Erd\\H{o}s", "L.E.J. Brouwer"),
        categories=("math.GT", "math.AT", "math-ph"),
        published=datetime(2003, 9, 8, 0, 0, tzinfo=UTC),
        updated=datetime(2004, 2, 29, 12, 0, tzinfo=UTC),
        comment="10 pages, in French",
        journal_ref="Ann. Math. 160 (2004) 1-33",
    ),
    Paper(
        arxiv_id="2611.00888",
        version=1,
        title="Optimal control of eessential systems, with an application to economics",
        abstract="Systems control. Controlled systems control systems that control.",
        authors=("Rudolf E. Kálmán", "Ø. Åse-Müller"),
        categories=("eess.SY", "econ.GN"),
        published=datetime(2026, 11, 12, 18, 0, tzinfo=UTC),
        updated=datetime(2026, 11, 12, 18, 0, tzinfo=UTC),
        comment="Accepted at CDC; withdrawn",
    ),
    *(
        replace(
            PAPER,
            arxiv_id=f"2610.0{i}",
            title=f"Note {i} on strained layers",
            authors=(f"A{i} Nother",),
            dois=(),
        )
        for i in range(4)
    ),
]


def test_a_naive_evaluator_agrees() -> None:
    """Grammar and matching do what a second, slow implementation of arXiv's observed behaviour does."""
    result = agreement(SAMPLES, queries=300, seed=5)
    assert result.disagreements == []
    assert result.holding > 300
    assert result.refused > 5


def test_a_naive_evaluator_agrees_on_recorded_papers(shared: Path) -> None:
    """The same on papers as they really are, LaTeX and all."""
    papers = list(recorded_papers(shared / "arxiv" / "papers.jsonl.gz", limit=40))
    assert agreement(papers, queries=80, seed=6).disagreements == []
