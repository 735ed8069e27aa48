"""Mail: taken by any server, clipped by none, and impossible to inject into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import compat32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.email import message as email
from bot.channels.email import mime
from bot.models import Digest, Entry, Message, Summary, SummarySource
from bot.render import prose
from tests.render import limits, samples, strategies

SENDER, ADA, CONTACT = "arXiv digest <bot@example.org>", "Ada Lovelace <ada@example.org>", "help@example.org"


def render(digest: Digest, **changes: str) -> tuple[Message, ...]:
    return email.render(digest, **{"sender": SENDER, "recipient": ADA, "contact": CONTACT} | changes)


def only(digest: Digest, **changes: str) -> EmailMessage:
    (message,) = render(digest, **changes)
    return limits.mail(message.payload)


def many(count: int) -> list[Entry]:
    base = samples.papers()
    return [
        replace(entry, paper=replace(entry.paper, arxiv_id=f"2611.{index:05}"))
        for index, entry in enumerate(base[index % len(base)] for index in range(count))
    ]


def told(messages: Sequence[Message]) -> list[str]:
    return [arxiv_id for message in messages for arxiv_id in message.arxiv_ids]


@settings(max_examples=25)
@given(strategies.digests)
def test_any_text_gives_a_valid_mail_with_each_paper_once(digest: Digest) -> None:
    """Whatever a title contains: valid, small enough, well nested, linking only to arXiv."""
    messages = render(digest)
    for message in messages:
        parsed = limits.mail(message.payload)
        page = limits.Page(limits.body(parsed, "html"))
        assert page.links_only_to_arxiv()
        assert "script" not in {tag for tag, _ in page.tags}
        for arxiv_id in message.arxiv_ids:
            assert f"https://arxiv.org/abs/{arxiv_id}" in page.links
            assert f"https://arxiv.org/abs/{arxiv_id}" in limits.body(parsed, "plain")
    assert told(messages) == [e.paper.arxiv_id for e in (*digest.entries, *digest.titles, *digest.revised)]


@settings(max_examples=30)
@given(strategies.texts, strategies.texts, strategies.texts)
def test_no_header_can_be_injected(title: str, subscriber: str, name: str) -> None:
    """Line breaks in titles and names never begin a header; ours are all there, each once."""
    paper = replace(samples.papers()[0].paper, title=title)
    digest = replace(samples.digest([replace(samples.papers()[0], paper=paper)]), subscriber=subscriber)
    message = only(digest, recipient=f'"{name}" <ada@example.org>', reply_to=f"{name} <r@example.org>")
    headers = [header.lower() for header in message.keys()]  # noqa: SIM118 a message is no mapping
    assert sorted(headers) == sorted(set(headers))
    assert set(headers) == {
        *("content-type", "mime-version", "from", "to", "reply-to", "subject", "date", "message-id"),
        *("list-id", "list-unsubscribe", "auto-submitted", "precedence"),
    }


def test_headers_of_a_digest() -> None:
    """What servers and mail programs go by."""
    message = only(samples.digest(), reply_to="group@example.org")
    assert message["From"] == "arXiv digest <bot@example.org>"
    assert message["To"] == "Ada Lovelace <ada@example.org>"
    assert message["Reply-To"] == "group@example.org"
    assert message["Date"].datetime == samples.COMPOSED_AT
    assert message["List-Id"] == "<ada.arxiv-digest.example.org>"
    assert message["List-Unsubscribe"] == "<mailto:help@example.org?subject=unsubscribe%20ada>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    # Gmail refuses anything but a dot-atom on the left.
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", message["Message-ID"])


def test_subject_says_what_is_inside() -> None:
    """Number, topic, day, the first title and how many follow."""
    nine = [replace(entry, topics=(samples.MICROSCOPY,)) for entry in samples.papers()[1:10]]
    assert only(samples.digest(nine))["Subject"] == (
        "9 papers · electron microscopy · 23 Nov: "
        "Twisted van der Waals cavities that sort excitons by valley and 8 more"
    )


@settings(max_examples=25)
@given(strategies.texts)
def test_subject_survives_its_encoding(title: str) -> None:
    """Every script arrives as it was, in encoded words that RFC 2047 allows."""
    paper = replace(samples.papers()[0].paper, title=title)
    (message,) = render(samples.digest([replace(samples.papers()[0], paper=paper)]))
    subject = limits.mail(message.payload)["Subject"]
    assert subject.startswith("1 paper · electron microscopy, nickelates · 23 Nov: ")
    raw = message.payload.split(b"\r\n\r\n", 1)[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^\s]*\?=", raw))


def test_names_outside_ascii_survive() -> None:
    """A recipient is addressed by their name, and a domain outside ASCII in the form servers know."""
    message = only(samples.digest(), recipient='"Ångström, Åsa" <asa@bücher.example>')
    assert message["To"].addresses[0].display_name == "Ångström, Åsa"
    assert message["To"].addresses[0].addr_spec == "asa@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "recipient", ["zoë@example.org", "Zoë <zoë@example.org>", '"Zoë, Dr." <zoë@example.org>']
)
def test_an_address_beyond_ascii_is_no_encoded_word(recipient: str) -> None:
    """RFC 6532: it stands in the header as UTF-8, for which SMTPUTF8 is asked; the rest stays ASCII."""
    (message,) = render(samples.digest(), recipient=recipient)
    (line,) = (line for line in message.payload.split(b"\r\n") if line.startswith(b"To:"))
    assert line.decode().endswith("zoë@example.org" + ">" * ("<" in recipient))
    assert message.payload.replace(line, b"").isascii()


def test_the_header_names_the_domain_that_the_envelope_names() -> None:
    """straße.example and strasse.example are two domains; the mail goes to the first (IDNA 2008)."""
    message = only(samples.digest(), recipient="a@straße.example")
    assert message["To"].addresses[0].addr_spec == "a@xn--strae-oqa.example"


def test_long_headers_are_not_encoded() -> None:
    """An encoded List-Unsubscribe or References no longer works."""
    name = "the reading group of the third floor of the old laboratory by the river " * 2
    messages = render(replace(samples.digest(many(90)), subscriber=name.strip()))
    for header in ("List-Unsubscribe", "List-Id", "References", "In-Reply-To", "Message-ID"):
        line = re.search(rf"^{header}:(.*(?:\r\n .*)*)", messages[1].payload.decode(), re.MULTILINE)
        assert line
        assert "=?" not in line[1]


def test_same_digest_gives_the_same_bytes() -> None:
    """A message whose outcome is in doubt can be repeated exactly."""
    assert render(samples.morning()) == render(samples.morning())


@given(strategies.texts | st.text(st.characters(max_codepoint=126), max_size=1200))
def test_a_header_is_folded_as_the_library_folds_it(value: str) -> None:
    """Written by ourselves where there is nothing to fold, by the library's own policy elsewhere."""
    encoded = mime.words(value)
    assert mime.header("Subject", encoded) == compat32.clone(linesep="\r\n", max_line_length=998).fold_binary(
        "Subject", encoded
    )


