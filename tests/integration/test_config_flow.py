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
from homeassistant.data_entry_flow import InvalidData, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Identity, fingerprint
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import ADDRESSES, NAME, OTHER, PASSWORD, UUID, having
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
    swap_mainboard,
    trust_us,
    walk,
)
from tests.integration.wired import Wired

HIDDEN: dict[str, Any] = {"multicast": False}
OPEN: dict[str, Any] = {"password": None}
UNSIGNED: dict[str, Any] = {"vendor_key": None}


async def discovered(unpaired: Wired, uuid: str) -> ConfigFlowResult:
    return await unpaired.flow.async_init(
        DOMAIN, context={"source": SOURCE_INTEGRATION_DISCOVERY}, data={"uuid": uuid}
    )


def shown_key(result: ConfigFlowResult) -> str:
    return result["description_placeholders"]["fingerprint"]


# -- ways in


async def test_a_device_is_chosen_from_the_list(unpaired: Wired) -> None:
    other = await unpaired.make_device(**OTHER)
    off = await unpaired.make_device(address=ADDRESSES[2], uuid="2" * 32)
    # The listener still remembers it.
    await (await async_get_listener(unpaired.hass)).find(off.address)
    await off.power_off()
    result = await add(unpaired)
    assert_form(result, "device")
    (selector,) = result["data_schema"].schema.values()
    assert selector.config["options"] == [
        {"value": OTHER["uuid"], "label": "Attic (FLUX Delta, 127.0.50.2)"},
        {"value": UUID, "label": f"{NAME} (FLUX Delta, 127.0.50.1)"},
        {"value": "manual", "label": "Enter an address"},
    ]
    result = await unpaired.submit(result, device=UUID)
    assert_form(result, "authorize")
    assert result["description_placeholders"]["name"] == NAME
    result = await unpaired.submit(result, password=PASSWORD)
    assert_entry(result, unpaired.device)
    await assert_trusted(unpaired)
    assert unpaired.device.received.passwords == [PASSWORD]
    assert PASSWORD not in repr(result["result"].as_dict())
    assert not other.received.connections


@having(HIDDEN | {"generation": 1}, HIDDEN)
async def test_a_device_is_found_by_its_address(
    unpaired: Wired, device: Device, names: dict[str, str]
) -> None:
    result = await add(unpaired)
    assert_form(result, "manual", base="no_devices_found")
    for host, error in (
        *((host, "invalid_host") for host in ("no-such-host", "http://[", " ")),
        *((host, "invalid_host") for host in ("http://", "a" * 300)),
        (NO_DEVICE, "no_flux_device"),
    ):
        result = await unpaired.submit(result, host=host)
        assert_form(result, "manual", host=error)
    result = await unpaired.submit(result, host=f" {device.address} ")
    # A discovered device waits meanwhile.
    assert_abort(await discovered(unpaired, UUID), "already_in_progress")
    assert_entry(await walk(unpaired, result), device)


@having(HIDDEN | OPEN)
@pytest.mark.parametrize(
    ("typed", "host"),
    [
        *((typed, ADDRESSES[0]) for typed in ("http://{}/", " {}:1901", "{}/")),
        *((typed, "workshop") for typed in ("workshop", "https://workshop:80/x")),
    ],
)
async def test_what_is_meant_is_taken(
    unpaired: Wired, device: Device, names: dict[str, str], typed: str, host: str
) -> None:
    names["workshop"] = device.address
    result = await enter(unpaired, typed.format(device.address))
    assert_entry(result, device, host=host)


# -- who it is


@having(UNSIGNED)
async def test_an_unverified_device_is_set_up_only_with_consent(
    unpaired: Wired, device: Device
) -> None:
    result = await unpaired.submit(await add(unpaired), device=UUID)
    assert_form(result, "confirm_identity")
    assert shown_key(result) == fingerprint(device.master_public_der)
    assert shown_key(result).replace(":", "").lower() == device.fingerprint
    result = await unpaired.submit(result)
    assert_form(result, "confirm_identity", accept="not_accepted")
    # Until a person has said yes, it has nothing of ours.
    assert device.received.application_bytes == b""
    assert_entry(await walk(unpaired, result), device, verified=False)


