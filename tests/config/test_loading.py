"""The YAML as settings: what is read, from where, and what can't be read at all."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import load, parse
from bot.errors import ConfigError
from bot.models import Schedule, Subscriber, Target, Topic
from bot.settings import ArxivSettings, EmailSettings, GeminiSettings, Secret, Security, SlackSettings

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"GEMINI_API_KEY": "gemini-key", "SLACK_BOT_TOKEN": "xoxb-token", "SMTP_PASSWORD": "smtp-password"}
MINIMAL = """\
arxiv: {contact: ada@example.org}
topics: {nickelates: {keywords: [nickelate]}}
subscribers: [{name: archive, topics: [nickelates], file: digests/}]
"""


def faults(
    text: str, environ: dict[str, str] | None = None, path: Path = Path("subscribers.yaml")
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, path, SECRETS if environ is None else environ)
    return str(caught.value).splitlines()


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    """A minimal file leaves everything else as the manual says."""
    settings = parse(MINIMAL, tmp_path / "subscribers.yaml", {})
    assert settings.path == tmp_path / "subscribers.yaml"
    assert settings.database == tmp_path / "state/arxiv-digest.db"
    assert settings.arxiv == ArxivSettings(contact="ada@example.org")
    assert settings.gemini == GeminiSettings()
    assert settings.slack == SlackSettings()
    assert settings.email is None
    assert settings.operator is None
    assert settings.topics == (Topic("nickelates", keywords=("nickelate",)),)
    assert settings.subscribers == (
        Subscriber(
            name="archive",
            topics=("nickelates",),
            targets=(Target("file", str(tmp_path / "digests")),),
            schedule=Schedule("weekdays 09:00", "0 9 * * 1-5"),
        ),
    )
    assert settings.warnings == ()


def test_the_example_is_complete_and_shows_the_defaults() -> None:
    """The example in the repository is valid, and every value it calls a default is the default."""
    example = (ROOT / "subscribers.example.yaml").read_text(encoding="utf-8")
    settings = parse(example, Path("subscribers.example.yaml"), SECRETS)
    assert settings.arxiv == ArxivSettings(contact="you@example.org")
    assert settings.gemini == GeminiSettings(api_key=Secret("gemini-key"))
    assert settings.slack == SlackSettings(token=Secret("xoxb-token"))
    assert settings.email == EmailSettings(
        host="smtp.example.org",
        sender="arXiv digest <bot@example.org>",
        username="bot@example.org",
        password=Secret("smtp-password"),
    )
    assert ["placeholder" in warning for warning in settings.warnings] == [True]
    ada = settings.subscribers[1]
    assert ada == Subscriber(
        name="ada",
        topics=("electron-microscopy", "nickelates"),
        targets=(Target("email", "Ada Lovelace <ada@example.org>"),),
        schedule=Schedule("weekly mon 08:30", "30 8 * * mon"),
        timezone="Europe/London",
    )


def test_values_are_converted(tmp_path: Path) -> None:
    """Durations, paths, addresses and phrases arrive as the values the program works with."""
    (tmp_path / "own.pem").write_text("")
    text = MINIMAL.replace(
        "{contact: ada@example.org}", "{contact: ada@example.org, poll_every: 1.5h, lookback: 2w}"
    )
    text += """\
