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

    def add(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)
