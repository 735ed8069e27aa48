"""The HTML of a mail: one column of paragraphs, whole without the styles in its head."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bot import remembered
from bot.channels.email import mime
from bot.languages import noop
from bot.lexicon import SUBSCRIPTS, SUPERSCRIPTS
from bot.models import Digest, Entry
from bot.render import parts, views, wording

CONTENTS_ABOVE = 10
"""A table of contents helps only in a mail with more papers than this."""

_TEMPLATES = views.templates("bot.channels.email")
_FRAME = _TEMPLATES.get_template("mail.html.jinja")
_FOOT = _TEMPLATES.get_template("mail_foot.html.jinja")
_NUMBER = re.compile(r"<(sub|sup)>([-−+]?[0-9]+|(?<=<sub>)[0-9]+\.[0-9]+)</\1>")
_SMALL = {
    "sub": str.maketrans(SUBSCRIPTS | {"−": SUBSCRIPTS["-"]}),
    "sup": str.maketrans(SUPERSCRIPTS | {"−": SUPERSCRIPTS["-"]}),
}
_SEE = noop("To change or stop it, see {contact}.")
_WRITE = noop("To change or stop it, write to {contact}.")
_CONTACT = Markup('<a class="link" href="{}" style="color:#2176d2">{}</a>')
_MACROS: Any = _TEMPLATES.get_template("mail_papers.html.jinja").module


def html(part: parts.Part, contact: str) -> str:
    """The HTML of one part."""
    return above(part) + below(part.digest, contact)


def stop(digest: Digest, contact: str) -> tuple[str, str]:
    """How to stop it, with ``{contact}`` in it, and the URL of that; neither where ``contact`` is no address."""
    words = wording.frame(digest)
    if digest.stop_url:
        return words.gettext(_SEE, contact="{contact}"), digest.stop_url
    address = parseaddr(contact)[1]
    if contact.startswith(("https://", "http://")):
        return words.gettext(_SEE, contact="{contact}"), quote(contact, safe=":/?#[]@!$&'()*+,;=%~")
    if "@" not in address:
        return words.gettext("To change or stop it, ask whoever runs this digest."), ""
    about = f"unsubscribe {wording.named(digest.subscriber)}"
    return words.gettext(_WRITE, contact="{contact}"), mime.mailto(address, about)


# Rendered once for all readers of a language: what follows depends on nothing else of a digest.


@remembered.in_a_round(remembered.PAPERS)
def _listed(language: str, entry: Entry, number: int) -> Markup:
    return _shown(_MACROS.contents(replace(views.paper(language, entry), number=number)))


@remembered.in_a_round(remembered.PAPERS)
def _full(language: str, entry: Entry, number: int | None, *, anchor: bool) -> Markup:
    return _shown(_MACROS.full(replace(views.paper(language, entry), number=number), anchor=anchor))


@remembered.in_a_round(remembered.PAPERS)
def _title(language: str, entry: Entry) -> Markup:
    return _shown(_MACROS.title(views.paper(language, entry)))


def _shown(fragment: Markup) -> Markup:
    """``fragment`` with raised and lowered numbers as characters: Nd₀.₈, 10⁻³; a point can't be raised.

    A spam filter takes tags within words for an attempt to hide the words, and Outlook moves lines
    apart for each.
    """
    return Markup(_NUMBER.sub(lambda found: found[2].translate(_SMALL[found[1]]), fragment))


def above(part: parts.Part) -> str:
    """The HTML down to the foot: the same for all who are told the same."""
    digest, words = part.digest, wording.frame(part.digest)
    papers = tuple(enumerate(part.papers, part.first))
    contents = len(papers) > CONTENTS_ABOVE
    values: Mapping[str, object] = {
        "language": words.code,
        "subject": wording.headline(digest),
        "preheader": parts.teaser(part) or wording.nothing(digest) or " ".join(digest.completeness),
        "day": words.long_date(wording.local_date(digest)),
        "place": parts.place(part),
        "contents_heading": words.gettext("In this part")
        if part.count > 1
        else words.gettext("In this digest"),
        "heading": parts.heading(part),
        "topics": wording.topics(digest, first=10),
        "notices": wording.sentences(digest.notices, words=words),
        "nothing": "" if digest.paper_count else wording.nothing(digest),
        "contents": [_listed(digest.language, entry, number) for number, entry in papers] if contents else [],
        "papers": [_full(digest.language, entry, number, anchor=contents) for number, entry in papers],
        "titles": [_title(digest.language, entry) for entry in part.titles],
        "more_titles": words.gettext(wording.MORE_TITLES),
        "revised": [_full(digest.language, entry, None, anchor=False) for entry in part.revised],
        "revised_heading": words.gettext(wording.REVISED),
        "checked": words.gettext(wording.CHECKED),
        "completeness": wording.sentences(digest.completeness, words=words),
    }
    return _FRAME.render(values)


def below(digest: Digest, contact: str) -> str:
    """The foot: why this reader gets it, and how to stop it."""
    asking, stop_url = stop(digest, contact)
    link = Markup.escape(asking).format(contact=_CONTACT.format(stop_url, digest.stop_url or contact))
    return _FOOT.render(foot=wording.foot(digest), stop=link)


def weight(digest: Digest, section: parts.DigestSection, entry: Entry, *, contents: bool) -> int:
    """What an entry adds to the HTML as it is sent, in bytes."""
    return _weight(digest.language, section, entry, contents=contents)


@remembered.in_a_round(remembered.PAPERS)
def _weight(language: str, section: parts.DigestSection, entry: Entry, *, contents: bool) -> int:
    if section is parts.DigestSection.TITLES:
        return mime.size(_title(language, entry))
    if section is parts.DigestSection.REVISED:
        return mime.size(_full(language, entry, None, anchor=False))
    listed = mime.size(_listed(language, entry, 999)) if contents else 0
    return listed + mime.size(_full(language, entry, 999, anchor=contents))
