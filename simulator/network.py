"""What a device makes of a ``network`` command, and where that takes it (section 4).

As careless as the firmware: it refuses little, and believes the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import ipaddress
import string

from .config import SimulatedNetwork

_INTERFACES = {"wlan0", "wlan1", "len0", "len1"}
_SECURITIES = {"WEP", "WPA-PSK", "WPA2-PSK"}
_STATIC = ("ns", "ipaddr", "mask", "route")
_HEX = frozenset(string.hexdigits)


class RefusedError(Exception):
    """The device answers ``er BAD_PARAMS`` and this word."""


class BrokenRequestError(Exception):
    """The device stumbles: a bare ``UNKNOWN_ERROR``, and it closes."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a device is after it tried a network; ``ssid`` is None for a cable."""

    address: str
    ssid: str | None = None
    #: Whether it could not join, and after a while is back where it was.
    rolled_back: bool = False


def parse(words: Iterable[bytes]) -> dict[str, str]:
    """Read ``key=value`` words as the device does: cut at every ``=``."""
    values: dict[str, str] = {}
    for word in words:
        try:
            key, value = word.decode("ascii").split("=")
        except ValueError as err:
            raise BrokenRequestError from err
        values[key] = value
    _refuse(values)
    return values


def _refuse(values: dict[str, str]) -> None:
    if values.get("ifname", "wlan0") not in _INTERFACES:
        raise RefusedError("ifname")
    method = values.get("method")
    if method not in {"dhcp", "static"}:
        raise RefusedError("method")
    if method == "static":
        for key in _STATIC:
            if not values.get(key):
                raise RefusedError(key)
    if values.get("wifi_mode", "client") not in {"client", "host"}:
        raise RefusedError("wifi_mode")
    security = values.get("security")
    if security is None:
        return
    if security not in _SECURITIES or (
        security == "WEP" and values.get("wifi_mode") == "host"
    ):
        raise RefusedError("security")
    key = "wepkey" if security == "WEP" else "psk"
    if key not in values:
        raise RefusedError(key)


def plan(
    values: dict[str, str], networks: Iterable[SimulatedNetwork], address: str
) -> Move | None:
    """Return where a request that was not refused takes a device that is at ``address``.

    None: it is where no client can see it.
    """
    if values.get("ifname", "wlan0").startswith("len"):
        return _reach(values, address)
    ssid = values.get("ssid", "")
    if (
        values.get("wifi_mode") == "host"
        # Without an ssid the device keeps no Wi-Fi at all; with a key or a name its Wi-Fi
        # software cannot read, it has none either.
        or not ssid
        or len(ssid.encode()) > 32
        or not _usable_key(values)
    ):
        return None
    for network in networks:
        if _joins(values, ssid, network):
            if not network.reachable:
                return None
            return _reach(values, network.address or address, ssid)
    return Move(address, rolled_back=True)


def _usable_key(values: dict[str, str]) -> bool:
    match values.get("security"):
        case None:
            return True
        case "WEP":
            key = values["wepkey"]
            return len(key) in {5, 13} or (
                len(key) in {10, 26} and _HEX.issuperset(key)
            )
        case _:
            return 8 <= len(values["psk"]) <= 63


def _joins(values: dict[str, str], ssid: str, network: SimulatedNetwork) -> bool:
    if network.ssid != ssid or (network.hidden and values.get("scan_ssid") != "1"):
        return False
    security = values.get("security")
    if not network.encrypt:
        return security is None
    key = values.get("wepkey" if security == "WEP" else "psk")
    return security == network.security and network.key in {None, key}


def _reach(
    values: dict[str, str], address: str, ssid: str | None = None
) -> Move | None:
    if values["method"] == "dhcp":
        return Move(address, ssid)
    try:
        interface = ipaddress.IPv4Interface(f"{values['ipaddr']}/{values['mask']}")
        route = ipaddress.IPv4Address(values["route"])
    except ValueError:
        return None
    if not interface.ip.is_loopback or route not in interface.network:
        return None
    return Move(str(interface.ip), ssid)
