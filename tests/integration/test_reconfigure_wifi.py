"""Reconfiguration: the device is sent to another Wi-Fi network."""

from dataclasses import replace

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
import pytest

from simulator import MANAGEMENT_PORT, Device, Timing
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    WIFI,
    is_reconfigured,
    reconfigure,
    send_away,
    submit,
    wifi_settings,
)
from tests.integration.life import STATUS, issues
from tests.integration.networks import ATTIC, FAR
from tests.keys import MASTER_KEYS


def offered(result: ConfigFlowResult) -> list[str]:
    """Return the networks that are offered."""
    assert result["data_schema"] is not None
    [selector] = [
        selector
        for key, selector in result["data_schema"].schema.items()
        if key == "ssid"
    ]
    return [option["value"] for option in selector.config["options"]]


async def test_a_device_is_sent_to_a_network_it_sees(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    device.networks.append(ATTIC)
    entry = await make_entry(device)

    result = await wifi_settings(hass, entry)
    assert result["errors"] == {}
    assert "Attic" in offered(result)
    result = await send_away(hass, result, **WIFI)

    assert is_reconfigured(result)
    assert entry.data["host"] == ADDRESSES[3]
    assert device.ssid == "Attic"
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


async def test_what_is_left_out_is_what_the_device_sees(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """A password alone would mean WPA2, and this network does not know that."""
    old = replace(ATTIC, security="WPA-PSK", rssi=52)
    nameless = replace(old, ssid="", rssi=30)
    device = await make_device(networks=[nameless, old])
    entry = await make_entry(device)

    result = await wifi_settings(hass, entry)
    assert result["data_schema"] is not None
    selector = next(iter(result["data_schema"].schema.values()))
    assert selector.config["options"] == [
        {"value": "Attic", "label": "Attic (WPA-PSK, -52 dBm)"}
    ]
    assert is_reconfigured(await send_away(hass, result, **WIFI))
    [words] = [words for words in device.received.management if words[0] == "network"]
    assert "security=WPA-PSK" in words


FIXED = {
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
}


async def test_a_fixed_address(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)

    result = await wifi_settings(hass, entry)
    assert result["data_schema"].schema["fixed_address"].options == {"collapsed": True}
    result = await send_away(hass, result, **WIFI, fixed_address=FIXED)

    assert is_reconfigured(result)
    assert entry.data["host"] == ADDRESSES[1]
    await wait_for_state(hass, STATUS, "idle")
    [words] = [words for words in device.received.management if words[0] == "network"]
    assert {"method=static", f"ipaddr={ADDRESSES[1]}", "mask=24"} <= set(words)


@pytest.mark.parametrize(
    "change", [{"gateway": ""}, {"ip_address": "1.2.3.999"}, {"gateway": "10.0.0.1"}]
)
async def test_a_fixed_address_that_would_strand_the_device_can_be_corrected(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    change: dict[str, str],
) -> None:
    device = await make_device(networks=[ATTIC])
    result = await wifi_settings(hass, await make_entry(device))

    result = await submit(hass, result, **WIFI, fixed_address=FIXED | change)

    assert result["errors"] == {"fixed_address": "fixed_address"}
    shown = result["data_schema"].schema["fixed_address"]
    # Open, with what was typed.
    assert shown.options == {"collapsed": False}
    suggested = {
        str(key): key.description["suggested_value"] for key in shown.schema.schema
    }
    assert suggested == FIXED | change
    assert device.received.management == [("scan_wifi",)]
    assert is_reconfigured(await send_away(hass, result, **WIFI))


async def test_a_rollback_is_told_and_can_be_tried_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(
        networks=[ATTIC], timing=replace(Timing.fast(), wifi_rollback=2.0)
    )
    entry = await make_entry(device)

    result = await wifi_settings(hass, entry)
    result = await send_away(hass, result, **WIFI | {"wifi_password": "wrong-password"})
    assert result["step_id"] == "wifi_settings"
    assert result["errors"] == {"base": "network_rolled_back"}
    result = await send_away(hass, result, **WIFI)

    assert is_reconfigured(result)
    assert entry.data["host"] == ADDRESSES[3]


async def test_a_device_that_does_not_return_is_told_and_a_repair(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)

    result = await send_away(
        hass, await wifi_settings(hass, entry), **WIFI | {"ssid": "Far"}
    )

    assert result["errors"] == {"base": "network_not_returned"}
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"ssid": ""}, {"ssid": "missing_ssid"}),
        ({"ssid": "x" * 33}, {"ssid": "ssid_length"}),
        ({"ssid": "Büro"}, {"ssid": "not_ascii"}),
        ({"ssid": "a=b"}, {"ssid": "forbidden_character"}),
        ({"wifi_password": "short"}, {"wifi_password": "psk_length"}),
        (
            {"security": "WEP", "wifi_password": "123456"},
            {"wifi_password": "wep_key"},
        ),
        ({"security": "open"}, {"wifi_password": "open_with_password"}),
        ({"wifi_password": "pass=word"}, {"wifi_password": "forbidden_character"}),
    ],
)
async def test_settings_that_would_strand_the_device_are_refused_here(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    change: dict[str, str],
    errors: dict[str, str],
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    result = await submit(hass, await wifi_settings(hass, entry), **WIFI | change)

    assert result["step_id"] == "wifi_settings"
    assert result["errors"] == errors
    assert device.received.management == [("scan_wifi",)]


async def test_when_the_device_sees_no_network_one_can_be_typed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = "error HARDWARE_FAILURE wlan0"

    result = await wifi_settings(hass, entry)
    assert result["errors"] == {"base": "refused"}
    assert offered(result) == []
    assert is_reconfigured(await send_away(hass, result, **WIFI))


async def test_a_change_the_device_refuses_or_does_not_hear(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    result = await wifi_settings(hass, entry)

    device.faults.replies["network"] = "error BAD_PARAMS"
    result = await send_away(hass, result, **WIFI)
    assert result["errors"] == {"base": "refused"}
    device.faults.clear()
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await send_away(hass, result, **WIFI)
    assert result["errors"] == {"base": "cannot_connect"}
    device.faults.wrong_certificate = MASTER_KEYS[1]
    await device.accept_connections(MANAGEMENT_PORT)
    result = await send_away(hass, result, **WIFI)
    assert result["errors"] == {"base": "key_changed"}
    assert "master_key_changed" in issues(hass)


async def test_a_dialog_that_is_closed_ends_what_it_waits_for(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = None  # never answered
    result = await reconfigure(hass, entry, "wifi")
    await device.wait_command("scan_wifi")

    hass.config_entries.flow.async_abort(result["flow_id"])

    await device.wait_closed_connections()
    with pytest.raises(UnknownFlow):
        await hass.config_entries.flow.async_configure(result["flow_id"])