database: /var/lib/digest.db
slack: {base_url: "http://127.0.0.1:8080/api"}
email: {host: localhost, port: 2525, security: none, username: me, sender: a@example.org, ca_file: own.pem}
operator: ada@example.org
defaults: {timezone: Asia/Tokyo, max_papers: 5}
"""
    text = text.replace(
        "{keywords: [nickelate]}", "{keywords: [' two   words '], categories: [CS.ai], focus: 'a  b '}"
    )
    text = text.replace("file: digests/", "file: [one, ../two], slack: ['#a', C0123], max_papers: 7")
    settings = parse(text, tmp_path / "subscribers.yaml", SECRETS)
    assert settings.arxiv.poll_every == timedelta(minutes=90)
    assert settings.arxiv.lookback == timedelta(days=14)
    assert settings.database == Path("/var/lib/digest.db")
    assert settings.slack.base_url == "http://127.0.0.1:8080/api/"
    assert settings.email is not None
    assert (settings.email.security, settings.email.ca_file) == (Security.NONE, tmp_path / "own.pem")
    assert settings.operator == Target("email", "ada@example.org")
    assert settings.topics[0] == Topic(
        "nickelates", keywords=("two words",), categories=("cs.AI",), focus="a b"
    )
    subscriber = settings.subscribers[0]
    assert (subscriber.timezone, subscriber.max_papers) == ("Asia/Tokyo", 7)
    assert subscriber.targets == (
        Target("slack", "#a"),
        Target("slack", "C0123"),
        Target("file", str(tmp_path / "one")),
        Target("file", str(tmp_path / "../two")),
    )


@pytest.mark.parametrize(
    ("operator", "mail", "kind"),
    [
        ('"#alerts"', True, "slack"),
        ("C012345", True, "slack"),
        ("ada@example.org", True, "email"),
        ("ada@example.org", False, "slack"),
    ],
)
def test_operator(operator: str, mail: bool, kind: str) -> None:
    """A channel is told in Slack; an address by mail where there is mail, else by a direct message."""
    text = f"{MINIMAL}operator: {operator}\n"
    if mail:
        text += "email: {host: localhost, sender: a@example.org}\n"
    settings = parse(text, Path("subscribers.yaml"), SECRETS)
    assert settings.operator is not None
    assert settings.operator.kind == kind


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("'#em-papers'", "#em-papers"),
        ("em-papers", "#em-papers"),
        ("C0123ABCD", "C0123ABCD"),
        ("U0123ABCD", "U0123ABCD"),
        ("ada@example.org", "ada@example.org"),
    ],
)
def test_slack_addresses(written: str, address: str) -> None:
    """A channel by name, with its sign or without, an id of Slack's, a person by their address."""
    text = MINIMAL.replace("file: digests/", f"slack: {written}")
    (target,) = parse(text, Path("subscribers.yaml"), SECRETS).subscribers[0].targets
    assert (target.kind, target.address) == ("slack", address)


def test_a_channel_named_twice_is_one() -> None:
    """However it is written."""
    (said,) = faults(MINIMAL.replace("file: digests/", "slack: ['#a', a]"))
    assert "'a' is listed twice" in said


def test_sections_may_be_empty() -> None:
    """A section whose keys are all commented out is no section."""
    text = MINIMAL + "gemini:\nslack:\nemail:\ndefaults:\noperator:\n"
    assert parse(text, Path("subscribers.yaml"), {}) == parse(MINIMAL, Path("subscribers.yaml"), {})


def test_topics_may_come_from_the_defaults() -> None:
    """A subscriber without topics has those of the defaults, in their order."""
    text = MINIMAL.replace("topics: [nickelates], ", "") + "defaults: {topics: [nickelates]}\n"
    assert parse(text, Path("subscribers.yaml"), {}).subscribers[0].topics == ("nickelates",)


def test_aliases_and_merge_keys() -> None:
    """Anchors, aliases and merge keys mean what their users expect; what is written itself wins."""
    text = """\
arxiv: {contact: ada@example.org}
topics: {a: {keywords: &words [x]}, b: {keywords: *words}}
subscribers:
  - &first {name: one, topics: [a, b], file: one/, max_papers: 3}
  - {<<: *first, name: two}
"""
    settings = parse(text, Path("subscribers.yaml"), {})
    assert settings.topics[0].keywords == settings.topics[1].keywords == ("x",)
    assert [(each.name, each.max_papers) for each in settings.subscribers] == [("one", 3), ("two", 3)]


def test_yaml_1_2() -> None:
    """``no``, ``09:00`` and ``on`` are text; a number without a fraction is whole, however it is written."""
    text = MINIMAL.replace("nickelates", "no").replace("{contact", "{page_size: 1e2, contact")
    settings = parse(text, Path("subscribers.yaml"), {})
    assert settings.topics[0].name == "no"
    assert settings.arxiv.page_size == 100


