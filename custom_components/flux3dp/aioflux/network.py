"""A device's network settings, and every check that a device does not make (section 4).

The device says `ok` to settings that strand it, so they are refused before they are sent.
"""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface
import re
from typing import Literal

from .errors import InvalidRequest
from .util import finite_number, json_object, text_of

INTERFACES = ("wlan0", "wlan1", "len0", "len1")
SECURITIES = ("open", "WEP", "WPA-PSK", "WPA2-PSK")

_MAX_SSID = 32
_MAX_PREFIX = 30
_WEP_KEY = re.compile(r".{5}|.{13}|[0-9A-Fa-f]{10}|[0-9A-Fa-f]{26}")
# dBm. A weaker signal is none; a device can send any number.
_WEAKEST = -150

_STATIC_FIELDS = ("ip_address", "prefix_length", "gateway", "dns")
_WIFI_FIELDS = ("wifi_mode", "ssid", "security", "wifi_password", "hidden")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """The network settings to send to a device (section 4, `network` keys).

    `ip_address`, `prefix_length` (bits), `gateway` and `dns` belong to a static address,
    the rest from `wifi_mode` on to a `wlan` interface. `security` is one of
    `SECURITIES`; None means WPA2-PSK with a password and open without.
    """

    method: Literal["dhcp", "static"]
    ip_address: str | None = None
    prefix_length: int | None = None
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    interface: str = "wlan0"
    wifi_mode: Literal["client", "host"] | None = None
    ssid: str | None = None
    security: str | None = None
    wifi_password: str | None = None
    hidden: bool = False

    @property
    def is_wireless(self) -> bool:
        """Return whether these are settings of a Wi-Fi interface."""
        return self.interface.startswith("wlan")

    def words(self) -> tuple[str, ...]:
        """Return the `key=value` words of the command, checked first."""
        self.validate()
        pairs: dict[str, str | None] = {"ifname": self.interface, "method": self.method}
        if self.method == "static":
            pairs |= {
                "ipaddr": self.ip_address,
                "mask": str(self.prefix_length),
                "route": self.gateway,
                "ns": ",".join(self.dns),
            }
        if self.is_wireless:
            security = self._security()
            pairs |= {
                "wifi_mode": self.wifi_mode or "client",
                "ssid": self.ssid,
                "scan_ssid": "1" if self.hidden else None,
                # An open network has no such key at all.
                "security": None if security == "open" else security,
                "wepkey" if security == "WEP" else "psk": self.wifi_password or None,
            }
        return tuple(
            f"{key}={value}" for key, value in pairs.items() if value is not None
        )

    def _security(self) -> str:
        return self.security or ("WPA2-PSK" if self.wifi_password else "open")

    def validate(self) -> None:
        """Raise InvalidRequest for everything that would strand the device."""
        known = self.interface in INTERFACES
        _require(known, "interface", "unknown_interface", f"is not one of {INTERFACES}")
        known = self.method in ("dhcp", "static")
        _require(known, "method", "unknown_method", "is neither dhcp nor static")
        texts = ("ip_address", "gateway", "ssid", "security", "wifi_password")
        values = [(name, getattr(self, name) or "") for name in texts]
        for field, value in (*values, *(("dns", server) for server in self.dns)):
            _require(value.isascii(), field, "not_ascii", "has ASCII characters only")
            # The device splits at the former.
            whole = "=" not in value and value.isprintable()
            message = "has no = and no control characters"
            _require(whole, field, "forbidden_character", message)
        self._validate_address()
        self._validate_wifi()

    def _validate_address(self) -> None:
        if self.method == "dhcp":
            for field in _STATIC_FIELDS:
                unused = not getattr(self, field)
                _require(unused, field, "static_only", "is for a static address only")
            return
        for field in _STATIC_FIELDS:
            _require(
                getattr(self, field), field, "missing", "is needed for a static address"
            )
        fits = 1 <= (self.prefix_length or 0) <= _MAX_PREFIX
        _require(fits, "prefix_length", "prefix_length", f"is 1 to {_MAX_PREFIX}")
        address = _address("ip_address", self.ip_address or "")
        gateway = _address("gateway", self.gateway or "")
        for server in self.dns:
            _address("dns", server)
        network = IPv4Interface(f"{address}/{self.prefix_length}").network
        ends = (network.network_address, network.broadcast_address)
        for field, value in (("ip_address", address), ("gateway", gateway)):
            inside = value in network and value not in ends
            _require(inside, field, "outside_network", f"is no host of {network}")
        other = gateway != address
        _require(other, "gateway", "own_gateway", "is the device itself")

    def _validate_wifi(self) -> None:
        if not self.is_wireless:
            for field in _WIFI_FIELDS:
                unused = not getattr(self, field)
                _require(unused, field, "not_wireless", "is for Wi-Fi interfaces only")
            return
        # Without one the device keeps no Wi-Fi at all.
        _require(self.ssid, "ssid", "missing_ssid", "is needed for Wi-Fi")
        fits = len(self.ssid or "") <= _MAX_SSID
        _require(fits, "ssid", "ssid_length", f"has at most {_MAX_SSID} bytes")
        known = self.wifi_mode in (None, "client", "host")
        _require(known, "wifi_mode", "unknown_wifi_mode", "is neither client nor host")
        security, key = self._security(), self.wifi_password or ""
        known = security in SECURITIES
        _require(known, "security", "unknown_security", f"is not one of {SECURITIES}")
        usable = security != "WEP" or self.wifi_mode != "host"
        _require(usable, "security", "wep_host", "of an access point cannot be WEP")
        field = "wifi_password"
        if security == "open":
            _require(not key, field, "open_with_password", "is not for open networks")
        elif security == "WEP":
            fits = bool(_WEP_KEY.fullmatch(key))
            message = "has 5 or 13 characters, or 10 or 26 hex digits, with WEP"
            _require(fits, field, "wep_key", message)
        else:
            # 64 hex digits, a key in place of a password, are too many for the device.
            fits = 8 <= len(key) <= 63
            _require(fits, field, "psk_length", "has 8 to 63 characters with WPA")


