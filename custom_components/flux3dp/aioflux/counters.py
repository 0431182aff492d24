"""What a listener has heard, sent and thrown away, for diagnostics.

Knows numbers only: no address and no name ever gets in here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Datagrams since the listener started; `dropped` is by reason."""

    received: int = 0
    probes: int = 0
    touches: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, int | dict[str, int]]:
        """Return plain numbers, ready for JSON."""
        return {
            "received": self.received,
            "probes": self.probes,
            "touches": self.touches,
            "dropped": dict(self.dropped),
        }
