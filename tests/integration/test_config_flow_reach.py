"""A person sets a device up that is not, or not any more, where it should be."""

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT
from tests.integration.conftest import (
    ADDRESSES,
    PASSWORD,
    MakeDevice,
    wait_for_state,
)
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
from tests.integration.life import STATUS
from tests.keys import MASTER_KEYS


@pytest.mark.parametrize(
    "host", ["no-such-host", "http://", "http://[", "a" * 300, " "]
)
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
    assert_entry(await enter(hass, "workshop"), device, host="workshop")


@pytest.mark.parametrize(
    "typed", ["http://{}/", " {}:1901", "{}/", "https://{}:8080/index.html"]
)
async def test_what_is_meant_is_taken(
    hass: HomeAssistant, make_device: MakeDevice, typed: str
) -> None:
    device = await make_device(password=None, multicast=False)
    assert_entry(await enter(hass, typed.format(device.address)), device)


async def test_a_device_that_moved_is_found_by_its_name(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str]
) -> None:
    device = await make_device(password=None, multicast=False)
    names["workshop"] = device.address
    result = await enter(hass, "workshop")
    entry = result["result"]
    await wait_for_state(hass, STATUS, "idle")

    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")
    names["workshop"] = ADDRESSES[2]

    await wait_for_state(hass, STATUS, "idle")
    assert entry.data["host"] == "workshop"
    assert entry.runtime_data.host == ADDRESSES[2]

    # With the next start too, and when the name is not known for a while.
    del names["workshop"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await wait_for_state(hass, STATUS, "offline")
    names["workshop"] = ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert len(device.trust) == 0


async def test_a_device_of_that_name_with_another_key_is_not_followed(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str]
) -> None:
    device = await make_device(password=None, multicast=False)
    names["workshop"] = device.address
    entry = (await enter(hass, "workshop"))["result"]
    other = await make_device(
        address=ADDRESSES[2], master_key=MASTER_KEYS[1], multicast=False
    )
    names["workshop"] = other.address

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await other.wait_for(lambda: other.counters.touches_answered > 0)

    assert entry.runtime_data.host == device.address
    assert other.received.connections == []
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


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
