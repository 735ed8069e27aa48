from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import query, taxonomy
from bot.models import Branch, DateRange, Operator, QueryTree, Term, Topic, Window
from bot.query import QueryError

# --- how arXiv reads a query --------------------------------------------------------------------

READINGS = {
    "graphene": "all:graphene",
    "electron microscopy": "all:electron OR all:microscopy",
    '"electron microscopy"': 'all:"electron microscopy"',
    "all:electron microscopy": "all:electron OR all:microscopy",
    "ti: graphene": "ti:graphene",
    "title:graphene": "ti:graphene",
    # operators group to the right, whatever they are
    "a AND b OR c": "all:a AND (all:b OR all:c)",
    "a OR b AND c": "all:a OR (all:b AND all:c)",
    "a ANDNOT b ANDNOT c": "all:a ANDNOT (all:b ANDNOT all:c)",
    "(a AND b) OR c": "(all:a AND all:b) OR all:c",
    "((a)) AND ((b OR c))": "all:a AND (all:b OR all:c)",
    # only upper case is an operator
    "cats and dogs": "all:cats OR (all:and OR all:dogs)",
    "cats or dogs": "all:cats OR (all:or OR all:dogs)",
    "ANDROID": "all:ANDROID",
    "OR-gate": "all:OR-gate",
    '"a AND b"': 'all:"a AND b"',
    # NOT, and several operators in a row
    "a NOT b": "all:a ANDNOT all:b",
    "a AND NOT b": "all:a ANDNOT all:b",
    "a AND OR b": "all:a OR all:b",
    "NOT a": "ANDNOT all:a",
    "NOT a AND b": "ANDNOT (all:a AND all:b)",
    "(NOT a) AND b": "(ANDNOT all:a) AND all:b",
    # a missing operator is OR
    "(a)(b)": "all:a OR all:b",
    "a(b AND c)": "all:a OR (all:b AND all:c)",
    'ti:"x y"abs:z': 'ti:"x y" OR abs:z',
    "a b AND c": "all:a OR (all:b AND all:c)",
    # a field before a parenthesis is given to the words inside
    "ti:(a AND b)": "ti:a AND ti:b",
    "ti:(a b)": "ti:a OR ti:b",
    "ti:((a AND b) OR c) d": "((ti:a AND ti:b) OR ti:c) OR all:d",
    "ti:(a AND au:b)": "ti:a AND au:b",
    "ti:(a AND abs:(b OR c))": "ti:a AND (ti:b OR ti:c)",
    "ti:(a) abs:(b)": "ti:a OR abs:b",
    # unknown fields are text, and so is a field in the middle of a word
    "sc:graphene": "all:sc:graphene",
    "grp:cs AND a": "all:grp:cs AND all:a",
    "TI:graphene": "all:TI:graphene",
    "xti:graphene": "all:xti:graphene",
    "doi:10.1103/PhysRevB.1": "doi:10.1103/PhysRevB.1",
    # quotes
    'ti:"graphene': "ti:graphene",
    '"a b" c"': 'all:"a b" OR all:c',
    'ti:a" AND b': "ti:a AND all:b",
    'ti:""': 'ti:""',
    'ti:"  dark   matter "': 'ti:"dark matter"',
    # white space
    "a\nAND\r\nb": "all:a AND all:b",
    '"dark\nmatter"': 'all:"dark matter"',
    "\ta   b ": "all:a OR all:b",
    # the underscore makes a phrase at the very beginning only
    "au:del_maestro": 'au:"del maestro"',
    'au:"del_maestro"': 'au:"del maestro"',
    "au:del_maestro AND au:van_dyck": 'au:"del maestro" AND au:van_dyck',
    "ti:x AND au:del_maestro": "ti:x AND au:del_maestro",
    "(au:del_maestro)": "(au:del_maestro)",
    "(au:del_maestro) AND b": "(au:del_maestro AND all:b)",
    "ti:del_maestro": "ti:del_maestro",
    # categories
    "cat:cond-mat.*": "cat:cond-mat.*",
    'cat:cs.LG OR cat:"stat.ML"': 'cat:cs.LG OR cat:"stat.ML"',
    "ti:microscop*": "ti:microscop*",
    # dates
    "submittedDate:[202601020304 TO 202602030405]": "submittedDate:[202601020304 TO 202602030405]",
    "lastUpdatedDate:[20260101 TO 20260102]": "submittedDate:[202601010000 TO 202601022359]",
    "submittedDate:[2024 TO 202402]": "submittedDate:[202401010000 TO 202402292359]",
    "submittedDate:[20260101000059 TO 20260101235959]": "submittedDate:[202601010000 TO 202601012359]",
    "submittedDate:[20260102\nTO 20260102]": "submittedDate:[202601020000 TO 202601022359]",
    'submittedDate:"202601020304 TO 202602030405"': "submittedDate:[202601020304 TO 202602030405]",
    "a AND submittedDate:[2026 TO 2026] b": (
        "all:a AND (submittedDate:[202601010000 TO 202612312359] OR all:b)"
    ),
}


