"""The actions for networks: which there are, and how a device is sent to one."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Device, SimulatedNetwork, Timing
from tests.integration.conftest import ADDRESSES, FAST, NAME, MakeDevice, MakeEntry
from tests.integration.life import STATUS, act, issues
from tests.integration.networks import ATTIC, FAR, HOME, KEY, STATIC, wifi

PATIENT = replace(Timing.fast(), wifi_join=0.05, wifi_rollback=2.0)


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device, of one generation: management is the same in both."""
    return await make_device(**getattr(request, "param", {}))


async def test_networks_are_listed_strongest_first_in_dbm(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    networks = (await act(hass, entry, "scan_wifi"))["networks"]
    assert networks[0] == {
        "ssid": "Home Network",
        "bssid": "C4:6E:1F:00:11:22",
        "rssi": -38,
        "security": "WPA2-PSK",
    }
    assert [
        (each["ssid"], each["rssi"], each["security"]) for each in networks[1:]
    ] == [
        ("Werkstatt=1", -80, "WPA-PSK"),
        ("Open Cafe", -80, "open"),
    ]


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
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    config: dict[str, Any],
    host: str,
) -> None:
    assert await act(hass, entry, "set_network", **config) == {"host": host}
    assert device.address == entry.data["host"] == host
    assert device.ssid == config["ssid"]
    assert hass.states.get(STATUS).state == "idle"
    await act(hass, entry, "rename", name="Workshop")
    assert device.name == "Workshop"


@pytest.mark.parametrize(
    "device",
    [
        {
            "networks": [SimulatedNetwork(ssid="Home Network", key=KEY)],
            "timing": PATIENT,
        }
    ],
    indirect=True,
)
@pytest.mark.parametrize(
    "config",
    [
        STATIC | {"wifi_password": "wrong-password"},
        HOME | {"wifi_password": "wrong-password"},
        wifi("Nowhere"),
    ],
    ids=["static", "dhcp", "unknown network"],
)
async def test_a_rollback_is_an_error(
    hass: HomeAssistant, entry: MockConfigEntry, config: dict[str, Any]
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "set_network", **config)
    assert failed.value.translation_key == "network_rolled_back"
    assert ADDRESSES[0] in str(failed.value)
    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == "idle"


@pytest.mark.parametrize("pace", [replace(FAST, network_return=1.0)])
@pytest.mark.parametrize("device", [{"networks": [FAR]}], indirect=True)
async def test_a_device_that_does_not_return_is_an_error_and_a_repair(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "set_network", **wifi("Far"))
    assert failed.value.translation_key == "network_not_returned"
    assert hass.states.get(STATUS).state == "offline"
    issue = issues(hass)["network_not_returned"]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"name": NAME}
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


async def test_what_would_strand_a_device_is_refused_here(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
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
    for config, reason in cases:
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, entry, "set_network", **config)
        assert refused.value.translation_key == f"invalid_{reason}"
    with pytest.raises(vol.Invalid):
        await act(hass, entry, "set_network", **STATIC | {"prefix_length": "many"})
    assert device.received.connections == []


@pytest.mark.parametrize(
    ("language", "name"), [("en", "IP address"), ("de", "IP-Adresse")]
)
async def test_an_error_names_a_field_as_the_form_does(
    hass: HomeAssistant, entry: MockConfigEntry, language: str, name: str
) -> None:
    hass.config.language = language
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "set_network", **STATIC | {"ip_address": "1.2.3"})
    assert refused.value.translation_placeholders == {"field": name}
