"""Client for FLUX devices on the local network; see README.md beside this file."""

from .camera import Camera
from .command import STORAGES
from .device import (
    DeviceInfo,
    DeviceStatus,
    Identity,
    has_extruder,
    has_toolheads,
    supports_tcp_management,
    supports_udp_management,
)
from .errors import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    DeviceNotFound,
    FluxError,
    HeaterLeftOn,
    IdentityMismatch,
    InvalidRequest,
    Kicked,
    LeftBehind,
    ProtocolError,
    SlaveKeyMismatch,
    Unsupported,
)
from .fcode import MAX_FILE_SIZE, Fcode, read_fcode
from .files import FileEntry, FileInfo, Files, check_target, check_upload, store
from .identity import VENDOR_KEY, ClientKey, fingerprint
from .listener import Counters, Listener
from .maintenance import (
    Maintenance,
    ToolheadInfo,
    ToolheadStatus,
    WorkProgress,
    WorkStep,
    check_limit,
    check_temperature,
)
from .manager import (
    AuthorizedBy,
    Manager,
    Password,
    TrustedKey,
    check_name,
    check_password,
    ensure_trusted,
    verify_key,
)
from .network import NetworkConfig, WifiNetwork
from .report import JobInfo, Position, Report, parse_report
from .robot import Robot, parse_mac_addresses
from .settings import SETTINGS, Setting, Settings
from .sockets import is_address
from .subscriptions import DeviceUpdate, Unsubscribe
from .timing import DEFAULT_TIMING, Timing

__all__ = [
    "DEFAULT_TIMING",
    "MAX_FILE_SIZE",
    "SETTINGS",
    "STORAGES",
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
    "Fcode",
    "FileEntry",
    "FileInfo",
    "Files",
    "FluxError",
    "HeaterLeftOn",
    "Identity",
    "IdentityMismatch",
    "InvalidRequest",
    "JobInfo",
    "Kicked",
    "LeftBehind",
    "Listener",
    "Maintenance",
    "Manager",
    "NetworkConfig",
    "Password",
    "Position",
    "ProtocolError",
    "Report",
    "Robot",
    "Setting",
    "Settings",
    "SlaveKeyMismatch",
    "Timing",
    "ToolheadInfo",
    "ToolheadStatus",
    "TrustedKey",
    "Unsubscribe",
    "Unsupported",
    "WifiNetwork",
    "WorkProgress",
    "WorkStep",
    "check_limit",
    "check_name",
    "check_password",
    "check_target",
    "check_temperature",
    "check_upload",
    "ensure_trusted",
    "fingerprint",
    "has_extruder",
    "has_toolheads",
    "is_address",
    "parse_mac_addresses",
    "parse_report",
    "read_fcode",
    "store",
    "supports_tcp_management",
    "supports_udp_management",
    "verify_key",
]
