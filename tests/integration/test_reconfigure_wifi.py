"""Reconfiguration: another Wi-Fi network, also when its dialog is closed meanwhile."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import UnknownFlow
import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    IdentityMismatch,
    NetworkConfig,
    WifiNetwork,
)
from tests.integration.conftest import ADDRESSES, having
from tests.integration.fakes import Home, settle
from tests.integration.flows import (
    ATTIC,
    WIFI,
    assert_abort,
    assert_form,
    assert_reconfigured,
    progress_task,
    progressed,
)
from tests.integration.wired import Wired

REFUSED = CommandFailed("BAD_PARAMS")
FORGOTTEN = AuthenticationFailed("the device does not trust our key")
FIXED = {
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
}
# How long a device is away that has joined, and one that has tried.
JOINED, TRIED = 5, 30


async def passed(home: Home, result: ConfigFlowResult) -> ConfigFlowResult:
    """Turn the clock until a step that waits is over, and return what comes after it."""
    flow = home.flow._progress[result["flow_id"]]
    if (task := flow.async_get_progress_task()) is not None:
        await home.until(task.done)
    return await home.flow.async_configure(result["flow_id"])


async def wifi_settings(home: Home) -> ConfigFlowResult:
    """Open the form with the networks, once the device has searched for them."""
    return await passed(home, await home.reconfigure("wifi"))


async def send(home: Home, result: ConfigFlowResult, **fields: Any) -> ConfigFlowResult:
    """Send a device to a network, from where it is not heard."""
    flow = home.flow
    result = await flow.async_configure(result["flow_id"], fields)
    assert result["progress_action"] == "change_wifi"
    home.listener.silent = True
    return result


async def sent(
    home: Home, result: ConfigFlowResult, away: float = 0, **fields: Any
) -> ConfigFlowResult:
    """Send a device to a network, and return what the dialog says once it is back."""
    result = await send(home, result, **fields)
    await home.advance(away)
    home.listener.silent = False
    return await passed(home, result)


def offered(result: ConfigFlowResult) -> list[dict[str, str]]:
    [key] = [key for key in result["data_schema"].schema if key == "ssid"]
    options: list[dict[str, str]]
    options = result["data_schema"].schema[key].config["options"]
    return options


@having({"networks": [ATTIC]})
async def test_a_device_is_sent_to_a_network_it_sees(wired: Wired) -> None:
    result = await progressed(wired, await wired.reconfigure("wifi"))
    assert_form(result, "wifi_settings")
    assert "Attic" in [option["value"] for option in offered(result)]
    result = await wired.submit(result, **WIFI)
    assert_reconfigured(await progressed(wired, result))
    assert wired.entry.data["host"] == ADDRESSES[3]
    assert wired.device.ssid == "Attic"
    await wired.status_is("idle")
    assert wired.issues == {}


async def test_what_is_left_out_is_what_the_device_sees(home: Home) -> None:
    """A password alone would mean WPA2, and this network does not know that."""
    home.device.networks = (
        WifiNetwork(ssid="", bssid="a", rssi=-40, security="WPA-PSK"),
        WifiNetwork(ssid="Attic", bssid="b", rssi=-52, security="WPA-PSK"),
        WifiNetwork(ssid="Attic", bssid="c", rssi=-80, security="WPA2-PSK"),
    )
    result = await wifi_settings(home)
    assert offered(result) == [{"value": "Attic", "label": "Attic (WPA-PSK, -52 dBm)"}]
    assert_reconfigured(await sent(home, result, JOINED, **WIFI))
    known = {"security": "WPA-PSK", "ssid": "Attic"}
    password = WIFI["wifi_password"]
    config = NetworkConfig(method="dhcp", wifi_password=password, hidden=False, **known)
    assert home.device.networks_set == [config]


async def test_settings_that_would_strand_the_device_can_be_corrected(
    home: Home,
) -> None:
    result = await wifi_settings(home)
    assert result["data_schema"].schema["fixed_address"].options == {"collapsed": True}
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
        result = await home.submit(result, **WIFI | change)
        assert_form(result, "wifi_settings", **errors)
    for fixed in (
        {"gateway": ""},
        {"ip_address": "1.2.3.999"},
        {"gateway": "10.0.0.1"},
    ):
        typed = FIXED | fixed
        result = await home.submit(result, **WIFI, fixed_address=typed)
        assert_form(result, "wifi_settings", fixed_address="fixed_address")
        shown = result["data_schema"].schema["fixed_address"]
        # Open, with what was typed.
        assert shown.options == {"collapsed": False}
        suggested = {
            str(key): key.description["suggested_value"] for key in shown.schema.schema
        }
        assert suggested == typed
    assert home.device.networks_set == []
    await sent(home, result, **WIFI, fixed_address=FIXED)
    [config] = home.device.networks_set
    assert (config.method, config.dns) == ("static", ("127.0.50.254",))
    assert (config.ip_address, config.prefix_length) == (ADDRESSES[1], 24)


async def test_what_became_of_the_device_is_said_and_can_be_tried_again(
    home: Home,
) -> None:
    device = home.device
    device.refuses_management = CommandFailed("HARDWARE_FAILURE", ("wlan0",))
    result = await wifi_settings(home)
    # A network can be typed as well.
    assert_form(result, "wifi_settings", base="refused")
    assert offered(result) == []
    device.refuses_management = REFUSED
    result = await sent(home, result, **WIFI)
    assert_form(result, "wifi_settings", base="refused")
    device.refuses_management = None
    device.refuses_manager = ConnectionFailed()
    result = await sent(home, result, **WIFI)
    assert_form(result, "wifi_settings", base="cannot_connect")
    device.refuses_manager = IdentityMismatch(b"master", b"another")
    result = await sent(home, result, **WIFI)
    assert_form(result, "wifi_settings", base="key_changed")
    assert "master_key_changed" in home.issues
    device.refuses_manager = None
    await home.entry.runtime_data.trust.async_try()

    result = await sent(home, result, TRIED, **WIFI)
    assert_form(result, "wifi_settings", base="network_rolled_back")
    result = await passed(home, await send(home, result, **WIFI))
    assert_form(result, "wifi_settings", base="network_not_returned")
    assert "network_not_returned" in home.issues
    home.listener.silent = False
    await home.announce()
    assert home.issues == {}
    assert_reconfigured(await sent(home, result, JOINED, **WIFI))


@pytest.mark.parametrize("at", ["scan", "change"])
async def test_a_device_that_forgot_us_asks_for_its_password_first(
    home: Home, at: str
) -> None:
    if at == "scan":
        home.device.refuses_manager = FORGOTTEN
        result = await wifi_settings(home)
    else:
        result = await wifi_settings(home)
        home.device.refuses_manager = FORGOTTEN
        result = await sent(home, result, **WIFI)
    assert_abort(result, "not_trusted")
    await home.hass.async_block_till_done()
    assert len(home.reauths) == 1


@pytest.mark.parametrize("reload", [True, False])
@pytest.mark.parametrize("at", ["scan", "form", "change"])
async def test_an_entry_that_is_unloaded_while_the_dialog_is_open(
    home: Home, at: str, *, reload: bool
) -> None:
    entries = home.hass.config_entries
    change = entries.async_reload if reload else entries.async_unload
    if at == "scan":
        home.device.answers_manager.clear()
        result = await home.reconfigure("wifi")
        await settle()
        assert await change(home.entry.entry_id)
        home.device.refuses_management = ConnectionFailed()
        home.device.answers_manager.set()
        result = await passed(home, result)
    elif at == "form":
        result = await wifi_settings(home)
        assert await change(home.entry.entry_id)
        if reload:
            return assert_reconfigured(await sent(home, result, JOINED, **WIFI))
        result = await home.submit(result, **WIFI)
    else:
        result = await send(home, await wifi_settings(home), **WIFI)
        home.listener.silent = False
        assert await change(home.entry.entry_id)
        result = await passed(home, result)
    if at == "scan" and reload:
        # Only the scan was lost, and a network can be typed as well.
        return assert_form(result, "wifi_settings", base="cannot_connect")
    return assert_abort(result, "not_loaded")


async def test_an_entry_that_is_unloaded_once_the_device_forgot_us(home: Home) -> None:
    home.device.refuses_manager = FORGOTTEN
    result = await home.reconfigure("wifi")
    await home.until(progress_task(home, result).done)
    # The dialog knows what came of it, and is looked at later.
    await home.unload()
    assert_abort(await passed(home, result), "not_trusted")
    assert home.reauths == []


async def test_a_step_that_waits_is_shown_before_it_ends(home: Home) -> None:
    """The frontend listens for its end only then, and would show it for ever."""
    result = await home.reconfigure("wifi")
    task = progress_task(home, result)
    await home.advance(1)
    assert not task.done()
    await home.advance(1)
    assert task.done()
    home.flow.async_abort(result["flow_id"])


async def test_a_dialog_that_is_closed_ends_the_scan(home: Home) -> None:
    home.device.answers_manager.clear()
    result = await home.reconfigure("wifi")
    task = progress_task(home, result)
    await settle()
    home.flow.async_abort(result["flow_id"])
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(UnknownFlow):
        await home.flow.async_configure(result["flow_id"])


@pytest.mark.parametrize("end", ["joined", "gone", "reloaded", "refused"])
async def test_a_dialog_that_is_closed_leaves_the_change_to_the_entry(
    home: Home, end: str
) -> None:
    hass = home.hass
    result = await wifi_settings(home)
    home.device.answers_manager.clear()
    result = await send(home, result, **WIFI)
    await settle()
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle()
    home.device.refuses_management = REFUSED if end == "refused" else None
    home.device.answers_manager.set()
    await home.advance(JOINED)
    assert home.issues == {}
    if end == "reloaded":
        await home.done(home.reload())
    elif end == "gone":
        await home.advance(60)
    lost = end in ("gone", "reloaded")
    assert ("network_not_returned" in home.issues) is lost
    home.listener.silent = False
    await home.announce()
    await home.advance(2)
    assert home.issues == {}
    names = {task.get_name() for task in home.entry._background_tasks}
    assert "flux3dp network change" not in names
    said = any("Failed to change the network" in line for line in home.log)
    assert said is (end in ("gone", "refused"))
