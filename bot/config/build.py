"""A document that is in order, with its secrets, as the frozen values the program works with.

Where the document is silent the defaults of ``settings`` and ``models`` hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import schedule
from bot.channels import CHANNELS
from bot.channels.slack.address import is_conversation
from bot.config import bibliography, environment
from bot.models import Subscriber, Target, Topic
from bot.settings import (
    ArxivSettings,
    EmailSettings,
    GeminiSettings,
    HttpSettings,
    Secret,
    Settings,
    SlackSettings,
)

Values = Mapping[str, Any]
"""What `Section.read` made of a section."""

DATABASE = "state/arxiv-digest.db"
_SCHEDULE = "weekdays 09:00"


def build(document: Values, secrets: Mapping[str, Secret], path: Path, folder: Path) -> Settings:
    """The settings. ``path`` is the YAML's own, absolute; relative paths in it start at ``folder``."""
    email = document.get("email")
    return Settings(
        path=path,
        database=located(folder, document.get("database", DATABASE)),
        arxiv=ArxivSettings(**document["arxiv"]),
        gemini=GeminiSettings(
            api_key=secrets.get(environment.GEMINI_API_KEY), **(document.get("gemini") or {})
        ),
        slack=_slack(document.get("slack") or {}, secrets),
        email=_email(email, secrets, folder) if email else None,
        operator=_operator(document.get("operator"), by_mail=bool(email)),
        heartbeat_url=Secret(document["heartbeat_url"]) if document.get("heartbeat_url") else None,
        http=_http(document["http"]) if document.get("http") is not None else None,
        topics=tuple(Topic(name=name, **values) for name, values in document["topics"].items()),
        subscribers=tuple(
            _subscriber({**(document.get("defaults") or {}), **values}, folder)
            for values in document["subscribers"]
        ),
    )


def _http(values: Values) -> HttpSettings:
    host, port = values.get("listen") or (HttpSettings.host, HttpSettings.port)
    return HttpSettings(host, port, values.get("public_url"))


def located(folder: Path, name: str) -> Path:
    """The absolute path that a name in a file of this folder means."""
    return folder / name


def _slack(values: Values, secrets: Mapping[str, Secret]) -> SlackSettings:
    settings = SlackSettings(token=secrets.get(environment.SLACK_BOT_TOKEN), **values)
    # slack_sdk joins method names to the URL as a browser would: without the slash the last
    # segment would be replaced.
    return replace(settings, base_url=settings.base_url.rstrip("/") + "/")


def _email(values: Values, secrets: Mapping[str, Secret], folder: Path) -> EmailSettings:
    settings = EmailSettings(**values)
    return replace(
        settings,
        password=secrets.get(environment.SMTP_PASSWORD) if settings.username else None,
        ca_file=located(folder, values["ca_file"]) if values.get("ca_file") else None,
    )


def _operator(address: str | None, *, by_mail: bool) -> Target | None:
    """A channel by its form; an address is mailed where mail is set up, else written to in Slack."""
    if address is None:
        return None
    return Target("email" if by_mail and not is_conversation(address) else "slack", address)


def _subscriber(values: Values, folder: Path) -> Subscriber:
    own = {key: value for key, value in values.items() if key not in CHANNELS}
    targets = tuple(
        Target(name, str(located(folder, address)) if spec.address.is_path else address)
        for name, spec in CHANNELS.items()
        for address in values.get(name, ())
    )
    own["like"] = tuple(
        str(located(folder, one)) if one.endswith(".bib") else one for one in own.get("like", ())
    )
    own["library"] = tuple(
        paper for one in own["like"] if one.endswith(".bib") for paper in bibliography.papers(Path(one))
    )
    own["interests"] = own.get("interests") or ""
    return Subscriber(targets=targets, **{"schedule": schedule.parse(_SCHEDULE), **own})
