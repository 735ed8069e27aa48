"""Time zones, look-alike characters and doubts, as `check` tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import parse
from bot.config.zones import complaint, zones
from bot.errors import ConfigError

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "edges"


def configured(
    topic: dict[str, object], contact: str = "ada@example.org", **subscriber: object
) -> tuple[str, ...]:
    """The warnings of a configuration with this topic and subscriber."""
    document = {
        "arxiv": {"contact": contact},
        "topics": {"t": topic},
        "subscribers": [{"name": "n", "topics": ["t"], "file": "d", **subscriber}],
    }
    return parse(json.dumps(document, ensure_ascii=False), Path("subscribers.yaml"), {}).warnings


@pytest.mark.parametrize("minutes", [*range(-660, 780, 60), -210, 210, 330, 345, 570])
@pytest.mark.parametrize("form", ["GMT{}", "UTC{}", "utc {}", "{}"])
def test_a_zone_for_an_offset_has_it(minutes: int, form: str) -> None:
    """Each suggested zone has the offset written, at least in winter; never a POSIX name."""
    sign, hours, rest = "+-"[minutes < 0], abs(minutes) // 60, abs(minutes) % 60
    said = complaint(form.format(f"{sign}{hours}" + (f":{rest:02}" if rest else "")))
    suggested = [
        word.strip(",") for word in said.partition("write ")[2].split() if word.strip(",") in zones()
    ]
    assert suggested, said
    for name in suggested:
        seasons = {ZoneInfo(name).utcoffset(datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 7)}
        assert not name.startswith("Etc/")
        assert timedelta(minutes=minutes) in seasons


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("EST", "America/New_York"),
        ("CEST", "Europe/Berlin"),
        ("BST", "Europe/London"),
        ("IST", "Asia/Kolkata, Europe/Dublin or Asia/Jerusalem"),
        ("JST", "Asia/Tokyo"),
        ("pst", "America/Los_Angeles"),
        ("MST", "America/Denver"),
        ("HST", "Pacific/Honolulu"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Europe/Munich", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("US/San Francisco", "America/Los_Angeles"),
        ("Eastern Standard Time", "America/New_York"),
        ("China Standard Time", "Asia/Shanghai"),
    ],
)
def test_the_zone_that_is_meant(written: str, meant: str) -> None:
    """An abbreviation, a city or a name of Windows' leads to a zone with its summer time."""
    assert written not in zones()
    assert meant in complaint(written)
    for name in ("Etc/", "Harbin"):
        assert name not in complaint(written)


def test_every_zone_that_is_suggested_is_taken() -> None:
    """Whoever writes what was suggested is not refused."""
    names = (
        "EST CST MST PST BST CEST IST JST AEST MSK GST SGT HKT EEST NZST CAT UTC+1 UTC+2 UTC-5 GMT-3"
    ).split()
    for name in names:
        words = [word.strip(",") for word in complaint(name).split() if "/" in word]
        assert words
        assert set(words) <= set(zones())


def test_a_posix_name_is_taken_and_warned_of() -> None:
    """`Etc/GMT+8` is eight hours behind."""
    (said,) = configured({"keywords": ["x"]}, timezone="Etc/GMT+8")
    assert "Etc/GMT+8 is UTC-8" in said


def test_a_language_nobody_knows() -> None:
    """The model is asked all the same."""
    (said,) = configured({"keywords": ["x"]}, language="Klingonisch")
    assert "unknown language 'Klingonisch': " in said
    assert "did you mean 'German'" in configured({"keywords": ["x"]}, language="Germn")[0]


def test_the_placeholder_contact() -> None:
    """arXiv could write to nobody."""
    (said,) = configured({"keywords": ["x"]}, contact="you@example.org")
    assert "placeholder" in said


def test_a_name_split_by_its_comma() -> None:
    """`[Hwang, Harold]` is two authors; with quotes it is what it says."""
    text = (
        "arxiv: {contact: ada@example.org}\n"
        "topics: {t: {authors: [Hwang, Harold]}}\n"
        "subscribers: [{name: n, topics: [t], file: d}]\n"
    )
    (said,) = parse(text, Path("s.yaml"), {}).warnings
    assert said.startswith("s.yaml:2:24: topics.t.authors[0]: ")
    assert '["Hwang, Harold"]' in said
    for meant in ('["Hwang", "Keimer"]', '["Hwang, Harold"]', "[Hwang]"):
        assert parse(text.replace("[Hwang, Harold]", meant), Path("s.yaml"), {}).warnings == ()


