"""Where secrets come from, and that they stay there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import parse
from bot.errors import ConfigError
from bot.settings import Secret, Settings

YAML = """\
arxiv: {contact: ada@example.org}
topics: {nickelates: {keywords: [nickelate]}}
subscribers: [{name: archive, topics: [nickelates], file: digests/}]
"""


@pytest.fixture(autouse=True)
def strict_umask() -> Iterator[None]:
    """Files with secrets as a careful person makes them."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def settings(folder: Path, dotenv: str | None = None, **environ: str) -> Settings:
    if dotenv is not None:
        (folder / ".env").write_bytes(dotenv.encode())
    return parse(YAML, folder / "subscribers.yaml", environ)


def key(folder: Path, dotenv: str | None = None, **environ: str) -> str | None:
    secret = settings(folder, dotenv, **environ).gemini.api_key
    return secret.reveal() if secret else None


def faults(folder: Path, dotenv: str | None = None, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, dotenv, **environ)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_from_the_environment(tmp_path: Path) -> None:
    """A variable gives its secret, and an empty one gives none."""
    assert key(tmp_path, GEMINI_API_KEY="hush") == "hush"
    assert key(tmp_path, GEMINI_API_KEY="") is None


def test_a_line_break_at_the_end_is_dropped(tmp_path: Path) -> None:
    """A secret made from a file, as containers do, often brings the file's line break along."""
    assert key(tmp_path, GEMINI_API_KEY="hush\n") == "hush"


@pytest.mark.parametrize("written", [b"hu sh\r\n", b"\xef\xbb\xbfhu sh\n", b"hu sh"])
def test_from_a_file(tmp_path: Path, written: bytes) -> None:
    """NAME_FILE gives the text of the file without the line break at its end, or a byte order mark."""
    (tmp_path / "key").write_bytes(written)
    assert key(tmp_path, GEMINI_API_KEY_FILE=str(tmp_path / "key")) == "hu sh"


def test_from_dotenv(tmp_path: Path) -> None:
    """A .env beside the YAML is read; files named in it are looked for beside it."""
    (tmp_path / "token").write_text("xoxb-1\n")
    found = settings(tmp_path, "GEMINI_API_KEY=hush\nSLACK_BOT_TOKEN_FILE=token\nOTHER=thing\n")
    assert found.gemini.api_key == Secret("hush")
    assert found.slack.token == Secret("xoxb-1")


def test_the_real_environment_wins(tmp_path: Path) -> None:
    """What is set in the environment, in either way, is not asked of the .env."""
    (tmp_path / "key").write_text("from a file")
    assert key(tmp_path, "GEMINI_API_KEY=beside", GEMINI_API_KEY="real") == "real"
    assert key(tmp_path, "GEMINI_API_KEY=beside", GEMINI_API_KEY_FILE=str(tmp_path / "key")) == "from a file"
    assert key(tmp_path, "GEMINI_API_KEY_FILE=nowhere", GEMINI_API_KEY="real") == "real"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("GEMINI_API_KEY=hush", "hush"),
        ("  export GEMINI_API_KEY = hush  ", "hush"),
        ("GEMINI_API_KEY=hush # not this", "hush"),
        ("GEMINI_API_KEY=hu#sh", "hu#sh"),
        ("GEMINI_API_KEY='hu # \"sh'  # not this", 'hu # "sh'),
        (r'GEMINI_API_KEY="a\"b\\c"', 'a"b\\c'),
        ("GEMINI_API_KEY=a b", "a b"),
        ("\n# a comment\n\nGEMINI_API_KEY=hush\r\n", "hush"),
        ("\ufeffGEMINI_API_KEY=hush", "hush"),
        ("GEMINI_API_KEY=", None),
        ("GEMINI_API_KEY=''", None),
        ("GEMINI_API_KEY=a=b=", "a=b="),
    ],
)
def test_lines_of_a_dotenv(tmp_path: Path, line: str, value: str | None) -> None:
    """Quotes, comments, blanks and ``export`` are read as a shell's user would expect."""
    assert key(tmp_path, line) == value


