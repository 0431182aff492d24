"""However much is sent in a device's name, what it provokes is done now and then only."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    FluxError,
    Identity,
    IdentityMismatch,
    Listener,
)
from simulator import MANAGEMENT_PORT, PATIENCE, Device, Timing as DeviceTiming
from tests.aioflux.updates import Updates
from tests.integration.conftest import ADDRESSES, UUID, MakeDevice
from tests.integration.fakes import Home
from tests.integration.wired import Wired

# A pace at which what is done now and then is done once in a test.
PACE = {"setup_wait": 0.1, "unheard": 60.0}
ROUNDS = 10


async def say(device: Device, listener: Listener) -> None:
    """Have a device announce itself once more, and be heard."""
    updates = Updates(listener, uuid=UUID, host=device.address)
    device.announce()
    await updates.wait(lambda update: update.status)
    updates.unsubscribe()


# -- the key and the robot port


async def test_announcements_of_another_key_are_looked_into_less_and_less_often(
    home: Home,
) -> None:
    """The device holds its key: only datagrams are forged."""
    home.device.info = replace(home.device.info, identity=Identity.MISMATCH)
    before = home.device.sign_ins
    for _ in range(360):
        await home.announce()
        await home.advance(10)
    # 10 s, then twice as long each time, up to 5 min: in an hour these.
    assert home.device.sign_ins - before == 16
    assert home.issues == {}
    assert home.reauths == []


@pytest.mark.parametrize(
    "refuses",
    [
        AuthenticationFailed("unknown key"),
        # As where addresses have changed hands: that is no case for a repair.
        IdentityMismatch(b"master", b"another"),
    ],
)
async def test_a_job_that_is_announced_on_is_not_tried_with_each_announcement(
    home: Home, refuses: FluxError
) -> None:
    home.listener.others = (
        replace(home.device.info, uuid="2" * 32, master_key=b"another"),
    )
    home.device.refuses = refuses
    for number in range(100):
        home.device.progress = number / 100
        await home.run(48 if number % 2 else 16, "")
        await home.advance(0.1)
    assert home.device.tried == 1
    assert home.issues == {}
    assert bool(home.reauths) is isinstance(refuses, AuthenticationFailed)


@pytest.mark.parametrize("st_id", [16, 66, 130])
@pytest.mark.parametrize("left", [0, 64], ids=["idle", "completed"])
async def test_jobs_without_end_that_no_report_shows_are_looked_into_now_and_then(
    home: Home, left: int, st_id: int
) -> None:
    device = home.device
    await home.run(left, "", seconds=30)
    device.replies["player report"] = device.answer("player report")
    device.tried = 0
    for _ in range(300):
        await home.run(st_id, "")
        # What it answers to a probe is the truth, too.
        device.run(left, "")
        await home.advance(1)
    # 2 s, then twice as long each time, up to a minute; each may have settings read.
    assert device.tried <= 20
    assert home.value("status") in ("idle", "completed")


# -- the address


@pytest.fixture
async def crowd(device: Device, make_device: MakeDevice) -> list[Device]:
    """Return impostors that replay a device that is off, and answer no handshake.

    Every byte they announce is the device's own. They speak when they are told to.
    """
    await device.power_off()
    quiet = replace(DeviceTiming.fast(), notify=3600.0)
    made = [await make_device(address=each, timing=quiet) for each in ADDRESSES[1:4]]
    for impostor in made:
        impostor.faults.management.stall_in_handshake = True
    return made


async def test_those_who_replay_a_device_are_asked_for_its_key_one_after_the_other(
    unpaired: Wired, crowd: list[Device]
) -> None:
    entry = await unpaired.set_up(setup=False)
    assert await unpaired.hass.config_entries.async_setup(entry.entry_id)
    listener = entry.runtime_data.listener

    def proofs() -> int:
        return sum(len(impostor.received.connections) for impostor in crowd)

    async def all_speak() -> None:
        for _ in range(ROUNDS):
            for impostor in crowd:
                await say(impostor, listener)

    asked: set[str] = set()
    for number in range(1, len(crowd) + 1):
        async with asyncio.timeout(PATIENCE):
            while proofs() < number:
                for impostor in crowd:
                    await say(impostor, listener)
        await all_speak()
        assert proofs() == number
        # Who does not answer has had their turn.
        [impostor] = [each for each in crowd if each.connections[MANAGEMENT_PORT]]
        assert impostor.address not in asked
        asked.add(impostor.address)
        await impostor.drop_connections()
        await unpaired.hass.async_block_till_done(wait_background_tasks=True)

    await all_speak()
    await unpaired.hass.async_block_till_done(wait_background_tasks=True)
    assert proofs() == len(crowd)
    assert entry.data["host"] == ADDRESSES[0]
