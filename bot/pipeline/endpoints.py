"""Where each service is asked: what one there asked us to wait holds for that address, and for no other."""

from __future__ import annotations

import hashlib

from bot.channels import CHANNELS
from bot.pipeline import gate, model_quota
from bot.settings import Settings


def endpoints(settings: Settings) -> dict[str, str]:
    """A mark of each service's address, by the name under which its waits are kept.

    A hash, as an address may hold a password.
    """
    addresses = {
        gate.SERVICE: f"{settings.arxiv.api_url} {settings.arxiv.rss_url}",
        model_quota.SERVICE: settings.gemini.base_url or "",
        **{kind: spec.endpoint(settings) for kind, spec in CHANNELS.items()},
    }
    return {service: hashlib.sha256(address.encode()).hexdigest() for service, address in addresses.items()}