@pytest.mark.parametrize(
    "line", ["GEMINI_API_KEY", "hush hush", "GEMINI_API_KEY='hush", '="hush"', "1KEY=hush", "A='x' y"]
)
def test_bad_lines_of_a_dotenv(tmp_path: Path, line: str) -> None:
    """A line that is no assignment is named by its number; what it says is not repeated."""
    assert faults(tmp_path, f"# first\n{line}\n") == [
        ".env:2:1: expected NAME=value, the value in quotes where it holds blanks or quotes"
    ]


def test_faults_of_a_dotenv(tmp_path: Path) -> None:
    """Each fault has its line, beside those of the YAML."""
    dotenv = "GEMINI_API_KEY=a\nGEMINI_API_KEY=b\nSLACK_BOT_TOKEN_FILE=none\nSMTP_PASSWORD=a\nSMTP_PASSWORD_FILE=b\n"
    assert faults(tmp_path, dotenv) == [
        ".env:2:1: GEMINI_API_KEY: set twice (first in line 1)",
        ".env:3:1: SLACK_BOT_TOKEN_FILE: can't read none: No such file or directory",
        ".env:5:1: SMTP_PASSWORD_FILE: SMTP_PASSWORD is set as well: keep one of them",
    ]


def test_a_dotenv_that_is_none(tmp_path: Path) -> None:
    """Bytes and bulk are refused; a folder of that name is somebody's virtual environment."""
    (tmp_path / ".env").mkdir()
    assert key(tmp_path) is None
    (tmp_path / ".env").rmdir()
    (tmp_path / ".env").write_bytes(b"GEMINI_API_KEY=\xff\n")
    assert faults(tmp_path) == [".env:1:1: not a text in UTF-8"]
    assert faults(tmp_path, "#" * 70_000) == [".env:1:1: larger than 64 kB: this is no .env"]


def test_files_that_hold_no_secret(tmp_path: Path) -> None:
    """A named file that is missing, empty, a folder or no text is a fault of the variable."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "lines").write_text("hush\nhush\n")
    said = [
        faults(tmp_path, GEMINI_API_KEY_FILE=str(tmp_path / name))[0].removeprefix("subscribers.yaml:1:1: ")
        for name in ("none", "empty", "bytes", "", "lines")
    ]
    assert said == [
        "GEMINI_API_KEY_FILE: can't read none: No such file or directory",
        "GEMINI_API_KEY_FILE: empty is empty",
        "GEMINI_API_KEY_FILE: bytes is not a text in UTF-8",
        f"GEMINI_API_KEY_FILE: can't read {tmp_path}: Is a directory",
        "GEMINI_API_KEY_FILE: holds a line break or another control character",
    ]


def test_secrets_do_not_show(tmp_path: Path) -> None:
    """Neither the settings' repr nor an error holds a secret."""
    assert "hush" not in repr(settings(tmp_path, GEMINI_API_KEY="hush", SLACK_BOT_TOKEN="xoxb-hush"))
    assert "hush" not in "".join(faults(tmp_path, "SMTP_PASSWORD_FILE=x\nhush", SLACK_BOT_TOKEN="hush\nhush"))


# --- how secrets are pasted ----------------------------------------------------------------------

XOXB = "xoxb-hush-hush-hush"
MAIL = YAML + "email: {host: smtp.example.org, sender: a@example.org, username: a@example.org}\n"


