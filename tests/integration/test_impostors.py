"""Who answers in a device's name and announces a key of their own gets nothing of ours.

Their datagrams agree with their certificate, so that nothing but the key that was
remembered at setup tells them from the device.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
import struct
from typing import Any

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.timing import FluxTiming
from simulator import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    BOTH,
    FAST,
    PASSWORD,
    MakeEntry,
    having,
    paced,
    signed_in,
    wait_until,
)
from tests.integration.flows import (
    assert_entry,
    assert_form,
    enter,
    submit,
    swap_mainboard,
    walk,
)
from tests.integration.jobs import BRISK, entity, press, run_job, status_is
from tests.integration.life import act, issues, log_lines, reauths
from tests.keys import MASTER_KEYS

DEVICE = {"timing": BRISK}
UNSIGNED: dict[str, Any] = {"vendor_key": None}
# "Who is there?", in either generation: no uuid, and nothing behind it.
PROBES = {struct.pack("<4sBB16x", b"FLUX", version, 0) for version in (1, 2)}


@pytest.fixture
def pace() -> FluxTiming:
    """Return a pace with little patience for who does not say who they are.

    And with much for silence: only a person asks then.
    """
    return replace(FAST, setup_wait=0.1, startup_grace=0.05, unheard=20.0)


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> MockConfigEntry:
    """Return the entry of a device that is set up with an impostor in its place.

    They announce what they do and have not said yet who they are, so that nothing here
    could have found out by now: they even know the name of our key.
    """
    # The sign-in at setup looks for it in vain, for as long as a find takes.
    monkeypatch.setattr("custom_components.flux3dp.trust._SIGN_IN_ATTEMPTS", 1)
    # The robot port is left to those who order something.
    entry = await make_entry(device, setup=False, hold=False)
    await device.swap_master_key(MASTER_KEYS[1])
    device.faults.silent = True
    assert await hass.config_entries.async_setup(entry.entry_id)
    await status_is(hass, "idle")
    await signed_in(hass, entry)
    assert device.received.connections == []
    return entry


async def outcome(
    hass: HomeAssistant, device: Device, order: Awaitable[object]
) -> str | None:
    """Have an impostor answer as soon as it is asked for them; why an order failed.

    None: it did not.
    """

    async def ordered() -> str | None:
        try:
            await order
        except HomeAssistantError as err:
            return err.translation_key
        return None

    device.received.datagrams.clear()
    task = hass.async_create_task(ordered())
    await device.wait_for(
        lambda: any(heard.data in PROBES for heard in device.received.datagrams)
    )
    device.faults.silent = False
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
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False)
    await device.swap_master_key(MASTER_KEYS[1])

    assert await hass.config_entries.async_setup(entry.entry_id)

    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    await signed_in(hass, entry)
    assert ports(device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(device)
    assert reauths(hass, entry) == []


@BOTH
@pytest.mark.parametrize(
    ("port", "order"),
    [
        (MANAGEMENT_PORT, lambda hass, entry: act(hass, entry, "rename", name="Attic")),
        (ROBOT_PORT, lambda hass, _: press(hass, "pause")),
        (
            CAMERA_PORT,
            lambda hass, _: async_get_image(hass, entity("camera", "camera")),
        ),
    ],
    ids=["management", "robot", "camera"],
)
async def test_an_impostor_is_given_no_order(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    port: int,
    order: Callable[[HomeAssistant, MockConfigEntry], Awaitable[object]],
) -> None:
    await run_job(hass, device)

    why = await outcome(hass, device, order(hass, entry))

    assert port in ports(device)
    assert_nothing_of_ours(device)
    assert why == "identity_mismatch"
    assert device.status.st_id == 16
    assert "master_key_changed" in issues(hass)


@pytest.mark.parametrize("loaded", [True, False])
async def test_an_impostor_is_not_told_the_password_that_is_typed_for_the_device(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, *, loaded: bool
) -> None:
    entry = await make_entry(device, trusted=False)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    [dialog] = reauths(hass, entry)
    if not loaded:
        assert await hass.config_entries.async_unload(entry.entry_id)
    await swap_mainboard(hass, device)

    result = await hass.config_entries.flow.async_configure(
        dialog["flow_id"], {"password": PASSWORD}
    )

    assert loaded or ports(device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(device)
    assert len(device.trust) == 0
    assert result["errors"] == {"base": "key_changed"}
    assert not loaded or "master_key_changed" in issues(hass)


@paced(setup_wait=30.0, forget=30.0, unheard=20.0)
async def test_an_impostor_is_not_told_whose_key_to_forget(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(device)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await swap_mainboard(hass, device)
    caplog.clear()

    await hass.config_entries.async_remove(entry.entry_id)

    assert ports(device) == {MANAGEMENT_PORT}
    assert_nothing_of_ours(device)
    assert len(device.trust) == 1
    [line] = log_lines(caplog)
    assert "may still trust the key of this Home Assistant" in line


@having({"generation": 1}, {"generation": 1} | UNSIGNED, {}, UNSIGNED)
async def test_an_impostor_in_the_place_of_a_new_device_receives_nothing(
    hass: HomeAssistant, device: Device
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
    result = await enter(hass, device.address)
    assert_form(result, "manual", base="identity_mismatch")
    assert_nothing_received()
    result = await submit(hass, result, host=device.address)
    assert_form(result, step)
    if step == "confirm_identity":
        result = await submit(hass, result, accept=True)
    # Or it appears in the moment before the password is typed.
    appear()
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "authorize", base="identity_mismatch")
    assert_nothing_received()
    assert_entry(await walk(hass, result), device, verified=step == "authorize")
