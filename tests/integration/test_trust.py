"""Whether a device still trusts us, and whether it is still that device."""

import asyncio
from dataclasses import replace

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.flux3dp.aioflux import ClientKey, IdentityMismatch
from simulator import MANAGEMENT_PORT, Device, Timing, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    MakeDevice,
    MakeEntry,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import OTHER
from tests.integration.life import STATUS, act, issues, log_lines, reauths
from tests.keys import MASTER_KEYS, OTHER_CLIENT_KEY

BROKEN = (
    f"{NAME} presents another master key than the pinned one; "
    "nothing is sent to it until that is settled in Repairs"
)
WHOLE = (
    f"No other master key is in the way of {NAME} any more; "
    "commands are sent to it again"
)


# -- does the device trust us


async def test_a_device_that_forgot_us_asks_for_its_password_at_setup(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, trusted=False)

    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    assert hass.states.get(STATUS).state == "idle"
    assert device.received.passwords == []
    assert issues(hass) == {}


async def test_a_device_that_forgot_us_while_it_was_off_asks_when_it_is_back(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    assert reauths(hass, entry) == []

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    device.forget_trust()
    await device.power_on()

    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_an_action_finds_out_that_we_are_forgotten_and_asks_once(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.forget_trust()

    for _ in range(2):
        with pytest.raises(HomeAssistantError) as failed:
            await act(hass, entry, "rename", name="Attic")
        assert failed.value.translation_key == "not_trusted"
    await hass.async_block_till_done()

    assert len(reauths(hass, entry)) == 1
    assert device.name == NAME


async def test_a_job_finds_out_that_we_are_forgotten(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.forget_trust()

    device.start_job()

    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_a_button_finds_out_that_we_are_forgotten(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=replace(Timing.fast(), job_speed=0.0))
    entry = await make_entry(device, setup=False)
    hass.config_entries.async_update_entry(entry, options={"hold_connection": False})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await signed_in(hass, entry)
    device.start_job()
    await wait_for_state(hass, STATUS, "running")
    device.forget_trust()

    with pytest.raises(HomeAssistantError) as failed:
        await hass.services.async_call(
            "button",
            "press",
            {"entity_id": "button.delta_in_der_werkstatt_pause"},
            blocking=True,
        )

    assert failed.value.translation_key == "not_trusted"
    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_the_camera_finds_out_that_we_are_forgotten(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.forget_trust()

    with pytest.raises(HomeAssistantError) as failed:
        await async_get_image(hass, "camera.delta_in_der_werkstatt_camera")

    assert failed.value.translation_key == "not_trusted"
    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_without_a_password_the_device_is_managed_and_consent_is_asked_for(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(password=None)
    entry = await make_entry(device, trusted=False)

    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert len(device.trust) == 0


async def test_a_device_whose_ports_open_late_is_signed_in_to_all_the_same(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await device.refuse_connections(MANAGEMENT_PORT)
    entry = await make_entry(device, trusted=False, setup=False)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert reauths(hass, entry) == []

    await device.accept_connections(MANAGEMENT_PORT)

    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_a_device_whose_ports_stay_closed_is_left_alone(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await device.refuse_connections()
    entry = await make_entry(device)  # waits until nobody tries any more

    assert reauths(hass, entry) == []
    assert issues(hass) == {}
    assert hass.states.get(STATUS).state == "idle"


async def test_what_comes_back_while_a_sign_in_is_under_way_is_signed_in_to_anew(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    device.faults.management.stall_in_handshake = True
    entry = await make_entry(device, setup=False)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await device.wait_for(lambda: bool(device.received.connections))

    device.faults.clear()
    device.forget_trust()
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.power_on()

    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_a_firmware_update_is_a_reason_to_sign_in(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(generation=1)
    entry = await make_entry(device)
    device.forget_trust()

    # Too short for anybody to notice that it was away.
    await device.upgrade(firmware="2.0.0", generation=2)

    await wait_until(hass, lambda: bool(reauths(hass, entry)))


async def test_our_key_outlives_a_change_of_password_that_forgets_all_keys(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, client_key: ClientKey
) -> None:
    entry = await make_entry(device)
    device.trust.add(
        TrustedKey.from_pem(
            "Studio", ClientKey.from_pem(OTHER_CLIENT_KEY.decode()).public_pem
        )
    )

    await act(
        hass,
        entry,
        "change_password",
        old_password="secret",
        new_password="better",
        forget_trusted=True,
    )

    assert device.password == "better"
    [ours] = device.trust
    assert ours.access_id == client_key.access_id.hex()
    assert ours.label == f"Home Assistant ({hass.config.location_name})"
    await act(hass, entry, "rename", name="Attic")
    assert reauths(hass, entry) == []
    assert device.received.passwords == []


async def test_a_change_of_password_that_breaks_in_the_middle_is_looked_into(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["add_trust"] = "error SUBSYSTEM_ERROR"

    with pytest.raises(HomeAssistantError) as failed:
        await act(
            hass,
            entry,
            "change_password",
            old_password="secret",
            new_password="better",
            forget_trusted=True,
        )

    assert failed.value.translation_key == "refused_not_ready"
    await wait_until(hass, lambda: bool(reauths(hass, entry)))


# -- is it still that device


async def test_another_key_is_one_repair_and_nothing_is_sent(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device.faults.wrong_certificate = MASTER_KEYS[1]
    entry = await make_entry(device, setup=False)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait_until(hass, lambda: bool(issues(hass)))

    [issue] = issues(hass).values()
    assert issue.translation_key == "master_key_changed"
    assert issue.is_fixable
    # From now on not even a connection is made for an action.
    await signed_in(hass, entry)
    device.faults.muted = device.faults.silent = True
    await device.wait_closed_connections()
    connections = len(device.received.connections)
    for action, data in (("rename", {"name": "Attic"}), ("scan_wifi", {})):
        with pytest.raises(HomeAssistantError) as failed:
            await act(hass, entry, action, **data)
        assert failed.value.translation_key == "identity_mismatch"
    with pytest.raises(IdentityMismatch):
        async with entry.runtime_data.robot.connection():
            pytest.fail("nothing may be sent")
    assert len(device.received.connections) == connections
    assert device.received.application_bytes == b""
    assert log_lines(caplog) == [BROKEN]
    assert reauths(hass, entry) == []


async def test_the_repair_goes_away_when_the_pinned_key_is_proved_again(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(device)
    genuine = device.master_key.pem
    await device.swap_master_key(MASTER_KEYS[1])
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))

    await device.swap_master_key(genuine)

    await wait_until(hass, lambda: issues(hass) == {})
    await wait_for_state(hass, STATUS, "idle")
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    lines = log_lines(caplog)
    assert lines.count(BROKEN) == 1
    assert lines.count(WHOLE) == 1


async def test_a_broken_trust_follows_no_address(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    genuine = device.master_key.pem
    await device.swap_master_key(MASTER_KEYS[1])
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.swap_master_key(genuine)
    await device.move(ADDRESSES[1])
    sent = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > sent + 20)

    assert entry.data["host"] == ADDRESSES[0]
    assert "master_key_changed" in issues(hass)


async def test_two_devices_that_swap_their_addresses_are_no_case_for_a_repair(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    other = await make_device(**OTHER)
    entry, other_entry = await make_entry(device), await make_entry(other)

    await asyncio.gather(device.power_off(), other.power_off())
    await device.move(ADDRESSES[1])
    await other.move(ADDRESSES[0])

    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[1])
    await wait_until(hass, lambda: other_entry.data["host"] == ADDRESSES[0])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}
    assert await act(hass, entry, "rename", name="Attic 1") == {"name": "Attic 1"}


async def test_an_address_that_went_to_another_device_blocks_nothing_for_long(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Somebody presses a button before anybody could notice that addresses changed."""
    entry = await make_entry(device)
    device.faults.muted = device.faults.silent = True
    await device.power_off()
    other = await make_device(**OTHER | {"address": ADDRESSES[0]})

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic 1")
    # No repair is there to be decided, so none is spoken of.
    assert failed.value.translation_key == "cannot_connect"
    assert other.received.application_bytes == b""
    device.faults.clear()
    await device.move(ADDRESSES[1])

    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[1])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}
