"""A person sets a device up: the ways in, and the password."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulator import Device
from tests.integration.conftest import NAME, PASSWORD, MakeDevice
from tests.integration.flows import (
    OTHER,
    add,
    assert_entry,
    assert_trusted,
    card,
    cards,
    enter,
    submit,
    trust_us,
)


async def test_device_is_chosen_from_the_list(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    other = await make_device(**OTHER)

    result = await add(hass)
    assert result["step_id"] == "device"
    assert not result["errors"]
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    assert selector.config["options"] == [
        {"value": other.config.uuid, "label": "Attic (FLUX Delta, 127.0.50.2)"},
        {"value": device.config.uuid, "label": f"{NAME} (FLUX Delta, 127.0.50.1)"},
        {"value": "manual", "label": "Enter an address"},
    ]

    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "authorize"
    assert not result["errors"]
    assert result["description_placeholders"]["name"] == NAME

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    await assert_trusted(hass, device)
    assert device.received.passwords == [PASSWORD]
    assert not other.received.connections


@pytest.mark.parametrize("generation", [1, 2])
async def test_device_is_found_by_its_address(
    hass: HomeAssistant, make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation, multicast=False)

    result = await add(hass)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "no_devices_found"}

    result = await submit(hass, result, host=f" {device.address} ")
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_card_leads_to_an_entry(hass: HomeAssistant, device: Device) -> None:
    result = await card(hass, device)
    assert result["step_id"] == "discovery_confirm"
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": NAME}
    assert result["description_placeholders"]["host"] == device.address

    result = await submit(hass, result)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_address_can_be_entered_although_devices_were_heard(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    await make_device()
    hidden = await make_device(**OTHER, multicast=False, password=None)
    result = await add(hass)
    result = await submit(hass, result, device="manual")
    assert result["step_id"] == "manual"
    assert not result["errors"]
    assert_entry(await submit(hass, result, host=hidden.address), hidden)


async def test_no_password_is_asked_where_none_is_set(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await add(hass)
    result = await submit(hass, result, device=device.config.uuid)
    assert_entry(result, device)
    await assert_trusted(hass, device)
    # An empty one would never be answered.
    assert all(device.received.passwords)


async def test_no_password_is_asked_where_our_key_is_trusted(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    await trust_us(hass, device)
    assert_entry(await enter(hass, device.address), device)
    assert device.received.passwords == []
    assert device.received.management == []


async def test_device_without_a_name_is_called_by_its_model(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(name="", model="fbm1", password=None)
    result = await enter(hass, device.address)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "beamo"


async def test_wrong_password_then_the_right_one(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    result = await submit(hass, result, password="Secret")
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"password": "invalid_auth"}
    assert len(device.trust) == 0

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


@pytest.mark.parametrize(
    ("password", "error"),
    [("", "empty_password"), ("pässword", "password_not_ascii")],
)
async def test_password_no_device_can_have_is_not_sent(
    hass: HomeAssistant, make_device: MakeDevice, password: str, error: str
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    device.received.clear()

    result = await submit(hass, result, password=password)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"password": error}
    assert not device.received.connections

    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)


async def test_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    # Its answer to our touch said that there is none, and nothing tells otherwise yet.
    device.password = PASSWORD
    result = await submit(hass, result)
    assert result["step_id"] == "authorize"
    assert_entry(await submit(hass, result, password=PASSWORD), device)


@pytest.mark.parametrize("typed", ["", PASSWORD])
async def test_password_that_was_removed_meanwhile_does_not_matter(
    hass: HomeAssistant, device: Device, typed: str
) -> None:
    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    device.set_password(None)

    result = await submit(hass, result, password=typed)

    assert_entry(result, device)
    await assert_trusted(hass, device)


async def test_password_is_nowhere_in_the_entry(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    password = "nowhere-to-be-found"
    device = await make_device(password=password)
    result = await enter(hass, device.address)
    result = await submit(hass, result, password=password)
    assert_entry(result, device)
    assert password not in repr(result["result"].as_dict())


async def test_device_that_does_not_take_our_key_can_be_tried_again(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    device.faults.replies["add_trust"] = "error BAD_PARAMS"
    result = await enter(hass, device.address)
    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "refused"}

    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)
