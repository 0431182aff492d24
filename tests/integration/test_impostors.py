"""Who answers in a device's name and announces a key of their own gets nothing of ours.

Their datagrams agree with their certificate, so that nothing but the key that was
remembered at setup tells them from the device.
"""

import asyncio
from collections.abc import Awaitable, Callable
import struct
from typing import Any

from homeassistant.components.camera import async_get_image
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CAMERA_PORT, MANAGEMENT_PORT, PATIENCE, ROBOT_PORT, Device
from tests.integration.conftest import BOTH, PASSWORD, having, paced
from tests.integration.flows import (
    assert_entry,
    assert_form,
    enter,
    swap_mainboard,
    walk,
)
from tests.integration.jobs import BRISK
from tests.integration.viewers import CAMERA
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS

DEVICE = {"timing": BRISK}
# Little patience for who does not say who they are, and much for silence.
PACE = {"setup_wait": 0.1, "startup_grace": 0.05, "unheard": 20.0}
UNSIGNED: dict[str, Any] = {"vendor_key": None}
# "Who is there?", in either generation: no uuid, and nothing behind it.
PROBES = {struct.pack("<4sBB16x", b"FLUX", version, 0) for version in (1, 2)}


@pytest.fixture
async def entry(unpaired: Wired, monkeypatch: pytest.MonkeyPatch) -> MockConfigEntry:
    """Return the entry of a device that is set up with an impostor in its place.

    They announce what they do and have not said yet who they are, so that nothing here
    could have found out by now: they even know the name of our key.
    """
    # The sign-in at setup looks for it in vain, for as long as a find takes.
    monkeypatch.setattr("custom_components.flux3dp.trust._SIGN_IN_ATTEMPTS", 1)
    # The robot port is left to those who order something.
    entry = await unpaired.set_up(setup=False, hold=False)
    await unpaired.device.swap_master_key(MASTER_KEYS[1])
    unpaired.device.faults.silent = True
    assert await unpaired.hass.config_entries.async_setup(entry.entry_id)
    await unpaired.status_is("idle")
    await unpaired.signed_in()
    assert unpaired.device.received.connections == []
    return entry


async def outcome(wired: Wired, order: Awaitable[object]) -> str | None:
    """Have an impostor answer as soon as it is asked for them; why an order failed.

    None: it did not.
    """

    async def ordered() -> str | None:
        try:
            await order
        except HomeAssistantError as err:
            return err.translation_key
        return None

    wired.device.received.datagrams.clear()
    task = wired.hass.async_create_task(ordered())
    await wired.device.wait_for(
        lambda: any(heard.data in PROBES for heard in wired.device.received.datagrams)
    )
    wired.device.faults.silent = False
    async with asyncio.timeout(PATIENCE):
        return await task


def ports(device: Device) -> set[int]:
    return {record.port for record in device.received.connections}


def assert_nothing_of_ours(device: Device) -> None:
    assert device.received.application_bytes == b""
    assert device.received.passwords == []
    assert device.received.management == []
    assert device.received.robot == []
    assert device.received.camera == []


@BOTH
async def test_an_impostor_who_is_there_at_setup_is_told_nothing(
    unpaired: Wired, device: Device
) -> None:
    entry = await unpaired.set_up(setup=False)
    await device.swap_master_key(MASTER_KEYS[1])

    assert await unpaired.hass.config_entries.async_setup(entry.entry_id)

    await unpaired.until(lambda: "master_key_changed" in unpaired.issues)
    await unpaired.signed_in()
    assert ports(device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(device)
    assert unpaired.reauths == []


@BOTH
@pytest.mark.parametrize(
    ("port", "order"),
    [
        (MANAGEMENT_PORT, lambda wired: wired.act("rename", name="Attic")),
        (ROBOT_PORT, lambda wired: wired.press("pause")),
        (CAMERA_PORT, lambda wired: async_get_image(wired.hass, CAMERA)),
    ],
    ids=["management", "robot", "camera"],
)
async def test_an_impostor_is_given_no_order(
    wired: Wired,
    device: Device,
    port: int,
    order: Callable[[Wired], Awaitable[object]],
) -> None:
    await wired.run_job()

    why = await outcome(wired, order(wired))

    assert port in ports(device)
    assert_nothing_of_ours(device)
    assert why == "identity_mismatch"
    assert device.status.st_id == 16
    assert "master_key_changed" in wired.issues


@pytest.mark.parametrize("loaded", [True, False])
async def test_an_impostor_is_not_told_the_password_that_is_typed_for_the_device(
    unpaired: Wired, device: Device, *, loaded: bool
) -> None:
    await unpaired.set_up(trusted=False)
    await unpaired.until(lambda: bool(unpaired.reauths))
    [dialog] = unpaired.reauths
    if not loaded:
        await unpaired.unload()
    await swap_mainboard(unpaired)

    result = await unpaired.flow.async_configure(
        dialog["flow_id"], {"password": PASSWORD}
    )

    assert loaded or ports(device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(device)
    assert len(device.trust) == 0
    assert result["errors"] == {"base": "key_changed"}
    assert not loaded or "master_key_changed" in unpaired.issues


@paced(setup_wait=30.0, forget=30.0, unheard=20.0)
async def test_an_impostor_is_not_told_whose_key_to_forget(unpaired: Wired) -> None:
    await unpaired.set_up()
    await unpaired.unload()
    await swap_mainboard(unpaired)
    unpaired.caplog.clear()

    await unpaired.remove()

    assert ports(unpaired.device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(unpaired.device)
    assert len(unpaired.device.trust) == 1
    [line] = unpaired.log
    assert "may still trust the key of this Home Assistant" in line


@having({"generation": 1}, {"generation": 1} | UNSIGNED, {}, UNSIGNED)
async def test_an_impostor_in_the_place_of_a_new_device_receives_nothing(
    unpaired: Wired, device: Device
) -> None:
    """The datagrams are the device's, the certificate is not."""
    step = "authorize" if device.config.vendor_key else "confirm_identity"

    def appear() -> None:
        device.received.clear()
        device.faults.wrong_certificate = MASTER_KEYS[3]

    def assert_nothing_received() -> None:
        assert device.received.connections
        assert device.received.application_bytes == b""
        device.faults.clear()

    appear()
    result = await enter(unpaired)
    assert_form(result, "manual", base="identity_mismatch")
    assert_nothing_received()
    result = await unpaired.submit(result, host=device.address)
    assert_form(result, step)
    if step == "confirm_identity":
        result = await unpaired.submit(result, accept=True)
    # Or it appears in the moment before the password is typed.
    appear()
    result = await unpaired.submit(result, password=PASSWORD)
    assert_form(result, "authorize", base="identity_mismatch")
    assert_nothing_received()
    assert_entry(await walk(unpaired, result), device, verified=step == "authorize")
