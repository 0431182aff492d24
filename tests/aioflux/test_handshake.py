"""Getting in at the robot and the camera port, and what may go wrong there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    IdentityMismatch,
    Listener,
    ProtocolError,
    Robot,
    SlaveKeyMismatch,
)
from simulator import CAMERA_PORT, ROBOT_PORT, Device, TrustedKey
from simulator.keys import RsaKey
from tests.keys import MASTER_KEY_4096, MASTER_KEYS, OTHER_CLIENT_KEY

from .conftest import FAST, MakeDevice
from .remains import Remains, length_of

OTHER_MASTER_KEY = RsaKey.from_pem(MASTER_KEYS[1]).public_der

type Open = Callable[..., Awaitable[Robot | Camera]]


def trust(device: Device, key: ClientKey) -> None:
    device.trust.add(TrustedKey.from_pem("Test", key.public_pem))


@pytest.fixture(params=[Robot.open, Camera.open], ids=["robot", "camera"])
def opened(request: pytest.FixtureRequest) -> Open:
    """Return what opens one of the two ports."""
    open_port: Open = request.param
    return open_port


async def test_a_trusted_key_opens_both_ports(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    port = await opened(info, key, timing=FAST)
    assert port.is_open
    (record,) = device.received.connections
    await device.wait_for(lambda: record.access_id == key.access_id.hex())
    assert bytes(record.application[:20]) == key.access_id
    assert len(record.application) == 20 + key.size
    await port.close()
    await port.close()
    assert not port.is_open
    await device.wait_closed_connections()


async def test_bytes_that_come_one_by_one(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.robot.chunk_size = 1
    # Some thousand bytes, a millisecond apart at the least.
    timing = replace(FAST, handshake=60, command=60, challenge_rest=60)
    async with await Robot.open(info, key, timing=timing) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_factory_size_master_key(
    generation: int, make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    device = await make_device(generation=generation, master_key=MASTER_KEY_4096)
    trust(device, key)
    info = await listener.find(device.address)
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize("master_key", [MASTER_KEYS[0], MASTER_KEY_4096])
async def test_a_slave_key_that_is_not_ready(
    master_key: bytes, make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    """The signature is the master key's then, and longer."""
    device = await make_device(
        generation=1, slave_key_not_ready=True, master_key=master_key
    )
    trust(device, key)
    info = await listener.find(device.address)
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).st_id == 0


async def test_an_untrusted_key(device: Device, info: DeviceInfo, opened: Open) -> None:
    stranger = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    with pytest.raises(AuthenticationFailed):
        await opened(info, stranger, timing=FAST)
    await device.wait_closed_connections()


