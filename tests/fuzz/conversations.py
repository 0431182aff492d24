"""What reads the bytes of a stranger one after the other: the listener, and connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
import struct
from typing import Any
from unittest.mock import patch

from custom_components.flux3dp.aioflux import (
    Camera,
    Files,
    FluxError,
    Identity,
    IdentityMismatch,
    Listener,
    Manager,
    Robot,
    handshake,
    manager as management,
    store,
)
from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from custom_components.flux3dp.aioflux.datagram import Notify, TouchReply, decode
from custom_components.flux3dp.aioflux.handshake import (
    CAMERA_PORT,
    ROBOT_PORT,
    public_key,
)
from custom_components.flux3dp.aioflux.maintenance import Maintenance
from custom_components.flux3dp.aioflux.records import MAX_STRANGERS
from custom_components.flux3dp.aioflux.session import Session
from tests.aioflux.conftest import FAST, Line
from tests.aioflux.recording import device_of
from tests.vectors import VECTORS, read

from .checks import check, check_error
from .parsers import SEPARATOR

_AT_ONCE = replace(FAST, toolhead_ready=0.0)
_CERTIFICATE = read("rescue-v1", "certificate.bin")
_DEVICES = [
    device_of("rescue-v1", public_key(_CERTIFICATE)),
    device_of("rescue-v2", public_key(_CERTIFICATE)),
]
_VENDOR = (VECTORS / "test-vendor-key.der").read_bytes()
_LONGEST_WAIT = 12

_loop: asyncio.AbstractEventLoop | None = None


def _run[T](work: Awaitable[T]) -> T:
    """Run in one loop for all inputs: a loop costs more than they do."""
    global _loop  # noqa: PLW0603 - one for the process
    if _loop is None:
        _loop = asyncio.new_event_loop()
    return _loop.run_until_complete(work)


class Peer(Line):
    """A device that says what an input has, part by part.

    A part that begins with `.` is a frame with the rest as its text, `>` waits until
    the client says something, and any other is raw bytes.
    """

    def __init__(self, parts: list[bytes]) -> None:
        super().__init__(_AT_ONCE)
        self._parts = parts
        self._heard = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self._heard = True

    def close(self) -> None:
        self.abort()

    async def talk(self, done: asyncio.Future[Any]) -> None:
        """Say all of it, and close."""
        for part in self._parts:
            kind, text = part[:1], part[1:]
            if kind == b">":
                for _ in range(_LONGEST_WAIT):
                    if self._heard or done.done():
                        break
                    await asyncio.sleep(0)
                self._heard = False
            elif kind == b".":
                length = struct.pack("<H", len(text) & 0xFFFF)
                self.session.data_received(length + text[:0xFFFF])
            elif part:
                self.session.data_received(part[: len(part) // 2])
                await asyncio.sleep(0)
                self.session.data_received(part[len(part) // 2 :])
            await asyncio.sleep(0)
        self.session.connection_lost(None)


async def _conversation(
    data: bytes, say: Callable[[Peer, int], Awaitable[object]]
) -> None:
    """Say something to a peer, and check what comes of it."""
    number = data[0] if data else 0
    peer = Peer(data[1:].split(SEPARATOR))
    saying = asyncio.ensure_future(say(peer, number))
    await asyncio.sleep(0)
    await peer.talk(saying)
    try:
        check(await saying, data)
    except FluxError as err:
        check_error(err)
    assert not peer.session.is_open


class _Key:
    """A client key that costs nothing."""

    access_id = bytes(20)
    public_pem = b"-----BEGIN PUBLIC KEY-----"
    size = 48
    tag = "00000000"

    def sign(self, message: bytes) -> bytes:
        return message[:20]

    def sign_challenge(self, _uuid: str, challenge: bytes) -> bytes:
        assert len(challenge) == 64
        return challenge[:20]

    def decrypt(self, block: bytes) -> bytes:
        return block[: 48 if block[0] else 47]


_KEY: Any = _Key()


# -- over a robot connection


async def _ask_robot(peer: Peer, number: int) -> object:
    robot = Robot(peer.session, _DEVICES[0], "test")
    task = Maintenance(peer.session)
    steps: list[object] = []
    match number % 16:
        case 0:
            # Names are as they are; what they may be is a target of its own.
            return len(await robot.files.list("SD"))
        case 1:
            return await robot.files.info("SD/a.fc")
        case 2:
            # A digest that is compared, and nothing else.
            return len(await robot.files.md5("SD/a.fc"))
        case 3:
            return await _download(robot.files)
        case 4:
            return await robot.report()
        case 5:
            return await robot.info()
        case 6:
            return await robot.deviceinfo()
        case 7:
            return len(await robot.settings.read())
        case 8:
            return len(await robot.position())
        case 9:
            await task.enter()
            found = await task.wait_for_toolhead()
            return found.type, found.version, found.max_temperature
        case 10:
            return await task.toolhead_status()
        case 11:
            return steps, await task.calibrate(steps.append, threshold=0.1)
        case 12:
            await task.load_filament(200.0, steps.append)
            return steps
        case 13:
            return await _store(robot.files)
        case 14:
            await robot.start("SD/a.fc")
            return await robot.report()
        case _:
            await task.set_heater(0.0)
            return await task.leave()


async def _download(files: Files) -> object:
    blocks: list[bytes] = []

    async def write(block: bytes) -> None:
        blocks.append(block)

    size = await files.download("SD/a.fc", write)
    assert sum(map(len, blocks)) == size
    return blocks


async def _store(files: Files) -> object:
    async def source() -> AsyncIterator[bytes]:
        yield b"content"

    @asynccontextmanager
    async def connect() -> AsyncIterator[Files]:
        yield files

    return await store(connect, "SD/a.fc", source(), 7)


def robot(data: bytes) -> None:
    """Ask for reports, files, metadata, settings and maintenance."""
    _run(_conversation(data, _ask_robot))


# -- over a management connection


async def _ask_manager(peer: Peer, number: int) -> object:
    session, device = peer.session, _DEVICES[0]
    manager = Manager(session, device, _KEY, "key")
    match number % 6:
        case 0:
            return await manager.list_trust()
        case 1:
            return await manager.scan_wifi()
        case 2:
            return await manager.rename("Delta")
        case 3:
            return await manager.change_password("old", "new")
        case 4:
            return await manager.add_trust("Home Assistant")
        case _:
            return await management._sign_in(session, device, _KEY, "secret")


def manager(data: bytes) -> None:
    """Sign in, and manage."""
    _run(_conversation(data, _ask_manager))


# -- from the first byte on


async def _sign_in(peer: Peer, number: int) -> object:
    """Open a connection; bit by bit: its port, its generation, its certificate."""
    port = CAMERA_PORT if number & 1 else ROBOT_PORT
    device = _DEVICES[number >> 1 & 1]
    certificate = _CERTIFICATE if number & 4 else peer._parts.pop()
    genuine = public_key(certificate) == device.master_key

    async def connect(*_: object) -> Session:
        return peer.session

    async def start_tls(*_: object) -> bytes:
        peer.session._raise_if_ended()
        return certificate

    with (
        patch.object(handshake.Session, "connect", connect),
        patch.object(handshake.Session, "start_tls", start_tls),
        patch.object(handshake, "rsa_signed", lambda *_: number & 8),
    ):
        try:
            session = await handshake.open_signed_in(device, port, _KEY, _AT_ONCE)
        except IdentityMismatch:
            assert not peer.sent, "something of ours went to a stranger"
            raise
    assert genuine or peer.session._decrypt is not None
    return await session.read_some(64)


def sign_in(data: bytes) -> None:
    """Open a connection to the robot or the camera port."""
    _run(_conversation(data, _sign_in))


# -- the camera


async def _watch(peer: Peer, number: int) -> object:
    camera = Camera(peer.session, _DEVICES[0])
    pictures = [await camera.frame() for _ in range(number & 3)]
    async with aclosing(camera.stream()) as stream:
        async for picture in stream:
            pictures.append(picture)
            if len(pictures) > 4:
                break
    pictures.append(await camera.frame())
    assert all(0 < len(picture) <= MAX_IMAGE for picture in pictures)
    return pictures


def camera(data: bytes) -> None:
    """Watch the camera, whose pictures come in pieces."""
    _run(_conversation(data, _watch))


# -- discovery


def _identity(name: str) -> tuple[str, bytes]:
    """Return the uuid and the master key in a recorded datagram."""
    heard = decode((VECTORS / name).read_bytes())
    assert isinstance(heard, Notify | TouchReply)
    return heard.uuid, heard.master_key


_SIGNED = (_identity("signed-v1/notify-idle.bin"), _identity("signed-v2/touch.bin"))
# It is set up without a signature.
_PINNED = _identity("rescue-v2/touch.bin")


async def _listen(data: bytes) -> None:
    listener = Listener(interfaces=["127.0.0.1"], vendor_keys=[_VENDOR], timing=FAST)
    listener.pin(*_PINNED, "127.0.0.0")
    updates: list[object] = []
    unsubscribe = listener.subscribe(updates.append)
    try:
        for part in data.split(SEPARATOR * 3):  # Keys have it once.
            where = part[0] if part else 0
            # Bits: whether it came to our own port, and from where.
            listener._heard(part[1:], f"127.0.0.{where >> 1 & 3}", own=bool(where & 1))
        known = list(listener.devices)
        assert len(list(listener._records)) <= MAX_STRANGERS + 1
        for each in (*known, *updates):
            check(each, data)
        for device in known:
            match device.identity:
                case Identity.PINNED:
                    assert (device.uuid, device.master_key) == _PINNED
                case Identity.VERIFIED:
                    assert (device.uuid, device.master_key) in _SIGNED
                case identity:
                    assert identity is Identity.UNVERIFIED
                    assert device.uuid != _PINNED[0]
    finally:
        unsubscribe()
        await listener.close()


def listener(data: bytes) -> None:
    """Hear datagrams: announcements, answers and broadcasts, from here and there."""
    _run(_listen(data))


CONVERSATIONS = {
    target.__name__: target for target in (robot, manager, sign_in, camera, listener)
}
