"""Reconfiguration: the device gets another password."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import ClientKey
from simulator import Device, TrustedKey
from tests.integration.conftest import PASSWORD, MakeDevice, MakeEntry
from tests.integration.flows import (
    PASSWORDS,
    assert_trusted,
    is_reconfigured,
    reconfigure,
    submit,
)
from tests.integration.life import act
from tests.keys import OTHER_CLIENT_KEY


async def test_a_new_password(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS)

    assert is_reconfigured(result)
    assert device.password == "better"
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}


async def test_a_new_password_that_forgets_every_other_program(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))

    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, **PASSWORDS | {"forget_trusted": True})

    assert is_reconfigured(result)
    await assert_trusted(hass, device)
    assert len(device.trust) == 1


async def test_a_password_is_removed_and_set_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    result = await reconfigure(hass, entry, "password")
    result = await submit(hass, result, old_password=PASSWORD, remove_password=True)
    assert is_reconfigured(result)
    assert device.password is None
    result = await reconfigure(hass, entry, "password")
    again = "once more"
    result = await submit(hass, result, new_password=again, repeat_password=again)
    assert is_reconfigured(result)
    assert device.password == again


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"new_password": "", "repeat_password": ""}, "new_missing"),
        ({"repeat_password": "bettr"}, "passwords_differ"),
        ({"new_password": ""}, "new_missing"),
        ({"remove_password": True}, "new_and_removed"),
        ({"remove_password": True, "new_password": ""}, "new_and_removed"),
    ],
)
async def test_nothing_is_changed_unless_it_is_clear_what_is_wanted(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    changes: dict[str, Any],
    error: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "password")

    result = await submit(hass, result, **PASSWORDS | changes)

    assert result["errors"] == {"base": error}
    assert device.password == PASSWORD
    assert device.received.connections == []
    assert is_reconfigured(await submit(hass, result, **PASSWORDS))
    assert device.password == "better"


async def test_passwords_that_do_not_do(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "password")
    foreign = {"new_password": "besser♥", "repeat_password": "besser♥"}

    result = await submit(hass, result, **PASSWORDS | {"old_password": "wrong"})
    assert result["errors"] == {"old_password": "wrong_password"}
    result = await submit(hass, result, **PASSWORDS | foreign)
    assert result["errors"] == {"new_password": "password_not_ascii"}
    device.faults.replies["passwd"] = "error UNKNOWN_ERROR"
    result = await submit(hass, result, **PASSWORDS)
    assert result["errors"] == {"base": "refused"}
    assert device.password == PASSWORD
    device.faults.clear()
    assert is_reconfigured(await submit(hass, result, **PASSWORDS))
