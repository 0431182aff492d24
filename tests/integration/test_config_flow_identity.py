"""A person sets a device up: who it is, and whether it is where it should be."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Identity, fingerprint
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    UUID,
    MakeDevice,
    wait_for_state,
)
from tests.integration.flows import (
    NO_DEVICE,
    OTHER,
    add,
    assert_entry,
    assert_form,
    card,
    cards,
    enter,
    submit,
    swap_mainboard,
)
from tests.integration.life import STATUS
from tests.keys import MASTER_KEYS

UNSIGNED: dict[str, Any] = {"vendor_key": None}


def shown_key(result: ConfigFlowResult) -> str:
    return result["description_placeholders"]["fingerprint"]


# -- identity


async def test_an_unverified_device_is_set_up_only_with_consent(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(**UNSIGNED)
    result = await submit(hass, await add(hass), device=UUID)
    assert_form(result, "confirm_identity")
    assert shown_key(result) == fingerprint(device.master_public_der)
    assert shown_key(result).replace(":", "").lower() == device.fingerprint

    result = await submit(hass, result)
    assert_form(result, "confirm_identity", accept="not_accepted")
    # Until a person has said yes, it has nothing of ours.
    assert device.received.application_bytes == b""
    result = await submit(hass, result, accept=True)
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, verified=False)


async def test_consent_is_for_the_key_that_was_shown(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(**UNSIGNED)
    result = await enter(hass, device.address)
    await swap_mainboard(hass, device)
    device.received.clear()

    result = await submit(hass, result, accept=True)
    assert_form(result, "confirm_identity", base="identity_mismatch")
    assert device.received.application_bytes == b""

    # Added again, the new key is the one that is asked about.
    result = await enter(hass, device.address)
    assert shown_key(result) == fingerprint(device.master_public_der)
    result = await submit(hass, result, accept=True)
    assert_entry(await submit(hass, result, password=PASSWORD), device, verified=False)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "unverified"), ("de", "nicht überprüft")]
)
async def test_the_card_of_an_unverified_device_says_so(
    hass: HomeAssistant, make_device: MakeDevice, language: str, word: str
) -> None:
    hass.config.language = language
    device = await make_device(**UNSIGNED, password=None)
    result = await card(hass, device)
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": f"{NAME} ({word})"}
    result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=False)


async def test_a_card_shows_the_present_key(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(**UNSIGNED, password=None)
    before = shown_key(await card(hass, device))
    assert device.received.connections == []
    await swap_mainboard(hass, device)

    # Opened again, after it hung there for weeks.
    (flow,) = cards(hass, device)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert shown_key(result) == fingerprint(device.master_public_der) != before
    result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=False)


async def test_a_card_is_for_the_present_mainboard(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    await swap_mainboard(hass, device)
    assert_entry(await submit(hass, result), device)


async def test_the_card_of_a_device_that_lost_its_signature_asks_about_its_key(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    result = await card(hass, await make_device(password=None))
    listener = await async_get_listener(hass)
    unsigned = replace(listener.get(UUID), identity=Identity.UNVERIFIED)
    with patch.object(listener, "get", return_value=unsigned):
        assert_form(await submit(hass, result), "confirm_identity")


@pytest.mark.parametrize("changes", [{}, UNSIGNED])
@pytest.mark.parametrize("generation", [1, 2])
async def test_an_impostor_receives_nothing(
    hass: HomeAssistant,
    make_device: MakeDevice,
    generation: int,
    changes: dict[str, Any],
) -> None:
    """The datagrams are the device's, the certificate is not."""
    device = await make_device(generation=generation, **changes)
    device.faults.wrong_certificate = MASTER_KEYS[3]
    result = await enter(hass, device.address)
    assert_form(result, "manual", base="identity_mismatch")
    assert device.received.connections
    assert device.received.application_bytes == b""

    device.faults.clear()
    result = await submit(hass, result, host=device.address)
    assert_form(result, "confirm_identity" if changes else "authorize")


async def test_an_impostor_that_appears_before_the_password_does_not_get_it(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    device.received.clear()
    device.faults.wrong_certificate = MASTER_KEYS[3]

    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "authorize", base="identity_mismatch")
    assert device.received.connections
    assert device.received.application_bytes == b""
    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


# -- reach


