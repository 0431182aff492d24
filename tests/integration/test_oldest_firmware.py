"""Firmware 1.0b12 to before 1.1b1, which is managed over UDP: what works, and what says no."""

import asyncio
from typing import Any

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ConnectionFailed, FluxError, verify_key
from custom_components.flux3dp.issues import async_presented_key
from simulator import CAMERA_PORT, ROBOT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    paced,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import (
    ATTIC,
    PASSWORDS,
    WIFI,
    assert_abort,
    assert_entry,
    assert_form,
    assert_reconfigured,
    enter,
    progressed,
    reconfigure,
    submit,
    trust_us,
)
from tests.integration.jobs import press, reason
from tests.integration.life import STATUS, act, issues, reauths
from tests.integration.viewers import CAMERA
from tests.keys import MASTER_KEYS

NEEDS_NEWER = f"{NAME} does not support this: it needs firmware 1.1 or newer"
ACTION_PASSWORDS = {"old_password": PASSWORD, "new_password": "better"}
OLDEST = {"generation": 1, "firmware": "1.0b12", "udp_management": True}


DEVICE = OLDEST | {"networks": [ATTIC]}


async def test_it_is_paired_moved_and_given_another_password(
    hass: HomeAssistant, device: Device
) -> None:
    result = await enter(hass, device.address)
    assert_form(result, "authorize")
    result = await submit(hass, result, password="guess")
    assert_form(result, "authorize", password="invalid_auth")
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device)
    [entry] = hass.config_entries.async_entries("flux3dp")
    await wait_for_state(hass, STATUS, "idle")

    # It cannot search for networks, so the name of one is typed.
    result = await progressed(hass, await reconfigure(hass, entry, "wifi"))
    assert_form(result, "wifi_settings")
    result = await submit(hass, result, **WIFI)
    assert_reconfigured(await progressed(hass, result))
    assert entry.data["host"] == ADDRESSES[3]
    assert device.ssid == "Attic"
    await wait_for_state(hass, STATUS, "idle")

    result = await reconfigure(hass, entry, "password")
    wrong = PASSWORDS | {"old_password": "guess"}
    result = await submit(hass, result, **wrong, remove_password=False)
    assert_form(result, "password", old_password="wrong_password")
    result = await submit(hass, result, **PASSWORDS, remove_password=False)
    assert_reconfigured(result)
    assert device.password == "better"
    assert (issues(hass), reauths(hass, entry)) == ({}, [])


async def test_without_the_password_where_it_trusts_us(
    hass: HomeAssistant, device: Device
) -> None:
    await trust_us(hass, device)
    assert_entry(await enter(hass, device.address), device)
    assert device.received.passwords == []


async def test_without_ports_for_jobs_and_camera(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await device.refuse_connections(ROBOT_PORT)
    await device.refuse_connections(CAMERA_PORT)
    await make_entry(device)
    for attempt in (press(hass, "cancel"), async_get_image(hass, CAMERA)):
        with pytest.raises(HomeAssistantError, match=NEEDS_NEWER):
            await attempt
    assert issues(hass) == {}


async def test_a_device_that_forgot_us_asks_for_its_password(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, trusted=False)
    [dialog] = reauths(hass, entry)
    result = await hass.config_entries.flow.async_configure(dialog["flow_id"])
    assert_form(result, "reauth_confirm")
    assert_abort(await submit(hass, result, password=PASSWORD), "reauth_successful")
    await signed_in(hass, entry)
    assert reauths(hass, entry) == []


async def test_signatures_do_where_tls_is_not_known_to_be_there(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, make_device: MakeDevice
) -> None:
    await device.power_off()
    await make_device(address=ADDRESSES[1], **OLDEST)
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[1])


async def test_a_device_with_tls_is_not_followed_to_signatures(
    make_device: MakeDevice, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be recordings, of the time before its firmware was updated."""
    device = await make_device(generation=1)
    entry = await make_entry(device)
    proved = asyncio.Queue[type[Exception]]()

    async def prove(*args: Any) -> None:
        try:
            await verify_key(*args)
        except FluxError as err:
            proved.put_nowait(type(err))
            raise

    monkeypatch.setattr("custom_components.flux3dp.address.verify_key", prove)
    await device.power_off()
    await make_device(address=ADDRESSES[1], **OLDEST)
    async with asyncio.timeout(PATIENCE):
        assert await proved.get() is ConnectionFailed
    assert entry.data["host"] == ADDRESSES[0]


@paced(datagram=0.5)
@pytest.mark.parametrize("address", ADDRESSES[:2], ids=["there", "elsewhere"])
async def test_another_key_is_the_repair_that_it_is_with_tls(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, address: str
) -> None:
    """Until the pinned key is shown again, where it was or elsewhere."""
    genuine = device.master_key.pem
    await device.swap_master_key(MASTER_KEYS[1])
    device.forget_trust()
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    assert async_presented_key(hass, entry) == device.master_public_der
    assert (
        await reason(act(hass, entry, "change_password", **ACTION_PASSWORDS))
        == "identity_mismatch"
    )
    assert device.received.passwords == device.received.management == []
    if address != device.address:
        await device.power_off()
        await wait_for_state(hass, STATUS, "offline")
    await device.swap_master_key(genuine)
    await device.move(address)
    await wait_until(hass, lambda: (entry.data["host"], issues(hass)) == (address, {}))


@paced(datagram=0.5)
async def test_junk_from_a_stranger_is_not_another_key(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = await reconfigure(hass, entry, "password")
    send = device._discovery._send
    monkeypatch.setattr(
        device._discovery, "_send", lambda by, _, to: send(by, b"x", to)
    )
    result = await submit(hass, result, **PASSWORDS, remove_password=False)
    assert_form(result, "password", base="cannot_connect")
    assert issues(hass) == {}


@pytest.mark.parametrize(
    "change", [{"forget_trusted": True}, {"remove_password": True}]
)
async def test_what_it_cannot_do_says_so_in_the_dialog(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, change: dict[str, bool]
) -> None:
    result = await reconfigure(hass, entry, "password")
    typed = PASSWORDS | {"remove_password": False} | change
    if typed["remove_password"]:
        typed |= {"new_password": "", "repeat_password": ""}
    result = await submit(hass, result, **typed)
    assert_form(result, "password", base="unsupported_firmware")
    assert device.password == PASSWORD


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("rename", {"name": "Attic"}),
        ("scan_wifi", {}),
        ("list_trusted_keys", {}),
        ("remove_trusted_key", {"key": "0" * 8}),
    ],
)
async def test_what_it_cannot_do_says_so_as_an_action(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, fields: dict[str, str]
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, action, **fields)
    assert str(failed.value) == NEEDS_NEWER
