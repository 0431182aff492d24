"""The robot port: both handshakes, and the commands that are not about jobs or files."""

import asyncio
from collections.abc import Callable, Iterator
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
import pytest

from simulator import ROBOT_PORT, Device, TrustedKey
from simulator.wire import cipher
from tests.keys import CLIENT_KEY, MASTER_KEY_4096, OTHER_CLIENT_KEY

from .client import Key, Stream, command, open_robot
from .conftest import ADDRESSES, MakeDevice, trust
from .recordings import (
    Events,
    device_bytes,
    first_client_bytes,
    recorded,
    recorded_client_pem,
    replaying,
)

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]


def turns(events: Events) -> Iterator[tuple[bytes, bytes]]:
    """Give each frame the recorded client sent, and what the device answered to it."""
    said, answer = b"", b""
    for event in events:
        if event[0] == "client" and len(event) == 2:
            if said:
                yield said, answer
            said, answer = bytes.fromhex(event[1]), b""
        elif event[0] == "device" and said:
            answer += bytes.fromhex(event[1])
    yield said, answer


def as_recorded(device: Device) -> None:
    device.trust.add(TrustedKey.from_pem("recorded", recorded_client_pem()))
    device.files.entries = {"SD": {"test.fc": b"", "Recent": {}}, "USB": {}}


async def test_the_recorded_session_in_tls(make_device: MakeDevice) -> None:
    recording = recorded("rescue-v2")
    events = recording["sessions"]["robot-idle"]
    device = await make_device(
        address="127.0.0.1",
        uuid=recording["uuid"],
        serial="XXXXXXXXXX",
        model="linux-dev",
        name="Werkstatt Größe",
        random=replaying(events),
    )
    as_recorded(device)
    async with await Stream.connect("127.0.0.1", ROBOT_PORT) as stream:
        assert await stream.read(8) == b"FLUX0003"
        await stream.start_tls()
        await stream.read(64)
        stream.write(first_client_bytes(events))
        answers = await stream.read(16)
        for said, answer in turns(events):
            stream.write(said)
            answers += await stream.read(len(answer))
    assert answers == device_bytes(events)


async def test_the_recorded_session_in_aes(make_device: MakeDevice) -> None:
    recording = recorded("rescue-v1")
    events = recording["sessions"]["robot-idle"]
    (secret,) = [bytes.fromhex(event[1]) for event in events if event[0] == "aes"]
    draw = replaying(events)
    device = await make_device(
        address="127.0.0.1",
        generation=1,
        uuid=recording["uuid"],
        serial="XXXXXXXXXX",
        model="linux-dev",
        name="Werkstatt Größe",
        random=lambda size: secret if size == len(secret) else draw(size),
    )
    as_recorded(device)
    async with await Stream.connect("127.0.0.1", ROBOT_PORT) as stream:
        assert await stream.read(8) == b"FLUX0002"
        signature, salt = await stream.read(128), await stream.read(128)
        slave_signed(device, signature, salt)
        stream.write(first_client_bytes(events))
        answers = await stream.read(16)
        await stream.read(256)
        encrypt = cipher(secret[:32], secret[32:]).encryptor()
        decrypt = cipher(secret[:32], secret[32:]).decryptor()
        for said, answer in turns(events):
            stream.write(encrypt.update(said))
            answers += decrypt.update(await stream.read(len(answer)))
    assert answers == device_bytes(events)


def slave_signed(device: Device, signature: bytes, salt: bytes) -> None:
    assert device.beacon.slave_key is not None
    public = serialization.load_der_public_key(device.beacon.slave_key.public_der)
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, salt, padding.PKCS1v15(), hashes.SHA1())


async def test_the_key_of_the_aes_comes_encrypted_for_the_client(
    make_device: MakeDevice,
) -> None:
    device = await make_device(generation=1)
    trust(device)
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        salt = (await stream.read(8 + 128 + 128))[-128:]
        stream.write(KEY.access_id + KEY.sign(salt))
        assert await stream.read(16) == b"OK".ljust(16, b"\0")
        sha1 = hashes.SHA1()
        secret = KEY.private.decrypt(
            await stream.read(256), padding.OAEP(padding.MGF1(sha1), sha1, None)
        )
        aes = cipher(secret[:32], secret[32:])
        stream.write(aes.encryptor().update(b"\x0a\0position"))
        assert aes.decryptor().update(await stream.read(13)) == b"\x0b\0CommandTask"
    assert device.received.robot == ["position"]


async def test_without_a_slave_key_the_master_key_signs(
    make_device: MakeDevice,
) -> None:
    await make_device(
        generation=1, slave_key_not_ready=True, master_key=MASTER_KEY_4096
    )
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        data = await stream.read(8 + 512 + 128)
    public = Key(MASTER_KEY_4096).private.public_key()
    public.verify(data[8:520], data[520:], padding.PKCS1v15(), hashes.SHA1())


@pytest.mark.parametrize("signer", [OTHER_CLIENT_KEY, None])
async def test_aes_needs_a_trusted_key_and_its_signature(
    make_device: MakeDevice, signer: bytes | None
) -> None:
    device = await make_device(generation=1)
    if signer:
        trust(device)
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        salt = (await stream.read(8 + 128 + 128))[-128:]
        stream.write(KEY.access_id + Key(signer or CLIENT_KEY).sign(salt))
        assert await stream.read_to_end() == b"AUTH_ERROR".ljust(16, b"\0")


