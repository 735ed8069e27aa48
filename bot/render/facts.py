r"""What a paper says of itself beside its abstract: its length, where it appears, where its code is.

Read in arXiv's free comment, the journal reference and the abstract by cues that hardly mislead; whatever
leaves a doubt is left out. Nothing here is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import remembered
from bot.models import Paper

_VENUE_CHARACTERS = 110
_URL_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class CodeLink:
    """A repository that the paper names."""

    host: str
    """``GitHub``: what it holds is not ours to say."""
    url: str
    """https, of a host listed here, nothing in it that HTML, Markdown or Slack would read as markup."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """None and empty where the paper does not say, or says several things."""

    pages: int | None = None
    figures: int | None = None
    venue: str = ""
    """In the authors' words: ``Accepted at NeurIPS 2026``; else the journal reference. May have LaTeX."""
    code: CodeLink | None = None


@remembered.in_a_round(remembered.PAPERS)
def facts(paper: Paper) -> PaperFacts:
    comment = " ".join(paper.comment.split())
    said = _URL.sub(_ADDRESS, comment)
    return PaperFacts(
        pages=_only(_PAGES, said, 9_999) if not _PARTLY.search(said) else None,
        figures=_only(_FIGURES, said, 999),
        venue=" ".join(paper.journal_ref.split())[:_VENUE_CHARACTERS] or _venue(said) or _conference(said),
        code=_code(f"{comment}\n{paper.abstract}"),
    )


_PAGES = re.compile(r"(?<![\w.+–-])(\d{1,4})[\s~-]*(?:pages?|pp?(?!\.?\s*\d))\b", re.IGNORECASE)
_PARTLY = re.compile(
    r"\d\s*\+\s*\d|(?:pages?|pp)\b\.?[\s(]*(?:\+|plus\b|main\b|of main\b|without\b|excluding\b|appendi|supplem"
    r"|\+?\s*references|for the main|in the main|body\b|of text\b|each\b|double|single|two-column)",
    re.IGNORECASE,
)
"""A count of a part of the paper, or one that depends on how it is set."""
_FIGURES = re.compile(r"(?<![\w.+–-])(\d{1,3})[\s~-]*(?:figures?|figs?)\b", re.IGNORECASE)


def _only(pattern: re.Pattern[str], text: str, most: int) -> int | None:
    """The one number that the text has of the kind."""
    found = {int(each[1]) for each in pattern.finditer(text)}
    return found.pop() if len(found) == 1 and 0 < min(found) <= most else None


