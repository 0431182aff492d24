"""Reconfiguration: the device gets another password."""

from homeassistant.core import HomeAssistant

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
    assert is_reconfigured(
        await submit(hass, result, old_password=PASSWORD, forget_trusted=False)
    )
    assert device.password is None
    result = await reconfigure(hass, entry, "password")
    assert is_reconfigured(
        await submit(hass, result, new_password="again", forget_trusted=False)
    )
    assert device.password == "again"


async def test_passwords_that_do_not_do(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    result = await reconfigure(hass, entry, "password")

    result = await submit(hass, result, **PASSWORDS | {"old_password": "wrong"})
    assert result["errors"] == {"old_password": "wrong_password"}
    result = await submit(hass, result, **PASSWORDS | {"new_password": "besser♥"})
    assert result["errors"] == {"new_password": "password_not_ascii"}
    device.faults.replies["passwd"] = "error UNKNOWN_ERROR"
    result = await submit(hass, result, **PASSWORDS)
    assert result["errors"] == {"base": "change_refused"}
    assert device.password == PASSWORD
    device.faults.clear()
    assert is_reconfigured(await submit(hass, result, **PASSWORDS))