def test_warnings_are_located() -> None:
    """What is odd is told with its place, and loads all the same."""
    text = """\
arxiv: {contact: ada@example.org}
gemini: {base_url: "http://proxy.example.org"}
email: {host: smtp.example.org, sender: a@example.org, security: tls}
topics:
  read:
    query: 'ti:x AND (cat:cond-mat OR cat:cs.XX)'
    categories: [cmp-lg, cs.SY]
  unread: {keywords: [x]}
subscribers: [{name: archive, topics: [read], file: digests/}]
"""
    assert parse(text, Path("subscribers.yaml"), {}).warnings == (
        "subscribers.yaml:2:20: gemini.base_url: http: the key would travel unencrypted",
        "subscribers.yaml:3:66: email.security: port 587 mostly speaks starttls; tls is mostly on 465",
        "subscribers.yaml:6:23: topics.read.query: cat:cond-mat finds next to nothing: cat:cond-mat.* is the archive",
        "subscribers.yaml:6:39: topics.read.query: there is no category 'cs.XX': this finds nothing",
        "subscribers.yaml:7:18: topics.read.categories[0]: cmp-lg takes no new papers any more",
        "subscribers.yaml:7:26: topics.read.categories[1]: cs.SY is eess.SY under another name; both are searched",
        "subscribers.yaml:8:3: topics.unread: no subscriber reads this topic",
    )


@pytest.mark.parametrize("code", ["cond-mat", "cond-mat.*", "quant-ph", "Cond-Mat.Supr-Con", "physics"])
def test_categories_archives_and_patterns(code: str) -> None:
    """A category, an archive and the pattern for one are taken, in any case, without a warning."""
    text = MINIMAL.replace("keywords: [nickelate]", f"categories: [{code}]")
    assert parse(text, Path("subscribers.yaml"), {}).warnings == ()


def test_haste_with_arxiv_itself_is_warned_of() -> None:
    """A short interval is for other servers than arXiv's."""
    here = "{contact: ada@example.org, min_interval: 0s, api_url: 'http://127.0.0.1:1/', rss_url: 'http://127.0.0.1:1'}"
    elsewhere = parse(MINIMAL.replace("{contact: ada@example.org}", here), Path("s.yaml"), {})
    assert (elsewhere.arxiv.min_interval, elsewhere.warnings) == (timedelta(), ())
    at_arxiv = parse(MINIMAL.replace("{contact", "{min_interval: 2.9s, contact"), Path("s.yaml"), {})
    assert [warning.partition(";")[0] for warning in at_arxiv.warnings] == [
        "s.yaml:1:23: arxiv.min_interval: is less than the 3s that arXiv's terms ask for"
    ]


def test_home_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``~/`` is the home folder; one of nobody's is a fault."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse(f"{MINIMAL}database: ~/x.db\n", Path("s.yaml"), {}).database == tmp_path / "x.db"
    assert faults(f"{MINIMAL}database: ~nobody-here/x.db\n") == [
        "subscribers.yaml:4:11: database: nobody's home folder is known as '~nobody-here'"
    ]


