"""``arxiv-digest check``"""

from __future__ import annotations

from datetime import datetime

import click

from bot import checks, query, schedule
from bot.cli import departures
from bot.cli.lines import line, put
from bot.cli.logs import say
from bot.cli.options import State, count, global_options, pass_state
from bot.models import Check, Subscriber

_SHOWN = 3


@click.command("check")
@click.option(
    "--live", is_flag=True, help="Also ask each service: arXiv, Gemini, Slack and its channels, SMTP."
)
@global_options
@pass_state
def command(state: State, live: bool) -> int:
    """Check the configuration and show how arXiv will read each topic's query.

    Every fault is listed with its line and column. With --live each service answers with one line.
    """
    settings = state.settings()
    for warning in (
        *settings.warnings,
        *state.oddities,
        *departures.warnings(checks.changes(settings), settings),
    ):
        say(state.log_format, "warning", f"warning: {warning}")
    for topic in settings.topics:
        expression = query.expression(topic)
        put(
            f"{topic.name}:",
            f"  sent to arXiv: {expression}",
            f"  arXiv reads:   {query.describe(query.parse(expression))}",
        )
    now = checks.now()
    for subscriber in settings.subscribers:
        put(f"{subscriber.name}: next digests {_next_digests(subscriber, now)}")
    if state.path.is_symlink():
        put(f"{state.path} is a link; the database is {settings.database}")
    topics, subscribers = count(len(settings.topics), "topic"), count(len(settings.subscribers), "subscriber")
    put(f"{state.path}: {topics}, {subscribers}, no faults")
    if not live:
        return 0
    answers = checks.of_services(settings)
    for answer in answers:
        click.echo(_line(answer))
    return 0 if all(answer.ok for answer in answers) else 1


def _next_digests(subscriber: Subscriber, now: datetime) -> str:
    """The next three moments of the schedule, in the subscriber's zone."""
    if subscriber.schedule.cron is None:
        return "as soon as papers are found"
    moments, moment = [], now
    for _ in range(_SHOWN):
        moment = schedule.next_due(subscriber.schedule, subscriber.timezone, moment)
        moments.append(schedule.told(moment, subscriber.timezone))
    return f"{', '.join(moments)} ({subscriber.schedule.text})"


def _line(check: Check) -> str:
    mark = click.style("FAIL", fg="red")
    if check.ok:
        mark = click.style("warn", fg="yellow") if check.remedy else click.style("ok  ", fg="green")
    detail = f": {check.detail}" if check.detail else ""
    remedy = check.remedy or ("" if check.ok else "try again later")
    remedy = f" — {remedy}" if remedy else ""
    return f"{mark} {line(f'{check.subject}{detail}{remedy}')}"
