"""A device's network settings, and every check a device does not make itself.

Knows section 4's `network` command: the device says `ok` to settings that strand
it, so they are refused here, before a byte is sent. Does not know how the
command travels (`manager.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface
import re
from typing import Literal

from .errors import InvalidRequest, ProtocolError
from .util import finite_number, json_object, text_of

INTERFACES = ("wlan0", "wlan1", "len0", "len1")
SECURITIES = ("open", "WEP", "WPA-PSK", "WPA2-PSK")

_MAX_SSID = 32
_MAX_PREFIX = 30
# Weaker than that is no signal; a device can spell any number.
_WEAKEST = -150
_HEX = re.compile(r"[0-9A-Fa-f]+")

type Method = Literal["dhcp", "static"]
type WifiMode = Literal["client", "host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """What a device is told about its network (section 4, `network` keys).

    `ip_address`, `prefix_length` (bits), `gateway` and `dns` belong to a static
    address, the rest from `wifi_mode` on to a `wlan` interface. `security` is
    one of `SECURITIES`; None means WPA2-PSK with a password and open without.
    """

    method: Method
    ip_address: str | None = None
    prefix_length: int | None = None
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    interface: str = "wlan0"
    wifi_mode: WifiMode | None = None
    ssid: str | None = None
    security: str | None = None
    wifi_password: str | None = None
    hidden: bool = False

    @property
    def is_wireless(self) -> bool:
        """Whether these are settings of a Wi-Fi interface."""
        return self.interface.startswith("wlan")

    def validate(self) -> None:
        """Raise InvalidRequest for whatever would strand the device."""
        if self.interface not in INTERFACES:
            raise InvalidRequest(
                "interface",
                "unknown_interface",
                f"{self.interface!r} is none of {INTERFACES}",
            )
        if self.method not in ("dhcp", "static"):
            raise InvalidRequest(
                "method",
                "unknown_method",
                f"{self.method!r} is neither dhcp nor static",
            )
        for field, value in self._texts():
            _check_text(field, value)
        self._validate_address()
        if self.is_wireless:
            self._validate_wifi()
        else:
            self._refuse_given(
                "not_wireless",
                "is for Wi-Fi interfaces only",
                ("wifi_mode", "ssid", "security", "wifi_password", "hidden"),
            )

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

    def _texts(self) -> list[tuple[str, str]]:
        texts = [
            (field, getattr(self, field))
            for field in ("ip_address", "gateway", "ssid", "security", "wifi_password")
        ]
        texts += [("dns", server) for server in self.dns]
        return [(field, value) for field, value in texts if value is not None]

    def _refuse_given(self, reason: str, why: str, fields: tuple[str, ...]) -> None:
        for field in fields:
            if getattr(self, field):
                raise InvalidRequest(field, reason, f"{field} {why}")

    def _validate_address(self) -> None:
        fields = ("ip_address", "prefix_length", "gateway", "dns")
        if self.method == "dhcp":
            self._refuse_given("static_only", "is for a static address only", fields)
            return
        for field in fields:
            if not getattr(self, field):
                raise InvalidRequest(
                    field, "missing", f"a static address needs {field}"
                )
        if not 1 <= (self.prefix_length or 0) <= _MAX_PREFIX:
            raise InvalidRequest(
                "prefix_length", "prefix_length", f"prefix_length is 1 to {_MAX_PREFIX}"
            )
        address = _address("ip_address", self.ip_address or "")
        gateway = _address("gateway", self.gateway or "")
        for server in self.dns:
            _address("dns", server)
        network = IPv4Interface(f"{address}/{self.prefix_length}").network
        for field, value in (("ip_address", address), ("gateway", gateway)):
            if value not in network or value in (
                network.network_address,
                network.broadcast_address,
            ):
                raise InvalidRequest(
                    field, "outside_network", f"{value} is no host address of {network}"
                )
        if gateway == address:
            raise InvalidRequest(
                "gateway", "own_gateway", "the gateway is the device itself"
            )

    def _validate_wifi(self) -> None:
        if not self.ssid:
            raise InvalidRequest(
                "ssid",
                "missing_ssid",
                "without an ssid the device keeps no Wi-Fi at all",
            )
        if len(self.ssid) > _MAX_SSID:
            raise InvalidRequest(
                "ssid", "ssid_length", f"an ssid has {_MAX_SSID} bytes at most"
            )
        if self.wifi_mode not in (None, "client", "host"):
            raise InvalidRequest(
                "wifi_mode",
                "unknown_wifi_mode",
                f"{self.wifi_mode!r} is neither client nor host",
            )
        security = self._security()
        if security not in SECURITIES:
            raise InvalidRequest(
                "security", "unknown_security", f"{security!r} is none of {SECURITIES}"
            )
        if security == "WEP" and self.wifi_mode == "host":
            raise InvalidRequest(
                "security", "wep_host", "an own access point cannot use WEP"
            )
        key = self.wifi_password or ""
        if security == "open":
            if key:
                raise InvalidRequest(
                    "wifi_password",
                    "open_with_password",
                    "an open network has no password",
                )
        elif security == "WEP":
            _check_wep_key(key)
        else:
            _check_psk(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiNetwork:
    """A network the device can see. `rssi` is in dBm, None if not told.

    `security` is one of `SECURITIES`, the device's own word for another, or
    `encrypted` if it does not say how.
    """

    ssid: str
    bssid: str
    rssi: int | None
    security: str


def parse_wifi_network(data: str) -> WifiNetwork:
    """Read one `data` object of `scan_wifi`; ProtocolError if it is none."""
    if (item := json_object(data)) is None:
        raise ProtocolError("a Wi-Fi network that is no JSON object")
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

    Positive is dBm with its sign flipped. Negative is a quality in percent with
    its sign flipped, which stands for -100 dBm (0 %) to -50 dBm (100 %).
    """
    rssi = finite_number(raw)
    if rssi is None:
        return None
    dbm = -rssi if rssi > 0 else min(-rssi, 100) / 2 - 100
    return round(dbm) if dbm >= _WEAKEST else None


def _check_text(field: str, value: str) -> None:
    if not value.isascii():
        raise InvalidRequest(
            field, "not_ascii", f"{field} may have ASCII characters only"
        )
    if "=" in value or not value.isprintable():
        raise InvalidRequest(
            field,
            "forbidden_character",
            f"{field} may have no = and no control characters: the device cuts it there",
        )


def _address(field: str, value: str) -> IPv4Address:
    try:
        return IPv4Address(value)
    except AddressValueError:
        raise InvalidRequest(
            field, "not_an_address", f"{value!r} is not an IPv4 address"
        ) from None


def _check_psk(key: str) -> None:
    # 64 hex digits, a key in place of a password, are too long with the rest.
    if not 8 <= len(key) <= 63:
        raise InvalidRequest(
            "wifi_password", "psk_length", "a WPA password has 8 to 63 characters"
        )


def _check_wep_key(key: str) -> None:
    if len(key) in (5, 13) or (len(key) in (10, 26) and _HEX.fullmatch(key)):
        return
    raise InvalidRequest(
        "wifi_password",
        "wep_key",
        "a WEP key has 5 or 13 characters, or 10 or 26 hex digits",
    )
