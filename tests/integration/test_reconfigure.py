"""Reconfiguration: another address, another Wi-Fi, another password."""

import asyncio
from dataclasses import replace
import socket
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey
from simulator import MANAGEMENT_PORT, Device, SimulatedNetwork, Timing, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    NOBODY,
    OTHER,
    assert_trusted,
    progress_task,
    progressed,
    submit,
    with_words,
)
from tests.integration.life import STATUS, act, issues, reauths
from tests.keys import MASTER_KEYS, OTHER_CLIENT_KEY

ATTIC = SimulatedNetwork(ssid="Attic", key="12345678", address=ADDRESSES[3])
FAR = SimulatedNetwork(ssid="Far", key="12345678", reachable=False)
WIFI = {"ssid": "Attic", "wifi_password": "12345678", "hidden": False}
PASSWORDS = {
    "old_password": PASSWORD,
    "new_password": "better",
    "forget_trusted": False,
}


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, step: str
) -> ConfigFlowResult:
    """Choose *Reconfigure* in the menu of the entry, then what is to be changed."""
    result = await hass.config_entries.flow.async_init(
        entry.domain,
        context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
    )
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["address", "wifi", "password"]
    await with_words(hass, result)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": step}
    )
    return await with_words(hass, result)


def is_done(result: ConfigFlowResult) -> bool:
    """Whether the dialog ended well."""
    return (result["type"], result.get("reason")) == (
        FlowResultType.ABORT,
        "reconfigure_successful",
    )


# -- address


