"""A listener, simulated devices, and leave to reach their addresses.

Nothing here knows Home Assistant: the library is tested as it could be released.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
import struct
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    DeviceInfo,
    Listener,
    Manager,
    Robot,
    Timing,
)
from custom_components.flux3dp.aioflux.session import Session
from simulator import Device, Timing as DeviceTiming, TrustedKey
from tests.devices import MakeDevice, making, reaching
from tests.keys import CLIENT_KEY, VENDOR_PUBLIC_DER
from tests.vectors import Events

from .recording import ADDRESS, Play, Recording
from .updates import Updates

ADDRESSES = [ADDRESS, *(f"127.0.40.{number}" for number in range(2, 20))]
CUBE = "SD/calibration cube.fc"
UUID = "6b1f0c2e9a4d4f7f8e21c3d4a5b60718"

# What a test waits for comes as fast as it can, or never: then a busy machine has its time.
FAST = Timing(
    scan=0.3,
    find=30.0,
    find_probe_interval=0.1,
    lookup=30.0,
    touch_interval=0.05,
    touch_rest=0.1,
    unheard=0.3,
    unheard_active=0.1,
    connect=30.0,
    handshake=30.0,
    challenge_rest=30.0,
    command=30.0,
    wifi_scan=30.0,
    toolhead_ready=0.3,
    close=0.5,
    camera_frame=30.0,
)


class Line(asyncio.Transport):
    """A connection whose other end a test speaks for."""

    def __init__(self, timing: Timing = FAST) -> None:
        super().__init__()
        self.sent = bytearray()
        self.session = Session(timing)
        self.session.connection_made(self)

    def say(self, *texts: str) -> None:
        """Have the device send these frames."""
        for text in texts:
            data = text.encode()
            self.session.data_received(struct.pack("<H", len(data)) + data)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.session.connection_lost(None)


type MakeListener = Callable[..., Awaitable[Listener]]
type Connect = Callable[..., Awaitable[Any]]


loopback = reaching(ADDRESSES)
make_device = making(ADDRESSES[0], UUID)


@pytest.fixture(scope="session")
def key() -> ClientKey:
    """Return the client's key; reading it takes as long as a handshake."""
    return ClientKey.from_pem(CLIENT_KEY.decode())


@pytest.fixture
async def make_listener() -> AsyncIterator[MakeListener]:
    """Return what makes a started listener on loopback."""
    async with AsyncExitStack() as stack:

        async def make(**changes: Any) -> Listener:
            values: dict[str, Any] = {
                "interfaces": ["127.0.0.1"],
                "vendor_keys": [VENDOR_PUBLIC_DER],
                "timing": FAST,
            }
            listener = Listener(**(values | changes))
            await listener.start()
            stack.push_async_callback(listener.close)
            return listener

        yield make


@pytest.fixture
async def listener(make_listener: MakeListener) -> Listener:
    """Return a started listener."""
    return await make_listener()


@pytest.fixture
def updates(listener: Listener) -> Updates:
    """Return every update of the listener, from now on."""
    return Updates(listener)


def trust(device: Device, key: ClientKey) -> Device:
    device.trust.add(TrustedKey.from_pem("Test", key.public_pem))
    return device


@pytest.fixture
async def device(
    request: pytest.FixtureRequest, make_device: MakeDevice, key: ClientKey
) -> Device:
    """Return a device that trusts us, whose jobs never end by themselves.

    It is of generation 1, or as `BOTH` and `having` say.
    """
    timing = replace(DeviceTiming.fast(), job_speed=0.0)
    usual = {"generation": 1, "timing": timing}
    return trust(await make_device(**usual | getattr(request, "param", {})), key)


def having(**changes: Any) -> pytest.MarkDecorator:
    """Have a test's device made with these changes."""
    return pytest.mark.parametrize("device", [changes], ids=[""], indirect=True)


BOTH = pytest.mark.parametrize(
    "device", [{"generation": 1}, {"generation": 2}], ids=["v1", "v2"], indirect=True
)


@pytest.fixture
async def info(device: Device, listener: Listener) -> DeviceInfo:
    """Return what the listener knows of the device."""
    return await listener.find(device.address)


@pytest.fixture
def connect(info: DeviceInfo, key: ClientKey) -> Connect:
    """Return what opens a connection to the device: `connect(Robot)`."""

    async def connect(client: Any, **options: Any) -> Any:
        return await client.open(info, key, **{"timing": FAST} | options)

    return connect


@pytest.fixture
async def robot(device: Device, connect: Connect) -> AsyncIterator[Robot]:
    """Return an open robot connection to the device."""
    async with await connect(Robot) as robot:
        yield robot
    await device.wait_closed_connections()


@pytest.fixture
async def manager(device: Device, connect: Connect) -> AsyncIterator[Manager]:
    """Return an open management connection, by the password of `make_device`."""
    async with await connect(Manager, password="secret") as manager:
        yield manager
    await device.wait_closed_connections()


@pytest.fixture
async def play(key: ClientKey) -> AsyncIterator[Play]:
    """Return what starts a device that plays recorded events on a port."""
    servers: list[asyncio.Server] = []

    async def start(events: Events, port: int) -> Recording:
        recording = Recording(events, key)
        servers.append(await asyncio.start_server(recording.play, ADDRESS, port))
        return recording

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()
