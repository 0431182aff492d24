"""A person sets a device up: the ways in, who it is, the password, and the option."""

import asyncio
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Identity, fingerprint
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    OTHER,
    PASSWORD,
    UUID,
    MakeDevice,
    having,
)
from tests.integration.flows import (
    NO_DEVICE,
    add,
    assert_abort,
    assert_entry,
    assert_form,
    assert_trusted,
    discovery_flows,
    enter,
    open_discovered,
    progress_task,
    submit,
    swap_mainboard,
    trust_us,
    walk,
)

HIDDEN: dict[str, Any] = {"multicast": False}
OPEN: dict[str, Any] = {"password": None}
UNSIGNED: dict[str, Any] = {"vendor_key": None}


async def discovered(hass: HomeAssistant, uuid: str) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_INTEGRATION_DISCOVERY}, data={"uuid": uuid}
    )


def shown_key(result: ConfigFlowResult) -> str:
    return result["description_placeholders"]["fingerprint"]


# -- ways in


async def test_a_device_is_chosen_from_the_list(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    other = await make_device(**OTHER)
    off = await make_device(address=ADDRESSES[2], uuid="2" * 32)
    # The listener still remembers it.
    await (await async_get_listener(hass)).find(off.address)
    await off.power_off()
    result = await add(hass)
    assert_form(result, "device")
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


@having(HIDDEN | {"generation": 1}, HIDDEN)
async def test_a_device_is_found_by_its_address(
    hass: HomeAssistant, device: Device, names: dict[str, str]
) -> None:
    result = await add(hass)
    assert_form(result, "manual", base="no_devices_found")
    for host, error in (
        *((host, "invalid_host") for host in ("no-such-host", "http://[", " ")),
        *((host, "invalid_host") for host in ("http://", "a" * 300)),
        (NO_DEVICE, "no_flux_device"),
    ):
        result = await submit(hass, result, host=host)
        assert_form(result, "manual", host=error)
    result = await submit(hass, result, host=f" {device.address} ")
    # A discovered device waits meanwhile.
    assert_abort(await discovered(hass, UUID), "already_in_progress")
    assert_entry(await walk(hass, result), device)


@having(HIDDEN | OPEN)
@pytest.mark.parametrize(
    ("typed", "host"),
    [
        *((typed, ADDRESSES[0]) for typed in ("http://{}/", " {}:1901", "{}/")),
        *((typed, "workshop") for typed in ("workshop", "https://workshop:80/x")),
    ],
)
async def test_what_is_meant_is_taken(
    hass: HomeAssistant, device: Device, names: dict[str, str], typed: str, host: str
) -> None:
    names["workshop"] = device.address
    result = await enter(hass, typed.format(device.address))
    assert_entry(result, device, host=host)


# -- who it is


@having(UNSIGNED)
async def test_an_unverified_device_is_set_up_only_with_consent(
    hass: HomeAssistant, device: Device
) -> None:
    result = await submit(hass, await add(hass), device=UUID)
    assert_form(result, "confirm_identity")
    assert shown_key(result) == fingerprint(device.master_public_der)
    assert shown_key(result).replace(":", "").lower() == device.fingerprint
    result = await submit(hass, result)
    assert_form(result, "confirm_identity", accept="not_accepted")
    # Until a person has said yes, it has nothing of ours.
    assert device.received.application_bytes == b""
    assert_entry(await walk(hass, result), device, verified=False)


@having(UNSIGNED)
async def test_consent_is_for_the_key_that_was_shown(
    hass: HomeAssistant, device: Device
) -> None:
    result = await enter(hass, device.address)
    await swap_mainboard(hass, device)
    device.received.clear()
    result = await submit(hass, result, accept=True)
    assert_form(result, "confirm_identity", base="identity_mismatch")
    assert device.received.application_bytes == b""

    # Added again, the new key is the one that is asked about.
    result = await enter(hass, device.address)
    assert shown_key(result) == fingerprint(device.master_public_der)
    assert_entry(await walk(hass, result), device, verified=False)


@having(UNSIGNED | OPEN)
@pytest.mark.parametrize(
    ("language", "word"), [("en", "unverified"), ("de", "nicht überprüft")]
)
async def test_the_flow_of_an_unverified_device_says_so_and_shows_the_present_key(
    hass: HomeAssistant, device: Device, language: str, word: str
) -> None:
    hass.config.language = language
    before = shown_key(await open_discovered(hass, device))
    (flow,) = discovery_flows(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": f"{NAME} ({word})"}
    assert device.received.connections == []
    await swap_mainboard(hass, device)

    # Opened again, after it hung there for weeks.
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert shown_key(result) == fingerprint(device.master_public_der) != before
    assert_entry(await walk(hass, result), device, verified=False)


@having(OPEN)
async def test_a_flow_is_for_the_present_mainboard(
    hass: HomeAssistant, device: Device
) -> None:
    result = await open_discovered(hass, device)
    await swap_mainboard(hass, device)
    assert_entry(await submit(hass, result), device)


@having(OPEN)
async def test_the_flow_of_a_device_that_lost_its_signature_asks_about_its_key(
    hass: HomeAssistant, device: Device
) -> None:
    result = await open_discovered(hass, device)
    listener = await async_get_listener(hass)
    unsigned = replace(listener.get(UUID), identity=Identity.UNVERIFIED)
    with patch.object(listener, "get", return_value=unsigned):
        assert_form(await submit(hass, result), "confirm_identity")


# -- whether it can be reached


@pytest.mark.parametrize(
    ("device", "step", "fields"),
    [
        (OPEN, "discovery_confirm", {}),
        (OPEN, "device", {"device": UUID}),
        (HIDDEN | OPEN, "manual", {"host": ADDRESSES[0]}),
        (HIDDEN | OPEN | UNSIGNED, "manual", {"host": ADDRESSES[0]}),
        ({}, "authorize", {"password": PASSWORD}),
        (UNSIGNED | OPEN, "confirm_identity", {"accept": True}),
    ],
    indirect=["device"],
)
async def test_a_device_out_of_reach_can_be_tried_again(
    hass: HomeAssistant, device: Device, step: str, fields: dict[str, Any]
) -> None:
    if step == "discovery_confirm":
        result = await open_discovered(hass, device)
    elif step in ("device", "manual"):
        result = await add(hass)
    else:
        result = await enter(hass, device.address)
    assert result["step_id"] == step
    # One that is off is no device for who types an address.
    off = step != "manual"
    await (device.power_off() if off else device.refuse_connections())
    result = await submit(hass, result, **fields)
    assert_form(result, step, base="cannot_connect")
    await (device.power_on() if off else device.accept_connections())
    result = await walk(hass, await submit(hass, result, **fields))
    assert_entry(result, device, verified=device.config.vendor_key is not None)


async def test_a_device_that_moved_before_the_password(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    result = await enter(hass, device.address)
    await device.move(ADDRESSES[2])
    # Another one got its address.
    await make_device(**OTHER | {"address": ADDRESSES[0]})
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, host=ADDRESSES[2])


@having({"generation": 1, "firmware": "1.0b11"})
async def test_firmware_that_is_too_old_can_be_updated(
    hass: HomeAssistant, device: Device
) -> None:
    # Such firmware has no such port. What it says of itself alone refuses nothing.
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await enter(hass, device.address)
    assert_form(result, "manual", base="unsupported_firmware")
    assert not device.received.connections
    await device.upgrade(firmware="1.6.95", generation=2)
    result = await submit(hass, result, host=device.address)
    assert_entry(await walk(hass, result), device)


# -- the password


@having(OPEN, {})
async def test_no_password_is_asked_for_where_none_is_needed(
    hass: HomeAssistant, device: Device
) -> None:
    trusted = device.password is not None
    if trusted:
        await trust_us(hass, device)
    assert_entry(await submit(hass, await add(hass), device=UUID), device)
    # An empty one would never be answered.
    assert all(device.received.passwords)
    if trusted:
        assert device.received.management == []
    else:
        await assert_trusted(hass, device)


async def test_a_password_that_does_not_do_can_be_corrected(
    hass: HomeAssistant, device: Device
) -> None:
    result = await enter(hass, device.address)
    for password, error in (
        ("Secret", "invalid_auth"),
        ("", "empty_password"),
        ("pässword", "password_not_ascii"),
    ):
        device.received.clear()
        result = await submit(hass, result, password=password)
        assert_form(result, "authorize", password=error)
        # One that no device can have is not sent.
        assert bool(device.received.connections) is (error == "invalid_auth")
    device.faults.replies["add_trust"] = "error BAD_PARAMS"
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "authorize", base="refused")
    assert len(device.trust) == 0
    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


@having(OPEN)
async def test_a_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant, device: Device
) -> None:
    result = await open_discovered(hass, device)
    # Its answer to our touch said that there is none, and nothing tells otherwise yet.
    device.password = PASSWORD
    result = await submit(hass, result)
    assert_form(result, "authorize")
    assert_entry(await submit(hass, result, password=PASSWORD), device)


