"""A YAML that is edited over the months: each edit a text, most of them good, some broken."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bot import config
from bot.settings import Settings

Document = dict[str, Any]

_TOPICS = {
    "ptychography": {"keywords": ["ptychography"], "categories": ["cond-mat.mtrl-sci"]},
    "nickelates": {"keywords": ["nickelate"], "categories": ["cond-mat.supr-con"], "focus": "the nickelates"},
    "skyrmions": {"keywords": ["skyrmion"], "categories": ["cond-mat.str-el"]},
}
WORD_OF = {"ptychography": "ptychography", "nickelates": "nickelate", "skyrmions": "skyrmion"}

_SUBSCRIBERS: list[Document] = [
    {"name": "at-once", "topics": ["ptychography"], "slack": "#now", "schedule": "immediately"},
    {
        "name": "london",
        "topics": ["ptychography", "nickelates"],
        "email": ["ada@example.org", "bob@example.org"],
        "schedule": "daily 09:00",
        "timezone": "Europe/London",
        "send_empty": True,
        "revisions": True,
    },
    {
        "name": "new-york",
        "topics": ["nickelates"],
        "slack": "#ny",
        "file": "reports/ny/",
        "schedule": "weekdays 08:30",
        "timezone": "America/New_York",
        "send_empty": True,
    },
    {
        "name": "sydney",
        "topics": ["ptychography", "skyrmions"],
        "email": "syd@example.org",
        "schedule": "weekly mon 08:30",
        "timezone": "Australia/Sydney",
        "send_empty": True,
        "max_papers": 10,
    },
    {
        "name": "berlin",
        "topics": ["skyrmions"],
        "file": "reports/berlin/",
        "schedule": "30 2 * * *",
        "timezone": "Europe/Berlin",
        "send_empty": True,
    },
    {
        "name": "kolkata",
        "topics": ["nickelates", "skyrmions"],
        "slack": "#kolkata",
        "schedule": "0 9-17/4 * * 1-5",
        "timezone": "Asia/Kolkata",
    },
    {
        "name": "fortnight",
        "topics": ["ptychography", "nickelates", "skyrmions"],
        "file": "reports/fortnight/",
        "schedule": "0 7 1,15 * *",
        "send_empty": True,
    },
    {
        "name": "west",
        "topics": ["skyrmions"],
        "slack": "#west",
        "email": "west@example.org",
        "schedule": "daily 01:30",
        "timezone": "America/Los_Angeles",
        "send_empty": True,
    },
]

MOST_ADDRESSES = 3
"""Of one reader; the oldest goes then: the readers of years are no more than those of months."""

_ENVIRONMENT = {"SLACK_BOT_TOKEN": "xoxb-simulated"}


@dataclass(frozen=True)
class Edit:
    """The file as it stands from this moment on."""

    at: datetime
    text: str
    what: str
    broken: bool


def first_document() -> Document:
    """The file at the beginning."""
    return {
        "database": "state.db",
        "arxiv": {"contact": "ada@example.org"},
        "email": {"host": "localhost", "sender": "arXiv digest <bot@example.org>"},
        "operator": "#operator",
        "topics": _TOPICS,
        "subscribers": copy.deepcopy(_SUBSCRIBERS),
    }


def settings(text: str, folder: Path) -> Settings:
    """What the program makes of the file. ConfigError."""
    return config.parse(text, folder / "subscribers.yaml", _ENVIRONMENT)


def text(document: Document) -> str:
    """JSON is YAML."""
    return json.dumps(document, indent=2)


class Editor:
    """Somebody who edits the file now and then."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = Random(seed)
        self._document = first_document()
        self._removed: list[Document] = []
        self._turn = 0

    def edit(self, at: datetime) -> Edit:
        """A good edit, of a different kind each time."""
        operations = (
            self._reschedule,
            self._move_channel,
            self._remove,
            self._add_address,
            self._change_topics,
            self._remark,
            self._change_zone,
            self._bring_back,
            self._shorten,
        )
        operation = operations[self._turn % len(operations)]
        self._turn += 1
        remark = operation()
        return Edit(at, text(self._document) + remark, operation.__name__.strip("_"), broken=False)

    def break_it(self, at: datetime, number: int) -> Edit:
        """A broken edit; the file before it is what counts."""
        good = text(self._document)
        broken = (
            good.replace('"topics": [', '"topics": ["no-such-topic", ', 1),
            good[: len(good) // 2],
            good.replace('"immediately"', '"now and then"').replace('"timezone"', '"time_zone"'),
            good.replace("{", "{\t!!python/object:x ", 1),
            good.replace('"database"', '"databse"'),
        )
        return Edit(at, broken[number % len(broken)], f"broken {number}", broken=True)

    def _one(self, key: str | None = None) -> Document:
        return self._chance.choice(
            [one for one in self._document["subscribers"] if key is None or key in one]
        )

    def _reschedule(self) -> str:
        scheduled = [one for one in self._document["subscribers"] if one["schedule"] != "immediately"]
        one = self._chance.choice(scheduled)
        hour, minute = self._chance.randrange(24), self._chance.choice((0, 15, 30, 45))
        one["schedule"] = self._chance.choice(
            (f"daily {hour:02}:{minute:02}", f"weekdays {hour:02}:{minute:02}", f"{minute} {hour} * * 2,4,6")
        )
        return ""

    def _move_channel(self) -> str:
        one = self._one(key="slack")
        one["slack"] = f"#moved-{self._turn}"
        return ""

    def _remove(self) -> str:
        gone = self._one()
        self._document["subscribers"].remove(gone)
        self._removed.append(gone)
        return ""

    def _bring_back(self) -> str:
        if self._removed:
            self._document["subscribers"].append(self._removed.pop(0))
        return ""

    def _add_address(self) -> str:
        one = self._one(key="email")
        addresses = one["email"] if isinstance(one["email"], list) else [one["email"]]
        one["email"] = [*addresses[1 - MOST_ADDRESSES :], f"new{self._turn}@example.org"]
        return ""

    def _change_topics(self) -> str:
        one = self._one()
        missing = sorted(set(_TOPICS) - set(one["topics"]))
        if missing:
            one["topics"] = [*one["topics"], self._chance.choice(missing)]
        elif len(one["topics"]) > 1:
            one["topics"] = one["topics"][1:]
        return ""

    def _remark(self) -> str:
        return f"\n# remark {self._turn}\n"

    def _change_zone(self) -> str:
        one = self._one(key="timezone")
        one["timezone"] = self._chance.choice(("Asia/Tokyo", "America/Sao_Paulo", "Europe/Berlin", "UTC"))
        return ""

    def _shorten(self) -> str:
        self._one()["max_papers"] = self._chance.randrange(2, 20)
        return ""
