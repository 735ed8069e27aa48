"""A channel that the program does not have: each message becomes a line in a notebook.

Its three modules are one here: what a channel in `bot/channels/` has in ``address``, ``message`` and
``channel`` stands below, found by `bot.channels.loading` through the package's name. Run as a command it is
`arxiv-digest` with one channel more.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

from bot.channels import CHANNELS
from bot.channels.messages import Messages
from bot.channels.spec import AddressForm, ChannelSpec, Needs
from bot.models import Check, Digest, Envelope, Message, Receipt, Target
from bot.ports import Channel
from bot.settings import Settings

PACKAGE = "notebook_channel"


def _interval(settings: Settings) -> timedelta:
    return timedelta()


SPEC = ChannelSpec(
    "notebook",
    AddressForm("A notebook's name, or a list.", "[a-z]+[.]txt", "a notebook such as lab.txt", is_path=True),
    Needs("needs a pen: set {secret} in the environment", secret=""),
    keeps_history=True,
    lags=timedelta(),
    keeps_order=False,
    may_edit=False,
    interval=_interval,
    package=PACKAGE,
)


class NotebookMessages:
    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
    ) -> Sequence[Message]:
        ids = tuple(entry.paper.arxiv_id for entry in (*digest.entries, *digest.titles))
        return (Message(1, 1, json.dumps(ids).encode(), ids),)

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        raise ValueError("ink stays")

    def simpler(self, payload: bytes) -> bytes | None:
        return None

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        return json.dumps([text]).encode()


MESSAGES: Messages = NotebookMessages()


class NotebookChannel:
    kind = "notebook"

    async def aclose(self) -> None:
        pass

    async def probe(self, addresses: Sequence[str]) -> Sequence[Check]:
        return [Check(f"notebook {address}", True) for address in addresses]

    async def resolve(self, address: str) -> str:
        return address

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        await asyncio.to_thread(_write, Path(resolved), envelope.payload.decode())
        return Receipt(resolved, "a line")

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        return None

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        raise ValueError("ink stays")


def _write(notebook: Path, line: str) -> None:
    with notebook.open("a") as file:
        file.write(f"{line}\n")


def open_channel(settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    return NotebookChannel()


def register() -> None:
    """What the line in the registry and the folder are for a channel of the program's own."""
    CHANNELS[SPEC.name] = SPEC
    for name in ("", ".message", ".channel"):
        module = ModuleType(PACKAGE + name)
        module.__dict__.update(MESSAGES=MESSAGES, open_channel=open_channel)
        sys.modules[PACKAGE + name] = module


if __name__ == "__main__":
    register()
    from bot.cli import main

    main()