@pytest.mark.parametrize(("typed", "read"), READINGS.items())
def test_a_query_is_read_as_arxiv_reads_it(typed: str, read: str) -> None:
    """What `check` prints is how arXiv's rewriter and grammar take the query, pair by pair."""
    assert query.describe(query.parse(typed)) == read


@pytest.mark.parametrize("read", READINGS.values())
def test_a_description_is_a_query_that_says_the_same(read: str) -> None:
    """A person can copy what `check` prints into the configuration."""
    assert query.describe(query.parse(read)) == read


FAULTS = {
    "": ("empty", 0),
    " \n ": ("empty", 0),
    '"': ("empty", 0),
    "()": ("nothing between", 0),
    "a AND (b OR ())": ("nothing between", 12),
    "ti:()": ("nothing between", 3),
    "(a": ("never closed", 0),
    "a OR (b AND (c)": ("never closed", 5),
    "a)": ("never opened", 1),
    "(a)) OR b": ("never opened", 3),
    "AND a": ("AND has nothing before", 0),
    "(OR a)": ("OR has nothing before", 1),
    "a AND": ("AND has nothing after", 2),
    "a AND (b NOT)": ("NOT has nothing after", 9),
    "AND": ("AND has nothing after", 0),
    "ti:": ("ti: has nothing after", 0),
    "a AND au:": ("au: has nothing after", 6),
    "title: AND b": ("ti: has nothing after", 0),
    "(a OR ti:)": ("ti: has nothing after", 6),
    "all:ti:a": ("all: has nothing after", 0),
    "all:*": ("wildcard", 4),
    "a OR ?b": ("wildcard", 5),
    "cat:*.AI": ("wildcard", 4),
    "submittedDate:[2026 TO *]": ("needs a range", 0),
    "a AND submittedDate:2026": ("needs a range", 6),
    "submittedDate:[2026+TO+2027]": ("needs a range", 0),
    "submittedDate:[2026  TO 2027]": ("needs a range", 0),
    "submittedDate:[20261 TO 2027]": ("20261", 0),
    "submittedDate:[202613 TO 2027]": ("202613", 0),
    "submittedDate:[2026 TO 20270230]": ("20270230", 0),
    "submittedDate:[2026 TO 202701012460]": ("202701012460", 0),
}


@pytest.mark.parametrize(("typed", "fault"), FAULTS.items())
def test_what_arxiv_refuses_is_an_error_with_its_place(typed: str, fault: tuple[str, int]) -> None:
    """A configuration fault names the column, before arXiv is ever asked."""
    with pytest.raises(QueryError) as caught:
        query.parse(typed)
    assert fault[0] in str(caught.value)
    assert caught.value.position == fault[1]


def test_terms_know_where_they_stand() -> None:
    """A message can point at the term: at its field where it has one."""
    leaves = list(query.leaves(query.parse('ti:a AND "b c" lastUpdatedDate:[2026 TO 2026]')))
    assert [leaf.position for leaf in leaves] == [0, 9, 15]


def test_dates_are_gmt_and_cover_what_their_digits_mean() -> None:
    """A bound of a year, a month or a day begins with its first minute and ends with its last."""
    dates = query.parse("submittedDate:[2024 TO 202402]")
    assert dates == DateRange(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, tzinfo=UTC), 0)


def test_a_chain_of_thousands_is_no_danger() -> None:
    """No recursion: 5,000 terms to the right, 20,000 parentheses deep, and both at once."""
    chain = " AND ".join(f"ti:w{i}" for i in range(5000))
    tree = query.parse(chain)
    assert len(list(query.leaves(tree))) == 5000
    assert query.describe(query.parse(query.describe(tree))) == query.describe(tree)
    assert query.describe(query.parse("(" * 20_000 + "a" + ")" * 20_000)) == "all:a"
    left = "(" * 3000 + "a" + " OR b)" * 3000
    assert len(list(query.leaves(query.parse(left)))) == 3001


