"""The app manifest that users paste into Slack fits what the adapter does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import ALL_SCOPES
from bot.errors import DeliveryError

MANIFEST = Path(__file__).parents[3] / "deploy" / "slack-app-manifest.yaml"


@pytest.fixture
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(MANIFEST.read_text("utf-8"))
    return loaded


def test_the_scopes_are_the_ones_the_bot_needs(manifest: dict[str, Any]) -> None:
    """Neither one too few, which a digest would fail for, nor one too many."""
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert set(scopes) == ALL_SCOPES
    assert len(scopes) == len(ALL_SCOPES)


def test_slacks_limits_on_texts(manifest: dict[str, Any]) -> None:
    """Slack turns a manifest down whose texts are too long, or too short."""
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80


async def test_remedies_name_the_bot_as_the_manifest_does(
    manifest: dict[str, Any], channel: SlackChannel
) -> None:
    """What a remedy says to type works in Slack."""
    with pytest.raises(DeliveryError) as caught:
        await channel.resolve("#nowhere")
    name = manifest["features"]["bot_user"]["display_name"]
    assert f"/invite @{name} " in caught.value.verdict.remedy
