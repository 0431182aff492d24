"""A person sets a device up that is not, or not any more, where it should be."""

from ipaddress import ip_address
import socket
from typing import Any

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT
from tests.integration.conftest import PASSWORD, MakeDevice
from tests.integration.flows import (
    NOBODY,
    OTHER,
    add,
    assert_entry,
    card,
    enter,
    submit,
    with_words,
)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the names the network knows, to be filled; others do not resolve."""
    known: dict[str, str] = {}
    resolve = socket.getaddrinfo

    def resolve_known(host: str, *args: Any, **kwargs: Any) -> Any:
        try:
            ip_address(host)
        except ValueError:
            if host not in known:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            host = known[host]
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_known)
    return known


@pytest.mark.parametrize("host", ["no-such-host", "http://127.0.50.1", "a" * 300, " "])
async def test_address_that_does_not_resolve(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str], host: str
) -> None:
    device = await make_device(password=None, multicast=False)
    result = await enter(hass, host)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"host": "invalid_host"}
    assert_entry(await submit(hass, result, host=device.address), device)


async def test_device_is_found_by_its_host_name(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str]
) -> None:
    device = await make_device(password=None, multicast=False)
    names["workshop"] = device.address
    assert_entry(await enter(hass, "workshop"), device)


async def test_address_with_nothing_behind_it(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None, multicast=False)
    result = await enter(hass, NOBODY)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"host": "no_flux_device"}
    assert_entry(await submit(hass, result, host=device.address), device)


@pytest.mark.parametrize("signed", [True, False])
async def test_address_that_answers_but_refuses_connections(
    hass: HomeAssistant, make_device: MakeDevice, signed: bool
) -> None:
    device = await make_device(
        password=None, multicast=False, **({} if signed else {"vendor_key": None})
    )
    await device.refuse_connections()
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.accept_connections()
    result = await submit(hass, result, host=device.address)
    if not signed:
        result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=signed)


async def test_another_address_after_one_that_could_not_be_had(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    await device.refuse_connections()
    other = await make_device(**OTHER, multicast=False, password=None)
    result = await enter(hass, device.address)
    assert result["errors"] == {"base": "cannot_connect"}
    assert_entry(await submit(hass, result, host=other.address), other)


async def test_card_of_a_device_that_was_switched_off(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    await device.power_off()
    result = await submit(hass, result)
    assert result["step_id"] == "discovery_confirm"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result), device)


async def test_device_that_was_switched_off_before_the_password(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    await device.power_off()
    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_device_that_moved_before_the_password(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    await device.move("127.0.50.3")
    # Somebody else got its address.
    await make_device(**OTHER | {"address": "127.0.50.1"})
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    assert result["data"]["host"] == "127.0.50.3"


async def test_listed_device_that_went_off_can_be_chosen_again(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await add(hass)
    await device.power_off()
    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "device"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    assert_entry(await submit(hass, result, device=device.config.uuid), device)


async def test_device_that_is_off_is_not_listed(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    """The listener still remembers it, but a person could do nothing with it."""
    device = await make_device()
    listener = await async_get_listener(hass)
    await listener.find(device.address)
    await device.power_off()
    result = await add(hass)
    assert result["step_id"] == "manual"


async def test_card_of_a_device_nobody_remembers(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"uuid": OTHER["uuid"]},
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_heard"
    await with_words(hass, result)


async def test_firmware_that_is_too_old_can_be_updated(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(generation=1, firmware="1.0b12")
    # Such firmware has no such port. What it says of itself alone refuses nothing.
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "unsupported_firmware"}
    assert not device.received.connections

    await device.upgrade(firmware="1.6.95", generation=2)
    result = await submit(hass, result, host=device.address)
    assert result["step_id"] == "authorize"
    assert_entry(await submit(hass, result, password=PASSWORD), device)
