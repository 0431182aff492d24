"""FLUX devices in software: the other end of the wire.

They behave as the firmware does, on the real ports, each at a 127.x address of its own, from
``docs/protocol.md`` and the recordings in ``tests/vectors``: they share no code with the client
library. Tests use ``Device``; ``python -m simulator --help`` says what they can do on their own.

From below: ``wire`` and ``keys`` have the bytes, ``job``, ``files``, ``settings`` and ``network``
the behavior, and a ``machine`` is the state of it all. ``discovery``, ``management``, ``robot``
and ``camera`` serve a machine over its ``ports``, and a ``device`` puts them together.
"""

from .config import (
    CAMERA_PORT,
    DISCOVERY_PORT,
    MANAGEMENT_PORT,
    ROBOT_PORT,
    DeviceConfig,
    SimulatedNetwork,
    Timing,
)
from .device import Device
from .faults import StreamFaults
from .keys import TrustedKey
from .machine import PATIENCE, Status

__all__ = [
    "CAMERA_PORT",
    "DISCOVERY_PORT",
    "MANAGEMENT_PORT",
    "PATIENCE",
    "ROBOT_PORT",
    "Device",
    "DeviceConfig",
    "SimulatedNetwork",
    "Status",
    "StreamFaults",
    "Timing",
    "TrustedKey",
]
