"""The front door: what a person types, what they read, and the exit status."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from bot.cli import cli
from bot.history import MatchSource, NewMessage, Placement, ServiceWait
from bot.models import Receipt, Target
from bot.store.opening import open_store
from tests.cli.conftest import Run
from tests.conftest import ROOT
from tests.samples import NOON, paper, subscriber

YAML = """\
arxiv: {contact: ada@example.org, api_url: "http://127.0.0.1:9/api", rss_url: "http://127.0.0.1:9"}
topics:
  microscopy: {keywords: [ptychography], categories: [cond-mat.mtrl-sci]}
subscribers:
  - {name: ada, topics: [microscopy], file: reports/}
"""


@pytest.fixture
def configured(run: Run, tmp_path: Path) -> Run:
    """The same with a configuration in place."""
    (tmp_path / "subscribers.yaml").write_text(YAML)
    return run


def test_init_writes_a_configuration_that_check_accepts(run: Run, tmp_path: Path) -> None:
    """Valid as it stands, without any account; and never overwritten."""
    assert run("init").status == 0
    checked = run("check")
    assert checked.status == 0
    assert "no faults" in checked.out
    written = (tmp_path / "subscribers.yaml").read_bytes()

    again = run("init")
    assert again.status == 2
    assert "exists already" in again.err
    assert (tmp_path / "subscribers.yaml").read_bytes() == written


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "here.yaml", "check"),
        ("check", "-c", "here.yaml"),
        ("check", "--config", "here.yaml", "--verbose"),
    ],
)
def test_global_options_go_before_or_after_the_command(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """As contract 1 has it."""
    (tmp_path / "here.yaml").write_text(YAML)
    said = run(*arguments)
    assert said.status == 0
    assert "here.yaml" in said.out


def test_the_environment_names_the_configuration(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$ARXIV_DIGEST_CONFIG is the default of --config."""
    (tmp_path / "there.yaml").write_text(YAML)
    monkeypatch.setenv("ARXIV_DIGEST_CONFIG", "there.yaml")
    assert run("check").status == 0


def test_check_shows_how_arxiv_reads_a_query(configured: Run) -> None:
    """What is sent, and how arXiv's grammar takes it."""
    said = configured("check")
    assert 'sent to arXiv: ((all:"ptychography") AND (cat:cond-mat.mtrl-sci))' in said.out.replace(
        '(all:"ptychography" AND cat:cond-mat.mtrl-sci)', '((all:"ptychography") AND (cat:cond-mat.mtrl-sci))'
    )
    assert "arXiv reads:" in said.out


def test_check_reads_the_whole_database(configured: Run, tmp_path: Path) -> None:
    """Damage in a part that nobody reads today is told while there are backups; other commands still read."""
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.papers.add([paper(f"2611.{n:05}", abstract="x" * 3000) for n in range(200)], NOON)
    store.close()
    database = tmp_path / "state" / "arxiv-digest.db"
    content = bytearray(database.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 2048] = b"\xa5" * 2048
    database.write_bytes(content)
    said = configured("check")
    assert said.status == 2
    assert re.search(
        r"arxiv-digest\.db: this is not a sound SQLite database .*; put it aside and restore a backup",
        said.err,
    )
    assert database.read_bytes() == content


@pytest.mark.parametrize("arguments", [("check",), ("status",), ("retry",), ("explain", "2611.00001", "ada")])
def test_an_empty_database_is_named(
    configured: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, arguments: tuple[str, ...]
) -> None:
    """A full disk may have left it of a memory of years: nobody learns that from papers that come twice."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "arxiv-digest.db").touch()
    said = configured(*arguments)
    assert "state/arxiv-digest.db: the database is an empty file" in said.err + caplog.text
    open_store(tmp_path / "state" / "arxiv-digest.db").close()
    caplog.clear()
    assert "empty file" not in configured("check").err + caplog.text


def test_check_says_when_digests_come(run: Run, tmp_path: Path) -> None:
    """The next three, in the subscriber's zone, with the schedule and the zone they follow from."""
    (tmp_path / "subscribers.yaml").write_text(
        "arxiv: {contact: ada@example.org}\n"
        'topics: {t: {query: \'ti:"a" and ti:"b"\'}}\n'
        "subscribers:\n"
        "  - {name: ada, topics: [t], file: d, schedule: weekly mon 08:30, timezone: Asia/Tokyo}\n"
        "  - {name: bob, topics: [t], file: e, schedule: immediately}\n"
    )
    said = run("check")
    assert said.status == 0
    assert re.search(
        r"ada: next digests (Mon \d{4}-\d\d-\d\d 08:30 Asia/Tokyo(, )?){3} \(weekly mon 08:30\)",
        said.out,
    )
    assert "bob: next digests as soon as papers are found" in said.out
    assert "subscribers.yaml:2:29: topics.t.query: 'and' is a word to search for" in said.err


