"""Whether a device still trusts us, and whether it is still that device."""

import asyncio
import base64
from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ConnectionFailed,
    DeviceInfo,
    Identity,
    IdentityMismatch,
    Timing,
)
from custom_components.flux3dp.timing import TIMING
from simulator import Device
from tests.integration.conftest import ADDRESSES, BOTH, NAME, OTHER
from tests.integration.fakes import Home, read, reports, settle
from tests.integration.jobs import reason
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS

BROKEN = (
    f"{NAME} presents another master key than the pinned one; "
    "nothing is sent to it until you decide about it in Repairs"
)
WHOLE = (
    f"No other master key is presented for {NAME} now; commands are sent to it again"
)
LOST = f"{NAME} gives no reports of its job, only announcements"
MISMATCH = IdentityMismatch(b"master", b"another")


# -- does the device trust us


@pytest.mark.parametrize("found_out", ["at setup", "back", "firmware", "button", "job"])
async def test_a_device_that_forgot_us_asks_for_its_password_once(
    new_home: Home, found_out: str
) -> None:
    home, device = new_home, new_home.device
    refused = AuthenticationFailed("unknown key")
    if found_out == "at setup":
        device.refuses_manager = refused
    await home.setup()
    device.refuses_manager = device.refuses = refused
    match found_out:
        case "back":
            home.listener.silent = True
            await home.advance(30)
            home.listener.silent = False
            await home.advance(20)
        case "firmware":
            # Too short to notice that it was away.
            device.info = replace(device.info, version=1)
            await home.advance(20)
        case "button":
            assert await reason(home.done(home.press("pause"))) == "not_trusted"
        case "job":
            await home.run(seconds=60)
    for _ in range(2):
        assert await reason(home.act("rename", name="Attic")) == "not_trusted"
    assert home.value("status") in ("idle", "running")
    assert len(home.reauths) == 1
    assert home.issues == {}


async def test_a_device_without_a_password_is_managed_and_consent_is_asked_for(
    new_home: Home,
) -> None:
    new_home.device.authorized_by = "other"
    await new_home.setup()
    assert new_home.reauths
    assert await new_home.act("list_trusted_keys") == {"keys": []}


async def test_a_password_that_was_set_or_removed_is_a_reason_for_a_sign_in(
    home: Home,
) -> None:
    """The device may have forgotten our key with it: that is known before a job."""
    before = home.device.sign_ins
    home.device.info = replace(home.device.info, has_password=False)
    home.device.refuses_manager = AuthenticationFailed()
    await home.announce()
    assert home.device.sign_ins == before + 1
    assert home.reauths


async def test_a_key_that_was_accepted_meanwhile_is_no_case_for_a_repair(
    home: Home,
) -> None:
    """A check can end between the dialog and the reload that comes of it."""
    accepted = {"master_key": base64.b64encode(b"another").decode()}
    data = {**home.entry.data, **accepted}
    home.hass.config_entries.async_update_entry(home.entry, data=data)
    home.device.refuses_manager = MISMATCH
    await home.entry.runtime_data.trust.async_try()
    assert home.issues == {}


async def test_a_device_whose_ports_open_late_is_tried_three_times(
    new_home: Home,
) -> None:
    home, device = new_home, new_home.device
    device.refuses_manager = ConnectionFailed("refused")
    await home.setup()
    grace, trust = TIMING.startup_grace, home.entry.runtime_data.trust
    await home.advance(grace - 0.1)
    assert device.sign_ins == 1
    await home.advance(grace)
    assert device.sign_ins == 2
    assert trust.is_checking
    await home.advance(grace)
    # It is over with the last one, and does not wait once more.
    assert device.sign_ins == 3
    assert not trust.is_checking
    await home.advance(600)
    assert device.sign_ins == 3
    assert home.reauths == []

    # What comes back is signed in to anew, also while a sign-in is under way.
    trust.async_check()
    await settle()
    trust.async_check()
    await home.advance(600)
    assert device.sign_ins == 3 + 1 + 3
    home.listener.silent = True
    await home.advance(30)
    home.listener.silent, device.refuses_manager = False, AuthenticationFailed()
    await home.advance(20)
    assert home.reauths