# --- files that can't be read --------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    return str(caught.value).removeprefix(f"{path}:")


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is answered with the command that makes one."""
    expected = "1:1: there is no such file: `arxiv-digest init` writes one to start from"
    assert refusal(tmp_path / "none.yaml") == expected


def test_a_folder(tmp_path: Path) -> None:
    """A folder is called what it is."""
    assert refusal(tmp_path) == "1:1: a folder, not a file"


def test_what_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to, and a device."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        assert refusal(tmp_path / name) == "1:1: can't be read: it is no file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    """A file that may not be read is said to be so."""
    path = tmp_path / "subscribers.yaml"
    path.write_text(MINIMAL)
    path.chmod(0)
    assert refusal(path) == "1:1: can't be read: Permission denied"


def test_a_name_no_file_can_have(tmp_path: Path) -> None:
    """A path the system refuses is a fault like another."""
    assert "can't be read" in refusal(tmp_path / ("x" * 300))


def test_an_endless_value(tmp_path: Path) -> None:
    """A value longer than any can be is refused where it stands, and not repeated in the message."""
    path = tmp_path / "subscribers.yaml"
    path.write_text(f"arxiv:\n  contact: {'a@' * 3_001}\n", encoding="utf-8")
    assert "2:12: arxiv.contact: longer than 6,000 characters, the most that is read" in refusal(path)


def test_a_large_file(tmp_path: Path) -> None:
    """Ten megabytes are refused at once, with the limit."""
    path = tmp_path / "subscribers.yaml"
    path.write_bytes(b"- x\n" * 2_500_000)
    started = time.perf_counter()
    assert refusal(path) == "1:1: larger than 1,024 kB, the most that is read"
    assert time.perf_counter() - started < 1


def test_not_utf_8(tmp_path: Path) -> None:
    """The first byte that is no UTF-8 is found by line and column; a byte order mark is no fault."""
    path = tmp_path / "subscribers.yaml"
    path.write_bytes("a: ä\nb: ü€".encode() + b"\xff")
    assert refusal(path) == "2:6: not a text in UTF-8"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load(path, {}).topics[0].name == "nickelates"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        "{a: " * 200_000,
        "a: &a [x]\n" + "".join(f"k{n}: &a [*a, *a]\n" for n in range(60)),
        "- " * 300_000,
        "x" * 1_000_000,
        "? " * 200_000,
    ],
)
def test_bombs_are_refused_quickly(text: str) -> None:
    """Neither depth nor aliases nor length make the reading slow, whatever they would stand for."""
    started = time.process_time()
    assert faults(text)
    assert time.process_time() - started < 3


# --- secrets -------------------------------------------------------------------------------------

GOOGLE = "AIza" + "NotARealKey" * 3


@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("gemini: {model: AIzaNotARealKeyNotARealKeyNotARealKey}", "GEMINI_API_KEY"),
        ("operator: xoxb-not-a-real-token", "SLACK_BOT_TOKEN"),
        ("xapp-1-not-a-real-token: 1", "SLACK_BOT_TOKEN"),
        ("database: smtp-password", "SMTP_PASSWORD"),
    ],
)
def test_a_secret_in_the_file(line: str, variable: str) -> None:
    """What looks like a secret, or is one, is refused once with the variable to use, and not repeated."""
    (said,) = faults(MINIMAL + line + "\n")
    assert said.endswith(f"take it out and set {variable} or {variable}_FILE in the environment")
    assert "not-a-real" not in said.lower()
    assert "NotAReal" not in said
    assert "smtp-password" not in said


def test_a_secret_under_a_key_for_secrets() -> None:
    """A key and a value that both give a secret away are one fault."""
    assert len(faults(f"{MINIMAL}gemini: {{api_key: {GOOGLE}}}\n")) == 1


@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("gemini: {key: x}", "GEMINI_API_KEY"),
        ("slack: {bot_token: x}", "SLACK_BOT_TOKEN"),
        ("email: {host: localhost, sender: a@example.org, smtp_password: x}", "SMTP_PASSWORD"),
        ("SLACK_BOT_TOKEN: x", "SLACK_BOT_TOKEN"),
        ("arxiv_secret: x", "GEMINI_API_KEY, SLACK_BOT_TOKEN, SMTP_PASSWORD"),
        ("gemini: {apiKey: x}", "GEMINI_API_KEY"),
    ],
)
def test_a_key_for_a_secret(line: str, variable: str) -> None:
    """A key that asks for a secret is answered with the variable that takes it."""
    (said,) = faults(f"{MINIMAL}{line}\n")
    assert "secrets don't belong in this file" in said
    assert variable in said


@pytest.mark.parametrize("key", ["keyword", "keyring", "monkeys", "tokenise"])
def test_a_key_that_only_sounds_like_a_secret(key: str) -> None:
    """A misspelt key of another meaning is an unknown key, not a secret."""
    (said,) = faults(MINIMAL.replace("{keywords", f"{{{key}: x, keywords"))
    assert f"unknown key '{key}'" in said


def test_the_missing_token_is_said_once() -> None:
    """Many subscribers of a service that is not set up make one fault, at the first of them."""
    text = MINIMAL.replace("file: digests/", "slack: '#a'").replace(
        "}]", "}, {name: b, topics: [nickelates], slack: '#b'}]"
    )
    (said,) = faults(text, {})
    assert said.startswith("subscribers.yaml:3:60: subscribers[0].slack: needs a token")
