"""Firmware 1.0b12 to before 1.1b1, which is managed over UDP: what works, and what says no."""

import asyncio
from typing import Any

from homeassistant.components.camera import async_get_image
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ConnectionFailed, FluxError, verify_key
from custom_components.flux3dp.issues import async_presented_key
from simulator import CAMERA_PORT, PATIENCE, ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    paced,
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
    trust_us,
)
from tests.integration.jobs import reason
from tests.integration.viewers import CAMERA
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS

NEEDS_NEWER = f"{NAME} does not support this: it needs firmware 1.1 or newer"
ACTION_PASSWORDS = {"old_password": PASSWORD, "new_password": "better"}
OLDEST = {"generation": 1, "firmware": "1.0b12", "udp_management": True}


DEVICE = OLDEST | {"networks": [ATTIC]}


async def test_it_is_paired_moved_and_given_another_password(unpaired: Wired) -> None:
    result = await enter(unpaired)
    assert_form(result, "authorize")
    result = await unpaired.submit(result, password="guess")
    assert_form(result, "authorize", password="invalid_auth")
    result = await unpaired.submit(result, password=PASSWORD)
    assert_entry(result, unpaired.device)
    [entry] = unpaired.hass.config_entries.async_entries("flux3dp")
    await unpaired.status_is("idle")

    # It cannot search for networks, so the name of one is typed.
    result = await progressed(unpaired, await unpaired.reconfigure("wifi"))
    assert_form(result, "wifi_settings")
    result = await unpaired.submit(result, **WIFI)
    assert_reconfigured(await progressed(unpaired, result))
    assert entry.data["host"] == ADDRESSES[3]
    assert unpaired.device.ssid == "Attic"
    await unpaired.status_is("idle")

    result = await unpaired.reconfigure("password")
    wrong = PASSWORDS | {"old_password": "guess"}
    result = await unpaired.submit(result, **wrong, remove_password=False)
    assert_form(result, "password", old_password="wrong_password")
    result = await unpaired.submit(result, **PASSWORDS, remove_password=False)
    assert_reconfigured(result)
    assert unpaired.device.password == "better"
    assert (unpaired.issues, unpaired.reauths) == ({}, [])


async def test_without_the_password_where_it_trusts_us(unpaired: Wired) -> None:
    await trust_us(unpaired)
    assert_entry(await enter(unpaired), unpaired.device)
    assert unpaired.device.received.passwords == []


async def test_without_ports_for_jobs_and_camera(unpaired: Wired) -> None:
    await unpaired.device.refuse_connections(ROBOT_PORT)
    await unpaired.device.refuse_connections(CAMERA_PORT)
    await unpaired.set_up()
    for attempt in (unpaired.press("cancel"), async_get_image(unpaired.hass, CAMERA)):
        with pytest.raises(HomeAssistantError, match=NEEDS_NEWER):
            await attempt
    assert unpaired.issues == {}


async def test_a_device_that_forgot_us_asks_for_its_password(unpaired: Wired) -> None:
    await unpaired.set_up(trusted=False)
    [dialog] = unpaired.reauths
    result = await unpaired.flow.async_configure(dialog["flow_id"])
    assert_form(result, "reauth_confirm")
    assert_abort(await unpaired.submit(result, password=PASSWORD), "reauth_successful")
    await unpaired.signed_in()
    assert unpaired.reauths == []


async def test_signatures_do_where_tls_is_not_known_to_be_there(wired: Wired) -> None:
    await wired.device.power_off()
    await wired.make_device(address=ADDRESSES[1], **OLDEST)
    await wired.until(lambda: wired.entry.data["host"] == ADDRESSES[1])


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
    wired: Wired, device: Device, entry: MockConfigEntry, address: str
) -> None:
    """Until the pinned key is shown again, where it was or elsewhere."""
    genuine = device.master_key.pem
    await device.swap_master_key(MASTER_KEYS[1])
    device.forget_trust()
    await wired.until(lambda: "master_key_changed" in wired.issues)
    assert async_presented_key(wired.hass, entry) == device.master_public_der
    assert (
        await reason(wired.act("change_password", **ACTION_PASSWORDS))
        == "identity_mismatch"
    )
    assert device.received.passwords == device.received.management == []
    if address != device.address:
        await wired.switch_off()
    await device.swap_master_key(genuine)
    await device.move(address)
    await wired.until(lambda: (entry.data["host"], wired.issues) == (address, {}))


@paced(datagram=0.5)
async def test_junk_from_a_stranger_is_not_another_key(
    wired: Wired, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await wired.reconfigure("password")
    send = device._discovery._send
    monkeypatch.setattr(
        device._discovery, "_send", lambda by, _, to: send(by, b"x", to)
    )
    result = await wired.submit(result, **PASSWORDS, remove_password=False)
    assert_form(result, "password", base="cannot_connect")
    assert wired.issues == {}


@pytest.mark.parametrize(
    "change", [{"forget_trusted": True}, {"remove_password": True}]
)
async def test_what_it_cannot_do_says_so_in_the_dialog(
    wired: Wired, change: dict[str, bool]
) -> None:
    result = await wired.reconfigure("password")
    typed = PASSWORDS | {"remove_password": False} | change
    if typed["remove_password"]:
        typed |= {"new_password": "", "repeat_password": ""}
    result = await wired.submit(result, **typed)
    assert_form(result, "password", base="unsupported_firmware")
    assert wired.device.password == PASSWORD


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
    wired: Wired, action: str, fields: dict[str, str]
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await wired.act(action, **fields)
    assert str(failed.value) == NEEDS_NEWER
