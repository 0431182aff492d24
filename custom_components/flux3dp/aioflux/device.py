"""What the world sees of a device: who it is and what it says it is doing.

Knows models, status ids and the firmware that can be managed. Does not know
datagrams or sockets (`datagram.py`, `listener.py`), nor what a status is called
in a user interface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
import math
import re

from .util import is_blank

MODELS = {
    "delta-1": "FLUX Delta",
    "delta-1p": "FLUX Delta+",
    "fbm1": "beamo",
    "fbm2": "beamo II",
    "fbb1b": "Beambox",
    "fbb1p": "Beambox Pro",
    "fbb2": "Beambox II",
    "fhexa1": "HEXA",
    "fhx2rf": "HEXA RF",
    "ado1": "Ador",
    "fad1": "Ador",
    "fuv1": "Miro UV",
    "laser-b1": "Beambox",
    "laser-b2": "Beambox",
    "mozu1": "Beambox",
}

_EXTRUDER_MODELS = frozenset({"delta-1", "delta-1p"})
# Laser machines that are nothing else: the others take modules, as a Delta does.
_FIXED_MODELS = frozenset(
    {
        "fbm1",
        "fbb1b",
        "fbb1p",
        "fbb2",
        "fhexa1",
        "fhx2rf",
        "laser-b1",
        "laser-b2",
        "mozu1",
    }
)

# Bits of st_id (section 2).
_ENDED = 64 | 128
_PAUSED = 32

# Firmware that speaks TCP management: 1.1b1 and newer (the table's head).
# Release, stage, its number, and whether it is no development version of all that.
_FIRST_TCP_FIRMWARE = ((1, 1), -3, 1, True)
_FIRMWARE = re.compile(
    r"v?(\d+(?:\.\d+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|rc|c)[-_.]?(\d*))?"
    r"(?:[-_.]?(dev)\d*)?",
    re.ASCII | re.IGNORECASE,
)
_STAGES = {"a": -4, "b": -3, "p": -2, "r": -2, "c": -2}
_FINAL = 0
_DEVELOPMENT = -5


class Identity(StrEnum):
    """How far a device's master key is to be believed (section 1)."""

    VERIFIED = "verified"
    """The vendor's signature vouches for it."""
    UNVERIFIED = "unverified"
    """Nothing vouches for it: a person must accept the fingerprint."""
    PINNED = "pinned"
    """It is the key that was pinned for this uuid."""
    MISMATCH = "mismatch"
    """Another key is pinned for this uuid."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One status block (section 2).

    `timestamp` is the device's own clock and not part of a comparison: two
    announcements of the same state are equal. `progress` is 0.0 to 1.0, or None
    when the device does not know. `error_label` is the raw label, at most 32
    bytes; `occupied_by` the address of the client that occupies the device.
    """

    timestamp: float = field(compare=False)
    st_id: int
    progress: float | None
    head_module: str
    error_label: str
    occupied_by: str

    @property
    def is_active(self) -> bool:
        """A job is there and has not ended."""
        return self.st_id > 0 and not self.st_id & _ENDED

    @property
    def is_paused(self) -> bool:
        """The job stands still (32, 36, 48) or is about to (38, 50)."""
        return self.is_active and bool(self.st_id & _PAUSED)

    @property
    def is_occupied(self) -> bool:
        """Another client holds the device."""
        return self.st_id < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device at an address, as its answer to our own touch describes it.

    `uuid` is 32 lower-case hex digits, `host` an IPv4 address, `version` the
    generation on the wire (1 or 2). `master_key` and `slave_key` (generation 1)
    are DER SubjectPublicKeyInfo. `clock_offset` is the device's clock minus
    ours in seconds (generation 1), and no part of a comparison.
    """

    uuid: str
    serial: str
    name: str
    model: str
    firmware: str
    has_password: bool
    host: str
    version: int
    master_key: bytes = field(repr=False)
    identity: Identity
    slave_key: bytes | None = field(default=None, repr=False)
    clock_offset: float | None = field(default=None, compare=False)

    @property
    def model_name(self) -> str:
        """The model's name in the shop, or its id (section 2, Models)."""
        return MODELS.get(self.model, self.model)

    @property
    def display_name(self) -> str:
        """What to call the device: its model's name if its own shows nothing."""
        names = (self.name, self.model_name, "FLUX")
        return next(name.strip() for name in names if not is_blank(name))

    @property
    def manageable(self) -> bool:
        """The firmware has TCP management; older ones need section 8."""
        return supports_tcp_management(self.firmware)


def has_extruder(model: str) -> bool:
    """Whether machines of this model id can carry an extruder."""
    return model in _EXTRUDER_MODELS or model not in MODELS


def has_toolheads(model: str) -> bool:
    """Whether machines of this model id can carry one toolhead or another."""
    return model not in _FIXED_MODELS


def clamp_progress(value: float) -> float | None:
    """Return a progress of 0.0 to 1.0, or None for NaN and infinities."""
    if not math.isfinite(value):
        return None
    return min(max(value, 0.0), 1.0)


def supports_tcp_management(firmware: str) -> bool:
    """Whether a firmware is 1.1b1 or newer, ordered as PEP 440 does.

    A version that cannot be read is given the benefit of the doubt: refusing a
    device for its spelling would help nobody.
    """
    match = _FIRMWARE.match(firmware)
    if match is None:
        return True
    release, stage, number, development = match.groups()
    parts = [int(part) for part in release.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    if stage:
        rank = _STAGES[stage[0].lower()]
    else:
        rank = _DEVELOPMENT if development else _FINAL
    parsed = (tuple(parts), rank, int(number or 0), not development)
    return parsed >= _FIRST_TCP_FIRMWARE
