"""What a device's words for its status and toolhead mean: the tables of protocol.md section 5."""

from enum import Enum, auto
from typing import Final

from .model import JobStatus, Toolhead

# Keeps whatever the status was before.
TRANSITION: Final = 2

_STATUSES: Final = {
    0: JobStatus.IDLE,
    1: JobStatus.INITIALIZING,
    4: JobStatus.STARTING,
    6: JobStatus.RESUMING,
    18: JobStatus.RESUMING,
    16: JobStatus.RUNNING,
    32: JobStatus.PAUSED,
    36: JobStatus.PAUSED,
    48: JobStatus.PAUSED,
    38: JobStatus.PAUSING,
    50: JobStatus.PAUSING,
    66: JobStatus.COMPLETING,
    64: JobStatus.COMPLETED,
    68: JobStatus.COMPLETED,
    130: JobStatus.ABORTING,
    128: JobStatus.ABORTED,
    256: JobStatus.ALARM,
    512: JobStatus.FATAL,
    516: JobStatus.RECONNECTING,
    1024: JobStatus.TOOLHEAD_CHANGE,
    -1: JobStatus.MAINTENANCE,
    -2: JobStatus.SCANNING,
    -3: JobStatus.SDK_CONTROL,
    -10: JobStatus.RAW_MODE,
    -15: JobStatus.MOTION_TEST,
    -17: JobStatus.CARTRIDGE_ACCESS,
}

RUNNING: Final = 16
# What the report's label makes of "running".
_LABELS: Final = {
    "STARTING": JobStatus.STARTING,
    "WAITING_HEAD": JobStatus.HEATING,
    "CORRECTING": JobStatus.CALIBRATING,
    "ABORTING": JobStatus.ABORTING,
}

_TOOLHEADS: Final = {
    "EXTRUDER": Toolhead.EXTRUDER,
    "LASER": Toolhead.LASER,
    "PRINTER": Toolhead.PRINTER,
    "USER": Toolhead.USER,
    "N/A": Toolhead.NONE,
}

# A finished job: the device is not idle, and can still tell what it was. Of the ids that
# are called completed, 68 is already something else.
ENDED_IDS: Final = frozenset({64, 128})
# One of these is set in the id of every job that is ending or has ended.
ENDED_BITS: Final = 64 | 128
PAUSED_BIT: Final = 32


class Phase(Enum):
    """Where a status id stands in the life of a job."""

    NONE = auto()
    """No job: idle, or occupied by another client."""
    ALIVE = auto()
    """A job is there and has not ended."""
    ENDING = auto()
    """Ending, or ended in a way that is not known: the result is not out."""
    COMPLETED = auto()
    ABORTED = auto()
    ALARM = auto()
    """A laser machine stopped by itself; whatever it did has failed."""


_PHASES: Final = {
    64: Phase.COMPLETED,
    68: Phase.COMPLETED,
    128: Phase.ABORTED,
    256: Phase.ALARM,
    512: Phase.ALARM,
}


def status_of(st_id: int, label: str = "") -> JobStatus | None:
    """Return the word for a status id and a report's label; None if unknown."""
    if st_id == RUNNING:
        return _LABELS.get(label.upper(), JobStatus.RUNNING)
    return _STATUSES.get(st_id)


def phase_of(st_id: int) -> Phase:
    """Return where a status id stands in the life of a job."""
    if st_id <= 0:
        return Phase.NONE
    return _PHASES.get(st_id, Phase.ENDING if st_id & ENDED_BITS else Phase.ALIVE)


def is_there(st_id: int | None) -> bool:
    """Whether a status id, None in silence, is of a job whose result is not out."""
    return st_id is not None and phase_of(st_id) in (Phase.ALIVE, Phase.ENDING)


def toolhead_of(module: str) -> Toolhead | None:
    """Return the toolhead for a device's word; None if the word says nothing.

    `OFFLINE`, or an empty text, is a device that has not looked yet; others exist.
    """
    name = module.upper()
    return _TOOLHEADS.get("USER" if name.startswith("USER/") else name)


def fitted(toolhead: Toolhead | None) -> Toolhead | None:
    """Return a toolhead that is one."""
    return None if toolhead is Toolhead.NONE else toolhead
