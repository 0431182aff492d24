"""The actions for networks: which there are, and how a device is sent to one."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
import pytest
import voluptuous as vol

from custom_components.flux3dp.const import DOMAIN
from simulator import Device, SimulatedNetwork, Timing
from tests.integration.conftest import ADDRESSES, FAST, MakeDevice, MakeEntry
from tests.integration.life import STATUS, act
from tests.integration.networks import FAR, HOME, KEY, STATIC, wifi


def patience(*, wifi_join: float) -> Timing:
    """Return the pace of a device that gives up on a network only after a while."""
    return replace(Timing.fast(), wifi_join=wifi_join, wifi_rollback=2.0)


# -- scan_wifi


async def test_networks_are_told_strongest_first_in_dbm(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    response = await act(hass, entry, "scan_wifi")

    assert response["networks"] == [
        {
            "ssid": "Home Network",
            "bssid": "C4:6E:1F:00:11:22",
            "rssi": -38,
            "security": "WPA2-PSK",
        },
        {
            "ssid": "Werkstatt=1",
            "bssid": "C4:6E:1F:00:11:33",
            "rssi": -80,
            "security": "WPA-PSK",
        },
        {
            "ssid": "Open Cafe",
            "bssid": "C4:6E:1F:00:11:44",
            "rssi": -80,
            "security": "open",
        },
    ]


# -- set_network


async def test_a_device_is_found_at_its_new_static_address(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    response = await act(hass, entry, "set_network", **STATIC)

    assert response == {"host": ADDRESSES[1]}
    assert device.address == ADDRESSES[1]
    assert entry.data["host"] == ADDRESSES[1]
    assert hass.states.get(STATUS).state == "idle"
    await act(hass, entry, "rename", name="Attic")
    assert device.name == "Attic"


async def test_a_device_is_found_where_dhcp_put_it(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    guests = SimulatedNetwork(ssid="Guests", key=KEY, address=ADDRESSES[3])
    device = await make_device(networks=[guests])
    entry = await make_entry(device)

    response = await act(hass, entry, "set_network", **wifi("Guests"))

    assert response == {"host": ADDRESSES[3]}
    assert hass.states.get(STATUS).state == "idle"


async def test_without_multicast_a_new_static_address_is_found_by_probing(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)

    response = await act(hass, entry, "set_network", **STATIC)

    assert response == {"host": ADDRESSES[1]}
    assert hass.states.get(STATUS).state == "idle"


async def test_the_same_address_in_another_network_is_no_rollback(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    attic = SimulatedNetwork(ssid="Attic", key=KEY)
    device = await make_device(networks=[attic], timing=patience(wifi_join=0.4))
    entry = await make_entry(device)

    response = await act(hass, entry, "set_network", **wifi("Attic"))

    assert response == {"host": ADDRESSES[0]}
    assert device.ssid == "Attic"


@pytest.mark.parametrize(
    "config",
    [
        STATIC | {"wifi_password": "wrong-password"},
        HOME | {"wifi_password": "wrong-password"},
        wifi("Nowhere"),
    ],
    ids=["static", "dhcp", "unknown network"],
)
async def test_a_rollback_is_told(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    config: dict[str, Any],
) -> None:
    home = SimulatedNetwork(ssid="Home Network", key=KEY)
    device = await make_device(networks=[home], timing=patience(wifi_join=0.05))
    entry = await make_entry(device)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "set_network", **config)

    assert failed.value.translation_key == "network_rolled_back"
    assert ADDRESSES[0] in str(failed.value)
    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == "idle"


async def test_a_device_that_does_not_return_is_told(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "set_network", **wifi("Far"))

    assert failed.value.translation_key == "network_not_returned"
    assert hass.states.get(STATUS).state == "offline"
    await device.power_on()


async def test_a_second_network_waits_until_the_first_is_settled(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    with patch(
        "custom_components.flux3dp.discovery.TIMING", replace(FAST, network_settle=60.0)
    ):
        entry = await make_entry(device)
    await act(hass, entry, "set_network", **STATIC)
    device.received.connections.clear()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, entry, "set_network", **STATIC | {"ip_address": ADDRESSES[2]})

    assert refused.value.translation_key == "refused_busy"
    assert device.received.connections == []
    assert device.address == ADDRESSES[1]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (HOME | {"ssid": "Werkstatt=1"}, "forbidden_character"),
        (HOME | {"ssid": "Büro"}, "not_ascii"),
        (HOME | {"ssid": "x" * 33}, "ssid_length"),
        ({"method": "dhcp"}, "missing_ssid"),
        (HOME | {"wifi_password": "short"}, "psk_length"),
        (HOME | {"wifi_password": "a" * 64}, "psk_length"),
        (HOME | {"wifi_password": "12345=78"}, "forbidden_character"),
        (HOME | {"security": "WEP"}, "wep_key"),
        (HOME | {"security": "WPA3"}, "unknown_security"),
        (HOME | {"security": "open"}, "open_with_password"),
        (HOME | {"wifi_mode": "mesh"}, "unknown_wifi_mode"),
        (
            HOME | {"wifi_mode": "host", "security": "WEP", "wifi_password": "12345"},
            "wep_host",
        ),
        (HOME | {"interface": "eth0"}, "unknown_interface"),
        (HOME | {"interface": "len0"}, "not_wireless"),
        (HOME | {"method": "auto"}, "unknown_method"),
        (HOME | {"ip_address": ADDRESSES[1]}, "static_only"),
        ({k: v for k, v in STATIC.items() if k != "dns"}, "missing"),
        (STATIC | {"gateway": "127.0.51.1"}, "outside_network"),
        (STATIC | {"ip_address": "127.0.50.999"}, "not_an_address"),
        (STATIC | {"ip_address": "127.0.50.255"}, "outside_network"),
        (STATIC | {"gateway": ADDRESSES[1]}, "own_gateway"),
        (STATIC | {"prefix_length": 99}, "prefix_length"),
    ],
)
async def test_what_would_strand_a_device_is_refused_here(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    config: dict[str, Any],
    reason: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    sentences = await async_get_translations(hass, "en", "exceptions", [DOMAIN])

    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "set_network", **config)

    assert refused.value.translation_key == f"invalid_{reason}"
    sentence = sentences[f"component.{DOMAIN}.exceptions.invalid_{reason}.message"]
    placeholders = refused.value.translation_placeholders or {}
    assert str(refused.value) == sentence.format(**placeholders).rstrip(".")
    assert device.received.connections == []


@pytest.mark.parametrize(
    ("language", "name"), [("en", "IP address"), ("de", "IP-Adresse")]
)
async def test_an_error_names_a_field_as_the_form_does(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    language: str,
    name: str,
) -> None:
    entry = await make_entry(await make_device())
    hass.config.language = language
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "set_network", **STATIC | {"ip_address": "1.2.3"})
    assert refused.value.translation_placeholders == {"field": name}


async def test_a_number_that_is_none_is_refused_by_the_schema(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(vol.Invalid):
        await act(hass, entry, "set_network", **STATIC | {"prefix_length": "many"})

    assert device.received.connections == []
