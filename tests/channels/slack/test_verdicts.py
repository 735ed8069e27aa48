"""Every way in which Slack can fail has a verdict."""

from __future__ import annotations

import errno
import json
import ssl
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import client_exceptions
from aiohttp.client_reqrep import ConnectionKey, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from slack_sdk import errors as sdk_errors
from yarl import URL

from bot.channels.slack.client import FOREIGN
from bot.channels.slack.verdicts import RULES, UNKNOWN, Outcome, rule_for, translate

PERMANENT = [
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
    "attachment_payload_limit_exceeded",
    "missing_scope",
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "ekm_access_denied",
    "messages_tab_disabled",
    "cannot_reply_to_message",
    "metadata_too_large",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "markdown_text_conflict",
    "app_access_restricted",
    "team_not_found",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_file_link_sharing_blocked",
    "users_not_found",
    "user_not_found",
    "user_disabled",
    "user_not_visible",
    "access_denied",
    "accesslimited",
    "as_user_not_supported",
    "deprecated_endpoint",
    "method_deprecated",
    "enterprise_is_restricted",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_post_type",
    "missing_post_type",
    "no_permission",
    "not_allowed_token_type",
    "team_access_not_granted",
    "two_factor_setup_required",
    "cant_update_message",
    "edit_window_closed",
    "message_not_found",
    "block_mismatch",
    "is_inactive",
    "thread_not_found",
    "invalid_ts_oldest",
    "cannot_dm_bot",
    "invalid_attachments",
    "invalid_cursor",
    "invalid_json",
    "json_not_object",
    "metadata_must_be_sent_from_app",
    "method_not_supported_for_channel_type",
    "unknown_method",
]

WAIT = [
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "org_login_required",
    "external_channel_migrating",
    "update_failed",
    "streaming_state_conflict",
]

AMBIGUOUS = ["fatal_error", "internal_error"]

FORM = ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"]


