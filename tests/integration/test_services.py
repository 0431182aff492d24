"""Actions: what they do to a device, and what is refused before a byte is sent."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
)
import voluptuous as vol

from custom_components.flux3dp.const import DOMAIN
from simulator import Device, SimulatedNetwork, Timing
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.keys import MASTER_KEYS

STATUS = "sensor.delta_in_der_werkstatt_status"
STATIC = {
    "method": "static",
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
    "ssid": "Home Network",
    "wifi_password": "12345678",
}


def device_id(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id under which the device registry has the entry's device."""
    registry = dr.async_get(hass)
    [device] = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return device.id


async def act(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, **data: Any
) -> dict[str, Any]:
    """Call an action on the entry's device and return its response."""
    response = await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device_id(hass, entry), **data},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    return response


def pace(*, wifi_join: float) -> Timing:
    """Return the pace of a device that gives up on a network only after a while."""
    return replace(Timing.fast(), wifi_join=wifi_join, wifi_rollback=2.0)


# -- rename


async def test_rename_changes_device_announcement_and_registry(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await make_entry(device)

    response = await act(hass, entry, "rename", name="Drucker im Büro 🖨")

    assert response == {"name": "Drucker im Büro 🖨"}
    assert device.name == "Drucker im Büro 🖨"
    registered = device_registry.async_get(device_id(hass, entry))
    assert registered is not None
    assert registered.name == "Drucker im Büro 🖨"
    assert device.received.passwords == []
    await device.wait_closed_connections()


async def test_without_multicast_a_device_is_managed_all_the_same(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)

    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert (await act(hass, entry, "scan_wifi"))["networks"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty_name"),
        ("  ", "empty_name"),
        ("two\nlines", "control_characters"),
        ("\ud800", "control_characters"),
        ("ü" * 65, "name_too_long"),
    ],
)
async def test_a_name_the_device_would_not_show_is_refused_here(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    name: str,
    reason: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "rename", name=name)

    assert refused.value.translation_key == f"invalid_{reason}"
    assert device.received.connections == []


async def test_a_name_that_is_never_announced_is_an_error(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["rename"] = "ok"  # and nothing happens

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "rename_not_announced"


# -- what goes wrong with a device


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            "error BAD_PARAMS",
            ("refused_values", "does not accept these values: BAD_PARA"),
        ),
        (
            "er BAD_PARAMS ns",
            ("refused_values", "not accept these values: BAD_PARAMS ns"),
        ),
        (
            "error HARDWARE_FAILURE wlan",
            ("refused_hardware", "HARDWARE_FAILURE wlan. Re"),
        ),
        ("error OPERATION_ERROR", ("refused_not_ready", "is not ready yet")),
        ("error UNKNOWN_COMMAND", ("refused_unknown_command", "does not know this")),
        ("error UNKNOWN_ERROR", ("refused_without_reason", "does not say why")),
        ("error NOT_FOUND", ("refused_not_found", "does not know that any more")),
        ("error SOMETHING NEW", ("refused", "refused: SOMETHING NEW")),
    ],
)
async def test_a_refusal_of_the_device_is_a_sentence(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    reply: str,
    told: tuple[str, str],
) -> None:
    key, sentence = told
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["rename"] = reply

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert not isinstance(failed.value, ServiceValidationError)
    assert failed.value.translation_key == key
    assert NAME in str(failed.value)
    assert sentence in str(failed.value)


async def test_an_untrusted_key_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "not_trusted"


async def test_a_device_that_is_off_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.power_off()

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "cannot_connect"


async def test_an_impostor_gets_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "identity_mismatch"
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_a_device_that_speaks_something_else_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = "bonjour"

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "not_understood"


async def test_firmware_without_management_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(generation=1, firmware="1.0b12")
    entry = await make_entry(device)

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "scan_wifi")

    assert failed.value.translation_key == "unsupported"


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
    guests = SimulatedNetwork(ssid="Guests", key="12345678", address=ADDRESSES[3])
    device = await make_device(networks=[guests])
    entry = await make_entry(device)

    response = await act(
        hass,
        entry,
        "set_network",
        method="dhcp",
        ssid="Guests",
        wifi_password="12345678",
    )

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
    attic = SimulatedNetwork(ssid="Attic", key="12345678")
    device = await make_device(networks=[attic], timing=pace(wifi_join=0.4))
    entry = await make_entry(device)

    response = await act(
        hass,
        entry,
        "set_network",
        method="dhcp",
        ssid="Attic",
        wifi_password="12345678",
    )

    assert response == {"host": ADDRESSES[0]}
    assert device.ssid == "Attic"


