"""Reconfiguration: what is in its way, whatever is to be changed."""

import asyncio
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.flux3dp import reconfigure_flow
from custom_components.flux3dp.aioflux import WifiNetwork
from custom_components.flux3dp.coordinator import FluxCoordinator
from custom_components.flux3dp.management import async_scan_wifi
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    FAST,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    PASSWORDS,
    WIFI,
    assert_trusted,
    is_reconfigured,
    progress_task,
    progressed,
    reconfigure,
    send_away,
    submit,
    wifi_settings,
)
from tests.integration.life import STATUS, reauths
from tests.integration.networks import FAR


@pytest.mark.parametrize("step", ["rename", "wifi", "password"])
async def test_without_the_device_only_its_address_can_be_changed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, step: str
) -> None:
    entry = await make_entry(await make_device(), setup=False)

    result = await reconfigure(hass, entry, step)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_loaded"


async def test_an_entry_that_is_unloaded_while_the_dialog_is_open(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await wifi_settings(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)

    result = await submit(hass, result, **WIFI)

    assert result["reason"] == "not_loaded"
    assert device.received.management == [("scan_wifi",)]


@pytest.mark.parametrize("reload", [True, False])
@pytest.mark.parametrize("at", ["scan", "change"])
async def test_an_entry_that_is_unloaded_while_the_dialog_waits(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    at: str,
    reload: bool,
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)
    if at == "scan":
        device.faults.replies["scan_wifi"] = None  # never answered
        result = await reconfigure(hass, entry, "wifi")
        await device.wait_command("scan_wifi")
    else:
        result = await wifi_settings(hass, entry)
        # Not `submit`, which waits for what comes of it.
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"ssid": "Far", "wifi_password": "12345678"}
        )
        await device.wait_command("network")
    if reload:
        assert await hass.config_entries.async_reload(entry.entry_id)
    else:
        assert await hass.config_entries.async_unload(entry.entry_id)

    result = await progressed(hass, result)

    if at == "scan" and reload:
        # Only the scan was lost, and a network can be typed as well.
        assert result["step_id"] == "wifi_settings"
        assert result["errors"] == {"base": "cannot_connect"}
    else:
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "not_loaded"


async def test_a_device_that_forgot_us_while_a_dialog_stood_open(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Home Assistant opens no dialog for a password beside one that reconfigures."""
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "address")
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    device.forget_trust()
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")
    await signed_in(hass, entry)
    assert reauths(hass, entry) == []

    hass.config_entries.flow.async_abort(result["flow_id"])

    await wait_until(hass, lambda: len(reauths(hass, entry)) == 1)


@pytest.mark.parametrize("at", ["scan", "change", "password"])
async def test_a_device_that_forgot_us_asks_for_its_password_first(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, at: str
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    if at == "scan":
        device.forget_trust()
        result = await progressed(hass, await reconfigure(hass, entry, "wifi"))
    elif at == "change":
        result = await wifi_settings(hass, entry)
        device.forget_trust()
        result = await send_away(hass, result, **WIFI)
    else:
        result = await reconfigure(hass, entry, "password")
        device.forget_trust()
        result = await submit(hass, result, **PASSWORDS)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_trusted"
    # Home Assistant opens no second dialog beside one of the same device.
    await wait_until(hass, lambda: len(reauths(hass, entry)) == 1)
    assert device.password == PASSWORD


@pytest.mark.parametrize("pace", [replace(FAST, progress_step=600.0)])
async def test_a_step_that_waits_is_shown_before_it_ends(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
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
    device = await make_device()
    entry = await make_entry(device)
    device.forget_trust()
    result = await reconfigure(hass, entry, "wifi")
    await asyncio.wait_for(ended.wait(), PATIENCE)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert not progress_task(hass, result).done()
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_a_device_that_is_unloaded_and_forgot_us_meanwhile(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.forget_trust()
    result = await reconfigure(hass, entry, "wifi")
    await asyncio.wait([progress_task(hass, result)])
    await hass.async_block_till_done()
    # The dialog knows what came of it, and is looked at later.
    await hass.config_entries.async_unload(entry.entry_id)

    result = await hass.config_entries.flow.async_configure(result["flow_id"])

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] in ("not_trusted", "not_loaded")
    assert reauths(hass, entry) == []


async def test_a_reauthentication_and_a_reconfiguration_do_not_fight(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    [reauth] = reauths(hass, entry)

    # While one dialog waits for the password, the other one changes the address ...
    result = await reconfigure(hass, entry, "address")
    assert is_reconfigured(await submit(hass, result, host=device.address))
    # ... or gives way.
    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS)
    assert result["reason"] == "not_trusted"
    await hass.async_block_till_done()

    assert [flow["flow_id"] for flow in reauths(hass, entry)] == [reauth["flow_id"]]
    result = await hass.config_entries.flow.async_configure(reauth["flow_id"])
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)