def warnings(folder: Path, dotenv: str | None = None, **environ: str) -> list[str]:
    return [one.replace(f"{folder}/", "") for one in settings(folder, dotenv, **environ).warnings]


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (f'"{XOXB}"', "quotes"),
        (f"'{XOXB}'", "quotes"),
        (f"\u201c{XOXB}\u201d", "quotes"),
        (f"\"'{XOXB}'\"", "quotes"),
        (f"Bearer {XOXB}", "Bearer"),
        (f'"bearer  {XOXB}"', "Bearer"),
        (f"Authorization: Bearer {XOXB}", "Bearer"),
        (f"{XOXB}\u00a0", "a no-break space (U+00A0) at character 20"),
        (f"\ufeff{XOXB}", "a byte order mark (U+FEFF) at character 1"),
        ("xoxb-hush\u200b-hush\u200b-hush", "a zero width space (U+200B) at character 10 and 16"),
        (f"\u3000{XOXB}\u00a0", "an ideographic space (U+3000) at character 1 and a no-break space (U+00A0)"),
    ],
)
def test_a_token_is_freed_of_what_no_token_holds(tmp_path: Path, written: str, named: str) -> None:
    """It is used as it was meant, and what was left out is named, without the token."""
    found = settings(tmp_path, SLACK_BOT_TOKEN=written)
    assert found.slack.token == Secret(XOXB)
    assert any(one.startswith(("subscribers.yaml", str(tmp_path))) and named in one for one in found.warnings)
    assert all("SLACK_BOT_TOKEN" in one and "hush" not in one for one in found.warnings)
    (tmp_path / "token").write_text(f"{written}\r\n", encoding="utf-8")
    assert settings(tmp_path, SLACK_BOT_TOKEN_FILE=str(tmp_path / "token")).slack.token == Secret(XOXB)


@pytest.mark.parametrize("written", [f" {XOXB}\t", f"{XOXB}\n", XOXB, f"xoxe.{XOXB}"])
def test_blanks_around_a_token_are_no_news(tmp_path: Path, written: str) -> None:
    """A line break, or a blank that can't belong to it."""
    found = settings(tmp_path, SLACK_BOT_TOKEN=written)
    assert found.slack.token == Secret(written.strip())
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("name", "written", "named"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-hush", "a Slack app-level token"),
        ("SLACK_BOT_TOKEN", "xoxp-1-hush", "the token of a Slack user"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxp-1-hush", "the token of a Slack user"),
        ("SLACK_BOT_TOKEN", "xoxc-1-hush", "a Slack token of another kind"),
        ("SLACK_BOT_TOKEN", "https://hooks.slack.com/services/hush", "the address of a Slack webhook"),
        ("SLACK_BOT_TOKEN", "https://hush.slack.com", "a web address"),
        ("SLACK_BOT_TOKEN", "AIza-hush-hush-hush-hush-hush-hush", "belongs into GEMINI_API_KEY"),
        ("SLACK_BOT_TOKEN", "xoxb\u2013hush", "an en dash (U+2013) at character 5"),
        ("GEMINI_API_KEY", f'"{XOXB}"', "a Slack bot token"),
        ("GEMINI_API_KEY", XOXB, "belongs into SLACK_BOT_TOKEN"),
        ("GEMINI_API_KEY", "sk-proj-hush-hush-hush", "a key of another model's service"),
        ("GEMINI_API_KEY", "https://aistudio.google.com/hush", "a web address"),
        ("GEMINI_API_KEY", "\u043aey-hush", "a cyrillic small letter ka (U+043A) at character 1"),
        ("SMTP_PASSWORD", XOXB, "belongs into SLACK_BOT_TOKEN"),
        ("SMTP_PASSWORD", "AIza-hush-hush-hush-hush-hush-hush", "belongs into GEMINI_API_KEY"),
    ],
)
def test_the_secret_of_another_is_refused(tmp_path: Path, name: str, written: str, named: str) -> None:
    """It would be sent to the wrong service. The remedy is named, the value is not."""
    for said in (faults(tmp_path, **{name: written}), faults(tmp_path, f"# mine\n{name}={written}\n")):
        (fault,) = said
        assert f"{name}: " in fault
        assert named in fault
        assert " there" in fault
        assert "hush" not in fault
    assert said[0].startswith(".env:2:1: ")


def test_a_token_that_can_not_be_used_is_not_called_missing(tmp_path: Path) -> None:
    """One fault, for one mistake."""
    text = YAML.replace("file: digests/", "slack: '#em'")
    with pytest.raises(ConfigError) as caught:
        parse(text, tmp_path / "subscribers.yaml", {"SLACK_BOT_TOKEN": "xapp-1-hush"})
    assert len(caught.value.faults) == 1


