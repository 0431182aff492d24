"""The robot and camera ports against what real firmware said, byte by byte.

A small device on a real socket says what was recorded, and demands from the
library the very requests that were recorded.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
import json
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import CipherContext
from cryptography.hazmat.primitives.serialization import load_der_public_key
import pytest

from custom_components.flux3dp.aioflux import (
    Camera,
    ClientKey,
    CommandFailed,
    DeviceInfo,
    Identity,
    Robot,
    SlaveKeyMismatch,
)
from custom_components.flux3dp.aioflux.datagram import (
    NotifyV1,
    TouchReplyV1,
    TouchReplyV2,
    decode,
)
from simulator.aes import cipher
from simulator.keys import RsaKey
from simulator.tls import server_context
from tests.keys import MASTER_KEYS

from .conftest import ADDRESSES, FAST

VECTORS = Path(__file__).parent.parent / "vectors"
PORTS = {"robot-idle": 23811, "camera": 23812}

type Play = Callable[..., Awaitable[Recording]]


def recorded(folder: str, session: str) -> list[list[str]]:
    data = json.loads((VECTORS / folder / "sessions.json").read_text())
    return cast(list[list[str]], data["sessions"][session])


def device_of(folder: str, master_key: bytes | None = None) -> DeviceInfo:
    """Return the device that was recorded, with a master key of ours for TLS."""
    touch = decode((VECTORS / folder / "touch.bin").read_bytes())
    slave_key = None
    if isinstance(touch, TouchReplyV1):
        notify = decode((VECTORS / folder / "notify.bin").read_bytes())
        assert isinstance(notify, NotifyV1)
        master_key = master_key or notify.master_key
        slave_key = touch.slave_key
    else:
        assert isinstance(touch, TouchReplyV2)
        master_key = master_key or touch.master_key
    return DeviceInfo(
        uuid=touch.uuid,
        serial="XXXXXXXXXX",
        name=touch.info["name"],
        model=touch.info["model"],
        firmware=touch.info["ver"],
        has_password=True,
        host=ADDRESSES[0],
        version=touch.version,
        master_key=master_key,
        identity=Identity.UNVERIFIED,
        slave_key=slave_key,
    )


class Recording:
    """A device that plays one recorded session to whoever connects."""

    def __init__(self, events: list[list[str]], key: ClientKey) -> None:
        self.events = events
        self.played = asyncio.Event()
        self.heard = bytearray()
        self._key = key
        self._encrypt: CipherContext | None = None
        self._decrypt: CipherContext | None = None

    async def play(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            for event in self.events:
                await self._play_event(reader, writer, *event)
            self.played.set()
            await reader.read()
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()

    async def _play_event(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kind: str,
        data: str,
        note: str = "",
    ) -> None:
        if kind == "aes":
            secret = bytes.fromhex(data)
            self._encrypt = cipher(secret[:32], secret[32:]).encryptor()
            self._decrypt = cipher(secret[:32], secret[32:]).decryptor()
        elif kind == "tls":
            master = RsaKey.from_pem(MASTER_KEYS[0])
            context = await server_context(master, "00" * 16, "XXXXXXXXXX")
            await writer.start_tls(context)
        elif kind == "client":
            expected = bytes.fromhex(data)
            got = await reader.readexactly(len(expected))
            if self._decrypt:
                got = self._decrypt.update(got)
            self.heard += got
            if note != "access_id+signature":
                # The recorder's key signed otherwise; all else is to be the same.
                assert got == expected
        elif note == "rsa(aes key+iv)":
            (secret,) = (bytes.fromhex(e[1]) for e in self.events if e[0] == "aes")
            writer.write(encrypted_for(self._key, secret))
        else:
            sent = bytes.fromhex(data)
            writer.write(self._encrypt.update(sent) if self._encrypt else sent)


def encrypted_for(key: ClientKey, secret: bytes) -> bytes:
    public: Any = load_der_public_key(key.public_der)
    block: bytes = public.encrypt(
        secret,
        padding.OAEP(padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None),
    )
    return block


@pytest.fixture
async def play(key: ClientKey) -> AsyncIterator[Play]:
    """Return what starts a recorded device."""
    servers: list[asyncio.Server] = []

    async def start(folder: str, session: str) -> Recording:
        recording = Recording(recorded(folder, session), key)
        servers.append(
            await asyncio.start_server(recording.play, ADDRESSES[0], PORTS[session])
        )
        return recording

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


def device_key() -> bytes:
    return RsaKey.from_pem(MASTER_KEYS[0]).public_der


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_robot_session(
    folder: str, play: Play, key: ClientKey
) -> None:
    device = device_of(folder, None if folder == "rescue-v1" else device_key())
    recording = await play(folder, "robot-idle")
    async with await Robot.open(device, key, timing=FAST) as robot:
        report = await robot.report()
        assert (report.st_id, report.label) == (0, "IDLE")
        details = await robot.deviceinfo()
        assert details["nickname"] == "Werkstatt Größe"
        assert details["macaddr"] == "wlan0:b8:27:eb:12:34:56"
        assert details["cloud"] == "None"
        assert await robot.config_get("filament_detect") is None
        assert await robot.config_get("broadcast") is None
        with pytest.raises(CommandFailed) as refused:
            await robot.pause()
        assert refused.value.symbol == "NO_TASK"
        assert robot.is_open
    assert recording.heard.startswith(key.access_id)
    assert len(recording.heard) > 20 + key.size


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_camera_session(
    folder: str, play: Play, key: ClientKey
) -> None:
    recording = await play(folder, "camera")
    async with await Camera.open(
        device_of(folder, device_key()), key, timing=FAST
    ) as camera:
        picture = await camera.frame()
    assert picture == bytes.fromhex(recording.events[-1][1])
    assert picture.startswith(b"\xff\xd8")
    await asyncio.wait_for(recording.played.wait(), 5)


async def test_a_recorded_signature_under_another_slave_key(
    play: Play, key: ClientKey
) -> None:
    """After a reboot the slave key in hand is the old one: nothing of ours goes."""
    recording = await play("rescue-v1", "robot-idle")
    other = decode((VECTORS / "signed-v1" / "touch.bin").read_bytes())
    assert isinstance(other, TouchReplyV1)
    device = replace(device_of("rescue-v1"), slave_key=other.slave_key)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(
            device, key, timing=replace(FAST, challenge_rest=0.1, handshake=5)
        )
    assert recording.heard == b""
