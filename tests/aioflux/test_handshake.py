"""Opening a port: who is there, whether it lets us in, and what may go wrong until then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    IdentityMismatch,
    Listener,
    Manager,
    ProtocolError,
    Robot,
    SlaveKeyMismatch,
    Timing,
    verify_key,
)
from custom_components.flux3dp.aioflux.handshake import stream_ciphers
from simulator import (
    CAMERA_PORT,
    MANAGEMENT_PORT,
    ROBOT_PORT,
    Device,
    StreamFaults,
)
from simulator.keys import RsaKey
from tests.keys import MASTER_KEY_4096, MASTER_KEYS
from tests.vectors import recorded

from .conftest import FAST, Connect, MakeDevice, MakeListener, trust
from .recording import Play, device_of, encrypted_for
from .remains import length_of, nothing_left

OTHER_MASTER_KEY = RsaKey.from_pem(MASTER_KEYS[1]).public_der

ONLY_TLS = ("management", "camera")


class Port(NamedTuple):
    """A port of one generation, and a request there."""

    name: str
    generation: int
    client: Any
    ask: Callable[[Any], Awaitable[object]]


PORTS = {
    "management": Port("management", 2, Manager, Manager.list_trust),
    "robot-v1": Port("robot", 1, Robot, Robot.info),
    "robot-v2": Port("robot", 2, Robot, Robot.info),
    "camera": Port("camera", 2, Camera, Camera.frame),
}


@pytest.fixture(params=PORTS.values(), ids=PORTS)
def port(request: pytest.FixtureRequest) -> Port:
    found: Port = request.param
    return found


@pytest.fixture
async def device(
    request: pytest.FixtureRequest, port: Port, make_device: MakeDevice, key: ClientKey
) -> Device:
    """Return a device that trusts us, of the port's generation, or as parametrized."""
    changes = getattr(request, "param", {})
    return trust(await make_device(generation=port.generation, **changes), key)


@pytest.fixture
def open_port(port: Port, connect: Connect) -> Connect:
    return partial(connect, port.client)


def quick(**times: float) -> Timing:
    """Return a timing in which waiting for nothing ends soon."""
    soon = {"connect": 0.2, "handshake": 0.2, "command": 0.2, "challenge_rest": 0.1}
    return replace(FAST, **(soon | times))


# -- every port


async def test_a_trusted_key_opens(
    port: Port, device: Device, open_port: Connect, key: ClientKey
) -> None:
    client = await open_port(expected_key=device.master_public_der)
    assert client.is_open
    (record,) = device.received.connections
    if port.name != "management":
        await device.wait_for(lambda: record.access_id == key.access_id.hex())
        assert bytes(record.application[:20]) == key.access_id
        assert len(record.application) == 20 + key.size
    await client.close()
    await client.close()
    assert not client.is_open
    await device.wait_closed_connections()
    device.forget_trust()
    with pytest.raises(AuthenticationFailed):
        await open_port()
    await device.wait_closed_connections()


async def test_another_key_than_the_expected_one_receives_nothing(
    port: Port, device: Device, info: DeviceInfo, open_port: Connect
) -> None:
    with pytest.raises(IdentityMismatch) as caught:
        await open_port(expected_key=OTHER_MASTER_KEY)
    assert caught.value.expected == OTHER_MASTER_KEY
    # The old handshake shows no key; what discovery said of one is no proof.
    shows_none = port == PORTS["robot-v1"]
    assert isinstance(caught.value, SlaveKeyMismatch) is shows_none
    assert caught.value.presented == (b"" if shows_none else info.master_key)
    await verify_key(info, info.master_key, FAST)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    asking = [verify_key(info, info.master_key, FAST)]
    if not shows_none:
        asking.append(open_port())
    for each in asking:
        with pytest.raises(IdentityMismatch) as caught:
            await each
        assert caught.value.presented == OTHER_MASTER_KEY
    await device.wait_closed_connections()
    assert device.received.connections
    assert device.received.application_bytes == b""


async def test_faults_before_the_sign_in(
    port: Port, device: Device, open_port: Connect
) -> None:
    for error, fault in (
        (ProtocolError, {"hello": b"HTTP/1.1"}),
        (ConnectionFailed, {"hello": b"FLUX0003extra"}),
        (ConnectionFailed, {"close_after_hello": True}),
        (ConnectionFailed, {"stall_in_handshake": True}),
        (ConnectionFailed, {"stall_after": 0}),
        (ConnectionFailed, {"stall_after": 4}),
        (ConnectionFailed, {"stall_after": 100}),
        # A byte a millisecond stands for one a second.
        (ConnectionFailed, {"chunk_size": 1}),
    ):
        setattr(device.faults, port.name, StreamFaults(**fault))
        async with nothing_left(device):
            with pytest.raises(error):
                await open_port(timing=quick())
    assert device.received.application_bytes == b""
    await device.refuse_connections(MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT)
    with pytest.raises(ConnectionFailed):
        await open_port()


