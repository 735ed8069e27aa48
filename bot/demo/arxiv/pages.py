"""The Atom pages of arXiv's API, element by element as it serialises them since November 2025."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from bot.models import Paper

HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
"""
_ERRORS = "https://arxiv.org/api/errors"
_CATEGORY_SCHEME = "http://arxiv.org/schemas/atom"


def page(
    papers: Iterable[Paper], *, total: int, start: int, size: int, query: Mapping[str, str], now: datetime
) -> str:
    """One page of results; ``query`` is echoed in the title, as arXiv does."""
    echo = (
        f"search_query={query.get('search_query', '')}&id_list={query.get('id_list', '')}"
        f"&start={start}&max_results={size}"
    )
    digest = (
        base64.b64encode(hashlib.sha1(echo.encode(), usedforsecurity=False).digest()).decode().rstrip("=")
    )
    link = quoteattr(f"https://arxiv.org/api/query?{echo}")
    lines = [
        f"  <id>https://arxiv.org/api/{digest}</id>",
        f"  <title>arXiv Query: {escape(echo)}</title>",
        f"  <updated>{_stamp(now)}</updated>",
        f'  <link href={link} type="application/atom+xml"/>',
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>",
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>",
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>",
    ]
    for paper in papers:
        lines += ["  <entry>", *(f"    {line}" for line in _entry(paper)), "  </entry>"]
    return HEAD + "\n".join(lines) + "\n</feed>\n"


def error(message: str, now: datetime) -> str:
    """The body of a 400: a feed whose only entry is the complaint."""
    address = f"{_ERRORS}#{message.replace(' ', '_')}"
    return (
        HEAD
        + f"""  <id>https://arxiv.org/</id>
  <title>arXiv Search Results</title>
  <updated>{_stamp(now)}</updated>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <opensearch:totalResults>1</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <entry>
    <id>{escape(address)}</id>
    <title>Error</title>
    <updated>{_stamp(now)}</updated>
    <link href={quoteattr(address)} rel="alternate" type="text/html"/>
    <summary>{escape(message)}</summary>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
</feed>
"""
    )


def _entry(paper: Paper) -> Iterator[str]:
    versioned = f"{paper.arxiv_id}v{paper.version}"
    yield f"<id>http://arxiv.org/abs/{versioned}</id>"  # http, as arXiv still writes it
    yield f"<title>{escape(paper.title)}</title>"
    yield f"<updated>{_stamp(paper.updated)}</updated>"
    yield f'<link href="https://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>'
    yield (
        f'<link href="https://arxiv.org/pdf/{versioned}" rel="related" type="application/pdf" title="pdf"/>'
    )
    yield f"<summary>  {escape(paper.abstract)}</summary>"
    for category in paper.categories:
        yield f'<category term={quoteattr(category)} scheme="{_CATEGORY_SCHEME}"/>'
    yield f"<published>{_stamp(paper.published)}</published>"
    if paper.comment:
        yield f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>"
    yield f"<arxiv:primary_category term={quoteattr(paper.primary_category)}/>"
    if paper.journal_ref:
        yield f"<arxiv:journal_ref>{escape(paper.journal_ref)}</arxiv:journal_ref>"
    for author in paper.authors:
        yield f"<author><name>{escape(author)}</name></author>"
    for doi in paper.dois:
        yield f"<arxiv:doi>{escape(doi)}</arxiv:doi>"
        yield f'<link rel="related" href={quoteattr("https://doi.org/" + doi)} title="doi"/>'


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
