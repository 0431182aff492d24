"""Reconfiguration: the device gets another name."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import NAME, MakeDevice, MakeEntry, wait_until
from tests.integration.flows import is_reconfigured, reconfigure, submit
from tests.integration.life import reauths


async def test_a_new_name(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "rename")
    [field] = result["data_schema"].schema
    assert field.description == {"suggested_value": NAME}

    result = await submit(hass, result, name=" Attic ")

    assert is_reconfigured(result)
    assert device.name == "Attic"
    await wait_until(hass, lambda: entry.title == "Attic")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (" ", "empty_name"),
        ("a\nb", "control_characters"),
        ("♥" * 43, "name_too_long"),
    ],
)
async def test_a_name_that_does_not_do_can_be_typed_again(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    name: str,
    error: str,
) -> None:
    device = await make_device()
    result = await reconfigure(hass, await make_entry(device), "rename")

    result = await submit(hass, result, name=name)

    assert result["errors"] == {"name": error}
    assert device.name == NAME
    assert is_reconfigured(await submit(hass, result, name="Attic"))


async def test_a_device_out_of_reach_can_be_renamed_later(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    result = await reconfigure(hass, await make_entry(device), "rename")
    await device.refuse_connections(MANAGEMENT_PORT)

    result = await submit(hass, result, name="Attic")

    assert result["errors"] == {"base": "cannot_connect"}
    await device.accept_connections(MANAGEMENT_PORT)
    assert is_reconfigured(await submit(hass, result, name="Attic"))


async def test_a_device_that_forgot_us_is_not_renamed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "rename")
    device.forget_trust()

    result = await submit(hass, result, name="Attic")

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_trusted"
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    assert device.name == NAME
