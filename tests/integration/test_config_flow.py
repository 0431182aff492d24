"""A person sets a device up: the ways in, the password, other flows, and the option."""

import asyncio

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import (
    NAME,
    PASSWORD,
    UUID,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.flows import (
    OTHER,
    add,
    assert_abort,
    assert_entry,
    assert_form,
    assert_trusted,
    card,
    cards,
    enter,
    progress_task,
    submit,
    trust_us,
)
from tests.integration.jobs import BRISK, run_job, status_is


async def discovered(hass: HomeAssistant, uuid: str) -> ConfigFlowResult:
    """Have a device discovered."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_INTEGRATION_DISCOVERY}, data={"uuid": uuid}
    )


# -- ways in


async def test_a_device_is_chosen_from_the_list(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    other = await make_device(**OTHER)

    result = await add(hass)
    assert_form(result, "device")
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    assert selector.config["options"] == [
        {"value": OTHER["uuid"], "label": "Attic (FLUX Delta, 127.0.50.2)"},
        {"value": UUID, "label": f"{NAME} (FLUX Delta, 127.0.50.1)"},
        {"value": "manual", "label": "Enter an address"},
    ]
    result = await submit(hass, result, device=UUID)
    assert_form(result, "authorize")
    assert result["description_placeholders"]["name"] == NAME

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    await assert_trusted(hass, device)
    assert device.received.passwords == [PASSWORD]
    assert PASSWORD not in repr(result["result"].as_dict())
    assert not other.received.connections


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_device_is_found_by_its_address(
    hass: HomeAssistant, make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation, multicast=False)
    result = await add(hass)
    assert_form(result, "manual", base="no_devices_found")
    result = await submit(hass, result, host=f" {device.address} ")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_an_address_can_be_entered_although_devices_were_found(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    await make_device()
    hidden = await make_device(**OTHER, multicast=False, password=None)
    result = await submit(hass, await add(hass), device="manual")
    assert_form(result, "manual")
    assert_entry(await submit(hass, result, host=hidden.address), hidden)


async def test_a_card_leads_to_an_entry(hass: HomeAssistant, device: Device) -> None:
    result = await card(hass, device)
    assert_form(result, "discovery_confirm")
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": NAME}
    assert result["description_placeholders"]["host"] == device.address
    result = await submit(hass, result)
    assert_form(result, "authorize")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_a_card_of_a_device_that_is_unknown(hass: HomeAssistant) -> None:
    assert_abort(await discovered(hass, OTHER["uuid"]), "not_heard")


async def test_a_device_without_a_name_is_called_by_its_model(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(name="", model="fbm1", password=None)
    assert (await enter(hass, device.address))["title"] == "beamo"


# -- the password


async def test_no_password_is_asked_for_where_none_is_set(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    assert_entry(await submit(hass, await add(hass), device=UUID), device)
    await assert_trusted(hass, device)
    # An empty one would never be answered.
    assert all(device.received.passwords)


async def test_no_password_is_asked_for_where_our_key_is_trusted(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    await trust_us(hass, device)
    assert_entry(await enter(hass, device.address), device)
    assert device.received.passwords == device.received.management == []


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("Secret", "invalid_auth"),
        ("", "empty_password"),
        ("pässword", "password_not_ascii"),
    ],
)
async def test_a_wrong_password_can_be_corrected(
    hass: HomeAssistant, make_device: MakeDevice, password: str, error: str
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    device.received.clear()
    result = await submit(hass, result, password=password)
    assert_form(result, "authorize", password=error)
    assert len(device.trust) == 0
    # One that no device can have is not sent.
    assert bool(device.received.connections) is (error == "invalid_auth")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_a_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    # Its answer to our touch said that there is none, and nothing tells otherwise yet.
    device.password = PASSWORD
    result = await submit(hass, result)
    assert_form(result, "authorize")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


@pytest.mark.parametrize("typed", ["", PASSWORD])
async def test_a_password_that_was_removed_meanwhile_does_not_matter(
    hass: HomeAssistant, make_device: MakeDevice, typed: str
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    assert_form(result, "authorize")
    device.set_password(None)
    assert_entry(await submit(hass, result, password=typed), device)
    await assert_trusted(hass, device)


async def test_a_device_that_refuses_our_key_can_be_tried_again(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    device.faults.replies["add_trust"] = "error BAD_PARAMS"
    result = await enter(hass, device.address)
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "authorize", base="refused")
    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


# -- a device that is set up, or being set up


async def test_a_device_that_is_set_up_is_not_offered_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    other = await make_device(**OTHER)
    await make_entry(device, setup=False)

    result = await add(hass)
    with pytest.raises(InvalidData):
        await submit(hass, result, device=UUID)
    assert_form(await submit(hass, result, device=other.config.uuid), "authorize")
    assert_abort(await enter(hass, device.address), "already_configured")
    assert_abort(await discovered(hass, UUID), "already_configured")
    assert not device.received.connections


async def test_the_new_address_of_a_device_that_is_set_up_is_followed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Where announcements do not reach, entering the address tells where it is."""
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    connectivity = "binary_sensor.delta_in_der_werkstatt_connectivity"
    await wait_for_state(hass, connectivity, "on")
    await device.move("127.0.50.3")
    await wait_for_state(hass, connectivity, "off")

    assert_abort(await enter(hass, device.address), "already_configured")
    await wait_for_state(hass, connectivity, "on")
    assert entry.data["host"] == device.address


async def test_a_card_waits_while_a_person_sets_the_device_up(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    result = await enter(hass, device.address)
    assert_abort(await discovered(hass, UUID), "already_in_progress")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_an_ignored_device_can_be_added_by_hand(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    MockConfigEntry(domain=DOMAIN, unique_id=UUID, source=SOURCE_IGNORE).add_to_hass(
        hass
    )
    assert_entry(await submit(hass, await add(hass), device=UUID), device)


async def test_the_first_of_two_flows_closes_the_other(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    first = await submit(hass, await card(hass, device))
    listed = await add(hass)
    second = await enter(hass, device.address)

    assert_entry(await submit(hass, second, password=PASSWORD), device)
    with pytest.raises(UnknownFlow):
        await submit(hass, first, password=PASSWORD)
    assert_abort(await submit(hass, listed, device=UUID), "already_configured")
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_a_closed_dialog_ends_the_scan(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    task = progress_task(hass, result)
    hass.config_entries.flow.async_abort(result["flow_id"])
    with pytest.raises(asyncio.CancelledError):
        await task


# -- the option


async def test_a_change_of_the_option_takes_effect_at_once(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    await run_job(hass, device)
    before, options = entry.runtime_data, hass.config_entries.options

    result = await options.async_init(entry.entry_id)
    assert_form(result, "init")
    assert result["data_schema"]({}) == {CONF_HOLD_CONNECTION: True}
    result = await options.async_configure(
        result["flow_id"], {CONF_HOLD_CONNECTION: False}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    assert entry.options == {CONF_HOLD_CONNECTION: False}
    assert entry.runtime_data is not before
    await status_is(hass, "running")
    assert device.connections[ROBOT_PORT] == 0
    # The form shows what was chosen.
    result = await options.async_init(entry.entry_id)
    [key] = result["data_schema"].schema
    assert key.description == {"suggested_value": False}
