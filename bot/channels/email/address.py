"""E-mail as a channel: what the YAML may say, and its traits."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.channels.spec import AddressForm, ChannelSpec, Needs
from bot.models.addresses import ANY_ADDRESS, MAILBOX, bare_address
from bot.settings import Settings

EXPECTED = "an e-mail address such as ada@example.org or Ada Lovelace <ada@example.org>"

# Compiled when a text is refused, not at every start.
_SEVERAL = r"[^<>\u0022]+@[^,;<>]+(?:[,;] *[^<>,;@]+@[^,;<>]+)+"
_NAMED = rf"(?P<name>[^<>\u0022]*[^<>\u0022 ]) *<(?P<address>{ANY_ADDRESS})>"


def hint(text: str) -> str:
    """The way out for a mailbox that is not written as one."""
    if re.fullmatch(_SEVERAL, text):
        items = ", ".join(item.strip() for item in re.split("[,;]", text))
        return f": write a list, [{items}]"
    if named := re.fullmatch(_NAMED, text.strip()):
        return f": quote the name, as in '\"{named['name']}\" <{named['address']}>'"
    return ""


def _one(mailbox: str) -> str:
    return bare_address(mailbox).lower()


def _interval(settings: Settings) -> timedelta:
    per_minute = settings.email.messages_per_minute if settings.email else None
    return timedelta(seconds=60 / per_minute) if per_minute else timedelta()


def _connections(settings: Settings) -> int:
    return settings.email.connections if settings.email else 1


def _account(resolved: str) -> str:
    """A provider counts by account, whoever the mail is for."""
    return ""


SPEC = ChannelSpec(
    "email",
    AddressForm("An address, or a list; each gets a message of its own.", MAILBOX, EXPECTED, hint, same=_one),
    Needs("needs an SMTP server: add an email section with host and sender", section="email"),
    keeps_history=False,
    lags=timedelta(),
    keeps_order=False,
    may_edit=False,
    interval=_interval,
    connections=_connections,
    place=_account,
    endpoint=lambda settings: f"{settings.email.host}:{settings.email.port}" if settings.email else "",
    has_stop_link=True,
)
