"""The robot port: both handshakes, and the commands that are not about jobs or files."""

import pytest

from simulator import ROBOT_PORT, Device, TrustedKey
from simulator.wire import cipher
from tests.keys import CLIENT_KEY, OTHER_CLIENT_KEY
from tests.vectors import RESCUE_UUID, recorded

from .client import Key, Stream
from .conftest import ADDRESSES, HERE, KEY, MakeDevice, robot_of, trust
from .datagrams import public_rsa, verify
from .recordings import recorded_client_pem, replay, replaying, turns

v1 = pytest.mark.parametrize("device", [{"generation": 1}], indirect=True)


async def recorded_device(make_device: MakeDevice, **changes: object) -> Device:
    device = await make_device(
        address="127.0.0.1",
        uuid=RESCUE_UUID,
        serial="XXXXXXXXXX",
        model="linux-dev",
        name="Werkstatt Größe",
        **changes,
    )
    device.trust.add(TrustedKey.from_pem("recorded", recorded_client_pem()))
    device.files.entries = {"SD": {"test.fc": b"", "Recent": {}}, "USB": {}}
    return device


async def test_the_recorded_session_in_tls(make_device: MakeDevice) -> None:
    events = recorded("rescue-v2", "robot-idle")
    await recorded_device(make_device, random=replaying(events))
    async with await Stream.tls("127.0.0.1", ROBOT_PORT) as stream:
        await replay(stream, turns(events))


async def test_the_recorded_session_in_aes(make_device: MakeDevice) -> None:
    events = recorded("rescue-v1", "robot-idle")
    (secret,) = [bytes.fromhex(event[1]) for event in events if event[0] == "aes"]
    draw = replaying(events)
    device = await recorded_device(
        make_device,
        generation=1,
        random=lambda size: secret if size == len(secret) else draw(size),
    )
    async with await Stream.connect("127.0.0.1", ROBOT_PORT) as stream:
        assert await stream.read(8) == b"FLUX0002"
        signature, salt = await stream.read(128), await stream.read(128)
        assert device.beacon.slave_key is not None
        verify(public_rsa(device.beacon.slave_key.public_der), signature, salt)
        (handshake, answered), *commands = turns(events)
        stream.write(handshake)
        # What is encrypted for a key differs each time.
        assert await stream.read(16) == answered[:16]
        await stream.read(256)
        encrypt = cipher(secret[:32], secret[32:]).encryptor()
        decrypt = cipher(secret[:32], secret[32:]).decryptor()
        for said, answer in commands:
            stream.write(encrypt.update(said))
            assert decrypt.update(await stream.read(len(answer))) == answer


@v1
@pytest.mark.parametrize("signer", [OTHER_CLIENT_KEY, None])
async def test_aes_needs_a_trusted_key_and_its_signature(
    device: Device, signer: bytes | None
) -> None:
    if signer:
        trust(device)
    async with await Stream.connect(HERE, ROBOT_PORT) as stream:
        salt = (await stream.read(8 + 128 + 128))[-128:]
        stream.write(KEY.access_id + Key(signer or CLIENT_KEY).sign(salt))
        assert await stream.read_to_end() == b"AUTH_ERROR".ljust(16, b"\0")


@pytest.mark.parametrize(
    ("trusted", "more", "answer"),
    [
        (False, b"", b"AUTH_ERROR"),
        # A key has to be trusted, and its signature is not looked at.
        (True, b"", b"OK"),
        (True, b"\x0f\0player report", b"PROTOCOL_ERROR"),
    ],
)
async def test_what_tls_needs(
    device: Device, trusted: bool, more: bytes, answer: bytes
) -> None:
    if trusted:
        trust(device)
    async with await Stream.tls(HERE, ROBOT_PORT) as stream:
        stream.write(KEY.access_id + bytes(256) + more)
        assert await stream.read(16) == answer.ljust(16)
        if answer != b"OK":
            assert await stream.read_to_end() == b""


async def test_an_answer_in_pieces_is_never_answered(device: Device) -> None:
    trust(device)
    async with await Stream.tls(HERE, ROBOT_PORT) as stream:
        stream.write(KEY.access_id)
        await stream.writer.drain()
        stream.write(bytes(256))
        assert await stream.is_silent()


@pytest.mark.parametrize(
    "device", [{"unknown_settings": ["autoresume"]}], indirect=True
)
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("position", "CommandTask"),
        ("position 1", "error BAD_PARAMS"),
        ("", "error UNKNOWN_COMMAND"),
        ("kick", "ok"),
        ("task maintain now", "error BAD_PARAMS"),
        ("player report", '{"st_id": 0, "st_label": "IDLE"}'),
        ("'player report'", '{"st_id": 0, "st_label": "IDLE"}'),
        ("player report twice", "error BAD_PARAMS"),
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
        ("player", "error UNKNOWN_COMMAND"),
        ("config get correction", "ok EMPTY"),
        ("config get", "error BAD_PARAMS"),
        ("config set correction A", "ok"),
        ("config set correction a", "ok"),
        ("config del correction", "ok"),
        ("config set zoffset -1", "ok"),
        ("config set zoffset 1.01", "error BAD_PARAMS"),
        ("config set zprobe_dist 230", "ok"),
        ("config set zprobe_dist 129", "error BAD_PARAMS"),
        (
            "config set zprobe_dist 200.5",
            "error UNKNOWN_ERROR invalid literal for int() with base 10: 200.5",
        ),
        ("config set head_error_level 440", "ok"),
        ("config set head_error_level -1", "error BAD_PARAMS"),
        ("config set replay y", "error BAD_PARAMS"),
        ("config set broadcast L", "ok"),
        ("config set backlash 10", "error BAD_PARAMS"),
        ("config get autoresume", "error BAD_PARAMS"),
    ],
)
async def test_the_answers_of_an_idle_device(
    robot: Stream, text: str, answer: str
) -> None:
    assert await robot.ask(text or "''") == answer


@pytest.mark.parametrize("other", [None, ADDRESSES[5]])
async def test_a_device_says_how_it_is_connected(
    make_device: MakeDevice, other: str | None
) -> None:
    device = await make_device(other_address=other)
    async with await robot_of(device) as stream:
        lines = (await stream.ask("deviceinfo")).splitlines()
    macs, addresses = f"wlan0:{device.config.mac}", [f"ipaddr:wlan0:{HERE}"]
    if other:
        macs += ",len0:b8:27:eb:12:34:57"
        addresses.append(f"ipaddr:len0:{other}")
    assert lines[0] == "ok"
    assert f"macaddr:{macs}" in lines
    assert [line for line in lines if line.startswith("ipaddr:")] == addresses
