"""FLUX devices in software: the other end of the wire.

They behave as the firmware does, on the real ports, each at a 127.x address of its own, from
``docs/protocol.md`` and the recordings in ``tests/vectors``: they share no code with the client
library. Tests use ``Device``; ``python -m simulator --help`` says what they can do on their own.

From below: ``wire``, ``tls`` and ``keys`` have the bytes, ``job``, ``files``, ``settings`` and
``network`` the behavior, and a ``machine`` is the state of it all. ``discovery``, ``management``,
``robot`` and ``camera`` serve a machine over its ``ports``, and a ``device`` puts them together.
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
from .keys import Trust, TrustedKey, VendorKey
from .machine import PATIENCE, Counters, Received, Status

__all__ = [
    "CAMERA_PORT",
    "DEFAULT_NETWORKS",
    "DISCOVERY_PORT",
    "MANAGEMENT_PORT",
    "PATIENCE",
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
