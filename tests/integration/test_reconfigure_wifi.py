"""Reconfiguration: another Wi-Fi network, also when its dialog is closed meanwhile."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp import reconfigure_flow
from custom_components.flux3dp.aioflux import WifiNetwork
from custom_components.flux3dp.coordinator import FluxCoordinator
from custom_components.flux3dp.management import async_scan_wifi
from simulator import MANAGEMENT_PORT, Device, Timing as DeviceTiming
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    MakeDevice,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    WIFI,
    assert_abort,
    assert_form,
    assert_reconfigured,
    progress_task,
    progressed,
    reconfigure,
    send_away,
    submit,
    wifi_settings,
)
from tests.integration.life import STATUS, issues, log_lines, reauths
from tests.integration.networks import ATTIC, FAR
from tests.keys import MASTER_KEYS

FIXED = {
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
}


# Does not wait long for a device that is gone.
SHORT = pytest.mark.parametrize("pace", [replace(FAST, network_return=1.0)])


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device with two networks around it."""
    param = getattr(request, "param", {})
    return await make_device(**{"networks": [ATTIC, FAR]} | param)


def offered(result: ConfigFlowResult) -> list[dict[str, str]]:
    """Return the networks that are offered."""
    assert result["data_schema"] is not None
    options: list[dict[str, str]] = next(
        selector.config["options"]
        for key, selector in result["data_schema"].schema.items()
        if key == "ssid"
    )
    return options


def sent_words(device: Device) -> set[str]:
    """Return the words that sent the device away."""
    [words] = [words for words in device.received.management if words[0] == "network"]
    return set(words)


