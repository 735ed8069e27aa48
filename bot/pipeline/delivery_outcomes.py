"""DeliveryOutcomes: what became of a message, in the outbox, in the report, and to those who must know."""

from __future__ import annotations

from datetime import datetime

from bot import backoff
from bot.errors import DeliveryError
from bot.models import Envelope, Receipt, Verdict
from bot.pipeline import alerts
from bot.pipeline.concurrency import GroupCommit
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.render import wording


class DeliveryOutcomes:
    """The outcomes of one round."""

    def __init__(self, services: Services, report: Report) -> None:
        self._services = services
        self._settings = services.settings
        self._report = report
        self._clock = services.clock
        self._outbox = services.store.outbox
        self._commits = GroupCommit(services.store.transaction)

    async def sending(self, envelope: Envelope) -> Envelope:
        """It is about to be handed over: from here on it is in doubt, should the process die.

        The envelope as it is after that, ended when it was withdrawn.
        """
        now = self._clock.now()
        marked: list[Envelope] = []
        self._commits.add(lambda: marked.append(self._outbox.mark_sending(envelope, now)))
        await self._commits.committed()
        return marked[0]

    def accepted(self, envelope: Envelope, receipt: Receipt) -> None:
        """Recorded by the commit that marks the connection's next message, and before anything is sent."""
        now = self._clock.now()
        self._commits.add(lambda: self._record_accepted(envelope, receipt, now))
        held = f", {wording.papers(len(envelope.arxiv_ids))}" if envelope.arxiv_ids else ""
        self._report.done.append(f"{subject(envelope)}: delivered{held}")
        self._report.messages.add(envelope.id)
        self._services.progress.note(
            "info", f"{subject(envelope)}: accepted{held}", **facts(envelope), outcome="accepted"
        )

    def record(self) -> None:
        """Let the outbox say what was accepted: until it does, a mail would be repeated. StoreError."""
        self._commits.now()

    def failed(self, envelope: Envelope, error: DeliveryError) -> None:
        with self._services.store.transaction():
            self._outbox.mark_failed(envelope, str(error), error.verdict, self._clock.now())
            self._alert(envelope, "a message could not be delivered", error)
            self._tell_if_set_aside(envelope, error)
        self._name(envelope, "failed", _in_full(error))

    def set_aside(self, envelope: Envelope) -> bool:
        """Whether the digest is not tried, as the mailbox has refused too many. What is sent by hand is.

        A ``retry`` sends it with those before it.
        """
        if not envelope.digest_id or envelope.copy:
            return False
        refusals = self._outbox.refusals(envelope.subscriber, envelope.target)
        if refusals.digests < backoff.MAILBOX_REFUSALS:
            return False
        why = "not tried: the mailbox is set aside"
        self._outbox.mark_failed(
            envelope, why, Verdict(permanent=True, remedy=_taken_back(envelope)), self._clock.now()
        )
        self._report.messages.add(envelope.id)
        self._report.troubles.append(f"{subject(envelope)}: {why}; {_taken_back(envelope)}")
        return True

    def _tell_if_set_aside(self, envelope: Envelope, error: DeliveryError) -> None:
        key = alerts.set_aside_key(envelope.subscriber, envelope.target)
        refusals = self._outbox.refusals(envelope.subscriber, envelope.target)
        if refusals.digests < backoff.MAILBOX_REFUSALS:
            alerts.settle(self._services, key)  # of refusals before a `retry`
            return
        text = (
            f"{subject(envelope)} is set aside: the mailbox refused {refusals.digests} digests running, in "
            f"{refusals.attempts} tries, last with: {error}. Digests are kept and not tried; "
            f"{_taken_back(envelope)}"
        )
        alerts.raise_alert(self._services, key, text, alerts.OPERATOR)

    def reshaped(self, envelope: Envelope, error: DeliveryError) -> None:
        """Its form was refused; it is sent in a plainer one."""
        self._report.done.append(f"{subject(envelope)}: sent as plain text: {error}")

    def waiting(self, envelope: Envelope, error: DeliveryError) -> None:
        if error.verdict.until_mended:
            self._alert(envelope, "a message waits until this is mended", error)
        self._name(envelope, "waiting", _in_full(error))

    def in_doubt(self, envelope: Envelope, error: DeliveryError, *, looked: bool) -> None:
        """Whether it arrived is unknown; once it was ``looked`` for in vain, that needs a person."""
        self._name(envelope, "in doubt", _in_full(error))
        if looked:
            self._alert(envelope, "it is unknown whether a message arrived", error)

    def left(self, envelope: Envelope, why: str, until: datetime | None = None) -> None:
        """Not tried in this round; before ``until`` no round needs to look at it again.

        Recorded together with others: where a server is down, that is all that was to go there.
        """
        if until is not None:
            self._commits.add(lambda: self._outbox.postpone(envelope, why, until))
        self._name(envelope, "waiting", why)

    def _record_accepted(self, envelope: Envelope, receipt: Receipt, now: datetime) -> None:
        self._outbox.mark_sent(envelope, receipt, now)
        for key in (alerts.delivery_key, alerts.set_aside_key):
            alerts.settle(self._services, key(envelope.subscriber, envelope.target))

    def _name(self, envelope: Envelope, outcome: str, why: str) -> None:
        self._report.messages.add(envelope.id)
        line = f"{subject(envelope)}: {outcome}: {why}"
        self._report.add(line, **facts(envelope), outcome=outcome, error=why)

    def _alert(self, envelope: Envelope, text: str, error: DeliveryError) -> None:
        if envelope.subscriber:
            alerts.raise_alert(
                self._services,
                alerts.delivery_key(envelope.subscriber, envelope.target),
                f"{subject(envelope)}: {text}: {_in_full(error)}",
                envelope.subscriber,
                cause=error.verdict.remedy,
            )


def subject(envelope: Envelope) -> str:
    """Whose message this is and where it goes, for logs and people."""
    who = envelope.subscriber or "operator"
    part = f" part {envelope.part}/{envelope.parts}" if envelope.parts > 1 else ""
    return f"{who}: {envelope.target.kind} {envelope.target.address}{part}"


def facts(envelope: Envelope) -> dict[str, object]:
    """Whose message this is and where it goes, for logs that programs read."""
    target = f"{envelope.target.kind} {envelope.target.address}"
    about = {"subscriber": envelope.subscriber or "operator", "target": target}
    return about | ({"paper": list(envelope.arxiv_ids)} if envelope.arxiv_ids else {})


def _taken_back(envelope: Envelope) -> str:
    return f"mend or remove the address; `arxiv-digest retry {envelope.subscriber}` sends all that was kept"


def _in_full(error: DeliveryError) -> str:
    remedy = error.verdict.remedy
    return f"{error}; {remedy}" if remedy and remedy not in str(error) else str(error)