async def test_a_new_address_is_taken_when_the_device_proves_to_be_there(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")

    result = await choose(hass, entry, "address")
    result = await submit(hass, result, host=f" {ADDRESSES[2]} ")

    assert is_done(result)
    assert entry.data["host"] == ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == []


async def test_the_address_of_an_entry_that_is_not_loaded(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False, host=ADDRESSES[5])

    result = await submit(
        hass, await choose(hass, entry, "address"), host=device.address
    )

    assert is_done(result)
    assert entry.data["host"] == device.address


async def test_another_device_is_refused(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(await make_device())
    other = await make_device(**OTHER)

    result = await choose(hass, entry, "address")
    result = await submit(hass, result, host=other.address)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_device"
    assert entry.data["host"] == ADDRESSES[0]
    assert other.received.connections == []


async def test_addresses_that_are_none_can_be_typed_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await choose(hass, entry, "address")

    unknown = socket.gaierror(socket.EAI_NONAME, "unknown")
    with patch("socket.getaddrinfo", side_effect=unknown):
        result = await submit(hass, result, host="no-such-host")
    assert result["errors"] == {"host": "invalid_host"}
    result = await submit(hass, result, host=NOBODY)
    assert result["errors"] == {"host": "no_flux_device"}
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await submit(hass, result, host=device.address)
    assert result["errors"] == {"base": "cannot_connect"}
    await device.accept_connections(MANAGEMENT_PORT)
    assert is_done(await submit(hass, result, host=device.address))


async def test_an_address_with_another_key_is_settled_in_repairs(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.swap_master_key(MASTER_KEYS[1])
    await device.move(ADDRESSES[1])

    result = await choose(hass, entry, "address")
    result = await submit(hass, result, host=ADDRESSES[1])

    assert result["errors"] == {"base": "key_changed"}
    assert entry.data["host"] == ADDRESSES[0]
    assert "master_key_changed" in issues(hass)
    assert device.received.application_bytes == b""


# -- Wi-Fi


async def settings(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form with the networks, once the device has looked for them."""
    result = await choose(hass, entry, "wifi")
    assert result["progress_action"] == "scan_wifi"
    result = await progressed(hass, result)
    assert result["step_id"] == "wifi_settings"
    return result


async def send(
    hass: HomeAssistant, result: ConfigFlowResult, **fields: Any
) -> ConfigFlowResult:
    """Send the device to a network, and wait until it is known what came of it."""
    result = await submit(hass, result, **fields)
    assert result["progress_action"] == "change_wifi"
    return await progressed(hass, result)


def networks(result: ConfigFlowResult) -> list[str]:
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

    result = await settings(hass, entry)
    assert result["errors"] == {}
    assert "Attic" in networks(result)
    result = await send(hass, result, **WIFI)

    assert is_done(result)
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

    result = await settings(hass, entry)
    assert result["data_schema"] is not None
    selector = next(iter(result["data_schema"].schema.values()))
    assert selector.config["options"] == [
        {"value": "Attic", "label": "Attic (WPA-PSK, -52 dBm)"}
    ]
    assert is_done(await send(hass, result, **WIFI))
    [words] = [words for words in device.received.management if words[0] == "network"]
    assert "security=WPA-PSK" in words


async def test_a_rollback_is_told_and_can_be_tried_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(
        networks=[ATTIC], timing=replace(Timing.fast(), wifi_rollback=2.0)
    )
    entry = await make_entry(device)

    result = await settings(hass, entry)
    result = await send(hass, result, **WIFI | {"wifi_password": "wrong-password"})
    assert result["step_id"] == "wifi_settings"
    assert result["errors"] == {"base": "network_rolled_back"}
    result = await send(hass, result, **WIFI)

    assert is_done(result)
    assert entry.data["host"] == ADDRESSES[3]


async def test_a_device_that_does_not_return_is_told_and_a_repair(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)

    result = await send(hass, await settings(hass, entry), **WIFI | {"ssid": "Far"})

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

    result = await submit(hass, await settings(hass, entry), **WIFI | change)

    assert result["step_id"] == "wifi_settings"
    assert result["errors"] == errors
    assert device.received.management == [("scan_wifi",)]


async def test_when_the_device_sees_no_network_one_can_be_typed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = "error HARDWARE_FAILURE wlan0"

    result = await settings(hass, entry)
    assert result["errors"] == {"base": "change_refused"}
    assert networks(result) == []
    assert is_done(await send(hass, result, **WIFI))


async def test_a_change_the_device_refuses_or_does_not_hear(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    result = await settings(hass, entry)

    device.faults.replies["network"] = "error BAD_PARAMS"
    result = await send(hass, result, **WIFI)
    assert result["errors"] == {"base": "change_refused"}
    device.faults.clear()
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await send(hass, result, **WIFI)
    assert result["errors"] == {"base": "cannot_connect"}
    device.faults.wrong_certificate = MASTER_KEYS[1]
    await device.accept_connections(MANAGEMENT_PORT)
    result = await send(hass, result, **WIFI)
    assert result["errors"] == {"base": "key_changed"}
    assert "master_key_changed" in issues(hass)


async def test_a_dialog_that_is_closed_ends_what_it_waits_for(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = None  # never answered
    result = await choose(hass, entry, "wifi")
    await device.wait_command("scan_wifi")

    hass.config_entries.flow.async_abort(result["flow_id"])

    await device.wait_closed_connections()
    with pytest.raises(UnknownFlow):
        await hass.config_entries.flow.async_configure(result["flow_id"])


# -- password


async def test_a_new_password(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    result = await choose(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS)

    assert is_done(result)
    assert device.password == "better"
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}


async def test_a_new_password_that_forgets_every_other_program(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))

    result = await choose(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS | {"forget_trusted": True})

    assert is_done(result)
    await assert_trusted(hass, device)
    assert len(device.trust) == 1


async def test_a_password_is_removed_and_set_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    result = await choose(hass, entry, "password")
    assert is_done(
        await submit(hass, result, old_password=PASSWORD, forget_trusted=False)
    )
    assert device.password is None
    result = await choose(hass, entry, "password")
    assert is_done(
        await submit(hass, result, new_password="again", forget_trusted=False)
    )
    assert device.password == "again"


async def test_passwords_that_do_not_do(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await choose(hass, entry, "password")

    result = await submit(hass, result, **PASSWORDS | {"old_password": "wrong"})
    assert result["errors"] == {"old_password": "wrong_password"}
    result = await submit(hass, result, **PASSWORDS | {"new_password": "besser♥"})
    assert result["errors"] == {"new_password": "password_not_ascii"}
    device.faults.replies["passwd"] = "error UNKNOWN_ERROR"
    result = await submit(hass, result, **PASSWORDS)
    assert result["errors"] == {"base": "change_refused"}
    assert device.password == PASSWORD
    device.faults.clear()
    assert is_done(await submit(hass, result, **PASSWORDS))


# -- what is in the way


@pytest.mark.parametrize("step", ["wifi", "password"])
async def test_without_the_device_only_its_address_can_be_changed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, step: str
) -> None:
    entry = await make_entry(await make_device(), setup=False)

    result = await choose(hass, entry, step)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_loaded"


async def test_an_entry_that_is_unloaded_while_the_dialog_is_open(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await settings(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)

    result = await submit(hass, result, **WIFI)

    assert result["reason"] == "not_loaded"
    assert device.received.management == [("scan_wifi",)]


@pytest.mark.parametrize("at", ["scan", "change", "password"])
async def test_a_device_that_forgot_us_asks_for_its_password_first(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, at: str
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    if at == "scan":
        device.forget_trust()
        result = await progressed(hass, await choose(hass, entry, "wifi"))
    elif at == "change":
        result = await settings(hass, entry)
        device.forget_trust()
        result = await send(hass, result, **WIFI)
    else:
        result = await choose(hass, entry, "password")
        device.forget_trust()
        result = await submit(hass, result, **PASSWORDS)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_trusted"
    # Home Assistant opens no second dialog beside one of the same device.
    await wait_until(hass, lambda: len(reauths(hass, entry)) == 1)
    assert device.password == PASSWORD


async def test_a_device_that_is_unloaded_and_forgot_us_meanwhile(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.forget_trust()
    result = await choose(hass, entry, "wifi")
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
    result = await choose(hass, entry, "address")
    assert is_done(await submit(hass, result, host=device.address))
    # ... or gives way.
    result = await choose(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS)
    assert result["reason"] == "not_trusted"
    await hass.async_block_till_done()

    assert [flow["flow_id"] for flow in reauths(hass, entry)] == [reauth["flow_id"]]
    result = await hass.config_entries.flow.async_configure(reauth["flow_id"])
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)
