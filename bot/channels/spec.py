"""What a channel is to the rest of the house: what it asks of the configuration, and how it differs.

Its `ChannelSpec` is known without opening or even importing it (`bot.channels.loading` does that).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from bot.settings import Settings


class AddressForm(NamedTuple):
    """What the YAML may say of where a digest goes."""

    about: str
    """For the documents: what to write."""
    pattern: str
    """Of the whole text, in the dialect that Python and JSON Schema (ECMA-262) share."""
    expected: str
    """What the text should have been, for a message."""
    hint: Callable[[str], str] = lambda text: ""
    """What to add to the message for a text that it is not."""
    meaning: Callable[[str], str] = str
    """The address as it is kept; ValueError, in words, for one that has the form and is wrong all the same."""
    same: Callable[[str], str] = str
    """What two addresses have in common when they are one."""
    is_path: bool = False
    """A relative one starts at the folder of the YAML."""


class Needs(NamedTuple):
    """What a channel can't do without."""

    message: str
    """What to say where it is missing; ``{secret}`` stands for the ways to give the secret."""
    section: str = ""
    """A section of the YAML."""
    secret: str = ""
    """A secret of the environment."""


class ChannelSpec(NamedTuple):
    """A channel's name and traits, known without opening it."""

    name: str
    """The key of the YAML, the kind of its targets, the service by which waits are kept."""
    address: AddressForm
    needs: Needs | None
    """None for a channel that works as it is."""
    keeps_history: bool
    """A message whose fate is unknown can be looked for; elsewhere it is sent again as it was."""
    lags: timedelta
    """How long its history may lag behind an accepted message."""
    keeps_order: bool
    """A part that waits holds back those after it."""
    may_edit: bool
    """A message can be changed after it was sent."""
    interval: Callable[[Settings], timedelta]
    """The least time between two messages to one place."""
    connections: Callable[[Settings], int] = lambda settings: 1
    """So many places, or digests where the service counts no ``interval``, are served side by side."""
    place: Callable[[str], str] = lambda resolved: resolved
    """What the service counts ``interval`` by, of a resolved address: each by itself, or all as one."""
    endpoint: Callable[[Settings], str] = lambda settings: ""
    """Where it is asked: a wait that another one there asked for does not hold."""
    package: str = ""
    """Of its modules, where they are not in the folder of its name beside this."""
    has_stop_link: bool = False
    """Its messages have a place for a link by which their reader unsubscribes."""