def test_readers_of_the_same_papers_differ_in_nothing_else() -> None:
    """What was rendered for one is what the next one gets, but for the name, the address and the links."""
    digest = replace(samples.digest(), subscriber="ada", stop_url="https://example.org/u/a")
    (first,) = render(digest)
    later = replace(
        digest,
        subscriber="bob",
        number=digest.number + 4,
        composed_at=digest.composed_at + timedelta(minutes=2),
        stop_url="https://example.org/u/b",
    )
    (second,) = render(later, recipient="Bob <bob@example.org>")
    theirs = [one for one in second.payload.split(b"\r\n") if one not in first.payload.split(b"\r\n")]
    marks = (b"bob", b"example.org/u/b", b"Date:", b"Message-ID:", b"boundary=", b"--=_")
    assert all(any(mark in line for mark in marks) for line in theirs)
    assert len(theirs) > len(marks)


def test_message_ids_differ_where_messages_do() -> None:
    """Neither another recipient, part, number, subscriber nor a fresh database shares an id."""
    digest = samples.digest(many(90))
    variants = [
        *render(digest),
        *render(digest, recipient="bob@example.org"),
        *render(replace(digest, number=42)),
        *render(replace(digest, subscriber="bob")),
        *render(replace(digest, composed_at=samples.COMPOSED_AT.replace(year=2027))),
    ]
    ids = [limits.mail(message.payload)["Message-ID"] for message in variants]
    assert len(set(ids)) == len(ids)


