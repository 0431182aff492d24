"""Client for FLUX devices on the local network; see README.md beside this file."""

from .camera import Camera
from .device import (
    DeviceInfo,
    DeviceStatus,
    Identity,
    has_extruder,
    has_toolheads,
    supports_tcp_management,
)
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
    SlaveKeyMismatch,
    Unsupported,
)
from .identity import VENDOR_KEY, fingerprint
from .key import ClientKey
from .listener import Counters, Listener
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
from .report import JobInfo, Position, Report, parse_report
from .robot import Robot, parse_mac_addresses
from .sockets import is_address
from .subscriptions import DeviceUpdate, Unsubscribe
from .timing import DEFAULT_TIMING, Timing
from .tls import verify_key

__all__ = [
    "DEFAULT_TIMING",
    "VENDOR_KEY",
    "AuthenticationFailed",
    "AuthorizedBy",
    "Camera",
    "ClientKey",
    "CommandFailed",
    "ConnectionFailed",
    "Counters",
    "DeviceInfo",
    "DeviceNotFound",
    "DeviceStatus",
    "DeviceUpdate",
    "FluxError",
    "Identity",
    "IdentityMismatch",
    "InvalidRequest",
    "JobInfo",
    "Kicked",
    "Listener",
    "Manager",
    "NetworkConfig",
    "Password",
    "Position",
    "ProtocolError",
    "Report",
    "Robot",
    "SlaveKeyMismatch",
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
    "has_toolheads",
    "is_address",
    "parse_mac_addresses",
    "parse_report",
    "supports_tcp_management",
    "verify_key",
]