def answer(status: int, body: object, **headers: str) -> sdk_errors.SlackApiError:
    response = SimpleNamespace(data=body, status_code=status, headers=CIMultiDictProxy(CIMultiDict(headers)))
    return sdk_errors.SlackApiError("failed", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("code", PERMANENT)
def test_permanent_refusals(code: str) -> None:
    """Slack's reference says that the same request will be refused again."""
    verdict = translate(answer(200, {"ok": False, "error": code}), "#em-papers", "@arxiv-digest").verdict
    assert (verdict.permanent, verdict.in_doubt, verdict.form_refused) == (True, False, False)


@pytest.mark.parametrize("code", FORM)
def test_refused_blocks(code: str) -> None:
    """With its blocks the message will be refused again; without them it may pass."""
    verdict = translate(answer(200, {"ok": False, "error": code}), "#em-papers", "@arxiv-digest").verdict
    assert (verdict.permanent, verdict.in_doubt, verdict.form_refused) == (True, False, True)


@pytest.mark.parametrize("code", WAIT)
def test_passing_refusals(code: str) -> None:
    """It was not done and later may be: no doubt, and a rule of its own rather than the unknown's."""
    verdict = translate(answer(200, {"ok": False, "error": code}), "#em-papers", "@arxiv-digest").verdict
    assert (verdict.permanent, verdict.in_doubt) == (False, False)
    assert rule_for(code) is not UNKNOWN


@pytest.mark.parametrize("code", AMBIGUOUS)
def test_ambiguous_errors(code: str) -> None:
    """Slack's reference: some aspect of the operation may have succeeded."""
    verdict = translate(answer(200, {"ok": False, "error": code}), "#em-papers", "@arxiv-digest").verdict
    assert (verdict.permanent, verdict.in_doubt) == (False, True)


def test_every_rule_is_tested() -> None:
    """A code that gets a rule gets a line above: none is decided in passing."""
    exact = {code for code in RULES if "*" not in code}
    assert exact <= {*PERMANENT, *FORM, *WAIT, *AMBIGUOUS}
    assert all(rule_for(code) is not UNKNOWN for code in (*PERMANENT, *FORM, *WAIT, *AMBIGUOUS))


def test_an_unknown_code_waits_and_is_shown() -> None:
    """It was a plain refusal, so nothing was posted; whether it passes only time tells."""
    error = translate(answer(200, {"ok": False, "error": "brand_new"}), "#em-papers", "@arxiv-digest")
    assert (error.verdict.permanent, error.verdict.in_doubt) == (False, False)
    assert "brand_new" in str(error)
    assert "#em-papers" in str(error)


def test_remedies_are_written_out() -> None:
    """No remedy shows a placeholder, and every permanent one of a delivery says what to do."""
    for code, rule in RULES.items():
        error = translate(answer(200, {"ok": False, "error": code.replace("*", "x")}), "#em", "@bot")
        assert "{" not in error.verdict.remedy
        if rule.outcome is Outcome.PERMANENT and code not in (
            "cant_update_message",
            "edit_window_closed",
            "message_not_found",
        ):
            assert error.verdict.remedy


@pytest.mark.parametrize(
    ("status", "body", "in_doubt"),
    [
        (500, {"ok": False, "error": "invalid_auth"}, True),
        (503, None, True),
        (502, "<html>", True),
        (429, None, False),
        (403, None, False),
        (404, {}, False),
        (200, None, True),
        (200, "ok", True),
        (200, {}, True),
        (200, {"ok": False}, True),
    ],
)
def test_answers_without_a_usable_code(status: int, body: object, in_doubt: bool) -> None:
    """5xx and the unreadable leave the outcome open; other refusals of the HTTP layer do not. None is
    permanent: a proxy or a gateway may have spoken."""
    verdict = translate(answer(status, body), "#em-papers", "@arxiv-digest").verdict
    assert (verdict.permanent, verdict.in_doubt) == (False, in_doubt)


INFO = RequestInfo(URL("http://proxy:1/"), "POST", CIMultiDictProxy(CIMultiDict()), URL("http://proxy:1/"))
KEY = ConnectionKey("slack.com", 443, True, True, None, None, None, None)
REFUSED = OSError(errno.ECONNREFUSED, "Connection refused")
UNVERIFIED = ssl.SSLCertVerificationError(1, "certificate verify failed")
WRONG = ssl.SSLError(1, "wrong version number")

# What each exception of aiohttp means: (an example, in doubt, permanent).
AIOHTTP = {
    "ClientError": (aiohttp.ClientError(), True, False),
    "ClientConnectionError": (aiohttp.ClientConnectionError(), True, False),
    "ClientConnectionResetError": (aiohttp.ClientConnectionResetError(), True, False),
    "ClientOSError": (aiohttp.ClientOSError(errno.EPIPE, "Broken pipe"), True, False),
    "ClientConnectorError": (aiohttp.ClientConnectorError(KEY, REFUSED), False, False),
    "ClientProxyConnectionError": (aiohttp.ClientProxyConnectionError(KEY, REFUSED), False, False),
    "ClientConnectorDNSError": (aiohttp.ClientConnectorDNSError(KEY, OSError(None, None)), False, False),
    "ClientSSLError": (aiohttp.ClientSSLError(KEY, WRONG), False, False),
    "ClientConnectorSSLError": (aiohttp.ClientConnectorSSLError(KEY, WRONG), False, False),
    "ClientConnectorCertificateError": (
        aiohttp.ClientConnectorCertificateError(KEY, UNVERIFIED),
        False,
        False,
    ),
    "ConnectionTimeoutError": (aiohttp.ConnectionTimeoutError(), False, False),
    "SocketTimeoutError": (aiohttp.SocketTimeoutError(), True, False),
    "ServerConnectionError": (aiohttp.ServerConnectionError(), True, False),
    "ServerTimeoutError": (aiohttp.ServerTimeoutError(), True, False),
    "ServerDisconnectedError": (aiohttp.ServerDisconnectedError(), True, False),
    "ServerFingerprintMismatch": (aiohttp.ServerFingerprintMismatch(b"", b"", "h", 1), True, False),
    "ClientResponseError": (aiohttp.ClientResponseError(INFO, ()), True, False),
    "ClientHttpProxyError": (aiohttp.ClientHttpProxyError(INFO, (), status=407), False, False),
    "WSServerHandshakeError": (aiohttp.WSServerHandshakeError(INFO, ()), True, False),
    "ContentTypeError": (aiohttp.ContentTypeError(INFO, ()), True, False),
    "ClientPayloadError": (aiohttp.ClientPayloadError(), True, False),
    "UploadAbortedError": (client_exceptions.ClientError(), True, False),
    "InvalidURL": (aiohttp.InvalidURL("x"), False, True),
    "InvalidUrlClientError": (aiohttp.InvalidUrlClientError("x"), False, True),
    "RedirectClientError": (aiohttp.RedirectClientError("x"), True, False),
    "NonHttpUrlClientError": (aiohttp.NonHttpUrlClientError("x"), False, True),
    "InvalidUrlRedirectClientError": (aiohttp.InvalidUrlRedirectClientError("x"), False, True),
    "NonHttpUrlRedirectClientError": (aiohttp.NonHttpUrlRedirectClientError("x"), False, True),
    "WSMessageTypeError": (aiohttp.WSMessageTypeError(), True, False),
}

OTHERS = {
    "TimeoutError": (TimeoutError(), True, False),
    "JSONDecodeError": (json.JSONDecodeError("m", "d", 0), True, False),
    "UnicodeDecodeError": (UnicodeDecodeError("utf-8", b"", 0, 1, "r"), True, False),
    "AttributeError": (AttributeError("'list' object has no attribute 'get'"), True, False),
    "ValueError": (ValueError("Newline or carriage return detected in headers"), False, True),
    "OSError": (OSError(errno.EPIPE, "Broken pipe"), True, False),
    "SlackRequestError": (sdk_errors.SlackRequestError("r"), False, True),
    "SlackObjectFormationError": (sdk_errors.SlackObjectFormationError("r"), False, True),
}


def test_no_exception_of_aiohttp_is_missed() -> None:
    """A new one in a new version fails here, and is then decided."""
    assert set(client_exceptions.__all__) == set(AIOHTTP)


@pytest.mark.parametrize("name", [*AIOHTTP, *OTHERS])
def test_exceptions(name: str) -> None:
    """Each foreign exception is caught and has its verdict; a lost connection is in doubt unless none
    had come about."""
    error, in_doubt, permanent = {**AIOHTTP, **OTHERS}[name]
    assert isinstance(error, FOREIGN)
    verdict = translate(error, "#em-papers", "@arxiv-digest").verdict
    assert (verdict.in_doubt, verdict.permanent) == (in_doubt, permanent)


def test_a_certificate_that_does_not_verify_has_a_remedy() -> None:
    """It names the host and where to look."""
    error = translate(aiohttp.ClientConnectorCertificateError(KEY, UNVERIFIED), "#em", "@bot")
    assert "slack.com:443" in str(error)
    assert "slack.base_url" in error.verdict.remedy


def test_a_proxy_that_refuses_is_named_without_its_address() -> None:
    """The address may hold a password."""
    error = translate(aiohttp.ClientHttpProxyError(INFO, (), status=407), "#em", "@bot")
    assert "407" in str(error)
    assert "proxy:1" not in f"{error}{error.verdict}"