def _require(condition: object, field: str, reason: str, message: str) -> None:
    if not condition:
        raise InvalidRequest(field, reason, f"{field} {message}")


def _address(field: str, value: str) -> IPv4Address:
    try:
        return IPv4Address(value)
    except AddressValueError:
        message = f"{field} {value!r} is no IPv4 address"
        raise InvalidRequest(field, "not_an_address", message) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiNetwork:
    """A network that the device receives. `rssi` is in dBm, None if it is not known.

    `security` is one of `SECURITIES`, the device's own word for another, or `encrypted`
    if it does not say how.
    """

    ssid: str
    bssid: str
    rssi: int | None
    security: str


def parse_wifi_network(data: str) -> WifiNetwork | None:
    """Return the network in a `data` object of `scan_wifi`, None if there is none."""
    if (item := json_object(data)) is None:
        return None
    security = text_of(item.get("security"))
    if item.get("encrypt") is False:
        # "WEP" and not encrypted is how some firmware says open.
        security = "open"
    elif not security:
        security = "encrypted" if item.get("encrypt") else "open"
    return WifiNetwork(
        ssid=text_of(item.get("ssid")),
        bssid=text_of(item.get("bssid")),
        rssi=_dbm(item.get("rssi")),
        security=security,
    )


def _dbm(raw: object) -> int | None:
    """Return dBm of a device's rssi, which comes in two conventions; None for nonsense.

    Positive is dBm with its sign flipped. Negative is a quality in percent with its
    sign flipped, which stands for -100 dBm (0 %) to -50 dBm (100 %).
    """
    rssi = finite_number(raw)
    if rssi is None:
        return None
    dbm = -rssi if rssi > 0 else min(-rssi, 100) / 2 - 100
    return round(dbm) if dbm >= _WEAKEST else None