PIECES = st.sampled_from(
    [
        *(
            "a",
            "b c",
            "x_y",
            "é",
            "*",
            "ti:",
            "au:",
            "title:",
            "sc:",
            "cat:cs.*",
            ":",
            "\\",
            " ",
            "\n",
            '"',
            "(",
            ")",
        ),
        *("AND", "OR", "ANDNOT", "NOT", "submittedDate:", "[2026 TO 2027]"),
    ]
)


@given(st.lists(PIECES).map("".join))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    """Whatever is typed gives a tree that describes itself faithfully, or an error inside the text."""
    tree = parsed(text)
    if isinstance(tree, QueryError):
        assert 0 <= tree.position <= len(text)
    else:
        assert shape(query.parse(query.describe(tree))) == shape(tree)


def parsed(text: str) -> QueryTree | QueryError:
    try:
        return query.parse(text)
    except QueryError as error:
        return error


def shape(tree: QueryTree) -> list[object]:
    """The tree without positions, operators first."""
    found: list[object] = []
    stack = [tree]
    while stack:
        match stack.pop():
            case Branch(operator, left, right):
                found.append(operator)
                stack += [right, left]
            case Term(field, text, phrase, _):
                found.append((field, text, phrase))
            case DateRange(start, end, _):
                found.append((start, end))
    return found


# --- what arXiv is asked for a topic ------------------------------------------------------------

EXPRESSIONS = [
    (Topic("t", keywords=("ptychography",)), 'all:"ptychography"'),
    (Topic("t", keywords=("nickelate", "infinite-layer")), '(all:"nickelate" OR all:"infinite-layer")'),
    (Topic("t", authors=("Hwang, Harold",)), 'au:"Hwang, Harold"'),
    (Topic("t", authors=("del_maestro",)), 'au:"del maestro"'),
    (Topic("t", categories=("CS.ai",)), "cat:cs.AI"),
    (Topic("t", categories=("cs.SY", "eess.SY")), "(cat:cs.SY OR cat:eess.SY)"),
    (Topic("t", categories=("cond-mat", "quant-ph")), "(cat:cond-mat.* OR cat:cond-mat OR cat:quant-ph)"),
    (Topic("t", query="ti:a"), "(ti:a)"),
    (Topic("t", query="(ti:a OR b)"), "(ti:a OR b)"),
    (Topic("t", query="(a) OR (b)"), "((a) OR (b))"),
    (Topic("t", query="a\n  OR b\n", exclude=("c",)), '((a   OR b) ANDNOT all:"c")'),
    (
        Topic(
            "t",
            query="a OR b",
            keywords=("k",),
            authors=("Ada", "Zoë"),
            exclude=("x", "y z"),
            categories=("cs.LG",),
        ),
        '(((a OR b) AND all:"k" AND (au:"Ada" OR au:"Zoë") AND cat:cs.LG) ANDNOT (all:"x" OR all:"y z"))',
    ),
]


@pytest.mark.parametrize(("topic", "asked"), EXPRESSIONS)
def test_a_topic_is_asked_in_arxivs_syntax(topic: Topic, asked: str) -> None:
    """Everything quoted, every mixture of operators in parentheses, codes in arXiv's spelling."""
    assert query.expression(topic) == asked


def test_a_window_is_asked_to_the_minute_in_gmt() -> None:
    """Both ends belong to the window: seconds are cut off its start and rounded up at its end."""
    ahead = timezone(timedelta(hours=2))
    window = Window(
        datetime(2026, 11, 1, 1, 30, 59, tzinfo=ahead), datetime(2026, 11, 8, 1, 30, 1, tzinfo=ahead)
    )
    asked = query.search_query(['all:"a"'], window)
    assert asked == 'all:"a" AND submittedDate:[202610312330 TO 202611072331]'
    assert query.describe(query.parse(asked)) == asked


@pytest.mark.parametrize(
    ("topic", "fault"),
    [
        (Topic("t"), "nothing to search for"),
        (Topic("t", exclude=("x",)), "nothing to search for"),
        (Topic("t", query="(a"), "never closed"),
        (Topic("t", query="a) OR (b"), "never opened"),
        (Topic("t", query=" "), "empty"),
        (Topic("t", keywords=('")(',)), "no letter or digit"),
        (Topic("t", keywords=("a",), exclude=("",)), "no letter or digit"),
        (Topic("t", authors=("*",)), "no letter or digit"),
        (Topic("t", categories=("cs.AI) OR (ti:x",)), "no category"),
    ],
)
def test_a_topic_that_asks_for_nothing_is_an_error(topic: Topic, fault: str) -> None:
    """A clause that would vanish is never left out silently: what remains would be another topic."""
    with pytest.raises(QueryError, match=re.escape(fault)):
        query.expression(topic)


