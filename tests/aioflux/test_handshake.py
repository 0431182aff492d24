"""Opening a port: who is there, whether it lets us in, and what may go wrong until then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
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
from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers
from simulator import (
    CAMERA_PORT,
    MANAGEMENT_PORT,
    ROBOT_PORT,
    Device,
    StreamFaults,
    TrustedKey,
)
from simulator.keys import RsaKey
from tests.keys import CLIENT_KEY, MASTER_KEY_4096, MASTER_KEYS

from .conftest import FAST, MakeDevice, MakeListener
from .recording import Play, device_of, encrypted_for, recorded
from .remains import Remains, length_of

OTHER_MASTER_KEY = RsaKey.from_pem(MASTER_KEYS[1]).public_der
LABEL = "Home Assistant (Test)"

type Client = Manager | Robot | Camera


class Port(NamedTuple):
    """A port, and a conversation there from the first byte to the last."""

    name: str
    generation: int
    open: Callable[..., Awaitable[Client]]
    ask: Callable[[Any], Awaitable[object]]


PORTS = {
    "management": Port("management", 2, Manager.open, Manager.list_trust),
    "robot-v1": Port("robot", 1, Robot.open, Robot.info),
    "robot-v2": Port("robot", 2, Robot.open, Robot.info),
    "camera": Port("camera", 2, Camera.open, Camera.frame),
}


@pytest.fixture(params=PORTS.values(), ids=PORTS)
def port(request: pytest.FixtureRequest) -> Port:
    found: Port = request.param
    return found


@pytest.fixture
async def device(port: Port, make_device: MakeDevice, key: ClientKey) -> Device:
    """Return a device that trusts us, of the port's generation."""
    return trust(await make_device(generation=port.generation), key)


def trust(device: Device, key: ClientKey) -> Device:
    device.trust.add(TrustedKey.from_pem("Test", key.public_pem))
    return device


def quick(**times: float) -> Timing:
    """Return a timing in which waiting for nothing ends soon."""
    soon = {"connect": 0.2, "handshake": 0.2, "command": 0.2, "challenge_rest": 0.1}
    return replace(FAST, **(soon | times))


# -- every port