def test_large_digest_is_split_and_threaded() -> None:
    """200 papers arrive in parts below Gmail's clipping size, in one thread, each paper in exactly one."""
    digest = samples.digest(many(150), titles=[samples.untold(entry) for entry in many(200)[150:]])
    messages = render(digest)
    assert sorted(told(messages)) == sorted(f"2611.{index:05}" for index in range(200))
    parsed = [limits.mail(message.payload) for message in messages]
    assert [mail["Subject"].split(": ")[0][-6:] for mail in parsed][:2] == [
        f" ({n}/{len(parsed)})" for n in (1, 2)
    ]
    assert parsed[0]["References"] is None
    for mail in parsed[1:]:
        assert mail["References"] == mail["In-Reply-To"] == parsed[0]["Message-ID"]


def test_a_further_part_says_which_it_is_and_what_is_in_it() -> None:
    """Its heading, subject and preview are about the papers in it; the titles are not torn apart."""
    digest = samples.digest(many(80)[:70], titles=[samples.untold(entry) for entry in many(80)[70:]])
    messages = render(digest)
    assert len(messages) == 2
    first, second = (limits.mail(message.payload) for message in messages)
    told_before = len(messages[0].arxiv_ids)
    last = prose.plain(digest.entries[told_before].paper.title)
    assert first["Subject"].startswith(
        "80 papers · electron microscopy, nickelates · 23 Nov (1/2): Oxygen order"
    )
    assert re.fullmatch(
        rf"80 papers · electron microscopy, nickelates · 23 Nov \(2/2\): .+ and {79 - told_before} more",
        second["Subject"],
    )
    assert last[:40] in second["Subject"]
    heading = f"Papers {told_before + 1}–70 of 80 and 10 papers by title"
    page = limits.Page(limits.body(second, "html")).text
    assert f"part 2 of 2 {heading} electron microscopy" in page
    assert f"{heading} (part 2 of 2)" in limits.body(second, "plain")
    assert (
        f"part 1 of 2 · Papers 1–{told_before} of 80 80 papers"
        in limits.Page(limits.body(first, "html")).text
    )


def test_of_as_many_parts_the_whole_of_each_stays_below_what_gmail_counts() -> None:
    """Where there is more than one, none is over 102 kB with its text if that takes no part more; one is left whole."""
    messages = render(samples.digest(many(90)))
    assert len(messages) == 3
    assert all(len(message.payload) < 102_000 for message in messages)
    (one,) = render(samples.digest(many(36)))
    assert len(one.payload) > 102_000


def test_thirty_six_papers_fit_one_message() -> None:
    """The default cap and six titles more make one mail; so do as many papers in full."""
    titles = [samples.untold(entry) for entry in many(36)[30:]]
    assert len(render(samples.digest(many(30), titles=titles))) == 1
    assert len(render(samples.digest(many(36)))) == 1


