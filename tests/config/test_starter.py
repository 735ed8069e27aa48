"""The file that `arxiv-digest init` writes."""

from __future__ import annotations

import re
from pathlib import Path

from bot.channels import CHANNELS
from bot.config import parse, schema, starter

SECRETS = {"SLACK_BOT_TOKEN": "slack-hush-hush", "SMTP_PASSWORD": "smtp-hush-hush"}
COMMENTED_OUT = re.compile(r"^#(?=\S|  )", re.MULTILINE)


def only_the_placeholder(warnings: tuple[str, ...]) -> bool:
    """Whether the contact, which nobody can know beforehand, is all there is to warn of."""
    return len(warnings) == 1 and "arxiv.contact: is still the placeholder" in warnings[0]


def test_it_needs_no_account(tmp_path: Path) -> None:
    """As it stands it is valid without a secret: one topic, one subscriber, reports into a folder."""
    settings = parse(starter(), tmp_path / "subscribers.yaml", {})
    assert len(settings.topics) == 1
    (subscriber,) = settings.subscribers
    assert [target.kind for target in subscriber.targets] == ["file"]
    assert only_the_placeholder(settings.warnings)


def test_what_is_commented_out_is_valid_too(tmp_path: Path) -> None:
    """With every setting switched on it is valid, every section is shown and only the contact is warned of."""
    text = starter().replace("#     arxiv-digest schema", "# arxiv-digest schema")
    settings = parse(COMMENTED_OUT.sub("", text), tmp_path / "subscribers.yaml", SECRETS)
    assert len(settings.topics) == 2
    assert {target.kind for subscriber in settings.subscribers for target in subscriber.targets} == set(
        CHANNELS
    )
    assert settings.email is not None
    assert settings.operator is not None
    assert only_the_placeholder(settings.warnings)


def test_it_says_what_gemini_costs() -> None:
    """The price of a hundred papers, and what the free tier does with what is sent to it."""
    assert "100 papers cost about $" in starter()
    assert "training" in starter()


def test_it_shows_every_section() -> None:
    """No section of the schema is unknown to a reader of the starter, but for the database and Slack's URL."""
    shown = {match[1] for match in re.finditer(r"^#?(\w+):", starter(), re.MULTILINE)}
    assert set(schema()["properties"]) - shown == {"database", "slack"}
