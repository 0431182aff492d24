"""Every setting that would strand a device is refused before a byte is sent."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    InvalidRequest,
    NetworkConfig,
    WifiNetwork,
)
from custom_components.flux3dp.aioflux.network import parse_wifi_network

DHCP = NetworkConfig(
    method="dhcp", ssid="Home", security="WPA2-PSK", wifi_password="long enough"
)
STATIC = NetworkConfig(
    method="static",
    interface="len0",
    ip_address="192.168.1.20",
    prefix_length=24,
    gateway="192.168.1.1",
    dns=("192.168.1.1", "9.9.9.9"),
)


WEP: dict[str, Any] = {"security": "WEP", "wifi_password": "abcde"}


WIFI = ("ifname=wlan0", "method=dhcp", "wifi_mode=client", "ssid=Home")
PSK = ("security=WPA2-PSK", "psk=long enough")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, (*WIFI, *PSK)),
        ({"security": None}, (*WIFI, *PSK)),
        ({"security": None, "wifi_password": None}, WIFI),
        ({"security": "open", "wifi_password": None}, WIFI),
        ({"security": "open", "wifi_password": ""}, WIFI),
        (WEP, (*WIFI, "security=WEP", "wepkey=abcde")),
        (
            WEP | {"wifi_password": "0" * 26},
            (*WIFI, "security=WEP", f"wepkey={'0' * 26}"),
        ),
        (
            {"security": "WPA-PSK", "hidden": True},
            (*WIFI, "scan_ssid=1", "security=WPA-PSK", "psk=long enough"),
        ),
        ({"wifi_mode": "host"}, (*WIFI[:2], "wifi_mode=host", WIFI[3], *PSK)),
    ],
)
def test_words_over_wifi(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    assert replace(DHCP, **changes).words() == words


def test_static_words_by_cable() -> None:
    assert STATIC.words() == (
        *("ifname=len0", "method=static", "ipaddr=192.168.1.20", "mask=24"),
        *("route=192.168.1.1", "ns=192.168.1.1,9.9.9.9"),
    )


@pytest.mark.parametrize(
    ("config", "changes", "field", "reason"),
    [
        (DHCP, {"ssid": "a=b"}, "ssid", "forbidden_character"),
        (DHCP, {"ssid": "a\0b"}, "ssid", "forbidden_character"),
        (DHCP, {"ssid": "Größe"}, "ssid", "not_ascii"),
        (DHCP, {"ssid": "x" * 33}, "ssid", "ssid_length"),
        (DHCP, {"ssid": None}, "ssid", "missing_ssid"),
        (DHCP, {"ssid": ""}, "ssid", "missing_ssid"),
        (DHCP, {"wifi_password": "a=bcdefgh"}, "wifi_password", "forbidden_character"),
        (DHCP, {"wifi_password": "pässword"}, "wifi_password", "not_ascii"),
        (DHCP, {"wifi_password": "seven77"}, "wifi_password", "psk_length"),
        (DHCP, {"wifi_password": "x" * 64}, "wifi_password", "psk_length"),
        (DHCP, {"wifi_password": "0a" * 32}, "wifi_password", "psk_length"),
        (DHCP, {"wifi_password": None}, "wifi_password", "psk_length"),
        (DHCP, {"security": "WEP"}, "wifi_password", "wep_key"),
        (DHCP, WEP | {"wifi_password": "xyzxyzxyzx"}, "wifi_password", "wep_key"),
        (DHCP, {"security": "open"}, "wifi_password", "open_with_password"),
        (DHCP, {"security": "WPA3"}, "security", "unknown_security"),
        (DHCP, WEP | {"wifi_mode": "host"}, "security", "wep_host"),
        (DHCP, {"wifi_mode": "mesh"}, "wifi_mode", "unknown_wifi_mode"),
        (DHCP, {"interface": "eth0"}, "interface", "unknown_interface"),
        (DHCP, {"method": "ppp"}, "method", "unknown_method"),
        (DHCP, {"ip_address": "192.168.1.2"}, "ip_address", "static_only"),
        (DHCP, {"dns": ("9.9.9.9",)}, "dns", "static_only"),
        (STATIC, {"ssid": "Home"}, "ssid", "not_wireless"),
        (STATIC, {"hidden": True}, "hidden", "not_wireless"),
        (STATIC, {"ip_address": None}, "ip_address", "missing"),
        (STATIC, {"prefix_length": None}, "prefix_length", "missing"),
        (STATIC, {"gateway": None}, "gateway", "missing"),
        (STATIC, {"dns": ()}, "dns", "missing"),
        (STATIC, {"ip_address": "1.2.3.999"}, "ip_address", "not_an_address"),
        (STATIC, {"gateway": "router"}, "gateway", "not_an_address"),
        (STATIC, {"dns": ("9.9.9.9", "x")}, "dns", "not_an_address"),
        (STATIC, {"dns": ("9.9.9.9=",)}, "dns", "forbidden_character"),
        (STATIC, {"prefix_length": 99}, "prefix_length", "prefix_length"),
        (STATIC, {"prefix_length": 31}, "prefix_length", "prefix_length"),
        (STATIC, {"gateway": "192.168.2.1"}, "gateway", "outside_network"),
        (STATIC, {"gateway": "192.168.1.255"}, "gateway", "outside_network"),
        (STATIC, {"ip_address": "192.168.1.0"}, "ip_address", "outside_network"),
        (STATIC, {"gateway": "192.168.1.20"}, "gateway", "own_gateway"),
    ],
)
def test_refused(
    config: NetworkConfig, changes: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        replace(config, **changes).words()
    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize(
    ("rssi", "dbm"),
    [
        ("38", -38),
        ("-41", -80),
        ("-100", -50),
        ("-250", -50),
        ("0", -100),
        ("null", None),
        ('"loud"', None),
        ("true", None),
        ("NaN", None),
        ("9" * 401, None),
        ("150", -150),
        ("151", None),
        ("1e300", None),
        ("-1e300", -50),
    ],
)
def test_rssi_in_both_conventions(rssi: str, dbm: int | None) -> None:
    data = f'{{"ssid": "A", "bssid": "B", "rssi": {rssi}, "security": "WPA2-PSK"}}'
    assert parse_wifi_network(data) == WifiNetwork(
        ssid="A", bssid="B", rssi=dbm, security="WPA2-PSK"
    )


@pytest.mark.parametrize(
    ("said", "security"),
    [
        ('"encrypt": false, "security": "WEP"', "open"),
        ('"encrypt": null, "security": "WPA-PSK"', "WPA-PSK"),
        ('"security": "WPA2-PSK"', "WPA2-PSK"),
        ('"encrypt": true, "security": null', "encrypted"),
        ('"encrypt": true, "security": ""', "encrypted"),
        ('"encrypt": true', "encrypted"),
        ('"encrypt": null, "security": null', "open"),
        ('"rssi": 1', "open"),
    ],
)
def test_a_network_that_is_not_known_to_be_open_is_not_called_so(
    said: str, security: str
) -> None:
    network = parse_wifi_network(f'{{"ssid": null, "bssid": null, {said}}}')
    assert network is not None
    assert (network.security, network.ssid, network.bssid) == (security, "", "")


@pytest.mark.parametrize("data", ["", "[]", "{", '"text"'])
def test_no_network_at_all(data: str) -> None:
    assert parse_wifi_network(data) is None