async def test_a_key_that_was_taken_back(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    await (await opened(info, key, timing=FAST)).close()
    device.forget_trust()
    with pytest.raises(AuthenticationFailed):
        await opened(info, key, timing=FAST)


async def test_an_impostor_with_a_certificate_of_its_own_receives_nothing(
    make_device: MakeDevice, listener: Listener, key: ClientKey, opened: Open
) -> None:
    device = await make_device(generation=2)
    trust(device, key)
    info = await listener.find(device.address)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(IdentityMismatch) as caught:
        await opened(info, key, timing=FAST)
    assert caught.value.expected == info.master_key
    assert caught.value.presented == OTHER_MASTER_KEY
    assert not isinstance(caught.value, SlaveKeyMismatch)
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_another_key_than_the_pinned_one_receives_nothing(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    with pytest.raises(IdentityMismatch) as caught:
        await opened(info, key, timing=FAST, expected_key=OTHER_MASTER_KEY)
    assert caught.value.expected == OTHER_MASTER_KEY
    # The old handshake shows no key; what discovery said of one is no proof.
    shows_none = isinstance(caught.value, SlaveKeyMismatch)
    assert caught.value.presented == (b"" if shows_none else info.master_key)
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_the_pinned_key_lets_us_in(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    port = await opened(info, key, timing=FAST, expected_key=device.master_public_der)
    assert port.is_open
    await port.close()


async def test_a_reboot_makes_the_slave_key_stale(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    device = await make_device(generation=1)
    trust(device, key)
    stale = await listener.find(device.address)
    await device.reboot()
    device.received.clear()
    with pytest.raises(SlaveKeyMismatch) as caught:
        await Robot.open(stale, key, timing=replace(FAST, challenge_rest=0.1))
    assert caught.value.expected == stale.master_key
    await device.wait_closed_connections()
    assert [bytes(record.tcp) for record in device.received.connections] == [b""]

    async with await Robot.open(
        stale, key, timing=replace(FAST, challenge_rest=0.1), listener=listener
    ) as robot:
        assert robot.device.slave_key != stale.slave_key
        assert (await robot.report()).st_id == 0


async def test_a_slave_key_that_stays_wrong(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    """The touch is not answered, or does not help: the mismatch stands."""
    device = await make_device(generation=1)
    trust(device, key)
    stale = await listener.find(device.address)
    await device.reboot()
    device.faults.silent = device.faults.muted = True
    timing = replace(FAST, challenge_rest=0.1)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(stale, key, timing=timing, listener=listener)


async def test_generation_2_is_not_talked_down_to_the_old_handshake(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    device = await make_device(generation=1)
    trust(device, key)
    info = replace(await listener.find(device.address), version=2, slave_key=None)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(info, key, timing=FAST)
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_a_generation_that_was_forged_is_asked_for_again(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    """Anybody can announce a generation 1 device as one of generation 2."""
    device = await make_device(generation=1)
    trust(device, key)
    known = await listener.find(device.address)
    listener.pin(known.uuid, known.master_key, known.host)
    forged = replace(known, version=2, slave_key=None)

    async with await Robot.open(forged, key, timing=FAST, listener=listener) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize(
    "fault",
    [
        ({"hello": b"SSH-2.0-"}, ProtocolError),
        ({"close_after_hello": True}, ConnectionFailed),
        ({"stall_in_handshake": True}, ConnectionFailed),
        ({"stall_after": 4}, ConnectionFailed),
        ({"stall_after": 100}, ConnectionFailed),
    ],
    ids=str,
)
async def test_faults_before_the_sign_in(
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
    opened: Open,
    fault: tuple[dict[str, Any], type[Exception]],
) -> None:
    faults, error = fault
    for name, value in faults.items():
        setattr(device.faults.robot, name, value)
        setattr(device.faults.camera, name, value)
    with pytest.raises(error):
        await opened(info, key, timing=replace(FAST, handshake=0.2, connect=0.2))
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_nobody_there(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    await device.refuse_connections(ROBOT_PORT, CAMERA_PORT)
    with pytest.raises(ConnectionFailed):
        await opened(info, key, timing=FAST)


async def converse_with_robot(info: DeviceInfo, key: ClientKey) -> None:
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).label == "IDLE"


async def test_a_stall_anywhere_ends_in_time(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    timing = replace(FAST, connect=0.1, handshake=0.1, command=0.1, challenge_rest=0.05)

    async def converse() -> None:
        async with await Robot.open(info, key, timing=timing) as robot:
            await robot.report()

    length = await length_of(device, lambda: converse_with_robot(info, key))
    remains = Remains(device)
    for stall in (0, 7, *range(8, length, max(length // 12, 1)), length - 1):
        device.faults.robot.stall_after = stall
        with pytest.raises((ConnectionFailed, SlaveKeyMismatch)):
            await converse()
    await remains.check()


async def test_giving_up_in_the_middle_leaves_nothing(
    device: Device, info: DeviceInfo, key: ClientKey, opened: Open
) -> None:
    device.faults.robot.stall_after = device.faults.camera.stall_after = 64
    remains = Remains(device)
    opening = asyncio.ensure_future(opened(info, key, timing=FAST))
    await device.wait_for(lambda: bool(device.received.connections))
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await remains.check()
