"""Which conversation an address of the configuration means."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.slack.answers import objects_at, text_at
from bot.channels.slack.client import SlackClient
from bot.errors import DeliveryError
from bot.models import Verdict

# Names of channels have no capitals, so that even a short id is none.
_CONVERSATION_ID = re.compile(r"[CDG][A-Z0-9]{2,}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")

_PAGE = 200
_LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Listed:
    id: str
    name: str
    is_archived: bool


class Directory:
    """Names and addresses to conversation ids. Asks Slack; remembers a listing for a minute at most."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._listing: dict[str, _Listed] = {}
        self._forget: asyncio.TimerHandle | None = None

    def close(self) -> None:
        if self._forget is not None:
            self._forget.cancel()

    async def conversation(self, address: str) -> str:
        """The id for ``#name``, an id of any kind, or a person's e-mail address. DeliveryError."""
        address = address.strip()
        if _CONVERSATION_ID.fullmatch(address):
            return address
        if _USER_ID.fullmatch(address):
            return await self._direct_message(address, address)
        if "@" in address.lstrip("@"):
            found = await self._client.read("users.lookupByEmail", address, {"email": address})
            return await self._direct_message(text_at(found, address, "user", "id"), address)
        return await self._channel(address)

    async def _direct_message(self, user: str, about: str) -> str:
        opened = await self._client.read("conversations.open", about, {"users": user}, http_verb="POST")
        return text_at(opened, about, "channel", "id")

    async def _channel(self, address: str) -> str:
        name = address.removeprefix("#").casefold()
        # Each entry answers once: a name that is asked for again may have moved to another channel.
        listed = self._listing.pop(name, None)
        if listed is None:
            await self._list(address)
            listed = self._listing.pop(name, None)
        if listed is None:
            raise self._unseen(address)
        if listed.name != name:
            remedy = f"write #{listed.name}, or {listed.id}, which stays when a channel is renamed"
            raise DeliveryError(
                f"{address} is called #{listed.name} now", Verdict(permanent=True, remedy=remedy)
            )
        if listed.is_archived:
            raise archived(address)
        return listed.id

    async def _list(self, about: str) -> None:
        """Take down every channel the bot can see, for the names that are asked next: Slack allows
        about twenty calls of `conversations.list` a minute."""
        current: dict[str, _Listed] = {}
        former: dict[str, _Listed] = {}
        wanted = {"types": "public_channel,private_channel", "limit": _PAGE}
        async for page in self._client.pages("conversations.list", about, wanted):
            for channel in objects_at(page, "channels"):
                name = str(channel.get("name") or "").casefold()
                listed = _Listed(str(channel.get("id")), name, bool(channel.get("is_archived")))
                current[name] = listed
                old_names = channel.get("previous_names")
                if isinstance(old_names, list):
                    former |= {str(old).casefold(): listed for old in old_names}
        self._listing = former | current
        self.close()
        loop = asyncio.get_running_loop()
        self._forget = loop.call_later(_LIFETIME.total_seconds(), self._listing.clear)

    def _unseen(self, address: str) -> DeliveryError:
        remedy = (
            f"check the spelling; if {address} is private, type /invite {self._client.bot} there first; "
            "for a person write the e-mail address"
        )
        text = f"there is no channel {address} that the bot can see"
        return DeliveryError(text, Verdict(permanent=True, remedy=remedy))


def archived(address: str) -> DeliveryError:
    remedy = "unarchive it, or name another channel"
    return DeliveryError(f"{address} is archived", Verdict(permanent=True, remedy=remedy))
