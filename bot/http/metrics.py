"""What Prometheus is told, read from the database when it asks: a restart of the daemon loses nothing, and no
counter falls, which to Prometheus would be a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot import quota
from bot.pipeline import hours
from bot.pipeline.services import Services

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(services: Services) -> bytes:
    """All metrics in Prometheus' text form. StoreError."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Digest(services))
    return generate_latest(registry)


class _Digest(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        figures = self._services.store.figures()
        yield _counter("polls", "Polls that ended.", ["outcome"], _labelled(figures.polls))
        yield _counter("papers", "Papers seen.", [], {(): figures.papers})
        summaries = _labelled(figures.summaries)
        yield _counter("summaries", "Summaries written, and answers refused.", ["outcome"], summaries)
        yield _counter(
            "model_tokens", "Tokens of requests to the model.", ["direction"], _labelled(figures.tokens)
        )
        yield _counter("deliveries", "Messages by how they ended.", ["kind", "outcome"], figures.deliveries)
        yield from self._now()

    def _now(self) -> Iterator[Metric]:
        """What may go up and down."""
        store, now = self._services.store, self._services.clock.now()
        gemini = self._services.settings.gemini
        backlog = store.outbox.backlog()
        yield _gauge("outbox", "Messages that wait, or failed.", ["state"], _labelled(backlog.by_state))
        age = (now - backlog.oldest).total_seconds() if backlog.oldest else 0.0
        yield _gauge(
            "outbox_oldest_seconds", "Age of the oldest message that waits.", [], {(): max(age, 0.0)}
        )
        if gemini.api_key is not None:
            left = gemini.requests_per_day - store.summaries.use_on(quota.pacific_day(now)).requests
            yield _gauge("quota_left", "Requests to the model that the day has left.", [], {(): max(left, 0)})
        if last := store.polls.last_poll():
            ended = last.finished_at.timestamp()
            yield _gauge("last_poll_timestamp_seconds", "When the last poll ended.", [], {(): ended})
        if soonest := hours.first_due(self._services, self._services.settings.subscribers):
            due = soonest.timestamp()
            yield _gauge("next_digest_timestamp_seconds", "When the next digest is due.", [], {(): due})


_Values = Mapping[tuple[str, ...], float]
"""By the values of the labels."""


def _labelled(values: Mapping[str, float]) -> _Values:
    return {(label,): value for label, value in values.items()}


def _counter(name: str, about: str, labels: Sequence[str], values: _Values) -> Metric:
    return _filled(CounterMetricFamily(f"arxiv_digest_{name}", about, labels=labels), values)


def _gauge(name: str, about: str, labels: Sequence[str], values: _Values) -> Metric:
    return _filled(GaugeMetricFamily(f"arxiv_digest_{name}", about, labels=labels), values)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: _Values) -> Metric:
    for labels, value in values.items():
        family.add_metric(list(labels), value)
    return family
