"""What a person is told of subscribers who vanished from the YAML: gone for good, or only renamed?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.history import Changes, SubscriberRecord
from bot.models import Subscriber
from bot.settings import Settings


def warnings(changes: Changes, settings: Settings) -> list[str]:
    """A line for each who vanished: what that means, and how it is undone or finished."""
    return [_line(record, changes.arrived, settings) for record in changes.vanished]


def since_last_sync(changes: Changes) -> Changes:
    """Without those whose absence was recorded before."""
    vanished = tuple(record for record in changes.vanished if record.removed_at is None)
    return Changes(vanished, changes.arrived)


def _line(record: SubscriberRecord, arrived: Sequence[Subscriber], settings: Settings) -> str:
    name = repr(record.name)
    gone = (
        f"the database knows a subscriber {name} that the configuration no longer has: "
        "nothing more goes to them, and what still waits for them is dropped"
    )
    end = f"if they left for good, `arxiv-digest forget {record.name}` deletes what is stored of them"
    reach = _days(settings.arxiv.lookback)
    heirs = [one.name for one in arrived if set(one.targets) == set(record.targets)]
    if heirs:
        heir = repr(heirs[0])
        return (
            f"{gone}; {heir} is new and has the same targets: if that is the same reader under another name, "
            f"{heir} begins anew without the history and gets the papers of the last {reach} again; to keep the "
            f"history, name them {name} again; {end}"
        )
    if arrived:
        names = ", ".join(repr(one.name) for one in arrived)
        return (
            f"{gone}; new in the configuration: {names}; a renamed subscriber begins anew and gets the papers of "
            f"the last {reach} again, so if that is a rename, name them {name} again; {end}"
        )
    return f"{gone}; a renamed subscriber begins anew, without its history; {end}"


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "day" if days == 1 else f"{days:g} days" if days > 1 else f"{days * 24:g} hours"