def test_contents_above_ten_papers_lead_to_their_papers() -> None:
    """Eleven papers get a table of contents whose links have a target; ten get none."""
    page = limits.Page(limits.body(only(samples.digest(samples.papers()[:11])), "html"))
    anchors = [link.removeprefix("#") for link in page.links if link.startswith("#")]
    assert len(anchors) == 11
    # Gmail, Outlook for Windows and Yahoo follow a link to nothing else than an empty <a name>.
    assert anchors == [
        attributes["name"] for tag, attributes in page.tags if tag == "a" and "name" in attributes
    ]
    ten = limits.Page(limits.body(only(samples.digest(samples.papers()[:10])), "html"))
    assert not [link for link in ten.links if link.startswith("#")]


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_both_bodies_say_everything(kind: str) -> None:
    """The text part lacks nothing that the HTML has."""
    body = limits.body(only(samples.morning()), kind)
    said = limits.Page(body).text if kind == "html" else " ".join(body.split())
    for words in (
        "11 papers",
        "Monday 23 November 2026",
        "Yuki Hasegawa, …, Jonas Böhm, Ana-Maria Ştefănescu",
        "20 Nov 2026 · cond-mat.supr-con",
        "Locate the oxygen vacancies",
        "No summary could be made yet",
        "Withdrawn by the authors",
        "More papers, by title",
        "Version 3 (you received version 1): title and abstract changed.",
        "arXiv's search did not answer this morning",
        "all 412 were checked",
        "You get this because “ada” follows electron microscopy and nickelates on arXiv.",
        "Thank you to arXiv for use of its open access interoperability.",
        "help@example.org",
    ):
        assert words in said


def test_html_can_be_heard() -> None:
    """Language, one first heading, papers as headings, layout tables silent, no image without words."""
    page = limits.Page(limits.body(only(samples.morning()), "html"))
    assert ("html", {"lang": "en"}) in page.tags
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert sum(tag == "h2" for tag, _ in page.tags) >= 9
    assert all(attributes.get("role") == "presentation" for tag, attributes in page.tags if tag == "table")


def test_style_block_stays_small() -> None:
    """Gmail drops a style block above 16,384 bytes; what matters is inline anyway."""
    html = limits.body(only(samples.morning()), "html")
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(style) < 1_500
    assert "prefers-color-scheme: dark" in style


def colours(css: str) -> dict[str, str]:
    """The colours that rules or inline styles give, by what follows the class: ``link color``."""
    return {
        f"{name} {kind}": value
        for name, body in re.findall(r"\.(\w+) \{([^}]*)\}", css)
        for kind, value in re.findall(r"([\w-]*color): (#\w{6})", body)
    }


def test_every_text_has_its_own_background_in_light_and_dark() -> None:
    """Whatever pane a webmail shows and whichever style it keeps, a colour stands on one set with it."""
    html = limits.body(only(samples.morning()), "html")
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    query = style[style.index("@media") : style.index("[data-ogsb]")]
    outlook = style[style.index("[data-ogsb]") :]
    for dark in (colours(query), colours(outlook)):
        for text in ("page color", "soft color", "link color"):
            assert limits.contrast(dark[text], dark["page background-color"]) > 4.5
    pages = re.findall(r'class="page"[^>]*style="([^"]*)"', html)
    assert len(pages) == 3
    assert all("background-color:#ffffff;color:#1c2126" in page for page in pages)
    inline = set(re.findall(r"[;\"]color:(#\w{6})", html))
    assert len(inline) == 3
    assert all(limits.contrast(colour, "#ffffff") > 4.5 for colour in inline)
    # Should a webmail drop our background and leave our colours: no more can be had of both panes.
    assert all(limits.contrast(colour, "#1f1f1f") > 3.5 for colour in inline - {"#1c2126"})


def test_nothing_looks_like_hidden_text_to_a_spam_filter() -> None:
    """Text one pixel high or transparent costs 1.7 of SpamAssassin's 5 points; the preview stays hidden."""
    html = limits.body(only(samples.morning()), "html")
    assert "transparent" not in html
    assert not re.search(r"font-size:[01]p", html)
    assert re.search(r'<div style="display:none;[^"]*">Oxygen order in [^<]* and 10 more</div>', html)