def password(folder: Path, dotenv: str | None = None, **environ: str) -> tuple[str | None, list[str]]:
    if dotenv is not None:
        (folder / ".env").write_text(dotenv, encoding="utf-8")
    found = parse(MAIL, folder / "subscribers.yaml", environ)
    assert found.email is not None
    secret = found.email.password
    return secret.reveal() if secret else None, [one.replace(f"{folder}/", "") for one in found.warnings]


@pytest.mark.parametrize("blank", ["\u00a0", " \u00a0", "\u3000", "\u00a0 "])
def test_googles_groups_are_joined(tmp_path: Path, blank: str) -> None:
    """An app password as Google's page shows it; what parted its groups is named where it stands."""
    value, said = password(tmp_path, f"# mail\nSMTP_PASSWORD=abcd{blank}efgh{blank}ijkl{blank}mnop\n")
    assert value == "abcdefghijklmnop"
    (warning,) = said
    first = 19 + blank.index(blank.strip(" "))
    assert warning.startswith(f".env:2:{first}: SMTP_PASSWORD: holds ")
    assert "app password" in warning
    assert "abcd" not in warning


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("pa\u00a0ss", "a no-break space (U+00A0) at character 3"),
        ('"hush"', "quotes"),
        ("hush ", "blank"),
        ("abcd efgh ijkl mnop", ""),
        ("pass \u00e4 word", ""),
        ("sk-hush-hush-hush-hush", ""),
        ("Bearer hush", ""),
    ],
)
def test_any_other_password_stays_as_it_is(tmp_path: Path, written: str, named: str) -> None:
    """It may hold anything on purpose: what is odd is only named."""
    value, said = password(tmp_path, SMTP_PASSWORD=written)
    assert value == written
    assert len(said) == bool(named)
    assert named in "".join(said)
    assert written.strip() not in "".join(said)


def test_blanks_are_no_secret(tmp_path: Path) -> None:
    """Nor are quotes around nothing: then there is none, and that is said."""
    for nothing in (" ", '""', "\u00a0", "' '"):
        assert key(tmp_path, GEMINI_API_KEY=nothing) is None
        assert any("counts as not set" in one for one in warnings(tmp_path, GEMINI_API_KEY=nothing))


def test_an_invisible_character_that_breaks_a_line_is_named(tmp_path: Path) -> None:
    """By its place, as what is wrong can't be seen."""
    assert faults(tmp_path, "# x\n\u00a0GEMINI_API_KEY=hush\n") == [
        ".env:2:1: a no-break space (U+00A0): delete it, and expected is NAME=value"
    ]


# --- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GEMINI_KEY", "GEMINI_API_KEY"),
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        ("GEMINI_APIKEY", "GEMINI_API_KEY"),
        ("gemini_api_key", "GEMINI_API_KEY"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_API_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SMTP_PASS", "SMTP_PASSWORD"),
        ("EMAIL_PASSWORD", "SMTP_PASSWORD"),
        ("SMTP_PASS_FILE", "SMTP_PASSWORD_FILE"),
    ],
)
def test_a_likely_name_gets_a_hint(tmp_path: Path, name: str, meant: str) -> None:
    """Unless the secret is set under its own name."""
    assert warnings(tmp_path, f"\n{name}=hush\n") == [f".env:2:1: {name}: is not read: did you mean {meant}?"]
    stem = meant.removesuffix("_FILE")
    assert warnings(tmp_path, **{stem: "hush"}) == []
    assert warnings(tmp_path, f"{stem}=hush\n{name}=hush\n") == []


@pytest.mark.parametrize(
    "name", ["OTHER", "SMTP_USER", "SLACK_CHANNEL", "GEMINI_MODEL", "GOOGLE_CLOUD_PROJECT", "PASSWORD"]
)
def test_other_names_are_somebody_elses(tmp_path: Path, name: str) -> None:
    """A .env may serve several programs."""
    assert warnings(tmp_path, f"{name}=hush\n") == []


