"""What a refusal means, in the words that real mail servers use."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.email.refusals import Step, sending_limit, verdict_of

HOUR, HOURS = timedelta(hours=1), timedelta(hours=4)
UNKNOWN = HOUR

LIMITS = [
    ("550 Domain example.org has exceeded the max emails per hour (1/1 (100%)) allowed. Message discarded.", HOUR),
    ("550 Domain x.org has exceeded the max defers and failures per hour (5/5 (100%)) allowed.", HOUR),
    ("550 send spam mail rejected: exceeded hour limit", HOUR),
    ("451 4.7.1 Hourly limit exceeded", HOUR),
    ("554 5.7.1 Number messages per hour exceeded", HOUR),
    ("554 5.7.1 You have exceeded your daily sending limit", HOURS),
    ("550 5.4.5 Daily user sending quota exceeded. o65sm25351206pga.71 - gsmtp", HOURS),
    ("550 User me@x.org has exceeded its 24-hour sending limit. Messages to 25 recipients out of 25", HOURS),
    ("550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", HOURS),
    ("554 5.7.1 <DATA>: Data command rejected: only 10 messages per day", HOURS),
    ("454 Throttling failure: Daily message quota exceeded", HOURS),
    ("554 5.7.0 The number of allowed outgoing messages was exceeded.", UNKNOWN),
    ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message", UNKNOWN),
    ("554 5.7.1 <a@x.org>: Recipient address rejected: You have exceeded your Outmail quota.", UNKNOWN),
    ("550 User has exceeded outgoing email quota", UNKNOWN),
    ("550 Too many messages", UNKNOWN),
    ("452 4.5.3 Too many messages", UNKNOWN),
    ("554 Sending limit reached", UNKNOWN),
    ("454 Throttling failure: Maximum sending rate exceeded", timedelta(minutes=5)),
    ("450 4.7.1 Error: too much mail from 192.0.2.1", timedelta(minutes=5)),
    ("550 5.7.1 rate limit: at most 30 messages per minute", timedelta(minutes=5)),
]  # fmt: skip

NO_LIMITS = [
    "552 5.2.2 mailbox full for good",
    "552 5.2.2 The recipient's mailbox is over quota",
    "452 4.2.2 The email account that you tried to reach is over quota",
    "550 Mailbox quota exceeded",
    "552 5.3.4 Message size exceeds limit",
    "552 message size exceeds fixed maximum message size",
    "552 5.3.4 Message exceeds 25 MB limit",
    "552 Error: Too much mail data",
    "552 5.3.4 Message size exceeds the daily limit of 10 kB per message",
    "550 5.5.3 Too many recipients per message",
    "452 4.5.3 Too many recipients",
    "550 recipient limit per message exceeded",
    "554 5.4.6 Too many hops",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery",
    "550 5.1.1 User unknown",
    "450 4.7.1 Greylisted, try again in 300 seconds",
    "535 5.7.8 Too many failed login attempts",
    "550 5.7.1 Message rejected as spam",
]  # fmt: skip

REMEDIES = [
    ("554 5.2.252 SendAsDenied; bot@x.org not allowed to send as group@x.org; STOREDRV...", Step.REPLY, "email.sender"),
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", Step.REPLY, "email.sender"),
    ("553 5.7.1 <g@x.org>: Sender address rejected: not owned by user bot@x.org", Step.RECIPIENT, "email.sender"),
    ("553 5.7.1 <g@x.org>: Sender address rejected: not logged in", Step.SENDER, "SMTP_PASSWORD"),
    ("554 5.7.1 <a@y.org>: Relay access denied", Step.RECIPIENT, "submission server"),
    ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Step.RECIPIENT, "submission server"),
    ("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", Step.RECIPIENT, "blocklist"),
    ("550 5.7.1 Mail from 192.0.2.1 refused, see RBL server", Step.CONNECT, "blocklist"),
    ("550 5.7.1 192.0.2.1 is on our block list (S3150)", Step.SENDER, "blocklist"),
    ("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant", Step.LOGIN, "SMTP AUTH"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", Step.LOGIN, "SMTP AUTH"),
    ("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", Step.LOGIN, "app password"),
    ("535 5.7.139 the user is locked by your organization's security defaults", Step.LOGIN, "locked"),
    ("550 5.7.30 Basic authentication is not supported for Client Submission", Step.SENDER, "SMTP AUTH"),
    ("535 5.7.8 Username and Password not accepted", Step.LOGIN, "app password"),
    ("550 5.7.26 This mail is unauthenticated: SPF did not pass", Step.REPLY, "SPF"),
    ("550 5.1.1 No such user", Step.RECIPIENT, "check the address"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "rest"), LIMITS)
def test_a_limit_on_sending_passes_whatever_its_code(said: str, rest: timedelta) -> None:
    """Later, after the pause that the words let us guess, and nothing else goes there meanwhile."""
    verdict = verdict_of(int(said[:3]), said[4:], Step.REPLY)
    assert (verdict.permanent, verdict.in_doubt, verdict.rest) == (False, False, rest)
    assert verdict.retry_after is None


@pytest.mark.parametrize("said", NO_LIMITS)
def test_what_concerns_one_message_or_mailbox_holds_back_no_other(said: str) -> None:
    """Sizes, mailboxes and lists of recipients have limits too."""
    assert sending_limit(said) is None


@pytest.mark.parametrize(("said", "step", "part"), REMEDIES)
def test_the_remedy_names_who_is_refused(said: str, step: Step, part: str) -> None:
    """The recipient, the sender, the account, or this machine."""
    verdict = verdict_of(int(said[:3]), said[4:], step)
    assert verdict.permanent
    assert part in verdict.remedy


def test_the_cases_at_hand(shared: Path) -> None:
    """What users reported is later, or has the remedy that they needed."""
    cases = sorted((shared / "cases" / "edges").glob("*.verdict"))
    assert cases
    for path in cases:
        found = re.fullmatch(r'(\d+) "(.*)" (\w+) -> (later|remedy (.+))', path.read_text("utf-8").strip())
        assert found is not None
        step = {"RCPT": Step.RECIPIENT, "MAIL": Step.SENDER, "AUTH": Step.LOGIN}.get(found[3], Step.REPLY)
        verdict = verdict_of(int(found[1]), found[2], step)
        assert verdict.permanent is (found[4] != "later"), path.name
        assert (found[5] or "") in verdict.remedy, path.name


THE_MAILBOX = [
    ("550 5.1.1 <blockchain@x.org>: Recipient address rejected: User unknown in virtual mailbox table", Step.RECIPIENT),
    ("550 5.1.1 The email account that you tried to reach does not exist. - gsmtp", Step.RECIPIENT),
    ("550 5.2.1 The email account that you tried to reach is disabled", Step.RECIPIENT),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Step.REPLY),
    ("554 delivery error: dd This user doesn't have a yahoo.com account", Step.RECIPIENT),
    ("550 Requested action not taken: mailbox unavailable", Step.RECIPIENT),
    ("551 User not local", Step.RECIPIENT),
]  # fmt: skip
NOT_THE_MAILBOX = [
    ("550 User has exceeded outgoing email quota", Step.RECIPIENT),
    ("552 5.2.2 mailbox full for good", Step.RECIPIENT),
    ("550 5.7.26 This mail is unauthenticated: SPF did not pass", Step.RECIPIENT),
    ("550 rejected because your IP 192.0.2.1 has a bad reputation", Step.RECIPIENT),
    ("554 Message refused by policy", Step.RECIPIENT),
    ("550 Administrative prohibition", Step.RECIPIENT),
    ("553 sorry, that domain isn't allowed: sender verify failed", Step.RECIPIENT),
    ("550 5.1.8 Access denied, bad outbound sender", Step.RECIPIENT),
    ("554 5.7.1 <a@y.org>: Relay access denied", Step.RECIPIENT),
    ("550 5.1.1 No such user", Step.SENDER),
    ("535 5.7.8 Username and Password not accepted", Step.LOGIN),
    ("552 5.3.4 Message size exceeds limit", Step.REPLY),
    ("554 5.6.0 Message content rejected", Step.REPLY),
    ("450 4.1.1 User unknown", Step.RECIPIENT),
]  # fmt: skip


@pytest.mark.parametrize(("said", "step"), THE_MAILBOX)
def test_a_mailbox_that_is_not_there_refuses_for_itself(said: str, step: Step) -> None:
    """Such refusals are counted, and the mailbox is set aside after some."""
    verdict = verdict_of(int(said[:3]), said[4:], step)
    assert (verdict.permanent, verdict.recipient_refused) == (True, True)


@pytest.mark.parametrize(("said", "step"), NOT_THE_MAILBOX)
def test_a_fault_of_the_sender_or_a_limit_is_not_the_mailbox_s(said: str, step: Step) -> None:
    """Nobody loses their digests because our own address, machine or quota is refused."""
    assert not verdict_of(int(said[:3]), said[4:], step).recipient_refused
