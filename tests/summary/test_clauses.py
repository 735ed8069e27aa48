"""Shortening a long sentence at a clause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.summary.clauses import ELLIPSIS, shorten
from bot.summary.sentences import protected_spans

LONG = (
    "We grow seven films of the nickelate on a cubic substrate, which was cleaned for two days in vacuum, "
    "while the pressure was kept constant by a valve that nobody had calibrated before"
)


def test_a_short_sentence_is_left_alone() -> None:
    """Within the limit, a sentence is quoted as written."""
    assert shorten("We grow films.", words=20) == "We grow films."


def test_a_long_sentence_ends_at_the_last_clause_in_reach() -> None:
    """The cut falls before a clause and is marked."""
    assert shorten(LONG, words=15) == "We grow seven films of the nickelate on a cubic substrate …"
    assert shorten(LONG, words=20).endswith("in vacuum …")


def test_what_must_be_kept_is_kept() -> None:
    """A cut never falls before the words that made the sentence worth quoting."""
    assert shorten(LONG, words=15, keep=LONG.index("in vacuum")).endswith("in vacuum …")


def test_a_sentence_without_a_clause_is_left_whole() -> None:
    """Half a clause is worse than a long sentence."""
    sentence = "The very long name of the one and only thing that we did here yesterday evening is this"
    assert shorten(sentence, words=12) == sentence


def test_a_monster_is_cut_all_the_same() -> None:
    """Beyond twice the limit any word will do as an end."""
    assert shorten("word " * 80 + "end", words=20) == "word " * 19 + "word …"


def test_a_promise_at_the_end_goes() -> None:
    """What a sentence promises on its way out is left out, whatever the length."""
    sentence = "Our sensor reaches a sensitivity of 3 nT at room temperature, paving the way for cheap magnetometers."
    assert shorten(sentence, words=40) == "Our sensor reaches a sensitivity of 3 nT at room temperature …"


def test_a_cut_leaves_no_dangling_word() -> None:
    """A conjunction before the cut goes with it."""
    sentence = "We heat the film to a very high temperature and, while it is hot, we measure its resistance with care"
    assert shorten(sentence, words=12) == "We heat the film to a very high temperature …"


@given(
    st.lists(
        st.sampled_from(
            [
                "we",
                "find",
                "that,",
                "while",
                "it",
                "$a, which b; c$",
                "(so, that is; it)",
                "2.5;",
                "and",
                "x",
                "leading,",
            ]
        ),
        max_size=60,
    ),
    st.integers(4, 30),
)
def test_only_whole_words_from_the_start_and_no_formula_cut(words: list[str], limit: int) -> None:
    """Whatever the sentence, the result is a beginning of it that cuts through no formula or parenthesis."""
    sentence = " ".join(words)
    short = shorten(sentence, words=limit)
    kept = short.removesuffix(ELLIPSIS)
    assert sentence.startswith(kept)
    assert not any(start < len(kept) < end for start, end in protected_spans(sentence))
