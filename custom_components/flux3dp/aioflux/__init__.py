"""Client for FLUX devices on the local network; see README.md beside this file."""

from __future__ import annotations

from .counters import Counters
from .device import (
    DeviceInfo,
    DeviceStatus,
    Identity,
    has_extruder,
    supports_tcp_management,
)
from .discovery import Listener, Sighting, Unsubscribe
from .errors import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    DeviceNotFound,
    FluxError,
    IdentityMismatch,
    InvalidRequest,
    Kicked,
    ProtocolError,
    Unsupported,
)
from .identity import VENDOR_KEY, fingerprint
from .key import ClientKey
from .manager import (
    AuthorizedBy,
    Manager,
    Password,
    TrustedKey,
    check_name,
    check_password,
    ensure_trusted,
)
from .network import NetworkConfig, WifiNetwork
from .timing import DEFAULT_TIMING, Timing
from .transport import prove

__all__ = [
    "DEFAULT_TIMING",
    "VENDOR_KEY",
    "AuthenticationFailed",
    "AuthorizedBy",
    "ClientKey",
    "CommandFailed",
    "ConnectionFailed",
    "Counters",
    "DeviceInfo",
    "DeviceNotFound",
    "DeviceStatus",
    "FluxError",
    "Identity",
    "IdentityMismatch",
    "InvalidRequest",
    "Kicked",
    "Listener",
    "Manager",
    "NetworkConfig",
    "Password",
    "ProtocolError",
    "Sighting",
    "Timing",
    "TrustedKey",
    "Unsubscribe",
    "Unsupported",
    "WifiNetwork",
    "check_name",
    "check_password",
    "ensure_trusted",
    "fingerprint",
    "has_extruder",
    "prove",
    "supports_tcp_management",
]
