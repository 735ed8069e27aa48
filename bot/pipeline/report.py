"""What a round did and what it left undone, for people."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What a round did and what it left undone, each item naming its subject."""

    done: list[str] = field(default_factory=list)
    """For stdout."""
    faults: list[str] = field(default_factory=list)
    """For stderr; with any of them `once` ends with exit status 1."""
    troubles: list[str] = field(default_factory=list)
    """For stderr too, but nothing is left undone by them: a key that is refused, where the abstract's own
    sentences went out instead; a clock that was wrong."""
    facts: dict[str, dict[str, object]] = field(default_factory=dict)
    """By fault, the same in fields, for logs that programs read."""
    messages: set[int] = field(default_factory=set)
    """The outbox ids of the messages whose outcome in this round stands above."""

    def add(self, fault: str, **facts: object) -> None:
        if fault not in self.faults:
            self.faults.append(fault)
        self.facts.setdefault(fault, facts)
