"""Repairs: when there is one, what it says, and how it goes away."""

import base64
from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import fingerprint
from custom_components.flux3dp.const import DOMAIN
from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    BOTH,
    NAME,
    PASSWORD,
    having,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import assert_abort, submit
from tests.integration.jobs import reason
from tests.integration.life import STATUS, act, issues, reauths
from tests.keys import MASTER_KEYS

FIX = "/api/repairs/issues/fix"

type Shown = dict[str, Any]


async def look_at_repairs(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return what a person opens the repairs with."""
    assert await async_setup_component(hass, "repairs", {})
    # The client freezes the server's routes, and the card needs one.
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {}})
    # What an integration adds to another is registered in a task of its own.
    await hass.async_block_till_done()
    return await hass_client()


browser = pytest.fixture(look_at_repairs)


async def open_fix(browser: TestClient[Any, Any], issue: ir.IssueEntry) -> Shown:
    answer = await browser.post(
        FIX, json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    assert answer.status == HTTPStatus.OK, await answer.text()
    shown: Shown = await answer.json()
    return shown


async def send_fix(browser: TestClient[Any, Any], shown: Shown) -> Shown:
    answer = await browser.post(f"{FIX}/{shown['flow_id']}", json={})
    assert answer.status == HTTPStatus.OK, await answer.text()
    result: Shown = await answer.json()
    return result


async def swapped(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> ir.IssueEntry:
    """Give the device another mainboard and return the repair that comes of it."""
    await device.swap_master_key(MASTER_KEYS[1])
    device.forget_trust()
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    assert entry.state is ConfigEntryState.LOADED
    return issues(hass)["master_key_changed"]


# -- another master key


@BOTH
async def test_accepting_a_new_key_pins_it_and_asks_for_the_password(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    pinned = device.master_public_der
    issue = await swapped(hass, device, entry)
    presented = device.master_public_der
    device.received.clear()

    shown = await open_fix(browser, issue)
    assert (shown["type"], shown["step_id"]) == ("form", "confirm")
    assert shown["description_placeholders"] == {
        "name": NAME,
        "pinned": fingerprint(pinned),
        "presented": fingerprint(presented),
    }
    assert entry.data["master_key"] == base64.b64encode(pinned).decode()
    assert (await send_fix(browser, shown))["type"] == "create_entry"
    await hass.async_block_till_done()

    assert entry.data["master_key"] == base64.b64encode(presented).decode()
    assert entry.data["verified"] is False
    assert issues(hass) == {}
    await wait_for_state(hass, STATUS, "idle")
    await signed_in(hass, entry)
    [flow] = reauths(hass, entry)
    assert device.received.passwords == []
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert_abort(await submit(hass, result, password=PASSWORD), "reauth_successful")
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}


async def test_a_dialog_that_was_overtaken_pins_nothing(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    data, genuine = dict(entry.data), device.master_key.pem
    shown = await open_fix(browser, await swapped(hass, device, entry))
    await device.swap_master_key(genuine)
    await wait_until(hass, lambda: issues(hass) == {})
    result = await send_fix(browser, shown)
    assert (result["type"], result["reason"]) == ("abort", "settled")
    assert entry.data == data


async def test_an_impostor_that_has_gone_unnoticed_is_not_accepted(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    data = dict(entry.data)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(HomeAssistantError):
        await act(hass, entry, "scan_wifi")
    shown = await open_fix(browser, issues(hass)["master_key_changed"])
    device.faults.wrong_certificate = None
    result = await send_fix(browser, shown)
    assert (result["type"], result["reason"]) == ("abort", "settled")
    assert entry.data == data
    assert issues(hass) == {}


async def test_a_key_that_was_not_shown_is_not_accepted(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    data = dict(entry.data)
    shown = await open_fix(browser, await swapped(hass, device, entry))
    await device.swap_master_key(MASTER_KEYS[2])

    shown = await send_fix(browser, shown)
    assert shown["errors"] == {"base": "another_key"}
    third = fingerprint(device.master_public_der)
    assert shown["description_placeholders"]["presented"] == third
    assert entry.data == data
    # Now it was.
    assert (await send_fix(browser, shown))["type"] == "create_entry"
    await hass.async_block_till_done()
    assert fingerprint(base64.b64decode(entry.data["master_key"])) == third
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


async def test_an_impostor_that_was_accepted_is_a_repair_once_it_has_gone(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    genuine = device.master_key.pem
    shown = await open_fix(browser, await swapped(hass, device, entry))
    # It cannot be reached in the moment in which it is accepted.
    await device.refuse_connections(MANAGEMENT_PORT)
    assert (await send_fix(browser, shown))["type"] == "create_entry"
    await device.swap_master_key(genuine)
    await device.accept_connections(MANAGEMENT_PORT)
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))

    shown = await open_fix(browser, issues(hass)["master_key_changed"])
    placeholders = shown["description_placeholders"]
    assert placeholders["presented"] == fingerprint(device.master_public_der)
    assert device.received.passwords == []


async def test_the_repair_outlives_its_dialog_and_a_reload_but_not_the_device(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    shown = await open_fix(browser, await swapped(hass, device, entry))
    await browser.delete(f"{FIX}/{shown['flow_id']}")
    assert "master_key_changed" in issues(hass)
    assert await reason(act(hass, entry, "scan_wifi")) == "identity_mismatch"

    await hass.config_entries.async_reload(entry.entry_id)
    await signed_in(hass, entry)
    assert entry.runtime_data.trust.is_broken
    assert "master_key_changed" in issues(hass)
    assert device.received.passwords == []

    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == {}


# -- others


@having({"generation": 1, "firmware": "1.0b11", "udp_management": True})
async def test_firmware_that_is_too_old_is_a_repair_until_it_is_updated(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device
) -> None:
    [issue] = issues(hass).values()
    assert issue.translation_key == "firmware_too_old"
    assert issue.translation_placeholders == {"name": NAME, "firmware": "1.0b11"}
    assert not issue.is_fixable
    assert hass.states.get(STATUS).state == "idle"
    assert reauths(hass, entry) == []
    await device.upgrade(firmware="1.6.95")
    await wait_until(hass, lambda: issues(hass) == {})
