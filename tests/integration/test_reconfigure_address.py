"""Reconfiguration: the device is at another address."""

import socket
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.flows import (
    NOBODY,
    OTHER,
    is_reconfigured,
    reconfigure,
    submit,
)
from tests.integration.life import STATUS, issues
from tests.keys import MASTER_KEYS


async def test_a_new_address_is_taken_when_the_device_proves_to_be_there(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host=f" {ADDRESSES[2]} ")

    assert is_reconfigured(result)
    assert entry.data["host"] == ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == []


async def test_the_address_of_an_entry_that_is_not_loaded(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False, host=ADDRESSES[5])

    result = await submit(
        hass, await reconfigure(hass, entry, "address"), host=device.address
    )

    assert is_reconfigured(result)
    assert entry.data["host"] == device.address


async def test_the_address_of_another_device_can_be_corrected(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(await make_device())
    other = await make_device(**OTHER)

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host=other.address)

    assert result["errors"] == {"host": "wrong_device"}
    assert entry.data["host"] == ADDRESSES[0]
    assert other.received.connections == []
    assert is_reconfigured(await submit(hass, result, host=ADDRESSES[0]))


@pytest.mark.parametrize(
    "typed", ["http://{}/", "{}:1901", "{}/", "https://{}:8080/index.html"]
)
async def test_what_is_meant_is_taken(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, typed: str
) -> None:
    device = await make_device()
    entry = await make_entry(device, setup=False, host=ADDRESSES[5])

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host=typed.format(device.address))

    assert is_reconfigured(result)
    assert entry.data["host"] == device.address


async def test_a_host_name_is_kept(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    names: dict[str, str],
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device, host=ADDRESSES[5])
    await wait_for_state(hass, STATUS, "offline")
    names["delta"] = device.address

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host="delta")

    assert is_reconfigured(result)
    assert entry.data["host"] == "delta"
    await wait_for_state(hass, STATUS, "idle")


async def test_addresses_that_are_none_can_be_typed_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "address")

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
    assert is_reconfigured(await submit(hass, result, host=device.address))


async def test_an_address_with_another_key_is_settled_in_repairs(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.swap_master_key(MASTER_KEYS[1])
    await device.move(ADDRESSES[1])

    result = await reconfigure(hass, entry, "address")
    result = await submit(hass, result, host=ADDRESSES[1])

    assert result["errors"] == {"base": "key_changed"}
    assert entry.data["host"] == ADDRESSES[0]
    assert "master_key_changed" in issues(hass)
    assert device.received.application_bytes == b""