@having(UNSIGNED)
async def test_consent_is_for_the_key_that_was_shown(unpaired: Wired) -> None:
    result = await enter(unpaired)
    await swap_mainboard(unpaired)
    unpaired.device.received.clear()
    result = await unpaired.submit(result, accept=True)
    assert_form(result, "confirm_identity", base="identity_mismatch")
    assert unpaired.device.received.application_bytes == b""

    # Added again, the new key is the one that is asked about.
    result = await enter(unpaired)
    assert shown_key(result) == fingerprint(unpaired.device.master_public_der)
    assert_entry(await walk(unpaired, result), unpaired.device, verified=False)


@having(UNSIGNED | OPEN)
@pytest.mark.parametrize(
    ("language", "word"), [("en", "unverified"), ("de", "nicht überprüft")]
)
async def test_the_flow_of_an_unverified_device_says_so_and_shows_the_present_key(
    unpaired: Wired, device: Device, language: str, word: str
) -> None:
    unpaired.hass.config.language = language
    before = shown_key(await open_discovered(unpaired))
    (flow,) = discovery_flows(unpaired)
    assert flow["context"]["title_placeholders"] == {"name": f"{NAME} ({word})"}
    assert device.received.connections == []
    await swap_mainboard(unpaired)

    # Opened again, after it hung there for weeks.
    result = await unpaired.flow.async_configure(flow["flow_id"])
    assert shown_key(result) == fingerprint(device.master_public_der) != before
    assert_entry(await walk(unpaired, result), device, verified=False)


@having(OPEN)
async def test_a_flow_is_for_the_present_mainboard(unpaired: Wired) -> None:
    result = await open_discovered(unpaired)
    await swap_mainboard(unpaired)
    assert_entry(await unpaired.submit(result), unpaired.device)


@having(OPEN)
async def test_the_flow_of_a_device_that_lost_its_signature_asks_about_its_key(
    unpaired: Wired, device: Device
) -> None:
    result = await open_discovered(unpaired)
    listener = await async_get_listener(unpaired.hass)
    unsigned = replace(listener.get(UUID), identity=Identity.UNVERIFIED)
    with patch.object(listener, "get", return_value=unsigned):
        assert_form(await unpaired.submit(result), "confirm_identity")


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
    unpaired: Wired, device: Device, step: str, fields: dict[str, Any]
) -> None:
    if step == "discovery_confirm":
        result = await open_discovered(unpaired)
    elif step in ("device", "manual"):
        result = await add(unpaired)
    else:
        result = await enter(unpaired)
    assert result["step_id"] == step
    # One that is off is no device for who types an address.
    off = step != "manual"
    await (device.power_off() if off else device.refuse_connections())
    result = await unpaired.submit(result, **fields)
    assert_form(result, step, base="cannot_connect")
    await (device.power_on() if off else device.accept_connections())
    result = await walk(unpaired, await unpaired.submit(result, **fields))
    assert_entry(result, device, verified=device.config.vendor_key is not None)


async def test_a_device_that_moved_before_the_password(unpaired: Wired) -> None:
    result = await enter(unpaired)
    await unpaired.device.move(ADDRESSES[2])
    # Another one got its address.
    await unpaired.make_device(**OTHER | {"address": ADDRESSES[0]})
    result = await unpaired.submit(result, password=PASSWORD)
    assert_entry(result, unpaired.device, host=ADDRESSES[2])


@having({"generation": 1, "firmware": "1.0b11"})
async def test_firmware_that_is_too_old_can_be_updated(
    unpaired: Wired, device: Device
) -> None:
    # Such firmware has no such port. What it says of itself alone refuses nothing.
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await enter(unpaired)
    assert_form(result, "manual", base="unsupported_firmware")
    assert not device.received.connections
    await device.upgrade(firmware="1.6.95", generation=2)
    result = await unpaired.submit(result, host=device.address)
    assert_entry(await walk(unpaired, result), device)


# -- the password


