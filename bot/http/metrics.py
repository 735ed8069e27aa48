"""What Prometheus is told, read from the database when it asks: nothing is counted twice, and a restart loses nothing.

Tokens are of the requests that are kept, some weeks; a count that falls is a restart to Prometheus.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot import quota
from bot.pipeline import tick
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
        services = self._services
        store, now = services.store, services.clock.now()
        figures = store.figures()
        yield _counter("polls", "Polls that ended.", "outcome", figures.polls)
        papers = CounterMetricFamily("arxiv_digest_papers", "Papers seen.")
        papers.add_metric([], figures.papers)
        yield papers
        yield _counter(
            "summaries", "Summaries written, or refused on the last day.", "outcome", figures.summaries
        )
        yield _counter("model_tokens", "Tokens of requests to the model.", "direction", figures.tokens)
        deliveries = CounterMetricFamily(
            "arxiv_digest_deliveries", "Messages by how they ended.", labels=["kind", "outcome"]
        )
        for (kind, outcome), count in figures.deliveries.items():
            deliveries.add_metric([kind, outcome], count)
        yield deliveries
        outbox = GaugeMetricFamily("arxiv_digest_outbox", "Messages that wait.", labels=["state"])
        for state, count in figures.outbox.items():
            outbox.add_metric([state], count)
        yield outbox
        yield _gauge(
            "outbox_oldest_seconds", "Age of the oldest message that waits.", _age(figures.oldest, now)
        )
        if services.settings.gemini.api_key is not None:
            spent = store.summaries.use_on(quota.pacific_day(now)).requests
            left = max(services.settings.gemini.requests_per_day - spent, 0)
            yield _gauge("quota_left", "Requests to the model that the day has left.", left)
        if last := store.polls.last_poll():
            yield _gauge(
                "last_poll_timestamp_seconds", "When the last poll ended.", last.finished_at.timestamp()
            )
        due = [
            tick.next_digest_of(store, one, now)
            for one in services.settings.subscribers
            if one.schedule.cron is not None
        ]
        if due:
            yield _gauge(
                "next_digest_timestamp_seconds", "When the next digest is due.", min(due).timestamp()
            )


def _counter(name: str, about: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(f"arxiv_digest_{name}", about, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, about: str, value: float) -> Metric:
    family = GaugeMetricFamily(f"arxiv_digest_{name}", about)
    family.add_metric([], value)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
