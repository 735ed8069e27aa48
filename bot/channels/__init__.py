"""Where digests go: a folder a channel, and here the one list of them."""

from __future__ import annotations

from bot.channels.email.address import SPEC as EMAIL
from bot.channels.file.address import SPEC as FILE
from bot.channels.slack.address import SPEC as SLACK
from bot.channels.spec import ChannelSpec

CHANNELS: dict[str, ChannelSpec] = {spec.name: spec for spec in (SLACK, EMAIL, FILE)}
"""By name, in the order in which the documents name them."""