def test_numbers_in_formulas_are_characters() -> None:
    """A filter takes tags within words for hidden words; what no character exists for stays a tag."""
    entry = samples.papers()[0]
    title = r"$\text{Nd}_{0.8}\text{Sr}_{0.2}\text{NiO}_2$ and $10^{-3}$, $x^{0.5}$, $\text{La}_{7-\delta}$, $T_c$"
    digest = samples.digest([replace(entry, paper=replace(entry.paper, title=title))])
    assert ("Nd₀.₈Sr₀.₂NiO₂ and 10⁻³, x<sup>0.5</sup>, La<sub>7-δ</sub>, T<sub>c</sub></a></h2>") in re.sub(
        "</?em>", "", limits.body(only(digest), "html")
    )


def test_the_html_that_gmail_counts_is_measured_as_it_is_sent() -> None:
    """Lowered digits take nine bytes each once encoded, more than the tags that they replace."""
    digits = "$" + " ".join(f"x_{{{number}}}" for number in range(10**11, 10**11 + 90)) + "$"
    entries = [replace(e, paper=replace(e.paper, title=digits)) for e in many(60)]
    messages = render(samples.digest(entries))
    assert len(messages) > 1
    for message in messages:
        limits.mail(message.payload)


def test_phones_leave_dates_and_numbers_alone() -> None:
    """Neither is a telephone number or an appointment."""
    meta = re.search(
        r'<meta name="format-detection" content="([^"]*)">', limits.body(only(samples.empty()), "html")
    )
    assert meta
    assert {"telephone=no", "date=no", "address=no"} <= set(meta[1].split(","))


def test_withdrawn_paper_has_no_dead_links() -> None:
    """arXiv answers 404 for the PDF of a withdrawn paper."""
    page = limits.Page(limits.body(only(samples.digest([samples.withdrawn(samples.papers()[0])])), "html"))
    assert not [link for link in page.links if "/pdf/" in link or "/html/" in link]


def test_arabic_summaries_run_from_the_right() -> None:
    """Language and direction are set on the lines that have them, not on the page."""
    arabic = Summary("قياس", "النتيجة", SummarySource.MODEL, "m")
    digest = replace(samples.digest([replace(samples.papers()[0], summary=arabic)]), language="Arabic")
    page = limits.Page(limits.body(only(digest), "html"))
    assert [a.get("lang") for tag, a in page.tags if tag == "p" and a.get("dir") == "rtl"] == ["ar", "ar"]


def test_no_papers_reads_well() -> None:
    """A day without papers is a short mail that says so and what was checked."""
    message = only(samples.empty())
    assert message["Subject"] == "No new papers · electron microscopy, nickelates · 23 Nov"
    for kind in ("html", "plain"):
        body = limits.body(message, kind)
        assert "No new papers matched electron microscopy, nickelates." in body
        assert "all 188 were checked" in " ".join(body.split())


@pytest.mark.parametrize(
    "contact", ["https://example.org/digest?a=1&b=2", "our secretary", "Ann <ann@example.org>"]
)
def test_contact_may_be_a_page_or_a_person(contact: str) -> None:
    """Whatever stands as contact, the mail is valid and a List-Unsubscribe names an address or nothing."""
    message = only(samples.digest(), contact=contact)
    unsubscribe = message["List-Unsubscribe"]
    assert unsubscribe is None or re.fullmatch(r"<(mailto:|https://)[^<>\s]+>", unsubscribe)


def test_two_names_never_share_a_list() -> None:
    """In any script and case, however long: who filters by List-Id sees two lists as two."""
    names = [
        "ada",
        "Ada",
        "a-da",
        "a da",
        "группа 1",
        "团体 1",
        "קבוצה 1",
        "مجموعة",
        "グループ",
        "x" * 60,
        "x" * 61,
    ]
    lists = [only(replace(samples.morning(), subscriber=name))["List-Id"] for name in names]
    assert len({line.lower() for line in lists}) == len(names)
    assert lists[0] == "<ada.arxiv-digest.example.org>"
    assert all(re.fullmatch(r"<[a-z0-9-]{1,63}\.arxiv-digest\.example\.org>", line) for line in lists)