@pytest.mark.parametrize("port", [PORTS["robot-v2"], PORTS["camera"]], indirect=True)
async def test_the_old_handshake_is_the_robots_only(
    port: Port, device: Device, open_port: Connect
) -> None:
    setattr(device.faults, port.name, StreamFaults(hello=b"FLUX0002"))
    with pytest.raises(SlaveKeyMismatch if port.name == "robot" else ProtocolError):
        await open_port(timing=quick())
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_giving_up_in_the_middle_leaves_nothing(
    port: Port, device: Device, open_port: Connect
) -> None:
    setattr(device.faults, port.name, StreamFaults(stall_after=64))
    async with nothing_left(device):
        opening = asyncio.ensure_future(open_port())
        await device.wait_for(lambda: bool(device.received.connections))
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening


@pytest.mark.parametrize("fault", ["cut_after", "stall_after"])
async def test_an_end_anywhere_leaves_nothing(
    port: Port,
    device: Device,
    open_port: Connect,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From before the hello to the last byte: a reply is whole, or it is an error."""
    # As long each time: a picture has a clock in it.
    monkeypatch.setattr("simulator.camera.draw", lambda **_: bytes(20_000))
    # Debugging, asyncio keeps a traceback of everything it calls: twice the time.
    asyncio.get_running_loop().set_debug(False)
    device.start_job("SD/calibration cube.fc")
    replies: list[object] = []
    timing = FAST if fault == "cut_after" else quick(camera_frame=0.2)

    async def converse(timing: Timing = FAST) -> None:
        async with await open_port(timing=timing) as client:
            replies.append(await port.ask(client))

    faults: StreamFaults = getattr(device.faults, port.name)
    length = await length_of(device, faults, converse)
    replies.clear()
    steps = 200 if fault == "cut_after" else 8
    ends = {*range(10), *range(0, length, length // steps), length - 2, length - 1}
    for end in sorted(ends) if fault == "cut_after" else sorted(ends)[9:]:
        setattr(faults, fault, end)
        async with nothing_left(device):
            with pytest.raises((ConnectionFailed, SlaveKeyMismatch)):
                await converse(timing)
        assert replies == [], end
    setattr(faults, fault, None)
    async with nothing_left(device):
        await converse()
    assert len(replies) == 1


@pytest.mark.parametrize(
    "port",
    [*PORTS.values(), *(PORTS[it]._replace(generation=1) for it in ONLY_TLS)],
    ids=[*PORTS, *(f"{it}-v1" for it in ONLY_TLS)],
    indirect=True,
)
async def test_a_reboot_in_each_phase_of_a_handshake(
    port: Port, device: Device, info: DeviceInfo, listener: Listener, key: ClientKey
) -> None:
    async def converse() -> None:
        async with await port.client.open(info, key, timing=FAST) as client:
            assert client.is_open

    faults: StreamFaults = getattr(device.faults, port.name)
    length = await length_of(device, faults, converse)
    for phase in (0, 4, 8, *(length * sixth // 6 for sixth in range(1, 6)), length - 1):
        faults.stall_after = phase
        device.received.clear()
        async with nothing_left(device):
            opening = asyncio.ensure_future(converse())
            await device.wait_for(
                lambda: any(each.stalled for each in device.received.connections)
            )
            await device.reboot()
            with pytest.raises((ConnectionFailed, SlaveKeyMismatch)):
                await opening
        faults.stall_after = None
        info = await listener.refresh(info)
        await converse()
        await device.wait_closed_connections()


@pytest.mark.parametrize(
    ("port", "size"),
    [(PORTS["robot-v1"], 1), (PORTS["robot-v2"], 7)],
    indirect=["port"],
)
async def test_bytes_that_come_in_pieces(
    size: int, device: Device, open_port: Connect
) -> None:
    device.faults.robot.chunk_size = size
    # Some thousand bytes, a millisecond apart at the least.
    timing = replace(FAST, handshake=200, command=200, challenge_rest=200)
    async with await open_port(timing=timing) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize(
    "device",
    [{"master_key": MASTER_KEY_4096}, {"old_tls": True}],
    ids=["4096", "old"],
    indirect=True,
)
async def test_factory_keys_and_old_tls(device: Device, open_port: Connect) -> None:
    async with await open_port() as client:
        assert client.is_open


# -- the robot of generation 1: the slave key


robot_v1 = pytest.mark.parametrize("port", [PORTS["robot-v1"]], indirect=True)


@robot_v1
@pytest.mark.parametrize(
    "device",
    [
        {"slave_key_not_ready": True},
        {"slave_key_not_ready": True, "master_key": MASTER_KEY_4096},
    ],
    indirect=True,
)
async def test_a_slave_key_that_is_not_ready(
    device: Device, open_port: Connect
) -> None:
    """The signature is the master key's then, and longer."""
    async with await open_port() as robot:
        assert (await robot.report()).st_id == 0


@robot_v1
async def test_a_reboot_makes_the_slave_key_stale(
    device: Device, info: DeviceInfo, open_port: Connect, make_listener: MakeListener
) -> None:
    await device.reboot()
    device.received.clear()
    timing = replace(FAST, challenge_rest=0.1)
    with pytest.raises(SlaveKeyMismatch) as caught:
        await open_port(timing=timing)
    assert caught.value.expected == info.master_key
    await device.wait_closed_connections()
    assert [bytes(record.tcp) for record in device.received.connections] == [b""]

    # No answer to a touch says more; then one does.
    hurried = await make_listener(timing=replace(FAST, find=1.0))
    device.faults.silent = device.faults.muted = True
    with pytest.raises(SlaveKeyMismatch):
        await open_port(timing=timing, listener=hurried)
    device.faults.clear()
    listener = await make_listener()
    async with await open_port(timing=timing, listener=listener) as robot:
        assert robot.device.slave_key != info.slave_key
        assert (await robot.report()).st_id == 0


@robot_v1
async def test_a_generation_that_was_forged_is_asked_for_again(
    device: Device, info: DeviceInfo, listener: Listener, key: ClientKey
) -> None:
    """Anybody can announce a generation 1 device as one of generation 2.

    Without another touch it is not talked down to the old handshake.
    """
    listener.pin(info.uuid, info.master_key, info.host)
    forged = replace(info, version=2, slave_key=None)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(forged, key, timing=FAST)
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""
    async with await Robot.open(forged, key, timing=FAST, listener=listener) as robot:
        assert (await robot.report()).st_id == 0
        assert robot.version == 1


@pytest.mark.parametrize(
    ("number", "replaced", "error"),
    [
        # What the device answers to our signature, and the block with the AES key.
        (4, b"AUTH_ERROR".ljust(16, b"\0"), AuthenticationFailed),
        (4, b"PROTOCOL_ERROR".ljust(16, b"\0"), ProtocolError),
        (4, b"OKAY".ljust(16, b"\0"), ProtocolError),
        (4, b"\xff" * 16, ProtocolError),
        (5, bytes(256), ProtocolError),
        (5, None, ProtocolError),
    ],
    ids=["not trusted", "not understood", "okay", "binary", "no block", "short secret"],
)
async def test_a_handshake_that_ends_otherwise(
    play: Play,
    key: ClientKey,
    number: int,
    replaced: bytes | None,
    error: type[Exception],
) -> None:
    if replaced is None:
        replaced = encrypted_for(key, bytes(47))
    events = recorded("rescue-v1", "robot-idle")[:number]
    await play([*events, ["device", replaced.hex()]], ROBOT_PORT)
    with pytest.raises(error):
        await Robot.open(device_of("rescue-v1"), key, timing=FAST)


# -- AES-256-CFB8, NIST SP 800-38A, F.3.11

SECRET = bytes.fromhex(
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
    "000102030405060708090a0b0c0d0e0f"
)
PLAIN = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d")
CRYPTED = bytes.fromhex("dc1f1a8520a64db55fcc8ac554844e889700")


@pytest.mark.parametrize("size", [1, 2, 7, 16, 17, 18])
def test_each_direction_is_one_stream(size: int) -> None:
    encrypt, decrypt = stream_ciphers(SECRET)
    pieces = [PLAIN[start : start + size] for start in range(0, len(PLAIN), size)]
    assert b"".join(encrypt.update(piece) for piece in pieces) == CRYPTED
    # It begins with the IV, whatever went the other way.
    assert b"".join(decrypt.update(bytes((byte,))) for byte in CRYPTED) == PLAIN
