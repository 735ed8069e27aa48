"""Digests of any text at all, and of the texts that break renderers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.models import Digest, Entry, Paper, Summary, SummarySource, Topic

NASTY = (
    "",
    " \n\t\r\n ",
    "Title\nBcc: victim@example.org\r\n\r\nbody",
    "<script>alert('x')</script></title></style>--><img src=http://evil.example/x.png onerror=alert(1)>",
    "<!channel> <@U012AB3CD> <#C012AB3CD> @here &lt;!everyone&gt; & <http://evil.example|arXiv>",
    "*bold* _italic_ ~gone~ `code` ```block``` > quote :tada: :100:",
    "[a](http://evil.example) ![b](http://evil.example/x.png) ](x) [^1] **c** # d\n# e\n---\n- f\n1. g",
    r"$\text{PdTe}_{1-x}$ at $350^\circ\text{C}$, $[0,1)$, $a<b$, \$5, 50\%, Schr\"odinger",
    "$" * 7 + r" \[ x_1 \] {{ 7*7 }} {% raw %} {{ config }} \\",
    "过渡金属硫化物的电子显微学研究,分辨率达到0.5埃",
    "ペロブスカイト酸化物の原子分解能観察",
    "دراسة المجهر الإلكتروني للمواد النانوية",
    "e\u0301a\u0308\u0323n\u0303 Z\u0335\u0321a\u0336l\u0337go 👩‍🔬🧪🇳🇴 \U0001f9d1\U0001f3fd‍🔬",
    "\u202eTurned\u2066 round\u200f \ufeff\x00\x07\x1b[31m\x7f\u2028next\u2029last",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢" * 40,
    "&<>\"'" * 300,
    "W" * 4_000,
    "word " * 2_000,
    r"$x_{1}^{2}$" * 400,
)

# By index: sampled directly, the whole of NASTY would stand in every repr of a strategy.
_nasty = st.integers(0, len(NASTY) - 1).map(lambda index: NASTY[index])
texts = _nasty | st.text(max_size=60)
names = st.text(min_size=1, max_size=40).filter(str.strip)
moments = st.integers(0, 3 * 10**9).map(
    lambda seconds: datetime(1991, 8, 14, tzinfo=UTC) + timedelta(seconds=seconds)
)
identifiers = st.from_regex(r"[0-9]{4}\.[0-9]{5}|[a-z]{2,5}(-[a-z]{2})?/[0-9]{7}", fullmatch=True)


def tuples(values: st.SearchStrategy[Any], max_size: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=max_size).map(tuple)


papers = st.builds(
    Paper,
    arxiv_id=identifiers,
    version=st.integers(1, 40),
    title=texts,
    abstract=texts,
    authors=tuples(texts, 3),
    categories=tuples(st.sampled_from(("cs.CV", "physics.optics", "<b>|`")), 2),
    published=moments,
    updated=moments,
    comment=texts,
    journal_ref=st.just("") | texts,
    dois=tuples(texts, 1),
)
summaries = st.builds(
    Summary, objective=texts, finding=texts, source=st.sampled_from(SummarySource), model=st.just("") | names
)
topics = st.builds(
    Topic,
    name=names,
    query=st.none() | texts,
    keywords=tuples(names, 1),
    authors=tuples(names, 1),
    exclude=tuples(names, 1),
    categories=tuples(names, 1),
    cross_lists=st.booleans(),
    focus=names,
)
entries = st.builds(
    Entry,
    paper=papers,
    topics=tuples(names, 2),
    summary=st.none() | summaries,
    fallback=st.booleans(),
    withdrawn=st.booleans(),
    revised_from=st.none() | st.integers(1, 9),
    changes=tuples(st.sampled_from(("title", "abstract", "authors", "comment"))),
)


def _is_told_once(digest: Digest) -> bool:
    ids = [entry.paper.arxiv_id for entry in (*digest.entries, *digest.titles, *digest.revised)]
    return len(ids) == len(set(ids))


digests = st.builds(
    Digest,
    subscriber=names,
    number=st.integers(1, 10**6),
    composed_at=moments,
    timezone=st.sampled_from(("UTC", "Europe/London", "Asia/Kolkata", "America/New_York")),
    language=st.sampled_from(("English", "Arabic", "中文", "Klingon")),
    topics=tuples(topics, 2),
    queries=tuples(texts, 2),
    entries=tuples(entries, 4),
    titles=tuples(entries, 2),
    revised=tuples(entries, 1),
    completeness=tuples(texts, 2),
    notices=tuples(texts, 2),
    models=tuples(names, 1),
).filter(_is_told_once)
