"""``arxiv-digest demo``"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bot import app
from bot.cli.console import progress_for, tell
from bot.cli.lines import put
from bot.cli.logs import set_up_logging
from bot.cli.options import State, count, global_options, pass_state
from bot.demo.slack import render_as_html
from bot.demo.stage import CHANNEL, READER, Stage, stage
from bot.pipeline import tick
from bot.pipeline.report import Report


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("arxiv-digest-demo"),
    show_default=True,
    help="Where the digests go.",
)
@global_options
@pass_state
def command(state: State, out: Path) -> int:
    """See the whole pipeline work on sample papers, without any account, key or network.

    An arXiv, a Gemini, a Slack and an SMTP server are started on this machine and the real clients
    talk to them. What they received is left in a folder for you to open.
    """
    set_up_logging(state.log_format, verbose=state.verbose)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{out} can't be made: {error.strerror}") from None
    report, lines = asyncio.run(_play(out, state.log_format))
    put(*lines)
    tell(report, state.log_format)
    return 1 if report.faults else 0


async def _play(out: Path, log_format: str) -> tuple[Report, list[str]]:
    clock = app.system_clock()
    with TemporaryDirectory(prefix="arxiv-digest-demo-") as folder:
        async with stage(Path(folder), (out / "report").absolute(), clock.now()) as scene:
            store = app.open_store(scene.settings.database)
            try:
                progress = progress_for(clock, log_format)
                async with app.open_services(scene.settings, store, progress, clock) as services:
                    report = await tick.once(services, tick.start(services))
            finally:
                store.close()
            return report, _leave(scene, out)


def _leave(scene: Stage, out: Path) -> list[str]:
    """Write what the services received to files, and say what went where."""
    (mail,) = (
        email.message_from_bytes(one.content, _class=EmailMessage, policy=email.policy.default)
        for one in scene.smtp.mails
    )
    posts = scene.slack.messages(CHANNEL)
    channel = scene.slack.workspace.conversation(CHANNEL)
    written = {
        "mail.eml": scene.smtp.mails[0].content.decode("utf-8", "surrogateescape"),
        "mail.html": _body(mail, "html"),
        "mail.txt": _body(mail, "plain"),
        "slack.html": render_as_html(posts, {channel.id: f"#{CHANNEL}"}),
        "slack.json": json.dumps([post.blocks for post in posts], indent=2, ensure_ascii=False),
    }
    for name, content in written.items():
        (out / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    reports = sorted(path.name for path in (out / "report").glob("*.md"))
    return [
        f"{len(scene.gemini.log)} papers summarised by the stand-in for Gemini",
        f"e-mail to {READER}: {mail['Subject']}",
        f"  {out / 'mail.html'}  (also mail.txt, mail.eml)",
        f"Slack #{CHANNEL}: {count(len(posts), 'message')}",
        f"  {out / 'slack.html'}  (also slack.json)",
        f"report: {out / 'report' / 'index.html'}",
        *(f"  {out / 'report' / name}" for name in reports),
    ]


def _body(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return "" if part is None else str(part.get_content())
