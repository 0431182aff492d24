"""FLUX devices in software: the other end of the wire.

They behave as the firmware does, on the real ports, each at a 127.x address of its own. What
they know comes from ``docs/protocol.md`` and the recordings in ``vectors/``; they share no code
with the client library. ``python -m simulator --help`` says what they can do on their own;
tests use ``Device`` as a library.
"""

from .config import (
    CAMERA_PORT,
    DEFAULT_NETWORKS,
    DISCOVERY_PORT,
    MANAGEMENT_PORT,
    ROBOT_PORT,
    DeviceConfig,
    SimulatedNetwork,
    Timing,
)
from .device import Device
from .faults import Faults, StreamFaults
from .keys import VendorKey
from .received import Counters, Received
from .status import Status
from .trust import Trust, TrustedKey

__all__ = [
    "CAMERA_PORT",
    "DEFAULT_NETWORKS",
    "DISCOVERY_PORT",
    "MANAGEMENT_PORT",
    "ROBOT_PORT",
    "Counters",
    "Device",
    "DeviceConfig",
    "Faults",
    "Received",
    "SimulatedNetwork",
    "Status",
    "StreamFaults",
    "Timing",
    "Trust",
    "TrustedKey",
    "VendorKey",
]