@pytest.mark.parametrize(
    "typed", ["au:del_maestro", 'au:"del_maestro" AND b', "au: del_maestro b", 'a "b" c"', 'ti:"a b']
)
def test_a_query_says_in_parentheses_what_it_says_alone(typed: str) -> None:
    """Combined with categories a stray quote finds no partner, and a first author stays a phrase."""
    combined = query.parse(query.expression(Topic("t", query=typed, categories=("cs.LG", "cs.AI"))))
    assert isinstance(combined, Branch)
    assert shape(combined.left) == shape(query.parse(typed))
    assert query.describe(combined.right) == "cat:cs.LG OR cat:cs.AI"


HOSTILE = st.one_of(
    st.text(min_size=1),
    st.lists(
        st.sampled_from(
            [
                *(
                    '"',
                    "(",
                    ")",
                    "\\",
                    ":",
                    "*",
                    "_",
                    ";",
                    ",",
                    "'",
                    "x",
                    "ß",
                    "\n",
                    "\u200b",
                    "\ud800",
                    "$\\alpha$",
                ),
                *(" AND ", " OR ", " ANDNOT ", "NOT ", "ti:", "au:x_y", "all:", "lastUpdatedDate:"),
                "submittedDate:[2020 TO 2021]",
            ]
        ),
        min_size=1,
    ).map("".join),
).filter(lambda text: any(character.isalnum() for character in text))

SEVERAL = st.lists(HOSTILE, max_size=3).map(tuple)
CODES = st.lists(st.sampled_from(taxonomy.CODES + taxonomy.ARCHIVES), max_size=3).map(tuple)


@given(SEVERAL, SEVERAL, SEVERAL, CODES)
def test_nothing_typed_into_a_topic_becomes_syntax(
    keywords: tuple[str, ...], authors: tuple[str, ...], exclude: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    """One phrase a keyword with its letters and digits, in its own field, joined as the topic says."""
    if not (keywords or authors or categories):
        return
    topic = Topic("t", keywords=keywords, authors=authors, exclude=exclude, categories=categories)
    asked = query.expression(topic)
    patterns = dict.fromkeys(("cat", pattern) for code in categories for pattern in taxonomy.patterns(code))
    wanted = joined(
        Operator.AND,
        [
            joined(Operator.OR, [("all", letters(word)) for word in keywords]),
            joined(Operator.OR, [("au", letters(name)) for name in authors]),
            joined(Operator.OR, list(patterns)),
        ],
    )
    expected = joined(Operator.ANDNOT, [wanted, joined(Operator.OR, [("all", letters(w)) for w in exclude])])
    assert outline(query.parse(asked)) == expected
    assert asked == query.expression(topic)
    asked.encode()


Outline = object


def joined(operator: Operator, parts: Sequence[Outline]) -> Outline:
    """The parts from left to right, grouped to the right as arXiv groups them."""
    *rest, last = [part for part in parts if part is not None] or [None]
    for part in reversed(rest):
        last = (operator, part, last)
    return last


def outline(tree: QueryTree) -> Outline:
    match tree:
        case Branch(operator, left, right):
            return (operator, outline(left), outline(right))
        case Term("cat", text, False, _):
            return ("cat", text)
        case Term(field, text, True, _):
            return (field, letters(text))
        case _:
            raise AssertionError(f"{tree} was never asked for")


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@given(st.lists(PIECES).map("".join), CODES.filter(bool))
def test_a_query_cannot_break_out_of_its_parentheses(typed: str, categories: tuple[str, ...]) -> None:
    """Whatever query arXiv takes, the categories stay AND-ed with all of it."""
    alone = parsed(typed)
    if isinstance(alone, QueryError):
        return
    combined = query.parse(query.expression(Topic("t", query=typed, categories=categories)))
    assert isinstance(combined, Branch)
    assert combined.operator is Operator.AND
    assert shape(combined.left) == shape(alone)
    assert {leaf.field for leaf in query.leaves(combined.right) if isinstance(leaf, Term)} == {"cat"}
