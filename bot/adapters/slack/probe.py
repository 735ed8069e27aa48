"""Asking Slack, without posting, whether everything that will be posted can be."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.client import SlackClient
from bot.adapters.slack.directory import Directory, archived
from bot.errors import DeliveryError
from bot.models import Check, Verdict

_TOKEN = "Slack token"


async def probe(client: SlackClient, directory: Directory, addresses: Sequence[str]) -> tuple[Check, ...]:
    """One result for the token and, when it is good, one for each address in order."""
    try:
        answer = await client.read("auth.test", "SLACK_BOT_TOKEN", {}, http_verb="POST")
    except DeliveryError as error:
        return (_failed(_TOKEN, error),)
    client.bot = f"@{answer.get('user') or client.bot.removeprefix('@')}"
    return (_token(client.bot, answer), *[await _address(client, directory, one) for one in addresses])


def _token(bot: str, answer: AsyncSlackResponse) -> Check:
    """Slack names a token's scopes in a header; without it nothing is concluded."""
    granted = answer.headers.get("x-oauth-scopes")
    if granted is None or "chat:write" in granted.replace(",", " ").split():
        return Check(_TOKEN, True, f"{bot} in {answer.get('team') or 'the workspace'}")
    remedy = (
        "give the app the scope chat:write (OAuth & Permissions), install it again and renew SLACK_BOT_TOKEN"
    )
    return Check(_TOKEN, False, "the bot may not post", remedy)


async def _address(client: SlackClient, directory: Directory, address: str) -> Check:
    subject = f"Slack {address}"
    try:
        conversation = await directory.conversation(address)
        answer = await client.read("conversations.info", address, {"channel": conversation})
        info = answer.get("channel") or {}
        if info.get("is_archived"):
            raise archived(address)
        if not (info.get("is_im") or info.get("is_mpim") or info.get("is_member")):
            remedy = f"the bot is not in {address}: type /invite {client.bot} there"
            raise DeliveryError(f"not a member of {address}", Verdict(remedy=remedy))
        # A lost answer can only be settled where the history can be read.
        await client.read("conversations.history", address, {"channel": conversation, "limit": 1})
    except DeliveryError as error:
        return _failed(subject, error)
    return Check(subject, True, f"{conversation}, readable")


def _failed(subject: str, error: DeliveryError) -> Check:
    return Check(subject, False, str(error), error.verdict.remedy)
