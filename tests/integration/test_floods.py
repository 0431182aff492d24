"""However much somebody sends in a device's name, they are asked now and then only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import DeviceUpdate, Listener, Timing
from simulator import MANAGEMENT_PORT, Device, Timing as DeviceTiming
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    UUID,
    MakeDevice,
    MakeEntry,
    signed_in,
    wait_until,
)
from tests.integration.flows import OTHER, swap_mainboard
from tests.integration.jobs import BRISK, connections, run_job, status_is
from tests.integration.life import issues, reauths
from tests.keys import MASTER_KEYS

ROUNDS = 10
BOTH = pytest.mark.parametrize("device", [1, 2], ids=["v1", "v2"], indirect=True)


# What is done now and then is done once in a test.
PACE = replace(FAST, setup_wait=0.1, unheard=60.0, handshake=30.0)


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which the robot port would be tried again in no time."""
    return replace(PACE, robot_retry=0.05)


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device, of generation 2 unless a test says otherwise."""
    return await make_device(generation=getattr(request, "param", 2))


async def say(device: Device, listener: Listener) -> None:
    """Have a device announce itself once more, and be heard."""
    heard = asyncio.Event()

    def hear(sighting: DeviceUpdate) -> None:
        if sighting.status is not None:
            heard.set()

    unsubscribe = listener.subscribe(hear, uuid=UUID, host=device.address)
    try:
        device.announce()
        async with asyncio.timeout(PATIENCE):
            await heard.wait()
    finally:
        unsubscribe()


async def say_until(
    devices: list[Device], listener: Listener, condition: Callable[[], bool]
) -> None:
    """Have devices announce themselves, by turns, until something has come of it."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            for device in devices:
                await say(device, listener)


# -- the key


@BOTH
async def test_who_forges_announcements_of_another_key_has_it_looked_into_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    """The address is the device's own, and so is the key: only datagrams are forged."""
    entry = await make_entry(device)
    listener = entry.runtime_data.listener
    device.faults.wrong_certificate = device.master_key.pem
    await swap_mainboard(hass, device)
    await device.wait_for(lambda: bool(device.received.connections))

    for _ in range(ROUNDS):
        await signed_in(hass, entry)
        await say(device, listener)
    await signed_in(hass, entry)

    assert len(device.received.connections) == 1
    assert issues(hass) == {}
    assert reauths(hass, entry) == []


# -- the address


type Impostors = Callable[..., Awaitable[list[Device]]]


@pytest.fixture
def impostors(device: Device, make_device: MakeDevice) -> Impostors:
    """Return what switches the device off, and others on who replay it.

    Every byte they announce is the device's own. They speak when they are told to.
    """

    async def make(*addresses: str) -> list[Device]:
        await device.power_off()
        made = []
        for address in addresses:
            impostor = await make_device(
                address=address,
                generation=device.config.generation,
                timing=replace(DeviceTiming.fast(), notify=3600.0),
            )
            impostor.faults.wrong_certificate = MASTER_KEYS[1]
            made.append(impostor)
        return made

    return make


def proofs(impostors: list[Device]) -> int:
    """Return how often they were asked for their key."""
    return sum(len(impostor.received.connections) for impostor in impostors)


def asked_now(impostors: list[Device]) -> list[Device]:
    """Return who is being asked for their key."""
    return [each for each in impostors if each.connections[MANAGEMENT_PORT]]


async def set_up(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> MockConfigEntry:
    """Return the entry of a device that is off by now."""
    entry = await make_entry(device, setup=False)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def test_who_replays_a_device_that_is_off_is_asked_for_its_key_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, impostors: Impostors
) -> None:
    somebody = await impostors(ADDRESSES[1])
    entry = await set_up(hass, device, make_entry)
    listener = entry.runtime_data.listener
    await say_until(somebody, listener, lambda: proofs(somebody) > 0)

    for _ in range(ROUNDS):
        await hass.async_block_till_done(wait_background_tasks=True)
        await say(somebody[0], listener)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert proofs(somebody) == 1
    assert somebody[0].received.application_bytes == b""
    assert entry.data["host"] == ADDRESSES[0]


async def test_those_who_replay_a_device_are_asked_for_its_key_one_after_the_other(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, impostors: Impostors
) -> None:
    crowd = await impostors(*ADDRESSES[1:4])
    for somebody in crowd:
        somebody.faults.management.stall_in_handshake = True
    entry = await set_up(hass, device, make_entry)
    listener = entry.runtime_data.listener

    asked: set[str] = set()
    for number in range(1, len(crowd) + 1):
        await say_until(crowd, listener, lambda number=number: proofs(crowd) >= number)
        for _ in range(ROUNDS):
            for somebody in crowd:
                await say(somebody, listener)
            assert proofs(crowd) == number
            assert len(asked_now(crowd)) == 1
        # Who does not answer has had their turn.
        [somebody] = asked_now(crowd)
        assert somebody.address not in asked
        asked.add(somebody.address)
        await somebody.drop_connections()
        await hass.async_block_till_done(wait_background_tasks=True)

    for _ in range(ROUNDS):
        for somebody in crowd:
            await say(somebody, listener)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert proofs(crowd) == len(crowd)
    assert entry.data["host"] == ADDRESSES[0]


# -- the robot port


async def announced_on(device: Device, listener: Listener) -> None:
    """Have each of the device's next announcements say something new, and be heard."""
    for number in range(ROUNDS):
        device.set_status(progress=number / ROUNDS)
        await say(device, listener)


@pytest.fixture
async def worker(make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(timing=BRISK)


async def test_a_device_that_forgot_us_is_not_knocked_at_with_each_announcement(
    hass: HomeAssistant, worker: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(worker)
    worker.forget_trust()
    await run_job(hass, worker)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))

    await announced_on(worker, entry.runtime_data.listener)
    worker.job.pause()
    await status_is(hass, "paused")
    await announced_on(worker, entry.runtime_data.listener)

    assert connections(worker) == 1
    assert len(reauths(hass, entry)) == 1


@pytest.mark.parametrize("pace", [replace(PACE, robot_retry=60.0)], ids=["patient"])
async def test_the_certificate_of_another_device_is_not_looked_at_with_each_announcement(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """As where addresses have changed hands: that is no case for a repair."""
    worker, other = await make_device(timing=BRISK), await make_device(**OTHER)
    await make_entry(other)
    entry = await make_entry(worker)
    worker.faults.wrong_certificate = other.master_key.pem
    await run_job(hass, worker)
    await worker.wait_for(lambda: connections(worker) > 0)

    await announced_on(worker, entry.runtime_data.listener)
    worker.job.pause()
    await status_is(hass, "paused")
    await announced_on(worker, entry.runtime_data.listener)

    assert connections(worker) == 1
    assert worker.received.application_bytes == b""
    assert issues(hass) == {}