def test_check_warns_of_names_that_vanished(configured: Run, tmp_path: Path) -> None:
    """A misspelt rename would start anew without its history."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.subscriptions.sync([subscriber("adda"), subscriber("ada")], NOON)
    store.close()
    said = configured("check")
    assert said.status == 0
    assert "'adda' that the configuration no longer has" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("bogus",), "No such command 'bogus'"),
        (("onec",), "No such command 'onec'. Did you mean 'once'?"),
        (("once", "--only", "adda"), "unknown subscriber 'adda' (did you mean 'ada'?)"),
        (("preview", "nobody"), "unknown subscriber 'nobody'; there are: ada"),
        (("explain", "no-id", "ada"), "'no-id' is not an arXiv id"),
        (("check", "--nonsense"), "No such option"),
        (("once", "--since", "yesterday"), "'yesterday' does not match the format '%Y-%m-%d'"),
        (("once", "--since", "2999-01-01"), "--since 2999-01-01 has not come yet"),
        (("history", "adda"), "unknown subscriber 'adda' (did you mean 'ada'?)"),
    ],
)
def test_a_wrong_command_line_exits_2_and_says_why(
    configured: Run, arguments: tuple[str, ...], expected: str
) -> None:
    """Nothing is touched, and the message names the remedy."""
    said = configured(*arguments)
    assert said.status == 2
    assert expected in said.err
    assert "Traceback" not in said.err


def test_a_broken_yaml_exits_2_with_a_line_a_fault(configured: Run, tmp_path: Path) -> None:
    """All at once, with file, line and column."""
    (tmp_path / "subscribers.yaml").write_text(
        YAML.replace("[microscopy]", "[microscpy]").replace("file", "fle")
    )
    said = configured("once")
    assert said.status == 2
    assert "subscribers.yaml:5:26: subscribers[0].topics[0]: unknown topic 'microscpy'" in said.err
    assert "(did you mean 'microscopy'?)" in said.err
    assert "'fle'" in said.err
    assert not (tmp_path / "state").exists()


def test_a_second_process_on_the_database_exits_2(configured: Run, tmp_path: Path) -> None:
    """`once` beside a daemon: nothing is touched, and the holder is named."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    said = configured("once")
    store.close()
    assert said.status == 2
    assert "holds this database" in said.err


def test_status_and_explain_before_the_first_round(configured: Run) -> None:
    """They only read, and say so when there is nothing yet."""
    said = configured("status", "--json")
    assert said.status == 0
    assert json.loads(said.out)["papers"]["seen"] == 0
    assert "never" in configured("status").out
    assert "Nothing was polled yet" in configured("explain", "2611.00001", "ada").out
    assert "no database yet" in configured("retry").out
    assert configured("history", "ada").out == "ada has had no digest yet.\n"
    assert configured("history", "ada", "--json").out == "[]\n"


def test_history_tells_each_digest_and_what_became_of_it(configured: Run, tmp_path: Path) -> None:
    """The newest first, in the subscriber's zone; for programs the same in UTC."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.subscriptions.sync([subscriber("ada")], NOON)
    store.papers.add([paper("2611.00001")], NOON)
    message = NewMessage(Target("file", "/reports"), 1, 1, b"{}", (Placement("2611.00001", 1, "full", 1),))
    store.outbox.add_digest("ada", None, NOON, lambda _: ('{"timezone": "UTC"}', [message]), NOON)
    (envelope,) = store.outbox.waiting(None)
    store.outbox.mark_sent(envelope, Receipt("/reports", "1"), NOON)
    store.outbox.add_digest("ada", None, NOON, lambda _: ('{"timezone": "UTC"}', []), NOON)
    store.close()

    assert configured("history", "ada").out.splitlines() == [
        "   2  Mon 2026-11-16 12:00 UTC  0 papers",
        "   1  Mon 2026-11-16 12:00 UTC  1 paper",
        "      file /reports: sent Mon 2026-11-16 12:00 UTC",
    ]
    newest, oldest = json.loads(configured("history", "ada", "--json").out)
    assert (newest["number"], newest["targets"]) == (2, [])
    assert (oldest["number"], oldest["date"], oldest["papers"]) == (1, "2026-11-16T12:00:00Z", 1)
    assert [(one["state"], one["address"]) for one in oldest["targets"]] == [("sent", "/reports")]


def test_a_service_that_is_left_alone_is_shown_and_asked_again_on_demand(
    configured: Run, tmp_path: Path
) -> None:
    """Else one answer could silence it for a day, and nobody would know why, nor what to do."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    until = datetime.now(UTC) + timedelta(hours=20)
    store.notices.set_wait(ServiceWait("arXiv", until, "status 503"))
    store.close()
    (wait,) = json.loads(configured("status", "--json").out)["waits"]
    assert (wait["service"], wait["reason"]) == ("arXiv", "status 503")
    assert "arXiv asked to be left alone until" in configured("status").out
    assert "arXiv is asked again" not in configured("retry", "ada").out  # no digest goes there
    assert "arXiv is asked again" in configured("retry").out
    assert json.loads(configured("status", "--json").out)["waits"] == []