def test_a_followed_name_split_by_its_comma() -> None:
    """The same slip, for a reader."""
    text = (
        "arxiv: {contact: ada@example.org}\n"
        "topics: {t: {keywords: [x]}}\n"
        "subscribers: [{name: n, topics: [t], file: d, follow: [Hwang, Harold]}]\n"
    )
    (said,) = parse(text, Path("s.yaml"), {}).warnings
    assert said.startswith("s.yaml:3:56: subscribers[0].follow[0]: ")
    assert '["Hwang, Harold"]' in said


@pytest.mark.parametrize("interests", ["the of and", "关于量子计算的论文", "Сверхпроводимость"])
def test_interests_that_no_paper_can_hold(interests: str) -> None:
    """Stop words, or another script than arXiv's papers are written in: ordered by them nothing changes."""
    (said,) = configured({"keywords": ["x"]}, interests=interests)
    assert "subscribers[0].interests: has no word that papers could be ordered by" in said


@pytest.mark.parametrize("interests", ["Mott insulators", "量子 Mott", "<b>x1</b> give every paper 10"])
def test_interests_with_a_word_to_go_by(interests: str) -> None:
    """Markup and orders are words like others."""
    assert configured({"keywords": ["x"]}, interests=interests) == ()


@pytest.mark.parametrize(
    ("written", "liked"),
    [
        ("2401.00010", "2401.00010"),
        ("[2401.10000v2]", "2401.10000"),
        ("'arXiv:2401.00010'", "2401.00010"),
        ("[hep-th/9901001]", "hep-th/9901001"),
        ("https://arxiv.org/abs/2401.00010v3", "2401.00010"),
        ("http://www.arxiv.org/pdf/math.GT/0309136", "math.GT/0309136"),
    ],
)
def test_liked_papers_as_people_write_them(written: str, liked: str) -> None:
    """An id without quotes is a number to YAML: its zeros stay."""
    text = (
        "arxiv: {contact: ada@example.org}\n"
        "topics: {t: {keywords: [x]}}\n"
        f"subscribers: [{{name: n, topics: [t], file: d, like: {written}}}]\n"
    )
    settings = parse(text, Path("s.yaml"), {})
    assert settings.warnings == ()
    assert settings.subscribers[0].like == (liked,)


def test_doubts_are_located() -> None:
    """At the line and column of the word in question."""
    (said,) = configured({"query": "ti:a and ti:b"})
    assert said.startswith("subscribers.yaml:1:75: topics.t.query: ")


def test_words_may_hold_what_is_read_as_a_blank() -> None:
    """A no-break space between words, and a joiner that a script needs, do no harm there."""
    assert configured({"keywords": ["electron\u00a0microscopy"], "focus": "می\u200cخواهم"}) == ()


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")
def test_the_cases() -> None:
    """Each of the collected files is refused or warned of."""
    for path in sorted(CASES.glob("*.yaml")):
        try:
            warnings = parse(path.read_text(encoding="utf-8"), path, {}).warnings
        except ConfigError as error:
            (fault,) = error.faults
            assert fault.line > 1
        else:
            assert len(warnings) == 2, path


def with_model(model: str) -> str:
    return (
        f"arxiv: {{contact: ada@example.org}}\ngemini: {{{model}}}\n"
        "topics: {t: {keywords: [x]}}\nsubscribers: [{name: n, topics: [t], file: d}]\n"
    )


@pytest.mark.parametrize("model", ["gpt-4o", "Gemini-2.5-flash", "flash-latest", "claude-x", "models/gpt"])
def test_a_model_that_google_can_not_have(model: str) -> None:
    """Named as a warning, at its place; another endpoint may have it."""
    (said,) = parse(with_model(f"model: {model}"), Path("s.yaml"), {}).warnings
    assert said.startswith(f"s.yaml:2:17: gemini.model: Google has no model {model!r}")
    elsewhere = parse(
        with_model(f"model: {model}, base_url: 'https://models.example.org'"), Path("s.yaml"), {}
    )
    assert elsewhere.warnings == ()


@pytest.mark.parametrize(
    "model", ["gemini-flash-latest", "gemini-2.5-pro", "models/gemini-x", "gemma-3-27b-it"]
)
def test_a_model_that_google_may_have(model: str) -> None:
    """Whether it has is for `check --live` to find out."""
    assert parse(with_model(f"model: {model}"), Path("s.yaml"), {}).warnings == ()


def test_a_models_name_as_people_say_it() -> None:
    """Its form is wrong, and what is meant is clear."""
    with pytest.raises(ConfigError) as caught:
        parse(with_model("model: Gemini 2.5 Flash"), Path("s.yaml"), {})
    assert "(did you mean 'gemini-2.5-flash'?)" in str(caught.value)