async def test_a_change_of_password_that_breaks_in_the_middle_is_looked_into(
    wired: Wired,
) -> None:
    wired.device.faults.replies["add_trust"] = "error SUBSYSTEM_ERROR"

    assert (
        await reason(
            wired.act(
                "change_password",
                old_password="secret",
                new_password="better",
                forget_trusted=True,
            )
        )
        == "refused_not_ready"
    )
    await wired.until(lambda: bool(wired.reauths))


# -- is it still that device


async def test_another_key_is_one_repair_until_the_pinned_one_is_proved_again(
    new_home: Home,
) -> None:
    home, device = new_home, new_home.device
    device.refuses_manager = MISMATCH
    await home.setup()
    await home.advance(120)
    [issue] = home.issues.values()
    assert issue.translation_key == "master_key_changed"
    assert issue.is_fixable
    # Not even a connection is made for an action.
    before = device.sign_ins
    for action, data in (("rename", {"name": "Attic"}), ("scan_wifi", {})):
        assert await reason(home.act(action, **data)) == "identity_mismatch"
    with pytest.raises(IdentityMismatch):
        async with home.entry.runtime_data.robot.connection():
            pytest.fail("nothing may be sent")
    assert (device.sign_ins, device.tried) == (before, 0)
    assert new_home.log == [BROKEN]
    assert home.reauths == []

    device.refuses_manager = None
    await home.until(lambda: home.issues == {}, within=400)
    assert await home.act("list_trusted_keys") == {"keys": []}
    assert new_home.log == [BROKEN, WHOLE]


@pytest.mark.parametrize(("signed", "repair"), [(True, False), (False, True)])
async def test_the_key_of_another_device_is_no_case_for_a_repair(
    new_home: Home, signed: bool, repair: bool
) -> None:
    """Addresses have changed hands. Anyone can announce any key, so it must be signed."""
    home = new_home
    other = replace(home.device.info, uuid="2" * 32, master_key=b"another")
    verified = replace(other, identity=Identity.VERIFIED)
    unverified = replace(other, identity=Identity.UNVERIFIED)
    home.listener.others = (verified if signed else unverified,)
    home.device.refuses_manager = MISMATCH
    await home.setup()
    assert bool(new_home.issues) is repair
    # It may be known later whose key that is.
    home.listener.others = (verified,)
    await home.until(lambda: new_home.issues == {}, within=400)


@pytest.mark.parametrize("is_ours", [True, False], ids=["the pinned key", "another"])
async def test_while_another_key_waits_only_the_pinned_one_is_followed(
    new_home: Home, monkeypatch: pytest.MonkeyPatch, *, is_ours: bool
) -> None:
    """The check of the key asks only at the old address, where nothing answers."""
    home, device, asked = new_home, new_home.device, list[tuple[str, bytes]]()

    async def prove(candidate: DeviceInfo, master_key: bytes, _: Timing) -> None:
        asked.append((candidate.host, master_key))
        if not is_ours:
            raise IdentityMismatch(master_key, b"another")

    monkeypatch.setattr("custom_components.flux3dp.address.verify_key", prove)
    device.refuses_manager = MISMATCH
    await home.setup()
    assert "master_key_changed" in home.issues

    # Nothing is asked elsewhere while it answers where it was.
    genuine, elsewhere = device.info, replace(device.info, host=ADDRESSES[1])
    for device.info in (elsewhere, genuine) * 5:
        await home.announce()
    assert asked == []

    device.info = elsewhere
    device.refuses_manager = ConnectionFailed("it is not there")
    await home.advance(120)
    assert set(asked) == {(ADDRESSES[1], b"master")}
    if is_ours:
        assert home.entry.data["host"] == ADDRESSES[1]
        assert home.value("status") == "idle"
        assert home.issues == {}
        assert WHOLE in new_home.log
    else:
        # As seldom as any candidate: announcements cost their sender nothing.
        assert len(asked) <= 120 / TIMING.unheard
        assert home.entry.data["host"] == ADDRESSES[0]
        assert home.value("status") == "offline"
        assert "master_key_changed" in home.issues


