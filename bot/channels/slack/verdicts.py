"""What each failure of Slack means for the next attempt: the one place where it is decided.

The error codes are those of Slack's reference of `chat.postMessage`, `chat.update`, `conversations.*`
and `users.lookupByEmail`, and the ones common to all methods.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from fnmatch import fnmatchcase
from json import JSONDecodeError
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.adapters.http import retry_after
from bot.adapters.session import AnswerTooLarge, Redirected
from bot.errors import DeliveryError
from bot.models import Verdict


class Outcome(Enum):
    PERMANENT = "the same request will be refused again"
    FORM = "the same, but without its blocks it may be taken"
    WAIT = "it was not done; later it may be"
    AMBIGUOUS = "it may have been done"


@dataclass(frozen=True, slots=True)
class AnswerRule:
    outcome: Outcome
    remedy: str = ""
    """``{about}`` is the channel or person as the configuration names it, ``{bot}`` the bot's name,
    ``{needed}`` the scope that Slack misses."""


_INVITE = "the bot is not in {about}: type /invite {bot} there"
_NEW_TOKEN = "install the app in the workspace (again) and put its Bot User OAuth Token into SLACK_BOT_TOKEN"
_SCOPE = "give the app the scope {needed} (OAuth & Permissions), install it again and renew SLACK_BOT_TOKEN"
_ADMIN = "ask an administrator of the Slack workspace to let the app post in {about}"
_PERSON = "check that {about} is the address of an active member of the Slack workspace"
_THREAD = "the digest's first message in {about} is gone or takes no replies; the papers of this part are not in Slack"
_ENDPOINT = "check slack.base_url, and the proxy if there is one: this is not an answer of Slack's API"
_OURS = "this is a fault of arxiv-digest: please report it with this line"

_PERMANENT: Mapping[str, str] = {
    "channel_not_found": "check the channel {about}; a private one is seen only after /invite {bot} there",
    "not_in_channel": _INVITE,
    "is_archived": "{about} is archived: unarchive it, or name another channel",
    "is_inactive": "{about} is archived or frozen: unarchive it, or name another channel",
    "team_not_found": "write the id of {about} (C…, in the channel's details) instead of its name",
    "messages_tab_disabled": "turn on the Messages Tab in the app's settings (App Home)",
    "cannot_reply_to_message": _THREAD,
    "thread_not_found": _THREAD,
    "users_not_found": "no member of the Slack workspace has the address {about}",
    "user_not_found": _PERSON,
    "user_disabled": _PERSON,
    "user_not_visible": _PERSON,
    "cannot_dm_bot": "{about} is a bot: name a person or a channel",
    "not_authed": _NEW_TOKEN,
    "invalid_auth": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "account_inactive": _NEW_TOKEN,
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-",
    "missing_scope": _SCOPE,
    "no_permission": _INVITE,
    "access_denied": _ADMIN,
    "accesslimited": "ask an administrator of the Slack workspace to allow this machine's network",
    "app_access_restricted": _ADMIN,
    "ekm_access_denied": _ADMIN,
    "enterprise_is_restricted": _ADMIN,
    "restricted_action*": _ADMIN,
    "slack_connect_*_blocked": _ADMIN,
    "team_access_not_granted": "ask an administrator of the organisation to add the app to this workspace",
    "two_factor_setup_required": "set up two-factor authentication for the app's account",
    "cant_update_message": "",
    "edit_window_closed": "",
    "message_not_found": "",
    "block_mismatch": _OURS,
    "invalid_attachments": _OURS,
    "msg_too_long": _OURS,
    "no_text": _OURS,
    "too_many_attachments": _OURS,
    "attachment_payload_limit_exceeded": _OURS,
    "markdown_text_conflict": _OURS,
    "metadata_too_large": _OURS,
    "metadata_must_be_sent_from_app": _OURS,
    "invalid_metadata_*": _OURS,
    "as_user_not_supported": _OURS,
    "invalid_arg*": _OURS,
    "invalid_array_arg": _OURS,
    "invalid_charset": _OURS,
    "invalid_cursor": _OURS,
    "invalid_form_data": _OURS,
    "invalid_json": _OURS,
    "invalid_post_type": _OURS,
    "invalid_ts_*": _OURS,
    "json_not_object": _OURS,
    "missing_post_type": _OURS,
    "deprecated_endpoint": _OURS,
    "method_deprecated": _OURS,
    "method_not_supported_for_channel_type": _OURS,
    "unknown_method": "check slack.base_url: what answers there does not know this method",
}

# Block types reach workspaces at different times, and the limit of all blocks together is unwritten.
_FORM = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")

_WAIT = (
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "service_unavailable",
    # Slack's reference: the body reached it missing or truncated, so nothing was posted.
    "request_timeout",
    "team_added_to_org",
    "org_login_required",
    "external_channel_migrating",
    "update_failed",
    "streaming_state_conflict",
)

# Slack's reference: "some aspect of the operation" may have succeeded.
_AMBIGUOUS = ("fatal_error", "internal_error")

RULES: Mapping[str, AnswerRule] = {
    **{code: AnswerRule(Outcome.PERMANENT, remedy) for code, remedy in _PERMANENT.items()},
    **{code: AnswerRule(Outcome.FORM, _OURS) for code in _FORM},
    **{code: AnswerRule(Outcome.WAIT) for code in _WAIT},
    **{code: AnswerRule(Outcome.AMBIGUOUS) for code in _AMBIGUOUS},
}
"""By error code; a ``*`` stands for any characters."""

UNKNOWN = AnswerRule(Outcome.WAIT)
"""A code that is not in Slack's reference is a plain "no", so nothing was posted. Waiting is the safer
reading: a passing condition then costs a delay and a lasting one ends when the attempts run out, whereas
taken as permanent a new code for a passing condition would stop every delivery until a person steps in."""

_MAX_DETAIL = 500


def rule_for(code: str) -> AnswerRule:
    exact = RULES.get(code)
    if exact is not None:
        return exact
    return next((rule for pattern, rule in RULES.items() if fnmatchcase(code, pattern)), UNKNOWN)


def translate(error: Exception, about: str, bot: str) -> DeliveryError:
    """The DeliveryError that ``error`` amounts to, as if the request had been to post a message.

    ``error`` is anything slack_sdk or aiohttp raises for one request; ``about`` names the channel or
    person concerned. Never quotes an exception of which a part might be a credential (a proxy's URL).
    """
    if isinstance(error, SlackApiError):
        return _from_answer(error.response, about, bot)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return _not_reached(error)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        remedy = "check the proxy in HTTPS_PROXY"
        return DeliveryError(
            f"the proxy did not let us through to Slack: HTTP {error.status}", Verdict(remedy=remedy)
        )
    if isinstance(error, TimeoutError):
        return DeliveryError(f"Slack did not answer in time ({about})", Verdict(in_doubt=True))
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return DeliveryError(
            "slack.base_url is not a usable URL", Verdict(permanent=True, remedy="check slack.base_url")
        )
    if isinstance(error, AnswerTooLarge):
        return DeliveryError(f"Slack's answer {error} ({about})", Verdict(in_doubt=True, remedy=_ENDPOINT))
    if isinstance(error, Redirected):
        text = f"Slack {error}, as the token must not be ({about})"
        return DeliveryError(text, Verdict(remedy=_ENDPOINT))
    # `AsyncSlackResponse.validate` trips over a body that is JSON or plain text, but not an object.
    if isinstance(error, JSONDecodeError | UnicodeDecodeError | AttributeError | TypeError | RecursionError):
        return DeliveryError(f"Slack's answer can't be read ({about})", Verdict(in_doubt=True))
    if isinstance(error, ValueError | SlackClientError):
        remedy = "check SLACK_BOT_TOKEN and HTTPS_PROXY for stray characters"
        return DeliveryError(
            f"the request to Slack can't be made ({about})", Verdict(permanent=True, remedy=remedy)
        )
    return DeliveryError(f"the connection to Slack broke off ({about})", Verdict(in_doubt=True))


def _not_reached(error: aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) -> DeliveryError:
    """Nothing was sent: no connection came about."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return DeliveryError("no connection to Slack: it took too long")
    where = f"{error.host}:{error.port}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        remedy = "check slack.base_url, this machine's clock and its CA certificates"
        return DeliveryError(f"the certificate of {where} can't be verified", Verdict(remedy=remedy))
    reason = error.os_error.strerror or type(error.os_error).__name__
    if isinstance(error.os_error, ssl.SSLError):
        return DeliveryError(
            f"no encrypted connection to {where}: {reason}", Verdict(remedy="check slack.base_url")
        )
    return DeliveryError(f"no connection to Slack ({where}): {reason}")


def _from_answer(response: Any, about: str, bot: str) -> DeliveryError:
    """``response`` is the SDK's, or aiohttp's own when the body was broken JSON."""
    status: int = response.status_code if hasattr(response, "status_code") else response.status
    wait = retry_after(response.headers)
    body = getattr(response, "data", None)
    data: Mapping[str, Any] = body if isinstance(body, dict) else {}
    code = str(data.get("error") or "")
    if status == 429:
        return DeliveryError(f"Slack asks to slow down ({about})", Verdict(retry_after=wait))
    if status >= 500:
        said = f"HTTP {status} {code}".strip()
        return DeliveryError(f"Slack failed with {said} ({about})", Verdict(in_doubt=True, retry_after=wait))
    if code:
        return _refusal(code, data, about, bot, wait)
    if status >= 400:
        return DeliveryError(
            f"HTTP {status} instead of an answer from Slack", Verdict(remedy=_ENDPOINT, retry_after=wait)
        )
    return DeliveryError(f"Slack's answer can't be read ({about})", Verdict(in_doubt=True))


def _refusal(
    code: str, data: Mapping[str, Any], about: str, bot: str, wait: timedelta | None
) -> DeliveryError:
    rule = rule_for(code)
    needed = str(data.get("needed") or "that the method needs")
    verdict = Verdict(
        permanent=rule.outcome in (Outcome.PERMANENT, Outcome.FORM),
        form_refused=rule.outcome is Outcome.FORM,
        in_doubt=rule.outcome is Outcome.AMBIGUOUS,
        retry_after=wait,
        remedy=rule.remedy.format(about=about, bot=bot, needed=needed),
    )
    return DeliveryError(f"Slack says {code} ({about}){_details(data)}", verdict)


def _details(data: Mapping[str, Any]) -> str:
    """What Slack found wrong, in its own words: which block of the message, which limit."""
    metadata = data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    found = [
        str(item) for source in (messages, data.get("errors")) if isinstance(source, list) for item in source
    ]
    return (": " + "; ".join(found))[:_MAX_DETAIL] if found else ""
