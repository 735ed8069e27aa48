"""Digests in the reader's language, in every form."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bot import languages
from bot.channels.email import message as email
from bot.channels.email import text
from bot.channels.file import html, markdown
from bot.channels.slack import message as slack
from bot.languages.catalogue import TRANSLATED
from bot.models import Digest
from tests.render import limits, samples
from tests.test_catalogue import source

WORDY = sorted(
    {forms[-1] for (context, _), forms in source().items() if context is None}
    - {"Abstract", "Date", "Note", "Papers"}
)
"""Messages of the source; a word that other languages have too is no sign of English."""


def forms_of(digest: Digest) -> dict[str, str]:
    mails = email.render(
        digest, sender="bot@example.org", recipient="ada@example.org", contact="help@example.org"
    )
    read = [limits.mail(mail.payload) for mail in mails]
    report = html.render(digest)
    attributes = " ".join(re.findall(r'(?:placeholder|aria-label|data-text)="([^"]*)"', report))
    return {
        "Slack": " ".join(" ".join(limits.strings(json.loads(m.payload))) for m in slack.render(digest)),
        "subject": " ".join(mail["Subject"] for mail in read),
        "mail": " ".join(limits.Page(limits.body(mail, "html")).text for mail in read),
        "text": " ".join(text.render(digest).split()),
        "report": limits.Page(report).text + attributes,
        "Markdown": markdown.render(digest),
    }


def pattern(message: str) -> re.Pattern[str]:
    pieces = [re.escape(piece) for piece in re.split(r"\{\w+\}", message)]
    return re.compile(r"(?<!\w)" + r"[^.:]{0,40}?".join(pieces) + r"(?!\w)")


def english_in(said: str, words: languages.Catalogue = languages.ENGLISH) -> list[str]:
    """The messages of the source that stand in a text, have a word of four letters, and differ in ``words``."""
    return [
        message
        for message in WORDY
        if words is languages.ENGLISH or words.translations.gettext(message) != message
        if re.search(r"[A-Za-z]{4}", re.sub(r"\{\w+\}|arXiv", "", message)) and pattern(message).search(said)
    ]


def in_language(name: str) -> Digest:
    """All that a digest can have; what is written elsewhere is taken out, as is what the model writes."""
    many = samples.morning()
    return replace(many, language=name, notices=(), completeness=())


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_form_mixes_english_into_the_frame(code: str) -> None:
    """Labels, counts, dates, headings, marks, the foot: nothing is left in the language of the source."""
    for digest in (in_language(code), replace(samples.empty(), language=code, notices=(), completeness=())):
        for form, said in forms_of(digest).items():
            assert english_in(said, languages.catalogue(code)) == [], form
            assert not re.search(r"Monday|23 Nov\b", said) or code in ("fr", "es"), form


def test_english_is_found_where_it_is() -> None:
    """What the test above looks for stands in an English digest."""
    found = {message for said in forms_of(samples.morning()).values() for message in english_in(said)}
    assert {"Objective", "{num} papers", "What was checked", "More papers, by title"} <= found


def test_a_page_names_the_language_of_its_frame_and_of_what_differs() -> None:
    """The abstract's own sentences in a German mail are English; a German summary needs no tag there."""
    page = html.render(in_language("German"))
    assert '<html lang="de">' in page
    assert "<strong>Ziel.</strong>" in page
    assert '<p lang="en"><strong lang="de">Ziel.</strong>' in page
    assert "11 Artikel" in page
    assert languages.catalogue("German").long_date(samples.COMPOSED_AT.date()) in page
