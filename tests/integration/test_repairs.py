"""Repairs: when there is one, what it says, and how it goes away."""

import base64

from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Identity, fingerprint
from simulator import MANAGEMENT_PORT, Device
from tests.aioflux.updates import Updates
from tests.forger import public_der
from tests.integration.conftest import NAME, PASSWORD, UUID, having
from tests.integration.flows import Repairs, assert_abort, look_at_repairs
from tests.integration.jobs import reason
from tests.integration.life import STATUS
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS, VENDOR_KEY

repairs = pytest.fixture(look_at_repairs)


async def swapped(wired: Wired) -> ir.IssueEntry:
    """Give the device another mainboard and return the repair that comes of it."""
    await wired.device.swap_master_key(MASTER_KEYS[1])
    wired.device.forget_trust()
    await wired.until(lambda: "master_key_changed" in wired.issues)
    assert wired.entry.state is ConfigEntryState.LOADED
    return wired.issues["master_key_changed"]


# -- another master key


@having(
    *(
        {"generation": generation, "vendor_key": vendor_key}
        for generation in (1, 2)
        for vendor_key in (VENDOR_KEY, None)
    )
)
async def test_accepting_a_new_key_pins_it_and_asks_for_the_password(
    wired: Wired, device: Device, entry: MockConfigEntry, repairs: Repairs
) -> None:
    pinned = device.master_public_der
    issue = await swapped(wired)
    presented = device.master_public_der
    device.received.clear()

    shown = await repairs.open(issue)
    assert (shown["type"], shown["step_id"]) == ("form", "confirm")
    assert shown["description_placeholders"] == {
        "name": NAME,
        "pinned": fingerprint(pinned),
        "presented": fingerprint(presented),
    }
    assert entry.data["master_key"] == base64.b64encode(pinned).decode()
    assert (await repairs.send(shown))["type"] == "create_entry"
    await wired.hass.async_block_till_done()

    assert entry.data["master_key"] == base64.b64encode(presented).decode()
    assert wired.issues == {}
    await wired.status_is("idle")
    await wired.signed_in()
    await wired.until(lambda: entry.runtime_data.data.device is not None)
    # A person accepted it, but who made it is FLUX's to say.
    is_signed = device.config.vendor_key is not None
    assert entry.data["verified"] is is_signed
    attributes = wired.hass.states.get(STATUS).attributes
    assert attributes.get("verified", True) is is_signed
    [flow] = wired.reauths
    assert device.received.passwords == []
    result = await wired.flow.async_configure(flow["flow_id"])
    assert_abort(await wired.submit(result, password=PASSWORD), "reauth_successful")
    assert await wired.act("rename", name="Attic") == {"name": "Attic"}


async def test_a_dialog_that_was_overtaken_pins_nothing(
    wired: Wired, device: Device, entry: MockConfigEntry, repairs: Repairs
) -> None:
    data, genuine = dict(entry.data), device.master_key.pem
    shown = await repairs.open(await swapped(wired))
    await device.swap_master_key(genuine)
    await wired.until(lambda: wired.issues == {})
    result = await repairs.send(shown)
    assert (result["type"], result["reason"]) == ("abort", "settled")
    assert entry.data == data


async def test_an_impostor_that_has_gone_unnoticed_is_not_accepted(
    wired: Wired, device: Device, entry: MockConfigEntry, repairs: Repairs
) -> None:
    data = dict(entry.data)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(HomeAssistantError):
        await wired.act("scan_wifi")
    shown = await repairs.open(wired.issues["master_key_changed"])
    device.faults.wrong_certificate = None
    result = await repairs.send(shown)
    assert (result["type"], result["reason"]) == ("abort", "settled")
    assert entry.data == data
    assert wired.issues == {}


async def test_a_key_that_was_not_shown_is_not_accepted(
    wired: Wired, device: Device, entry: MockConfigEntry, repairs: Repairs
) -> None:
    data = dict(entry.data)
    shown = await repairs.open(await swapped(wired))
    await device.swap_master_key(MASTER_KEYS[2])

    shown = await repairs.send(shown)
    assert shown["errors"] == {"base": "another_key"}
    third = fingerprint(device.master_public_der)
    assert shown["description_placeholders"]["presented"] == third
    assert entry.data == data
    # Now it was.
    assert (await repairs.send(shown))["type"] == "create_entry"
    await wired.hass.async_block_till_done()
    assert fingerprint(base64.b64decode(entry.data["master_key"])) == third
    await wired.status_is("idle")
    assert wired.issues == {}


async def test_an_impostor_that_was_accepted_is_a_repair_once_it_has_gone(
    wired: Wired, device: Device, repairs: Repairs
) -> None:
    genuine = device.master_key.pem
    shown = await repairs.open(await swapped(wired))
    # It cannot be reached in the moment in which it is accepted.
    await device.refuse_connections(MANAGEMENT_PORT)
    assert (await repairs.send(shown))["type"] == "create_entry"
    await device.swap_master_key(genuine)
    await device.accept_connections(MANAGEMENT_PORT)
    await wired.until(lambda: "master_key_changed" in wired.issues)

    shown = await repairs.open(wired.issues["master_key_changed"])
    placeholders = shown["description_placeholders"]
    assert placeholders["presented"] == fingerprint(device.master_public_der)
    assert device.received.passwords == []


async def test_the_signature_of_the_old_key_does_not_verify_the_new_one(
    wired: Wired, entry: MockConfigEntry
) -> None:
    updates = Updates(entry.runtime_data.listener, uuid=UUID)
    # Accepted; the reload is still due, and the old key is what is pinned.
    new = base64.b64encode(public_der(MASTER_KEYS[1])).decode()
    data = {**entry.data, "master_key": new, "verified": False}
    wired.hass.config_entries.async_update_entry(entry, data=data)
    entry.runtime_data.async_touch()
    seen = await updates.wait(lambda update: update.status is None)
    assert seen.device is not None
    assert (seen.device.identity, seen.device.signed) == (Identity.PINNED, True)
    assert entry.data["verified"] is False


async def test_the_repair_outlives_its_dialog_and_a_reload_but_not_the_device(
    wired: Wired, repairs: Repairs
) -> None:
    shown = await repairs.open(await swapped(wired))
    await repairs.close(shown)
    assert "master_key_changed" in wired.issues
    assert await reason(wired.act("scan_wifi")) == "identity_mismatch"

    await wired.reload()
    await wired.signed_in()
    assert wired.entry.runtime_data.trust.presented is not None
    assert "master_key_changed" in wired.issues
    assert wired.device.received.passwords == []

    await wired.remove()
    assert wired.issues == {}


# -- others


@having({"generation": 1, "firmware": "1.0b11", "udp_management": True})
async def test_firmware_that_is_too_old_is_a_repair_until_it_is_updated(
    wired: Wired,
) -> None:
    [issue] = wired.issues.values()
    assert issue.translation_key == "firmware_too_old"
    assert issue.translation_placeholders == {"name": NAME, "firmware": "1.0b11"}
    assert not issue.is_fixable
    assert wired.value("status") == "idle"
    assert wired.reauths == []
    await wired.device.upgrade(firmware="1.6.95")
    await wired.until(lambda: wired.issues == {})