async def test_a_trusted_key_opens(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    pinned = device.master_public_der
    client = await port.open(info, key, timing=FAST, expected_key=pinned)
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
        await port.open(info, key, timing=FAST)
    await device.wait_closed_connections()


async def test_another_key_than_the_expected_one_receives_nothing(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(IdentityMismatch) as caught:
        await port.open(info, key, timing=FAST, expected_key=OTHER_MASTER_KEY)
    assert caught.value.expected == OTHER_MASTER_KEY
    # The old handshake shows no key; what discovery said of one is no proof.
    shows_none = port == PORTS["robot-v1"]
    assert isinstance(caught.value, SlaveKeyMismatch) is shows_none
    assert caught.value.presented == (b"" if shows_none else info.master_key)
    if not shows_none:
        device.faults.wrong_certificate = MASTER_KEYS[1]
        with pytest.raises(IdentityMismatch) as caught:
            await port.open(info, key, timing=FAST)
        assert caught.value.presented == OTHER_MASTER_KEY
    await device.wait_closed_connections()
    assert device.received.connections
    assert device.received.application_bytes == b""


async def test_faults_before_the_sign_in(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    for error, fault in (
        (ProtocolError, {"hello": b"HTTP/1.1"}),
        (ConnectionFailed, {"hello": b"FLUX0003extra"}),
        (ConnectionFailed, {"close_after_hello": True}),
        (ConnectionFailed, {"stall_in_handshake": True}),
        (ConnectionFailed, {"stall_after": 4}),
        (ConnectionFailed, {"stall_after": 100}),
    ):
        setattr(device.faults, port.name, StreamFaults(**fault))
        with pytest.raises(error):
            await port.open(info, key, timing=quick())
        await device.wait_closed_connections()
    assert device.received.application_bytes == b""
    await device.refuse_connections(MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT)
    with pytest.raises(ConnectionFailed):
        await port.open(info, key, timing=FAST)


async def test_the_old_handshake_is_the_robots_only(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    setattr(device.faults, port.name, StreamFaults(hello=b"FLUX0002"))
    error = SlaveKeyMismatch if port.name == "robot" else ProtocolError
    if port.generation == 2:
        with pytest.raises(error):
            await port.open(info, key, timing=quick())
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_giving_up_in_the_middle_leaves_nothing(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    setattr(device.faults, port.name, StreamFaults(stall_after=64))
    remains = Remains(device)
    opening = asyncio.ensure_future(port.open(info, key, timing=FAST))
    await device.wait_for(lambda: bool(device.received.connections))
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await remains.check()


@pytest.mark.parametrize("fault", ["cut_after", "stall_after"])
async def test_an_end_anywhere_leaves_nothing(
    port: Port, device: Device, info: DeviceInfo, key: ClientKey, fault: str
) -> None:
    """From before the hello to the last byte: a reply is whole, or it is an error."""
    # Debugging, asyncio keeps a traceback of everything it calls: twice the time.
    asyncio.get_running_loop().set_debug(False)
    device.start_job("SD/calibration cube.fc")
    replies: list[object] = []
    timing = FAST if fault == "cut_after" else quick(camera_frame=0.2)

    async def converse(timing: Timing = FAST) -> None:
        async with await port.open(info, key, timing=timing) as client:
            replies.append(await port.ask(client))

    faults: StreamFaults = getattr(device.faults, port.name)
    length = await length_of(device, faults, converse)
    remains = Remains(device)
    replies.clear()
    steps = 200 if fault == "cut_after" else 8
    ends = {*range(10), *range(0, length, length // steps), length - 2, length - 1}
    for end in sorted(ends) if fault == "cut_after" else sorted(ends)[9:]:
        setattr(faults, fault, end)
        with pytest.raises((ConnectionFailed, SlaveKeyMismatch)):
            await converse(timing)
        assert replies == [], end
        await remains.check()
    setattr(faults, fault, None)
    await converse()
    assert len(replies) == 1
    await remains.check()


@pytest.mark.parametrize(
    ("port", "size"), [(PORTS["robot-v1"], 1), (PORTS["robot-v2"], 7)]
)
async def test_bytes_that_come_in_pieces(
    size: int, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.robot.chunk_size = size
    # Some thousand bytes, a millisecond apart at the least.
    timing = replace(FAST, handshake=200, command=200, challenge_rest=200)
    async with await Robot.open(info, key, timing=timing) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize(
    "changes", [{"master_key": MASTER_KEY_4096}, {"old_tls": True}], ids=["4096", "old"]
)
async def test_factory_keys_and_old_tls(
    port: Port,
    make_device: MakeDevice,
    listener: Listener,
    key: ClientKey,
    changes: dict[str, Any],
) -> None:
    device = await make_device(generation=port.generation, **changes)
    info = await listener.find(trust(device, key).address)
    async with await port.open(info, key, timing=FAST) as client:
        assert client.is_open


@pytest.fixture
async def new_device(make_device: MakeDevice) -> Device:
    """Return a device that has not met us, of generation 1."""
    return await make_device(generation=1)


async def test_verifying_a_key_sends_nothing(
    new_device: Device, listener: Listener
) -> None:
    unmet = await listener.find(new_device.address)
    await verify_key(unmet, unmet.master_key, FAST)
    new_device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(IdentityMismatch):
        await verify_key(unmet, unmet.master_key, FAST)
    await new_device.wait_closed_connections()
    assert new_device.received.application_bytes == b""


# -- the robot of generation 1: the slave key


@pytest.mark.parametrize("master_key", [MASTER_KEYS[0], MASTER_KEY_4096])
async def test_a_slave_key_that_is_not_ready(
    master_key: bytes, make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    """The signature is the master key's then, and longer."""
    device = await make_device(
        generation=1, slave_key_not_ready=True, master_key=master_key
    )
    info = await listener.find(trust(device, key).address)
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).st_id == 0


async def test_a_reboot_makes_the_slave_key_stale(
    new_device: Device, make_listener: MakeListener, key: ClientKey
) -> None:
    listener = await make_listener(timing=replace(FAST, find=1.0))
    stale = await listener.find(trust(new_device, key).address, timeout=FAST.find)
    await new_device.reboot()
    new_device.received.clear()
    timing = replace(FAST, challenge_rest=0.1)
    with pytest.raises(SlaveKeyMismatch) as caught:
        await Robot.open(stale, key, timing=timing)
    assert caught.value.expected == stale.master_key
    await new_device.wait_closed_connections()
    assert [bytes(record.tcp) for record in new_device.received.connections] == [b""]

    # No answer to a touch says more; then one does.
    new_device.faults.silent = new_device.faults.muted = True
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(stale, key, timing=timing, listener=listener)
    new_device.faults.clear()
    async with await Robot.open(
        stale, key, timing=timing, listener=await make_listener()
    ) as robot:
        assert robot.device.slave_key != stale.slave_key
        assert (await robot.report()).st_id == 0


async def test_a_generation_that_was_forged_is_asked_for_again(
    new_device: Device, listener: Listener, key: ClientKey
) -> None:
    """Anybody can announce a generation 1 device as one of generation 2.

    Without another touch it is not talked down to the old handshake.
    """
    known = await listener.find(trust(new_device, key).address)
    listener.pin(known.uuid, known.master_key, known.host)
    forged = replace(known, version=2, slave_key=None)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(forged, key, timing=FAST)
    await new_device.wait_closed_connections()
    assert new_device.received.application_bytes == b""
    async with await Robot.open(forged, key, timing=FAST, listener=listener) as robot:
        assert (await robot.report()).st_id == 0


@pytest.mark.parametrize(
    ("number", "replaced", "error"),
    [
        # What the device answers to our signature, and the block with the AES key.
        (4, b"AUTH_ERROR".ljust(16, b"\0"), AuthenticationFailed),
        (4, b"PROTOCOL_ERROR".ljust(16, b"\0"), ProtocolError),
        (4, b"OKAY".ljust(16, b"\0"), ProtocolError),
        (4, b"\xff" * 16, ProtocolError),
        (5, bytes(256), ProtocolError),
        (
            5,
            encrypted_for(ClientKey.from_pem(CLIENT_KEY.decode()), bytes(47)),
            ProtocolError,
        ),
    ],
    ids=["not trusted", "not understood", "okay", "binary", "no block", "short secret"],
)
async def test_a_handshake_that_ends_otherwise(
    *,
    play: Play,
    key: ClientKey,
    number: int,
    replaced: bytes,
    error: type[Exception],
) -> None:
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


@pytest.mark.parametrize("size", [0, SECRET_LENGTH - 1, SECRET_LENGTH + 1])
def test_a_secret_of_another_length(size: int) -> None:
    with pytest.raises(ValueError, match="48 bytes"):
        stream_ciphers(bytes(size))
