"""The actions for networks: which there are, and how a device is sent to one."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from simulator import Device, SimulatedNetwork, Timing
from tests.integration.conftest import ADDRESSES, NAME, having
from tests.integration.fakes import Home, settle
from tests.integration.flows import ATTIC, HOME, KEY, STATIC, wifi
from tests.integration.jobs import reason
from tests.integration.life import STATUS
from tests.integration.wired import Wired

PATIENT = replace(Timing.fast(), wifi_join=0.05, wifi_rollback=2.0)


async def test_networks_are_listed_strongest_first_in_dbm(wired: Wired) -> None:
    networks = (await wired.act("scan_wifi"))["networks"]
    assert networks[0] == {
        "ssid": "Home Network",
        "bssid": "C4:6E:1F:00:11:22",
        "rssi": -38,
        "security": "WPA2-PSK",
    }
    assert [
        (each["ssid"], each["rssi"], each["security"]) for each in networks[1:]
    ] == [("Werkstatt=1", -80, "WPA-PSK"), ("Open Cafe", -80, "open")]


@pytest.mark.parametrize(
    ("device", "config", "host"),
    [
        ({"generation": 1}, STATIC, ADDRESSES[1]),
        ({"networks": [ATTIC]}, wifi("Attic"), ADDRESSES[3]),
        # It is found by probing.
        ({"multicast": False}, STATIC, ADDRESSES[1]),
        # The same lease again is no rollback.
        (
            {
                "networks": [SimulatedNetwork(ssid="Attic", key=KEY)],
                "timing": replace(PATIENT, wifi_join=0.4),
            },
            wifi("Attic"),
            ADDRESSES[0],
        ),
    ],
    indirect=["device"],
    ids=["static", "dhcp", "no multicast", "same address"],
)
async def test_a_device_is_found_in_its_new_network(
    wired: Wired, device: Device, config: dict[str, Any], host: str
) -> None:
    assert await wired.act("set_network", **config) == {"host": host}
    assert device.address == wired.entry.data["host"] == host
    assert device.ssid == config["ssid"]
    assert wired.value("status") == "idle"
    await wired.act("rename", name="Workshop")
    assert device.name == "Workshop"


@having(
    {"networks": [SimulatedNetwork(ssid="Home Network", key=KEY)], "timing": PATIENT}
)
@pytest.mark.parametrize(
    "config",
    [STATIC | {"wifi_password": "wrong-password"}, wifi("Nowhere")],
    ids=["wrong password", "unknown network"],
)
async def test_a_rollback_is_an_error(wired: Wired, config: dict[str, Any]) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await wired.act("set_network", **config)
    assert failed.value.translation_key == "network_rolled_back"
    assert ADDRESSES[0] in str(failed.value)
    assert wired.entry.data["host"] == ADDRESSES[0]
    assert wired.value("status") == "idle"


@pytest.mark.parametrize(
    ("config", "away", "reason"),
    [
        # Whose new lease is the same address has joined, if it is soon back.
        (HOME, 5, None),
        (HOME, 30, "network_rolled_back"),
        (STATIC, 5, "network_rolled_back"),
        (HOME, 90, "network_not_returned"),
    ],
)
async def test_how_long_a_device_is_away_says_what_became_of_it(
    home: Home, config: dict[str, Any], away: float, reason: str | None
) -> None:
    sending = asyncio.ensure_future(home.act("set_network", **config))
    await settle()
    home.listener.silent = True
    await home.advance(away)
    lost = reason == "network_not_returned"
    assert sending.done() is lost
    if lost:
        assert status_of(home) == "offline"
        issue = home.issues["network_not_returned"]
        assert not issue.is_fixable
        assert issue.translation_placeholders == {"name": NAME}
    home.listener.silent = False
    await home.announce()
    if reason is None:
        assert await home.done(sending) == {"host": home.device.info.host}
    else:
        with pytest.raises(HomeAssistantError) as failed:
            await home.done(sending)
        assert failed.value.translation_key == reason
    assert status_of(home) == "idle"
    assert home.issues == {}


def status_of(home: Home) -> str:
    return home.hass.states.get(STATUS).state


async def test_a_second_network_waits_until_the_first_is_settled(home: Home) -> None:
    """Two in a row undo the first."""
    sending = asyncio.ensure_future(home.act("set_network", **HOME))
    await settle()
    home.listener.silent = True
    await home.advance(5)
    home.listener.silent = False
    assert await home.done(sending, 10)
    sign_ins = home.device.sign_ins
    assert await reason(home.act("set_network", **STATIC)) == "refused_busy"
    assert (home.device.sign_ins, home.device.networks_set[1:]) == (sign_ins, [])
    await home.advance(20)
    again = asyncio.ensure_future(home.act("set_network", **HOME))
    await settle()
    assert len(home.device.networks_set) == 2
    again.cancel()


async def test_what_would_strand_a_device_is_refused_here(wired: Wired) -> None:
    """What it is, `tests/aioflux/test_network.py` lists."""
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        (HOME | {"ssid": "Werkstatt=1"}, "forbidden_character"),
        ({"method": "dhcp"}, "missing_ssid"),
        (HOME | {"wifi_password": "short"}, "psk_length"),
        (HOME | {"ip_address": ADDRESSES[1]}, "static_only"),
        ({key: value for key, value in STATIC.items() if key != "dns"}, "missing"),
        (STATIC | {"gateway": "127.0.51.1"}, "outside_network"),
        (STATIC | {"prefix_length": 99}, "prefix_length"),
    )
    for config, key in cases:
        with pytest.raises(ServiceValidationError) as refused:
            await wired.act("set_network", **config)
        assert refused.value.translation_key == f"invalid_{key}"
    with pytest.raises(vol.Invalid):
        await wired.act("set_network", **STATIC | {"prefix_length": "many"})
    assert wired.device.received.connections == []


@pytest.mark.parametrize(
    ("language", "name"), [("en", "IP address"), ("de", "IP-Adresse")]
)
async def test_an_error_names_a_field_as_the_form_does(
    wired: Wired, language: str, name: str
) -> None:
    wired.hass.config.language = language
    with pytest.raises(ServiceValidationError) as refused:
        await wired.act("set_network", **STATIC | {"ip_address": "1.2.3"})
    assert refused.value.translation_placeholders == {"field": name}