@having(OPEN, {})
async def test_no_password_is_asked_for_where_none_is_needed(
    unpaired: Wired, device: Device
) -> None:
    trusted = device.password is not None
    if trusted:
        await trust_us(unpaired)
    assert_entry(await unpaired.submit(await add(unpaired), device=UUID), device)
    # An empty one would never be answered.
    assert all(device.received.passwords)
    if trusted:
        assert device.received.management == []
    else:
        await assert_trusted(unpaired)


async def test_a_password_that_does_not_do_can_be_corrected(
    unpaired: Wired, device: Device
) -> None:
    result = await enter(unpaired)
    for password, error in (
        ("Secret", "invalid_auth"),
        ("", "empty_password"),
        ("pässword", "password_not_ascii"),
    ):
        device.received.clear()
        result = await unpaired.submit(result, password=password)
        assert_form(result, "authorize", password=error)
        # One that no device can have is not sent.
        assert bool(device.received.connections) is (error == "invalid_auth")
    device.faults.replies["add_trust"] = "error BAD_PARAMS"
    result = await unpaired.submit(result, password=PASSWORD)
    assert_form(result, "authorize", base="refused")
    assert len(device.trust) == 0
    device.faults.clear()
    assert_entry(await unpaired.submit(result, password=PASSWORD), device)


@having(OPEN)
async def test_a_password_that_was_set_meanwhile_is_asked_for(unpaired: Wired) -> None:
    result = await open_discovered(unpaired)
    # Its answer to our touch said that there is none, and nothing tells otherwise yet.
    unpaired.device.password = PASSWORD
    result = await unpaired.submit(result)
    assert_form(result, "authorize")
    assert_entry(await unpaired.submit(result, password=PASSWORD), unpaired.device)


@pytest.mark.parametrize("typed", ["", PASSWORD])
async def test_a_password_that_was_removed_meanwhile_does_not_matter(
    unpaired: Wired, device: Device, typed: str
) -> None:
    result = await enter(unpaired)
    device.set_password(None)
    assert_entry(await unpaired.submit(result, password=typed), device)
    await assert_trusted(unpaired)


# -- a device that is set up, or being set up


async def test_a_device_that_is_set_up_is_not_offered_again(unpaired: Wired) -> None:
    other = await unpaired.make_device(**OTHER)
    MockConfigEntry(domain=DOMAIN, unique_id=UUID).add_to_hass(unpaired.hass)
    result = await add(unpaired)
    with pytest.raises(InvalidData):
        await unpaired.submit(result, device=UUID)
    assert_form(await unpaired.submit(result, device=other.config.uuid), "authorize")
    assert_abort(await enter(unpaired), "already_configured")
    assert_abort(await discovered(unpaired, UUID), "already_configured")
    assert_abort(await discovered(unpaired, "0" * 32), "not_heard")
    assert not unpaired.device.received.connections


@having(OPEN)
async def test_an_ignored_device_can_be_added_by_hand(
    unpaired: Wired, device: Device
) -> None:
    ignored = MockConfigEntry(domain=DOMAIN, unique_id=UUID, source=SOURCE_IGNORE)
    ignored.add_to_hass(unpaired.hass)
    assert_entry(await unpaired.submit(await add(unpaired), device=UUID), device)


async def test_the_first_of_two_flows_closes_the_other(unpaired: Wired) -> None:
    first = await unpaired.submit(await open_discovered(unpaired))
    listed = await add(unpaired)
    second = await enter(unpaired)
    assert_entry(await unpaired.submit(second, password=PASSWORD), unpaired.device)
    with pytest.raises(UnknownFlow):
        await unpaired.submit(first, password=PASSWORD)
    assert_abort(await unpaired.submit(listed, device=UUID), "already_configured")
    assert len(unpaired.hass.config_entries.async_entries(DOMAIN)) == 1


async def test_a_closed_dialog_ends_the_scan(unpaired: Wired) -> None:
    result = await unpaired.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    task = progress_task(unpaired, result)
    unpaired.flow.async_abort(result["flow_id"])
    with pytest.raises(asyncio.CancelledError):
        await task
