"""Devices for the simulator's own tests, which need no Home Assistant, and clients of theirs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
import os

import pytest
import pytest_socket

from simulator import Device, DeviceConfig, Timing, TrustedKey
from tests.keys import CLIENT_KEY, MASTER_KEYS, VENDOR_KEY

from .client import Key, Stream

# Of this process alone, so that two runs of the tests do not meet.
_BLOCK = f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250 + 1}"
ADDRESSES = [f"{_BLOCK}.{number}" for number in range(1, 30)]
HERE = ADDRESSES[0]

KEY = Key(CLIENT_KEY)
UUID = bytes.fromhex("6b1f0c2e9a4d4f7f8e21c3d4a5b60718")

type MakeDevice = Callable[..., Awaitable[Device]]


@pytest.fixture(autouse=True)
def loopback(socket_enabled: None) -> Iterator[None]:
    """Let the tests reach the addresses of their devices."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", *ADDRESSES], allow_unix_socket=True)
    yield
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


def device_config(**changes: object) -> DeviceConfig:
    """Return how the usual device is, but for the changes."""
    config = DeviceConfig(
        address=HERE,
        uuid=UUID.hex(),
        serial="FD1A104242",
        name="Delta in der Werkstatt ♥",
        master_key=MASTER_KEYS[0],
        vendor_key=VENDOR_KEY,
        password="secret",
        timing=Timing.fast(),
    )
    for name, value in changes.items():
        assert hasattr(config, name), name
        setattr(config, name, value)
    return config


def trust(device: Device, key: Key = KEY) -> None:
    device.trust.add(TrustedKey.from_pem("ours", key.public_pem))


@pytest.fixture
async def make_device() -> AsyncIterator[MakeDevice]:
    """Return what makes a device and switches it on."""
    async with AsyncExitStack() as stack:

        async def make(**changes: object) -> Device:
            return await stack.enter_async_context(Device(device_config(**changes)))

        yield make


@pytest.fixture
async def device(make_device: MakeDevice, request: pytest.FixtureRequest) -> Device:
    """Return the usual device; a test's parameters (``indirect``) change it."""
    return await make_device(**getattr(request, "param", {}))


@pytest.fixture
async def manager(device: Device) -> AsyncIterator[Stream]:
    """Return a client that signed in at the management port by password."""
    async with await Stream.sign_in(device.address, KEY, "secret") as stream:
        yield stream


@pytest.fixture
async def robot(device: Device) -> AsyncIterator[Stream]:
    """Return a client that the device trusts, at its robot port."""
    trust(device)
    async with await Stream.robot(device.address, KEY, UUID.hex()) as stream:
        yield stream