def test_status_has_one_shape(configured: Run, tmp_path: Path) -> None:
    """A program finds the same keys before the first round as afterwards, and every subscriber."""
    before = json.loads(configured("status", "--json").out)
    assert not (tmp_path / "state").exists()
    (tmp_path / "state").mkdir()
    open_store(tmp_path / "state" / "arxiv-digest.db").close()
    after = json.loads(configured("status", "--json").out)
    for facts in (before, after):
        facts["polls"]["next"] = facts["subscribers"][0]["next_digest"] = ""
    assert before == after
    assert [one["name"] for one in before["subscribers"]] == ["ada"]


@pytest.mark.parametrize(
    "arguments", [("status",), ("explain", "2611.00001", "bob"), ("retry",), ("preview", "bob")]
)
def test_reading_needs_no_secrets(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The daemon's secrets are not in the shell of the person who asks how it is."""
    (tmp_path / "subscribers.yaml").write_text(
        f"{YAML}  - {{name: bob, topics: [microscopy], slack: '#a'}}\n"
    )
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN_FILE=nowhere\n")
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.polls.finish(store.polls.begin(NOON), NOON, complete=True)
    store.close()
    assert run(*arguments).status == 0
    assert run("once").status == run("check").status == 2


@pytest.mark.parametrize("out", ["nowhere/preview.html", "."])
def test_a_preview_that_can_t_be_written_says_so(configured: Run, tmp_path: Path, out: str) -> None:
    """In one line, with exit 2."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.polls.finish(store.polls.begin(NOON), NOON, complete=True)
    store.close()
    said = configured("preview", "ada", "--out", out)
    assert said.status == 2
    assert f"{out} can't be written" in said.err
    assert configured("preview", "ada", "--out", "-").out == configured("preview", "ada").out


@pytest.mark.parametrize(
    "paper_id",
    [
        "2611.00042",
        "arXiv:2611.00042v3",
        "https://arxiv.org/abs/2611.00042",
        "http://www.arxiv.org/pdf/2611.00042v1.pdf",
        "export.arxiv.org/abs/2611.00042",
    ],
)
def test_explain_takes_a_paper_as_people_write_it(configured: Run, tmp_path: Path, paper_id: str) -> None:
    """By its id or any of arXiv's addresses."""
    (tmp_path / "state").mkdir()
    open_store(tmp_path / "state" / "arxiv-digest.db").close()
    assert "2611.00042 was never seen" in configured("explain", paper_id, "ada").out


def test_explain_says_what_became_of_a_paper(configured: Run, tmp_path: Path) -> None:
    """Seen, matched or not and why; links and versions are understood."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    ada = subscriber("ada")
    store.subscriptions.sync([ada], NOON)
    store.papers.add([paper("2611.00001", title="Strings", abstract="On strings.")], NOON)
    store.close()
    said = configured("explain", "https://arxiv.org/abs/2611.00001v2", "ada")
    assert "2611.00001 “Strings”, submitted 15 November 2026" in said.out
    assert "Topic microscopy did not match" in said.out
    assert "2611.00042 was never seen" in configured("explain", "2611.00042", "ada").out


def test_search_finds_stored_papers_by_their_words(configured: Run, tmp_path: Path) -> None:
    """The best first, readable, for people and for programs; what no paper holds is no error."""
    assert "Nothing was polled yet" in configured("search", "helium").out
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.papers.add(
        [
            paper("2611.00001", title="Cold gases", abstract="Among them $^4$He, helium."),
            paper("2611.00002", title=r"Helium in $\alpha$-quartz", abstract="It diffuses."),
        ],
        NOON,
    )
    store.papers.add_matches(["2611.00002"], ["microscopy"], MatchSource.SEARCH, "", NOON)
    store.close()
    lines = configured("search", "HELIUM").out.splitlines()
    assert [line.split()[0] for line in lines] == ["2611.00002", "2611.00001"]
    assert lines[0].endswith("Helium in α-quartz [microscopy]")
    assert json.loads(configured("search", "--json", "helium quartz").out) == [], (
        "no phrase: a word stands between"
    )
    (found,) = json.loads(configured("search", "--json", "quartz", "diffuses").out)
    assert (found["id"], found["topics"], found["received_by"]) == ("2611.00002", ["microscopy"], [])
    assert "No stored paper holds these words" in configured("search", "hydrogen").out
    assert configured("search", "--", "-").status == 2


def test_pause_and_resume_hold_at_once_and_are_shown(configured: Run, tmp_path: Path) -> None:
    """Until a day, in the subscriber's zone; a day that has begun is refused, and nothing happens then."""
    assert configured("pause", "ada").status == 2, "there is no database yet"
    (tmp_path / "state").mkdir()
    open_store(tmp_path / "state" / "arxiv-digest.db").close()
    assert "nothing was held back" in configured("resume", "ada").out
    assert configured("pause", "ada", "--until", "2020-01-01").status == 2
    assert configured("pause", "nobody").status == 2
    said = configured("pause", "ada", "--until", "2099-01-07")
    assert (said.status, "ada: nothing is delivered until Wed 2099-01-07" in said.out) == (0, True)
    assert "paused until Wed 2099-01-07" in configured("status").out
    held = {
        target["held"]
        for target in json.loads(configured("status", "--json").out)["subscribers"][0]["targets"]
    }
    assert len(held) == 1
    assert None not in held
    assert "delivered again from now on" in configured("resume", "ada").out
    assert "paused" not in configured("status").out


def test_backup_copies_beside_a_holder(configured: Run, tmp_path: Path) -> None:
    """Also while the daemon runs; never over an existing file."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    assert configured("backup", "copy.db").status == 0
    assert (tmp_path / "copy.db").stat().st_size > 0
    said = configured("backup", "copy.db")
    store.close()
    assert said.status == 2
    assert "never overwrites" in said.err


def test_demo_leaves_digests_to_look_at(run: Run, tmp_path: Path) -> None:
    """The whole pipeline, without account, key or network."""
    said = run("demo")
    assert said.status == 0
    out = tmp_path / "arxiv-digest-demo"
    assert "arxiv-digest-demo/mail.html" in said.out
    mail = (out / "mail.html").read_text()
    assert "ptychography" in mail
    assert "\\text" not in mail
    assert "arxiv.org/abs/" in (out / "slack.html").read_text()
    (report,) = (out / "report").glob("*.md")
    assert "- **Objective**:" in report.read_text()
    assert (out / "report" / "index.html").exists()
    assert not (tmp_path / "state").exists()


def test_the_readme_names_commands_and_options_that_exist() -> None:
    """Documentation is tested: every `arxiv-digest …` in the README is a command with these options."""
    text = (ROOT / "README.md").read_text()
    found = re.findall(r"arxiv-digest ((?:--[a-z-]+ )*[a-z]+)((?: --[a-z-]+)*)", text)
    assert len(found) > 10
    context = click.Context(cli)
    for name, options in found:
        command = cli.get_command(context, name.split()[-1])
        if name in ("bot", "digest"):
            continue
        assert command is not None, name
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options.split()) <= known, (name, options)


def test_every_command_has_help(run: Run) -> None:
    """`--help` reads like a good man page: each command has a text of its own."""
    listing = run("--help")
    assert listing.status == 0
    for name in cli.list_commands(click.Context(cli)):
        assert name in listing.out
        said = run(name, "--help")
        assert said.status == 0
        assert len(said.out) > 200


def test_every_time_that_status_prints_names_its_zone(configured: Run, tmp_path: Path) -> None:
    """Digests in their reader's zone, all else in UTC; for programs everything in UTC."""
    path = tmp_path / "subscribers.yaml"
    path.write_text(path.read_text().replace("file:", "timezone: Asia/Tokyo, schedule: daily 08:30, file:"))
    store = open_store(tmp_path / "state" / "arxiv-digest.db")
    store.polls.finish(store.polls.begin(NOON), NOON, complete=True)
    store.close()
    said = configured("status")
    assert "Polls       last Mon 2026-11-16 12:00 UTC (complete)" in said.out
    assert re.search(r"ada: 0 digests, last never, next \w{3} [\d-]{10} 08:30 Asia/Tokyo", said.out)
    times = re.findall(r"\d\d:\d\d(?::\d\d)?(.*)", said.out)
    assert times
    assert all(after.startswith((" UTC", " Asia/Tokyo")) for after in times)
    facts = json.loads(configured("status", "--json").out)["subscribers"][0]
    assert facts["timezone"] == "Asia/Tokyo"
    assert facts["next_digest"].endswith("T23:30:00Z")
