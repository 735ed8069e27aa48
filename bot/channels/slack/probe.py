"""Asking Slack, without posting, whether everything that will be posted can be."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.answers import object_at
from bot.channels.slack.client import SlackClient
from bot.channels.slack.directory import Directory, archived
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
    scopes = _scopes(answer)
    lines = [await _address(client, directory, one, scopes or frozenset()) for one in addresses]
    return (_token(client.bot, answer, scopes), *lines)


def _scopes(answer: AsyncSlackResponse) -> frozenset[str] | None:
    """What Slack says that the token may do; None where it does not say so."""
    granted = answer.headers.get("x-oauth-scopes")
    return None if granted is None else frozenset(granted.replace(",", " ").split())


def _token(bot: str, answer: AsyncSlackResponse, scopes: frozenset[str] | None) -> Check:
    if scopes is None or "chat:write" in scopes:
        return Check(_TOKEN, True, f"{bot} in {answer.get('team') or 'the workspace'}")
    remedy = (
        "give the app the scope chat:write (OAuth & Permissions), install it again and renew SLACK_BOT_TOKEN"
    )
    return Check(_TOKEN, False, "the bot may not post", remedy)


async def _address(client: SlackClient, directory: Directory, address: str, scopes: frozenset[str]) -> Check:
    subject = f"Slack {address}"
    try:
        conversation = await directory.conversation(address)
        answer = await client.read("conversations.info", address, {"channel": conversation})
        info = object_at(answer, "channel")
        if info.get("is_archived"):
            raise archived(address)
        if not (info.get("is_im") or info.get("is_mpim") or info.get("is_member")):
            if "chat:write.public" in scopes and info.get("is_channel") and not info.get("is_private"):
                return _uninvited(subject, conversation, client.bot)
            remedy = f"the bot is not in {address}: type /invite {client.bot} there"
            raise DeliveryError(f"not a member of {address}", Verdict(remedy=remedy))
        # A lost answer can only be settled where the history can be read.
        await client.read("conversations.history", address, {"channel": conversation, "limit": 1})
    except DeliveryError as error:
        return _failed(subject, error)
    return Check(subject, True, f"{conversation}, readable")


def _uninvited(subject: str, conversation: str, bot: str) -> Check:
    """A public channel takes posts of a bot that is no member, and shows it no history."""
    detail = (
        f"{conversation}, takes messages, but its history can't be read: "
        "should Slack's answer be lost, it stays in doubt whether a message arrived"
    )
    return Check(subject, True, detail, f"to settle that, type /invite {bot} there")


def _failed(subject: str, error: DeliveryError) -> Check:
    return Check(subject, False, str(error), error.verdict.remedy)
