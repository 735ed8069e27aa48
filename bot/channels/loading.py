"""A channel's modules, once somebody uses it.

A channel is a folder of three modules, found by their names: ``address`` (its `ChannelSpec`, as ``SPEC``),
``message`` (its `Messages`, as ``MESSAGES``) and ``channel`` (``open_channel``). The first two are pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import cast

from bot.channels import CHANNELS
from bot.channels.messages import Messages
from bot.ports import Channel
from bot.settings import Settings


def messages_of(kind: str) -> Messages:
    """How this kind of channel shows things."""
    return cast(Messages, _module(kind, "message").MESSAGES)


def open_channel(kind: str, settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    """Ready to send, and has asked nothing of the service yet; None where it is not set up.

    ``environ`` may name proxies.
    """
    return cast(Channel | None, _module(kind, "channel").open_channel(settings, environ))


def _module(kind: str, name: str) -> ModuleType:
    return import_module(f"{CHANNELS[kind].package or f'bot.channels.{kind}'}.{name}")
