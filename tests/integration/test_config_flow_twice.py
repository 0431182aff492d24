"""A person sets a device up, and somebody else does, or did."""

import asyncio

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN
from tests.integration.conftest import PASSWORD, MakeDevice, MakeEntry, wait_for_state
from tests.integration.flows import (
    OTHER,
    add,
    assert_entry,
    card,
    enter,
    progress_task,
    submit,
    with_words,
)


async def test_device_that_is_set_up_is_not_offered_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    other = await make_device(**OTHER)
    await make_entry(device)

    result = await add(hass)
    assert result["data_schema"] is not None
    with pytest.raises(InvalidData):
        await submit(hass, result, device=device.config.uuid)
    result = await submit(hass, result, device=other.config.uuid)
    assert result["step_id"] == "authorize"


async def test_address_of_a_device_that_is_set_up(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device, setup=False)
    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert not device.received.connections


async def test_new_address_of_a_device_that_is_set_up_is_followed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Where announcements do not reach, entering the address says where it went."""
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    connectivity = "binary_sensor.delta_in_der_werkstatt_connectivity"
    await wait_for_state(hass, connectivity, "on")
    await device.move("127.0.50.3")
    await wait_for_state(hass, connectivity, "off")

    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    await wait_for_state(hass, connectivity, "on")
    assert entry.data["host"] == device.address


async def test_card_of_a_device_that_is_set_up(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device, setup=False)
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": device.config.uuid},
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_card_waits_while_a_person_sets_the_device_up(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    second = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": device.config.uuid},
    )
    assert second["type"] is FlowResultType.ABORT
    assert second["reason"] == "already_in_progress"
    await with_words(hass, second)
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_ignored_device_can_be_added_by_hand(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    MockConfigEntry(
        domain=DOMAIN, unique_id=device.config.uuid, source=SOURCE_IGNORE
    ).add_to_hass(hass)
    result = await add(hass)
    assert_entry(await submit(hass, result, device=device.config.uuid), device)


async def test_first_of_two_flows_closes_the_other(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    first = await card(hass, device)
    first = await submit(hass, first)
    assert first["step_id"] == "authorize"
    second = await enter(hass, device.address)
    assert second["step_id"] == "authorize"

    assert_entry(await submit(hass, second, password=PASSWORD), device)
    with pytest.raises(UnknownFlow):
        await submit(hass, first, password=PASSWORD)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_listed_device_that_was_set_up_meanwhile(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    first = await add(hass)
    second = await enter(hass, device.address)
    assert_entry(second, device)

    first = await submit(hass, first, device=device.config.uuid)
    assert first["type"] is FlowResultType.ABORT
    assert first["reason"] == "already_configured"


async def test_closed_dialog_ends_the_listening(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    task = progress_task(hass, result)
    hass.config_entries.flow.async_abort(result["flow_id"])
    with pytest.raises(asyncio.CancelledError):
        await task