@BOTH
async def test_a_device_that_is_itself_again_elsewhere_is_no_case_for_a_repair(
    wired: Wired, device: Device
) -> None:
    genuine = device.master_key.pem
    await device.swap_master_key(MASTER_KEYS[1])
    await wired.until(lambda: "master_key_changed" in wired.issues)

    await wired.switch_off()
    await device.swap_master_key(genuine)
    await device.move(ADDRESSES[1])

    await wired.until(lambda: wired.entry.data["host"] == ADDRESSES[1])
    await wired.status_is("idle")
    assert wired.issues == {}
    assert await wired.act("list_trusted_keys")


@BOTH
async def test_two_devices_that_swap_their_addresses_are_no_case_for_a_repair(
    unpaired: Wired, device: Device
) -> None:
    other = await unpaired.make_device(**OTHER)
    entry, other_entry = await unpaired.set_up(), await unpaired.make_entry(other)

    await asyncio.gather(device.power_off(), other.power_off())
    await device.move(ADDRESSES[1])
    await other.move(ADDRESSES[0])

    await unpaired.until(lambda: entry.data["host"] == ADDRESSES[1])
    await unpaired.until(lambda: other_entry.data["host"] == ADDRESSES[0])
    await unpaired.status_is("idle")
    assert unpaired.issues == {}
    assert await unpaired.act("rename", name="Attic 1") == {"name": "Attic 1"}


async def test_an_address_that_went_to_another_device_blocks_nothing_for_long(
    wired: Wired, device: Device
) -> None:
    """A button is pressed before it can be noticed that addresses changed."""
    device.faults.muted = device.faults.silent = True
    await device.power_off()
    other = await wired.make_device(**OTHER | {"address": ADDRESSES[0]})

    # No repair is there to be decided, so none is spoken of.
    assert await reason(wired.act("rename", name="Attic 1")) == "cannot_connect"
    assert other.received.application_bytes == b""
    device.faults.clear()
    await device.move(ADDRESSES[1])

    await wired.until(lambda: wired.entry.data["host"] == ADDRESSES[1])
    await wired.status_is("idle")
    assert wired.issues == {}


# -- what a connection of a job finds out


async def test_a_key_that_passes_is_tried_less_and_less_often(home: Home) -> None:
    device = home.device
    tries: list[float] = []
    device.refuses = MISMATCH
    await home.run()
    for _ in range(4):
        await home.until(lambda: device.tried > len(tries), within=400)
        tries.append(home.clock.now())
        # At the other port it is itself, so the repair goes away with a sign-in.
        await home.until(lambda: home.issues == {})
    rests = [later - earlier for earlier, later in pairwise(tries)]
    for number, rest in enumerate(rests):
        assert rest >= 30 * 2**number
    assert device.received == []

    device.refuses = None
    await home.until(lambda: reports(device) > 2, within=400)
    assert home.issues == {}


async def test_another_key_from_before_the_job_keeps_us_from_connecting(
    home: Home,
) -> None:
    device = home.device
    device.refuses_manager = device.refuses = MISMATCH
    home.entry.runtime_data.trust.async_check()
    await settle()
    assert "master_key_changed" in home.issues
    await home.run()
    await home.advance(60)
    with pytest.raises(IdentityMismatch):
        async with home.entry.runtime_data.robot.connection():
            pass
    assert device.tried == 0

    device.refuses_manager = device.refuses = None
    await home.announce()
    await read(home)
    assert home.issues == {}


async def test_a_device_that_refuses_our_key_is_tried_once_per_sign_in(
    home: Home,
) -> None:
    device = home.device
    # Without a password anyone may manage it, but not use its robot port.
    device.authorized_by = "other"
    device.refuses = AuthenticationFailed("unknown key")
    await home.run()
    await home.advance(300)
    assert device.tried == 1
    assert [line.split(":")[0] for line in home.log].count(LOST) == 1
    assert home.reauths
    await home.act("list_trusted_keys")
    await home.advance(300)
    assert device.tried == 1

    # Once it trusts our key again, a sign-in is enough.
    device.authorized_by, device.refuses = "key", None
    await home.act("list_trusted_keys")
    await read(home)
