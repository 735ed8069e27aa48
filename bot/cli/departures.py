"""What a person is told of subscribers who vanished from the YAML: gone for good, or only renamed?"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import timedelta

from bot.models import Subscriber
from bot.models.subscriptions import Changes, SubscriberRecord
from bot.settings import Settings


def warnings(changes: Changes, settings: Settings) -> list[str]:
    """A line for each who vanished: what that means, and how it is undone or finished."""
    heirs = {record.name: _heir(record, changes.arrived) for record in changes.vanished}
    others = [one.name for one in changes.arrived if one.name not in heirs.values()]
    return [_line(record.name, heirs[record.name], others, settings) for record in changes.vanished]


def since_last_sync(changes: Changes) -> Changes:
    """Without those whose absence was recorded before."""
    vanished = tuple(record for record in changes.vanished if record.removed_at is None)
    return Changes(vanished, changes.arrived)


def _heir(record: SubscriberRecord, arrived: Sequence[Subscriber]) -> str | None:
    """Who is new and has just the targets of the one who vanished."""
    return next((one.name for one in arrived if set(one.targets) == set(record.targets)), None)


def _line(name: str, heir: str | None, others: Sequence[str], settings: Settings) -> str:
    gone = (
        f"the database knows a subscriber {name!r} that the configuration no longer has: "
        "nothing more goes to them, and what still waits for them is dropped"
    )
    anew = f"begins anew and gets the papers of the last {_days(settings.arxiv.lookback)} again"
    end = f"if they left for good, `arxiv-digest forget {shlex.quote(name)}` deletes what is stored of them"
    if heir is not None:
        rename = (
            f"{heir!r} is new and has the same targets: if that is the same reader under another name, "
            f"{heir!r} {anew}; to keep the history, name them {name!r} again"
        )
    elif others:
        names = ", ".join(map(repr, others))
        rename = (
            f"new in the configuration: {names}; a renamed subscriber {anew}, so if that is a rename, "
            f"name them {name!r} again"
        )
    else:
        rename = "a renamed subscriber begins anew, without its history"
    return f"{gone}; {rename}; {end}"


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "day" if days == 1 else f"{days:g} days" if days > 1 else f"{days * 24:g} hours"