@pytest.mark.parametrize(
    "config",
    [
        STATIC | {"wifi_password": "wrong-password"},
        {"method": "dhcp", "ssid": "Home Network", "wifi_password": "wrong-password"},
        {"method": "dhcp", "ssid": "Nowhere", "wifi_password": "12345678"},
    ],
    ids=["static", "dhcp", "unknown network"],
)
async def test_a_rollback_is_told(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    config: dict[str, Any],
) -> None:
    home = SimulatedNetwork(ssid="Home Network", key="12345678")
    device = await make_device(networks=[home], timing=pace(wifi_join=0.05))
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
    far = SimulatedNetwork(ssid="Far", key="12345678", reachable=False)
    device = await make_device(networks=[far])
    entry = await make_entry(device)

    with pytest.raises(HomeAssistantError) as failed:
        await act(
            hass,
            entry,
            "set_network",
            method="dhcp",
            ssid="Far",
            wifi_password="12345678",
        )

    assert failed.value.translation_key == "network_not_returned"
    assert hass.states.get(STATUS).state == "offline"
    await device.power_on()


WIFI = {"method": "dhcp", "ssid": "Home Network", "wifi_password": "12345678"}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (WIFI | {"ssid": "Werkstatt=1"}, "forbidden_character"),
        (WIFI | {"ssid": "Büro"}, "not_ascii"),
        (WIFI | {"ssid": "x" * 33}, "ssid_length"),
        ({"method": "dhcp"}, "missing_ssid"),
        (WIFI | {"wifi_password": "short"}, "psk_length"),
        (WIFI | {"wifi_password": "a" * 64}, "psk_length"),
        (WIFI | {"wifi_password": "12345=78"}, "forbidden_character"),
        (WIFI | {"security": "WEP"}, "wep_key"),
        (WIFI | {"security": "WPA3"}, "unknown_security"),
        (WIFI | {"security": "open"}, "open_with_password"),
        (WIFI | {"wifi_mode": "mesh"}, "unknown_wifi_mode"),
        (
            WIFI | {"wifi_mode": "host", "security": "WEP", "wifi_password": "12345"},
            "wep_host",
        ),
        (WIFI | {"interface": "eth0"}, "unknown_interface"),
        (WIFI | {"interface": "len0"}, "not_wireless"),
        (WIFI | {"method": "auto"}, "unknown_method"),
        (WIFI | {"ip_address": ADDRESSES[1]}, "static_only"),
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


async def test_a_number_that_is_none_is_refused_by_the_schema(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(vol.Invalid):
        await act(hass, entry, "set_network", **STATIC | {"prefix_length": "many"})

    assert device.received.connections == []


# -- which device, and who may


async def test_unknown_foreign_and_unloaded_devices_are_three_errors(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    ours = device_id(hass, entry)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}
    )

    async def key(of: str) -> str | None:
        with pytest.raises(ServiceValidationError) as refused:
            await hass.services.async_call(
                DOMAIN,
                "scan_wifi",
                {"device_id": of},
                blocking=True,
                return_response=True,
            )
        return refused.value.translation_key

    assert await key("0" * 32) == "device_unknown"
    assert await key(foreign.id) == "device_foreign"
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert await key(ours) == "device_not_loaded"
    assert device.received.connections == []


@pytest.mark.parametrize(
    ("action", "data"), [("rename", {"name": "Attic"}), ("set_network", STATIC)]
)
async def test_only_an_administrator_may_change_a_device(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    hass_read_only_user: MockUser,
    *,
    action: str,
    data: dict[str, Any],
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": device_id(hass, entry), **data},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )

    assert device.received.connections == []


async def test_an_action_can_be_called_off(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = None  # never answered

    call = asyncio.ensure_future(act(hass, entry, "scan_wifi"))
    await device.wait_command("scan_wifi")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    await device.wait_closed_connections()
    assert async_capture_events(hass, EVENT_STATE_CHANGED) == []
    await wait_for_state(hass, STATUS, "idle")
