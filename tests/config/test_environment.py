"""Where secrets come from, and that they stay there."""

from __future__ import annotations

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