@pytest.mark.parametrize(
    ("host", "error"),
    [
        *((host, "invalid_host") for host in ("no-such-host", "http://[", " ")),
        *((host, "invalid_host") for host in ("http://", "a" * 300)),
        (NO_DEVICE, "no_flux_device"),
    ],
)
async def test_an_address_with_nothing_behind_it(
    hass: HomeAssistant,
    make_device: MakeDevice,
    names: dict[str, str],
    host: str,
    error: str,
) -> None:
    device = await make_device(password=None, multicast=False)
    result = await enter(hass, host)
    assert_form(result, "manual", host=error)
    assert_entry(await submit(hass, result, host=device.address), device)


@pytest.mark.parametrize(
    "typed", ["http://{}/", " {}:1901", "{}/", "https://{}:8080/index.html"]
)
async def test_what_is_meant_is_taken(
    hass: HomeAssistant, make_device: MakeDevice, typed: str
) -> None:
    device = await make_device(password=None, multicast=False)
    assert_entry(await enter(hass, typed.format(device.address)), device)


async def test_a_device_that_moved_is_found_by_its_host_name(
    hass: HomeAssistant, make_device: MakeDevice, names: dict[str, str]
) -> None:
    device = await make_device(password=None, multicast=False)
    names["workshop"] = device.address
    result = await enter(hass, "workshop")
    assert_entry(result, device, host="workshop")
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


@pytest.mark.parametrize("changes", [{}, UNSIGNED])
async def test_an_address_that_answers_but_refuses_connections(
    hass: HomeAssistant, make_device: MakeDevice, changes: dict[str, Any]
) -> None:
    device = await make_device(password=None, multicast=False, **changes)
    await device.refuse_connections()
    result = await enter(hass, device.address)
    assert_form(result, "manual", base="cannot_connect")

    await device.accept_connections()
    result = await submit(hass, result, host=device.address)
    if changes:
        result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=not changes)


async def test_another_address_after_one_that_failed(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(multicast=False)
    await device.refuse_connections()
    other = await make_device(**OTHER, multicast=False, password=None)
    result = await enter(hass, device.address)
    assert_entry(await submit(hass, result, host=other.address), other)


async def _typed(hass: HomeAssistant, device: Device) -> ConfigFlowResult:
    return await enter(hass, device.address)


async def _listed(hass: HomeAssistant, _device: Device) -> ConfigFlowResult:
    return await add(hass)


@pytest.mark.parametrize(
    ("changes", "begin", "step", "fields"),
    [
        ({"password": None}, card, "discovery_confirm", {}),
        ({"password": None}, _listed, "device", {"device": UUID}),
        ({}, _typed, "authorize", {"password": PASSWORD}),
        (UNSIGNED | {"password": None}, _typed, "confirm_identity", {"accept": True}),
    ],
    ids=["card", "list", "password", "identity"],
)
async def test_a_device_that_went_off_can_be_tried_again(
    *,
    hass: HomeAssistant,
    make_device: MakeDevice,
    changes: dict[str, Any],
    begin: Callable[[HomeAssistant, Device], Awaitable[ConfigFlowResult]],
    step: str,
    fields: dict[str, Any],
) -> None:
    device = await make_device(**changes)
    result = await begin(hass, device)
    assert_form(result, step)
    await device.power_off()
    result = await submit(hass, result, **fields)
    assert_form(result, step, base="cannot_connect")
    await device.power_on()
    result = await submit(hass, result, **fields)
    assert_entry(result, device, verified="vendor_key" not in changes)


async def test_a_device_that_moved_before_the_password(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    await device.move("127.0.50.3")
    # Another one got its address.
    await make_device(**OTHER | {"address": "127.0.50.1"})
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, host="127.0.50.3")


async def test_a_device_that_is_off_is_not_listed(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    """The listener still remembers it."""
    device = await make_device()
    await (await async_get_listener(hass)).find(device.address)
    await device.power_off()
    assert_form(await add(hass), "manual", base="no_devices_found")


async def test_firmware_that_is_too_old_can_be_updated(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(generation=1, firmware="1.0b12")
    # Such firmware has no such port. What it says of itself alone refuses nothing.
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await enter(hass, device.address)
    assert_form(result, "manual", base="unsupported_firmware")
    assert not device.received.connections

    await device.upgrade(firmware="1.6.95", generation=2)
    result = await submit(hass, result, host=device.address)
    assert_entry(await submit(hass, result, password=PASSWORD), device)