def test_a_hint_stands_beside_the_fault_that_it_explains(tmp_path: Path) -> None:
    """A token is missing because it goes by another name."""
    (tmp_path / ".env").write_text("SLACK_TOKEN=xoxb-hush\n")
    with pytest.raises(ConfigError) as caught:
        parse(YAML.replace("file: digests/", "slack: '#em'"), tmp_path / "subscribers.yaml", {})
    assert [fault.message.partition(":")[0] for fault in caught.value.faults] == [
        "needs a token",
        "is not read",
    ]


def test_an_inherited_google_key_is_not_ours(tmp_path: Path) -> None:
    """It is a key for maps, as a rule: only GEMINI_API_KEY is read."""
    assert key(tmp_path, GOOGLE_API_KEY="maps") is None
    assert key(tmp_path, GOOGLE_API_KEY="maps", GEMINI_API_KEY="ours") == "ours"


def test_the_inputs_that_failed(tmp_path: Path, shared: Path) -> None:
    """docker's quotes, and an app password pasted from Google's page."""
    edges = shared / "cases" / "edges"
    value, said = password(tmp_path, (edges / "nbsp-password.env").read_text(encoding="utf-8"))
    assert value == "abcdefghijklmnop"
    assert "no-break space (U+00A0)" in said[0]
    (tmp_path / ".env").unlink()
    line = (edges / "token-quoted.env-sh").read_text(encoding="utf-8")
    quoted = line.partition("=")[2].strip().strip("'")
    assert settings(tmp_path, SLACK_BOT_TOKEN=quoted).slack.token == Secret("xoxb-lab-token")
    assert "quotes" in warnings(tmp_path, SLACK_BOT_TOKEN=quoted)[0]


def test_a_secret_that_every_user_can_read_is_warned_of(tmp_path: Path) -> None:
    """Its file is named with the command that closes it; a group may have been let in on purpose."""
    written, key_file = tmp_path / ".env", tmp_path / "key"
    key_file.write_text("hush\n")
    key_file.chmod(0o644)
    (told,) = settings(tmp_path, "GEMINI_API_KEY_FILE=key\n").warnings
    assert told.endswith(
        f".env:1:1: GEMINI_API_KEY_FILE: every user of this machine can read key: `chmod 600 {key_file}`"
    )
    key_file.chmod(0o640)
    written.chmod(0o604)
    (told,) = settings(tmp_path).warnings
    assert told.endswith(f".env:1:1: every user of this machine can read .env: `chmod 600 {written}`")
    written.chmod(0o640)
    assert settings(tmp_path).warnings == ()


def test_a_secret_comes_from_a_file_that_ends(tmp_path: Path) -> None:
    """A device would fill the memory, and a pipe that nobody writes to would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("/dev/zero", str(tmp_path / "pipe")):
        (line,) = faults(tmp_path, GEMINI_API_KEY_FILE=name)
        assert line.endswith(f"can't read {name.replace(f'{tmp_path}/', '')}: it is no file")


@pytest.mark.parametrize(
    ("section", "environ"),
    [("gemini", {"GEMINI_API_KEY": "hush"}), ("slack", {"SLACK_BOT_TOKEN": "xoxb-1"})],
    ids=["gemini", "slack"],
)
def test_a_key_does_not_travel_unencrypted(tmp_path: Path, section: str, environ: dict[str, str]) -> None:
    """But on this machine, or where there is none."""

    def read(url: str, **environ: str) -> Settings:
        return parse(f"{section}: {{base_url: '{url}'}}\n{YAML}", tmp_path / "subscribers.yaml", environ)

    with pytest.raises(ConfigError, match=f"{section}.base_url: needs https://"):
        read("http://proxy.example/api/", **environ)
    read("https://proxy.example/api/", **environ)
    read("http://127.0.0.1:8000/api/", **environ)
    read("http://localhost:8000/api/", **environ)
    read("http://proxy.example/api/")