async def test_tls_needs_a_trusted_key_but_not_its_signature(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    for trusted, answer in ((False, b"AUTH_ERROR"), (True, b"OK")):
        if trusted:
            trust(device)
        async with await Stream.connect(HERE, ROBOT_PORT) as stream:
            await stream.read(8)
            await stream.start_tls()
            await stream.read(64)
            stream.write(KEY.access_id + bytes(256))
            assert await stream.read(16) == answer.ljust(16)


async def test_what_follows_the_signature_too_early_is_a_protocol_error(
    make_device: MakeDevice,
) -> None:
    trust(await make_device())
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        await stream.read(8)
        await stream.start_tls()
        await stream.read(64)
        stream.write(KEY.access_id + bytes(256) + b"\x0f\0player report")
        assert await stream.read_to_end() == b"PROTOCOL_ERROR".ljust(16)


async def test_an_answer_in_pieces_is_never_answered(make_device: MakeDevice) -> None:
    trust(await make_device())
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        await stream.read(8)
        await stream.start_tls()
        await stream.read(64)
        stream.write(KEY.access_id)
        await stream.writer.drain()
        stream.write(bytes(256))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await stream.reader.read(1)


async def robot(device: Device) -> Stream:
    trust(device)
    return await open_robot(HERE, KEY, device.config.uuid)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("position", "CommandTask"),
        ("player report", '{"st_id": 0, "st_label": "IDLE"}'),
        ("player quit", "error NO_TASK"),
        ("player resume", "error NO_TASK"),
        ("player abort", "error NO_TASK"),
        ("player load_filament 0", "error NO_TASK"),
        ("player start", "error NO_TASK"),
        ("player select SD nothing.fc", "error NOT_EXIST BAD_NODE"),
        ("player select SD", "error BAD_PARAMS"),
        ("player select SD two words.fc", "error BAD_PARAMS"),
        ("player select SD 'it", "error UNKNOWN_ERROR"),
        ("player dance", "error UNKNOWN_COMMAND"),
        ("config get correction", "ok EMPTY"),
        ("config set correction A", "ok"),
        ("config del correction", "ok"),
    ],
)
async def test_the_answers_of_an_idle_device(
    make_device: MakeDevice, text: str, answer: str
) -> None:
    async with await robot(await make_device()) as stream:
        assert await command(stream, text) == answer


async def test_a_setting_is_kept(make_device: MakeDevice) -> None:
    async with await robot(await make_device()) as stream:
        assert await command(stream, "config set leveling 'X:1 Y:2'") == "ok"
        assert await command(stream, "config get leveling") == "ok VAL X:1 Y:2"
        assert await command(stream, "config del leveling") == "ok"
        assert await command(stream, "config get leveling") == "ok EMPTY"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("set correction a", "ok"),
        ("set zoffset -1", "ok"),
        ("set zoffset 1.01", "error BAD_PARAMS"),
        ("set zprobe_dist 230", "ok"),
        ("set zprobe_dist 129", "error BAD_PARAMS"),
        (
            "set zprobe_dist 200.5",
            "error UNKNOWN_ERROR invalid literal for int() with base 10: 200.5",
        ),
        ("set head_error_level 440", "ok"),
        ("set head_error_level -1", "error BAD_PARAMS"),
        ("set replay y", "error BAD_PARAMS"),
        ("set broadcast L", "ok"),
        ("set backlash 10", "error BAD_PARAMS"),
        ("get autoresume", "error BAD_PARAMS"),
    ],
)
async def test_a_setting_takes_its_values_only(
    make_device: MakeDevice, text: str, reply: str
) -> None:
    device = await make_device(unknown_settings=["autoresume"])
    async with await robot(device) as stream:
        assert await command(stream, f"config {text}") == reply


async def test_an_occupied_device_says_so_until_it_is_kicked(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.occupy(-2, by="192.168.1.50")
    async with await robot(device) as stream:
        found = json.loads(await command(stream, "player report"))
        assert found == {
            "st_id": -2,
            "st_label": "OCCUPIED",
            "info": "192.168.1.50@ScanTask",
        }
        await command(stream, "player select SD 'calibration cube.fc'")
        assert await command(stream, "player start") == "error NO_TASK"
        assert await command(stream, "kick") == "ok"
        assert device.status.st_id == 0


async def test_who_is_kicked_is_told_and_closed(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        await command(stream, "position")
        await device.kick_sessions()
        assert await stream.frame() == b"error KICKED"
        assert await stream.read_to_end() == b""


@pytest.mark.parametrize(
    ("name", "text"), [("player", "player report"), ("player report", "player report")]
)
async def test_a_reply_can_be_put_into_its_mouth(
    make_device: MakeDevice, name: str, text: str
) -> None:
    device = await make_device()
    device.faults.replies[name] = "er DEVICE_ERROR"
    async with await robot(device) as stream:
        assert await command(stream, text) == "er DEVICE_ERROR"


def cut(device: Device) -> None:
    device.faults.robot.cut_after = 0


def stall(device: Device) -> None:
    device.faults.robot.stall_after = 0


@pytest.mark.parametrize("fault", [cut, stall])
async def test_a_fault_reaches_a_connection_that_is_open(
    make_device: MakeDevice, fault: Callable[[Device], None]
) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        fault(device)
        stream.send_frame(b"position")
        await device.wait_command("position")
        if fault is cut:
            assert await stream.read_to_end() == b""
        else:
            assert device.connections[ROBOT_PORT] == 1
    await device.wait_closed_connections()


async def test_answers_in_small_pieces_are_the_same_answers(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.faults.robot.chunk_size = 9
    async with await robot(device) as stream:
        assert await command(stream, "position") == "CommandTask"


async def test_half_a_frame_and_then_nothing(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        device.faults.robot.half_frame = True
        stream.send_frame(b"position")
        assert await stream.read(6) == b"\x0b\0Comm"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await stream.reader.read(1)
    await device.wait_closed_connections()
