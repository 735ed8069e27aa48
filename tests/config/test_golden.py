"""What a person reads who got the YAML wrong: word for word, place for place.

Each ``golden/NAME.yaml`` has its lines in ``golden/NAME.txt``; a first comment ``# without NAME`` takes
that secret out of the environment. A missing ``.txt`` is written, and fails the run once.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.config import load
from bot.errors import ConfigError

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))
SECRETS = {
    "GEMINI_API_KEY": "gemini-hush-hush",
    "SLACK_BOT_TOKEN": "slack-hush-hush",
    "SMTP_PASSWORD": "smtp-hush-hush",
}


def lines_of(name: str) -> str:
    """What is said of a golden file, loaded as ``subscribers.yaml`` from the working folder."""
    shutil.copy(GOLDEN / f"{name}.yaml", "subscribers.yaml")
    first = Path("subscribers.yaml").read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    without = re.fullmatch(r"# without (\w+)", first)
    environ = {key: value for key, value in SECRETS.items() if not without or key != without[1]}
    with pytest.raises(ConfigError) as caught:
        load(Path("subscribers.yaml"), environ)
    return f"{caught.value}\n"


@pytest.mark.parametrize("name", CASES)
def test_lines(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is reported in the words, and at the line and column, that are kept here."""
    monkeypatch.chdir(tmp_path)
    said, expected = lines_of(name), GOLDEN / f"{name}.txt"
    if not expected.exists():
        expected.write_text(said, encoding="utf-8")
        pytest.fail(f"{expected.name} was missing and has been written: look at it")
    assert said == expected.read_text(encoding="utf-8")


def test_one_fault_one_line() -> None:
    """Every golden file with one fault has exactly one line, and there are more than forty of them."""
    counts = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in GOLDEN.glob("*.txt")}
    assert counts.pop("ten-faults") == 10
    assert set(counts.values()) == {1}
    assert len(counts) > 40


def test_no_golden_line_tells_a_secret() -> None:
    """What looks like a secret, or was written where one does not belong, is never repeated."""
    said = "".join(path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.txt"))
    for secret in ("not-a-real", "NotAReal", "correct-horse", "me:secret", "hush-hush"):
        assert secret not in said
