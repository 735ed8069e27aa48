"""`check --live` and `once` against services that answer: one line each, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import main
from bot.demo.gemini import GeminiFault
from tests.cli.conftest import Services


def yaml(services: Services) -> str:
    return f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}"}}
slack: {{base_url: "{services.slack.base_url}"}}
email: {{host: 127.0.0.1, port: {services.smtp.port}, security: none, username: bot, sender: bot@example.org}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", email: ada@example.org}}
  - {{name: bob, topics: [microscopy], slack: "#secret"}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: Services) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "GEMINI_API_KEY": "key",
        "SLACK_BOT_TOKEN": "xoxb-right",
        "SMTP_PASSWORD": "right",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "subscribers.yaml").write_text(yaml(services))
    return tmp_path


def check_live(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--live"])
    lines = capsys.readouterr().out.splitlines()
    assert isinstance(ended.value.code, int)
    return ended.value.code, [line for line in lines if line.startswith(("ok", "warn", "FAIL"))]


def test_each_service_and_each_channel_has_a_line(
    folder: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """What works is said, what doesn't comes with the remedy in words."""
    services.slack.scopes.discard("chat:write.public")
    status, lines = check_live(capsys)
    text = "\n".join(lines)
    assert status == 1
    assert text.count("arXiv") == 2
    assert "ok   Gemini gemini-flash-latest" in text
    (secret,) = (line for line in lines if "#secret" in line)
    assert secret.startswith("FAIL")
    assert "/invite" in secret
    (member,) = (line for line in lines if "#em-papers" in line)
    assert member.startswith("ok")
    assert any(line.startswith("ok   SMTP 127.0.0.1") for line in lines)
    assert not services.smtp.mails
    assert not services.slack.posts()


def test_what_only_could_be_better_is_no_failure(
    folder: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """A public channel that the bot was not invited to takes its digests; a folder is made when needed."""
    with (folder / "subscribers.yaml").open("a") as file:
        file.write("  - {name: cyd, topics: [microscopy], file: reports/}\n")
    status, lines = check_live(capsys)
    assert status == 0
    (uninvited,) = (line for line in lines if "#secret" in line)
    assert uninvited.startswith("warn")
    assert "/invite" in uninvited
    assert lines[-1] == f"ok   folder {folder / 'reports'}: made with the first report"
    assert not (folder / "reports").exists()


def test_a_folder_that_can_not_be_written_fails_the_check(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first digest, with the remedy."""
    (folder / "blocked").write_text("a file")
    with (folder / "subscribers.yaml").open("a") as file:
        file.write("  - {name: cyd, topics: [microscopy], file: blocked/below}\n")
    status, lines = check_live(capsys)
    assert status == 1
    assert lines[-1].startswith("FAIL folder")
    assert "a file is in the way" in lines[-1]


@pytest.mark.parametrize(
    ("name", "subject", "remedy"),
    [
        ("GEMINI_API_KEY", "Gemini", "GEMINI_API_KEY"),
        ("SLACK_BOT_TOKEN", "Slack", "SLACK_BOT_TOKEN"),
        ("SMTP_PASSWORD", "SMTP", "SMTP_PASSWORD"),
    ],
)
def test_a_wrong_secret_is_named_but_never_shown(
    folder: Path,
    services: Services,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    subject: str,
    remedy: str,
) -> None:
    """The remedy says which variable; the value appears nowhere."""
    wrong = "xoxb-wrong-0000" if "SLACK" in name else "wrong-0000"
    monkeypatch.setenv(name, wrong)
    if "GEMINI" in name:
        services.gemini.fault_for = lambda _: GeminiFault.INVALID_KEY
    status, lines = check_live(capsys)
    assert status == 1
    failed = [line for line in lines if line.startswith("FAIL") and subject in line]
    assert failed
    assert remedy in failed[0]
    assert wrong not in "\n".join(lines)


def test_a_model_that_does_not_exist_is_named_with_its_key(
    folder: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name has the right form: only Gemini knows that there is none."""
    (folder / "subscribers.yaml").write_text(
        yaml(services).replace("gemini: {", "gemini: {model: gemini-9.9-flash, ")
    )
    status, lines = check_live(capsys)
    assert status == 1
    (line,) = (line for line in lines if "Gemini" in line)
    assert line.startswith("FAIL Gemini gemini-9.9-flash: ")
    assert "gemini.model" in line


def test_a_pasted_secret_works_and_is_named(
    folder: Path, services: Services, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotes that docker keeps, and `Bearer` from a header: all services take them, and `check` says so."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", '"Bearer xoxb-right"')
    monkeypatch.setenv("GEMINI_API_KEY", "\u00a0key")
    with pytest.raises(SystemExit):
        main(["check"])
    err = capsys.readouterr().err
    assert "warning: subscribers.yaml:1:1: SLACK_BOT_TOKEN: has quotes around it" in err
    assert "SLACK_BOT_TOKEN: has `Bearer ` before it" in err
    assert "GEMINI_API_KEY: holds a no-break space (U+00A0) at character 1" in err
    _, lines = check_live(capsys)
    assert "ok   Slack token: @arxiv-digest" in "\n".join(lines)
    assert "xoxb-right" not in err + "\n".join(lines)