@pytest.mark.parametrize("device", [{"generation": 1}, {}], indirect=True)
async def test_a_device_is_sent_to_a_network_it_sees(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    assert_form(result, "wifi_settings")
    assert "Attic" in [option["value"] for option in offered(result)]
    assert_reconfigured(await send_away(hass, result, **WIFI))
    assert entry.data["host"] == ADDRESSES[3]
    assert device.ssid == "Attic"
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


OLD = replace(ATTIC, security="WPA-PSK", rssi=52)


@pytest.mark.parametrize(
    "device",
    [{"networks": [replace(OLD, ssid=""), replace(OLD, rssi=80), OLD]}],
    indirect=True,
)
async def test_what_is_left_out_is_what_the_device_sees(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """A password alone would mean WPA2, and this network does not know that."""
    result = await wifi_settings(hass, entry)
    assert offered(result) == [{"value": "Attic", "label": "Attic (WPA-PSK, -52 dBm)"}]
    assert_reconfigured(await send_away(hass, result, **WIFI))
    assert "security=WPA-PSK" in sent_words(device)


async def test_a_fixed_address(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    assert result["data_schema"].schema["fixed_address"].options == {"collapsed": True}
    result = await send_away(hass, result, **WIFI, fixed_address=FIXED)
    assert_reconfigured(result)
    assert entry.data["host"] == ADDRESSES[1]
    await wait_for_state(hass, STATUS, "idle")
    expected = {"method=static", f"ipaddr={ADDRESSES[1]}", "mask=24"}
    assert expected <= sent_words(device)


async def test_settings_that_would_strand_the_device_can_be_corrected(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    cases: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({"ssid": ""}, {"ssid": "missing_ssid"}),
        ({"ssid": "x" * 33}, {"ssid": "ssid_length"}),
        ({"ssid": "Büro"}, {"ssid": "not_ascii"}),
        ({"ssid": "a=b"}, {"ssid": "forbidden_character"}),
        ({"wifi_password": "short"}, {"wifi_password": "psk_length"}),
        ({"security": "WEP", "wifi_password": "123456"}, {"wifi_password": "wep_key"}),
        ({"security": "open"}, {"wifi_password": "open_with_password"}),
        ({"wifi_password": "pass=word"}, {"wifi_password": "forbidden_character"}),
    )
    for change, errors in cases:
        result = await submit(hass, result, **WIFI | change)
        assert_form(result, "wifi_settings", **errors)
    for fixed in (
        {"gateway": ""},
        {"ip_address": "1.2.3.999"},
        {"gateway": "10.0.0.1"},
    ):
        result = await submit(hass, result, **WIFI, fixed_address=FIXED | fixed)
        assert_form(result, "wifi_settings", fixed_address="fixed_address")
        shown = result["data_schema"].schema["fixed_address"]
        # Open, with what was typed.
        assert shown.options == {"collapsed": False}
        suggested: dict[str, Any] = {
            str(key): key.description["suggested_value"] for key in shown.schema.schema
        }
        assert suggested == FIXED | fixed
    assert device.received.management == [("scan_wifi",)]
    assert_reconfigured(await send_away(hass, result, **WIFI))


@pytest.mark.parametrize(
    "device",
    [{"timing": replace(DeviceTiming.fast(), wifi_rollback=2.0)}],
    indirect=True,
)
async def test_a_rollback_is_an_error_and_can_be_tried_again(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    result = await send_away(hass, result, **WIFI | {"wifi_password": "wrong-password"})
    assert_form(result, "wifi_settings", base="network_rolled_back")
    assert_reconfigured(await send_away(hass, result, **WIFI))
    assert entry.data["host"] == ADDRESSES[3]


@SHORT
async def test_a_device_that_does_not_return_is_an_error_and_a_repair(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    result = await send_away(hass, result, **WIFI | {"ssid": "Far"})
    assert_form(result, "wifi_settings", base="network_not_returned")
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})


async def test_when_the_device_sees_no_network_one_can_be_typed(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.replies["scan_wifi"] = "error HARDWARE_FAILURE wlan0"
    result = await wifi_settings(hass, entry)
    assert_form(result, "wifi_settings", base="refused")
    assert offered(result) == []
    assert_reconfigured(await send_away(hass, result, **WIFI))


async def test_a_change_that_the_device_does_not_take(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    device.faults.replies["network"] = "error BAD_PARAMS"
    result = await send_away(hass, result, **WIFI)
    assert_form(result, "wifi_settings", base="refused")
    device.faults.clear()
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await send_away(hass, result, **WIFI)
    assert_form(result, "wifi_settings", base="cannot_connect")
    device.faults.wrong_certificate = MASTER_KEYS[1]
    await device.accept_connections(MANAGEMENT_PORT)
    result = await send_away(hass, result, **WIFI)
    assert_form(result, "wifi_settings", base="key_changed")
    assert "master_key_changed" in issues(hass)


# -- an entry that is unloaded


async def test_an_entry_that_is_unloaded_while_the_dialog_is_open(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await wifi_settings(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    assert_abort(await submit(hass, result, **WIFI), "not_loaded")
    assert device.received.management == [("scan_wifi",)]


async def test_an_entry_that_is_unloaded_once_the_device_forgot_us(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.forget_trust()
    result = await reconfigure(hass, entry, "wifi")
    await asyncio.wait([progress_task(hass, result)])
    await hass.async_block_till_done()
    # The dialog knows what came of it, and is looked at later.
    await hass.config_entries.async_unload(entry.entry_id)
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert_abort(result, "not_trusted")
    assert reauths(hass, entry) == []


async def scanning(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> ConfigFlowResult:
    """Return a dialog whose scan is never answered."""
    device.faults.replies["scan_wifi"] = None
    result = await reconfigure(hass, entry, "wifi")
    await device.wait_command("scan_wifi")
    return result


async def sent(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, ssid: str
) -> ConfigFlowResult:
    """Return a dialog whose device has heard where to go."""
    result = await wifi_settings(hass, entry)
    # Not `submit`, which waits for what comes of it.
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], WIFI | {"ssid": ssid}
    )
    assert result["progress_action"] == "change_wifi"
    await device.wait_command("network")
    return result


@pytest.mark.parametrize("reload", [True, False])
@pytest.mark.parametrize("at", ["scan", "change"])
async def test_an_entry_that_is_unloaded_while_the_dialog_waits(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    at: str,
    *,
    reload: bool,
) -> None:
    if at == "scan":
        result = await scanning(hass, device, entry)
    else:
        result = await sent(hass, device, entry, "Far")
    entries = hass.config_entries
    change = entries.async_reload if reload else entries.async_unload
    assert await change(entry.entry_id)

    result = await progressed(hass, result)
    if at == "scan" and reload:
        # Only the scan was lost, and a network can be typed as well.
        assert_form(result, "wifi_settings", base="cannot_connect")
    else:
        assert_abort(result, "not_loaded")


# -- a dialog that is closed, or not yet shown


@pytest.mark.parametrize("pace", [replace(FAST, progress_step=600.0)])
async def test_a_step_that_waits_is_shown_before_it_ends(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The frontend listens for its end only then, and would show it for ever."""
    ended = asyncio.Event()

    async def scan(coordinator: FluxCoordinator) -> tuple[WifiNetwork, ...]:
        try:
            return await async_scan_wifi(coordinator)
        finally:
            ended.set()

    monkeypatch.setattr(reconfigure_flow, "async_scan_wifi", scan)
    device.forget_trust()
    result = await reconfigure(hass, entry, "wifi")
    await asyncio.wait_for(ended.wait(), PATIENCE)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert not progress_task(hass, result).done()
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_a_dialog_that_is_closed_ends_the_scan(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await scanning(hass, device, entry)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await device.wait_closed_connections()
    with pytest.raises(UnknownFlow):
        await hass.config_entries.flow.async_configure(result["flow_id"])


@SHORT
async def test_without_a_dialog_a_device_that_does_not_return_is_a_repair(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await sent(hass, device, entry, "Far")
    assert issues(hass) == {}
    hass.config_entries.flow.async_abort(result["flow_id"])

    await hass.async_block_till_done(wait_background_tasks=True)
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})


async def test_without_a_dialog_a_device_that_arrives_is_followed(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await sent(hass, device, entry, "Attic")
    hass.config_entries.flow.async_abort(result["flow_id"])
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[3])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


@pytest.mark.parametrize("pace", [replace(FAST, command=1.0)])
async def test_without_a_dialog_a_refusal_is_in_the_log(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device.faults.replies["network"] = None  # not answered, until the time is up
    result = await sent(hass, device, entry, "Attic")
    hass.config_entries.flow.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert any("Failed to change the network" in line for line in log_lines(caplog))
    assert issues(hass) == {}


async def test_without_a_dialog_an_entry_that_is_reloaded_misses_the_device(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    result = await sent(hass, device, entry, "Far")
    hass.config_entries.flow.async_abort(result["flow_id"])
    await wait_for_state(hass, STATUS, "offline")

    assert await hass.config_entries.async_reload(entry.entry_id)
    assert not any(
        task.get_name() == "flux3dp network change" for task in entry._background_tasks
    )
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})