_VENUE = re.compile(
    r"\b(?P<said>(?:accepted|to appear|to be published|to be presented|published|presented|in press)\b"
    r"(?:\s*(?:for (?:publication|presentation|inclusion)|as an? [\w -]{3,30}?|online))*"
    r"[,:]?\s+(?:by|to|at|in|on|with|for)\s+(?:the\s+)?(?:\d+(?:st|nd|rd|th)\s+)?(?:20\d\d\s+)?)"
    r"(?P<name>[A-Z][^;|]*)",
    re.IGNORECASE,
)
_NO_VENUE = re.compile(
    r"(?:appendix|section|theorem|proposition|lemma|step|chapter|part|press|print|full|journal\b(?! of)|its?\b"
    r"|this\b|that\b|an?\b|our\b|another\b|revised|final|form\b|response|arxiv|january|february|march|april|may\b|june"
    r"|july|august|september|october|november|december)",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(
    r"\b(?:not|never|if|un|earlier|previous(?:ly)?|preliminary|short(?:er)?|extended|abridged|companion|extension"
    r"|expanded|abstract|conference version|long version|full version|based on|part of|supersede|part \w+|paper [IVX]+"
    r"|submitted)\b",
    re.IGNORECASE,
)
"""Before the cue: another version, or another paper, is what appears there."""
_SENTENCE = re.compile(
    r"\.\s+(?=(?:Code|Project|This|The|These|We|Our|It|Supplement\w*|Minor|Some|Final|Official|Comments?|Versions?|v\d"
    r"|\d+ (?:p|f)|arXiv|In|To|Added|Typos?|All|Data|Dataset|An|For|See|With|Camera|Extended|Revised|Website|First"
    r"|Please|Corrected|Includes?|Main|Keywords?|Also|Available|Source|Models?|Demo|Title|Preprint|Accepted|Published"
    r"|Author|Copyright|Open|Abstract)\b)"
    r"|(?<=\d{4})\.\s|(?<=[A-Z]{3})\.\s|(?<=\))\.\s|(?<=[a-z]{8})\.\s|\s[-–—]+\s"
    r"|[\s(]{0,9}\bv\d(?=\s?:|$)|,?\s?\b[Tt]his (?:http|url)|\s?\ue000"
    r"|,?\s?(?=\d{1,6}\s*(?:pages?|pp?\b|fig|tab))|,\s*(?=(?i:project|code|with|including|see|github|website|https?)\b)"
    r"|,?\s?\b(?:URL|DOI|doi:)|,?\s(?:and|with) (?:the )?(?:code|data|project)\b"
)


_DANGLING = re.compile(r"(?:[\s.,:;–—-]|\b(?:at|in|as|and|the|available)$)+$")


def _venue(comment: str) -> str:
    """The first clause that says where this version of this paper is accepted or appears; else nothing."""
    for found in _VENUE.finditer(comment):
        before = re.split(r"[.;|]\s|[;|]", comment[: found.start()])[-1]
        if not found["name"][0].isupper() or _NO_VENUE.match(found["name"]) or _OTHER_WORK.search(before):
            continue
        said = found["said"] + _SENTENCE.split(found["name"], maxsplit=1)[0]
        said = _DANGLING.sub("", said)
        if len(said) <= _VENUE_CHARACTERS and said.count("(") == said.count(")"):
            return said[0].upper() + said[1:]
    return ""


_CONFERENCE = re.compile(
    r"(?:\d+ (?:pages?|pp\.?|figs?\.?|figures?|tables?)[,.;]? (?:and )?)*(?P<name>"
    r"(?!(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|DRAFT)[A-Z]*\b)"
    r"[A-Z][A-Za-z]*[A-Z][A-Za-z]*[ ’']?(?:20)?2\d\b"
    r"(?: (?i:oral|spotlight|poster|highlight|findings|main(?: conference)?|demo(?: track)?"
    r"|(?:[\w-]+ )?workshop(?: on [^.;,]+)?))?)(?=\s*(?:[.;,]|\Z))"
)
"""A comment that begins with a conference and its year and says no more of it: ``12 pages, ICML 2026 Spotlight``."""


def _conference(comment: str) -> str:
    found = _CONFERENCE.match(comment)
    return found["name"] if found and len(found["name"]) <= _VENUE_CHARACTERS else ""


_ADDRESS = "\ue000"
"""Stands for an address while the words around it are read."""
_URL = re.compile(r"(?:https?://|www\.)[^\s,;)}\]]+", re.IGNORECASE)
_PATH = r"(?:[\w./~%=?&+@:-]|\\[_%#~&])*[\w/~=+-]"
_CODE = re.compile(
    r"(?<![\w.@/-])(?:https?://)?(?:www\.)?"
    rf"(?P<place>(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/{_PATH}"
    rf"|(?P<data>zenodo\.org/(?:records?|doi|badge)/{_PATH}|doi\.org/10\.5281/zenodo\.\d+"
    rf"|huggingface\.co/[\w.-]+/{_PATH}|osf\.io/\w{_PATH}))",
    re.IGNORECASE,
)
_HOSTS = {
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "bitbucket.org": "Bitbucket",
    "codeberg.org": "Codeberg",
    "zenodo.org": "Zenodo",
    "doi.org": "Zenodo",
    "huggingface.co": "Hugging Face",
    "osf.io": "OSF",
}
_OWN = re.compile(
    r"\b(?:codes?|codebase|implementations?|implemented|software|packages?|scripts?|repositor(?:y|ies)|repo|source"
    r"|data|datasets?|models?|weights|checkpoints?|benchmarks?|project|demo|available|releas(?:e|ed|es|ing)"
    r"|open[- ]?sourced?|accessible|hosted|found|provided?|published|github|gitlab|zenodo|supplementary|materials?)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:et al|introduced in|developed by|provided by|from the|thanks to)\b[^.]*$", re.IGNORECASE
)


def _code(text: str) -> CodeLink | None:
    """The first repository of code that is said to be there, else the first one of data or models."""
    found = [each for each in _CODE.finditer(text) if _is_own(text, each.start())]
    for each in sorted(found, key=lambda each: each["data"] is not None):
        place = re.sub(r"\\([_%#~&])", r"\1", each["place"]).removesuffix(".git")
        host = place.partition("/")[0].lower()
        url = f"https://{host}{place[len(host) :]}"
        if len(url) <= _URL_CHARACTERS:
            return CodeLink(_HOSTS[host], url)
    return None


def _is_own(text: str, at: int) -> bool:
    before = text[max(0, at - 160) : at]
    sentence = re.split(r"(?<=[a-z)]\.)\s|\n", before)[-1]
    return bool(_OWN.search(sentence) or not sentence.strip(" (:")) and not _OTHERS.search(sentence)