@pytest.mark.parametrize("typed", ["", PASSWORD])
async def test_a_password_that_was_removed_meanwhile_does_not_matter(
    hass: HomeAssistant, device: Device, typed: str
) -> None:
    result = await enter(hass, device.address)
    device.set_password(None)
    assert_entry(await submit(hass, result, password=typed), device)
    await assert_trusted(hass, device)


# -- a device that is set up, or being set up


async def test_a_device_that_is_set_up_is_not_offered_again(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> None:
    other = await make_device(**OTHER)
    MockConfigEntry(domain=DOMAIN, unique_id=UUID).add_to_hass(hass)
    result = await add(hass)
    with pytest.raises(InvalidData):
        await submit(hass, result, device=UUID)
    assert_form(await submit(hass, result, device=other.config.uuid), "authorize")
    assert_abort(await enter(hass, device.address), "already_configured")
    assert_abort(await discovered(hass, UUID), "already_configured")
    assert_abort(await discovered(hass, "0" * 32), "not_heard")
    assert not device.received.connections


@having(OPEN)
async def test_an_ignored_device_can_be_added_by_hand(
    hass: HomeAssistant, device: Device
) -> None:
    ignored = MockConfigEntry(domain=DOMAIN, unique_id=UUID, source=SOURCE_IGNORE)
    ignored.add_to_hass(hass)
    assert_entry(await submit(hass, await add(hass), device=UUID), device)


async def test_the_first_of_two_flows_closes_the_other(
    hass: HomeAssistant, device: Device
) -> None:
    first = await submit(hass, await open_discovered(hass, device))
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
