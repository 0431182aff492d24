"""A device is removed: it forgets us, or the log says that it does not."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from simulator import MANAGEMENT_PORT, Device, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.flows import OTHER, enter, submit
from tests.integration.life import STATUS, log_lines
from tests.keys import MASTER_KEYS, OTHER_CLIENT_KEY

LEFT = f"{NAME} may still trust the key of this Home Assistant"


async def test_a_removed_device_forgets_our_key_and_no_other(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(device)
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))

    await hass.config_entries.async_remove(entry.entry_id)

    assert [key.label for key in device.trust.values()] == ["Studio"]
    assert log_lines(caplog) == []
    await device.wait_closed_connections()


async def test_a_device_that_is_added_again_asks_for_its_password(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await hass.config_entries.async_remove(entry.entry_id)

    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert result["type"] == "create_entry"


async def test_a_device_that_is_off_is_removed_at_once_and_the_log_says_what_is_left(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(device)
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    caplog.clear()

    await hass.config_entries.async_remove(entry.entry_id)

    [line] = log_lines(caplog)
    assert line.startswith(LEFT)
    assert "no FLUX device answers" in line
    assert len(device.trust) == 1
    assert hass.config_entries.async_entries(DOMAIN) == []


@pytest.mark.parametrize("pace", [replace(FAST, forget=1.5)])
@pytest.mark.parametrize("stall", ["handshake", "command"])
async def test_a_device_that_stalls_does_not_hold_up_the_removal(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
    stall: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    if stall == "handshake":
        device.faults.management.stall_in_handshake = True
    else:
        device.faults.replies["remove_trust"] = None
    began = hass.loop.time()

    await hass.config_entries.async_remove(entry.entry_id)

    took = hass.loop.time() - began
    assert 1.5 <= took < FAST.handshake == FAST.command
    [line] = log_lines(caplog)
    assert line.startswith(LEFT)
    assert "it did not answer in time" in line
    await device.wait_closed_connections()


async def test_who_answers_with_another_key_gets_nothing(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]

    await hass.config_entries.async_remove(entry.entry_id)

    assert device.received.application_bytes == b""
    [line] = log_lines(caplog)
    assert line.startswith(LEFT)
    assert len(device.trust) == 1


async def test_what_is_forgotten_already_is_no_news(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    open_device = await make_device(**OTHER | {"password": None})
    open_entry = await make_entry(open_device, trusted=False)

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.config_entries.async_remove(open_entry.entry_id)

    assert log_lines(caplog) == []
    assert device.received.passwords == []


async def test_a_disabled_device_forgets_us_too(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    assert await hass.config_entries.async_unload(entry.entry_id)

    await hass.config_entries.async_remove(entry.entry_id)

    assert len(device.trust) == 0


async def test_a_refusal_is_said_too(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device(address=ADDRESSES[4])
    entry = await make_entry(device)
    device.faults.replies["remove_trust"] = "error OPERATION_ERROR"

    await hass.config_entries.async_remove(entry.entry_id)

    [line] = log_lines(caplog)
    assert line.startswith(LEFT)
    assert "OPERATION_ERROR" in line
    assert device.connections[MANAGEMENT_PORT] == 0
