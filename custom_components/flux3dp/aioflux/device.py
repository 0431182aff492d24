"""What is known of a device: identity, status, models (protocol.md sections 1 and 2)."""

from dataclasses import dataclass, field
from enum import StrEnum
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
_EXTRUDER_MODELS = frozenset(("delta-1", "delta-1p"))
# They take one toolhead or module or another; the other models are lasers only.
_TOOLHEAD_MODELS = _EXTRUDER_MODELS | {"fbm2", "ado1", "fad1", "fuv1"}

# Bits of st_id (section 2).
_ENDED = 64 | 128
_PAUSED = 32

# Firmware with management over TCP: 1.1b1 and newer, and over UDP: from 1.0b12 to there
# (the head of section 8). Release, stage, its number, and no development version.
_FIRST_TCP_FIRMWARE = ((1, 1), -3, 1, True)
_FIRST_UDP_FIRMWARE = ((1,), -3, 12, True)
_FIRMWARE = re.compile(
    # Nine digits each: `int()` refuses some thousand.
    r"v?(\d{1,9}(?:\.\d{1,9})*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|rc|c)[-_.]?(\d{0,9}))?"
    r"(?:[-_.]?(dev)\d*)?",
    re.ASCII | re.IGNORECASE,
)
_STAGES = {"a": -4, "b": -3, "p": -2, "r": -2, "c": -2}
_FINAL = 0
_DEVELOPMENT = -5


class Identity(StrEnum):
    """What vouches for a device's master key (section 1)."""

    VERIFIED = "verified"  # The vendor's signature.
    UNVERIFIED = "unverified"  # Nothing: a person must accept the fingerprint.
    PINNED = "pinned"  # It is the key that was pinned for this uuid.
    MISMATCH = "mismatch"  # Another key is pinned for this uuid.


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One status block (section 2).

    `timestamp` is the device's own clock and not compared: two announcements of the
    same state are equal. `progress` is 0.0 to 1.0, None when the device does not know.
    `error_label` is the raw label, `occupied_by` the address of the client that
    occupies the device.
    """

    timestamp: float = field(compare=False)
    st_id: int
    progress: float | None
    head_module: str
    error_label: str
    occupied_by: str

    @property
    def is_active(self) -> bool:
        """Return whether there is a job that has not ended."""
        return self.st_id > 0 and not self.st_id & _ENDED

    @property
    def is_paused(self) -> bool:
        """Return whether the job is paused (32, 36, 48) or about to be (38, 50)."""
        return self.is_active and bool(self.st_id & _PAUSED)

    @property
    def is_occupied(self) -> bool:
        """Return whether another client holds the device."""
        return self.st_id < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device at an address, as it answered our touch.

    `uuid` is 32 lower-case hex digits, `host` an IPv4 address, `version` the generation
    on the wire (1 or 2). `master_key` and `slave_key` (generation 1) are DER
    SubjectPublicKeyInfo. `signed` says whether the vendor signed the master key for this
    uuid, whatever is pinned.
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
    signed: bool = False
    slave_key: bytes | None = field(default=None, repr=False)

    @property
    def model_name(self) -> str:
        """Return the model's name in the shop, or its id (section 2, Models)."""
        return MODELS.get(self.model, self.model)

    @property
    def display_name(self) -> str:
        """Return the device's name, or its model's where that shows nothing."""
        names = (self.name, self.model_name, "FLUX")
        return next(name.strip() for name in names if not is_blank(name))

    @property
    def manageable(self) -> bool:
        """Return whether the firmware has management over TCP."""
        return supports_tcp_management(self.firmware)

    @property
    def may_take_udp(self) -> bool:
        """Return whether the firmware has, or may have if it is not known, section 8."""
        known = bool(self.firmware)
        return self.version == 1 and (
            not known or supports_udp_management(self.firmware)
        )


def has_extruder(model: str) -> bool:
    """Return whether machines of this model id, or of an unknown one, take an extruder."""
    return model in _EXTRUDER_MODELS or model not in MODELS


def has_toolheads(model: str) -> bool:
    """Return whether machines of this model id, or of an unknown one, take toolheads."""
    return model in _TOOLHEAD_MODELS or model not in MODELS


def supports_tcp_management(firmware: str) -> bool:
    """Return whether a firmware is 1.1b1 or newer, ordered as PEP 440 does.

    True for a version that cannot be read: the device itself will tell.
    """
    parsed = _parse_firmware(firmware)
    return parsed is None or parsed >= _FIRST_TCP_FIRMWARE


def supports_udp_management(firmware: str) -> bool:
    """Return whether a firmware is 1.0b12 or newer, and older than 1.1b1."""
    parsed = _parse_firmware(firmware)
    return parsed is not None and _FIRST_UDP_FIRMWARE <= parsed < _FIRST_TCP_FIRMWARE


def _parse_firmware(
    firmware: str,
) -> tuple[tuple[int, ...], int, int, bool] | None:
    """Return what orders versions: release, stage, its number, no development version."""
    match = _FIRMWARE.match(firmware)
    if match is None:
        return None
    release, stage, number, development = match.groups()
    parts = [int(part) for part in release.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    if stage:
        rank = _STAGES[stage[0].lower()]
    else:
        rank = _DEVELOPMENT if development else _FINAL
    return tuple(parts), rank, int(number or 0), not development
