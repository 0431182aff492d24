"""Devices for the simulator's own tests, which need no Home Assistant, and clients of theirs."""

from collections.abc import AsyncIterator

import pytest

from simulator import ROBOT_PORT, Device, TrustedKey
from tests.devices import MakeDevice, making, reaching
from tests.keys import CLIENT_KEY

from .client import Key, Stream

ADDRESSES = [f"127.0.60.{number}" for number in range(1, 30)]
HERE = ADDRESSES[0]

KEY = Key(CLIENT_KEY)
UUID = bytes.fromhex("6b1f0c2e9a4d4f7f8e21c3d4a5b60718")


loopback = reaching(ADDRESSES)
make_device = making(HERE, UUID.hex())


def trust(device: Device, key: Key = KEY) -> None:
    device.trust.add(TrustedKey.from_pem("ours", key.public_pem))


@pytest.fixture
async def device(make_device: MakeDevice, request: pytest.FixtureRequest) -> Device:
    """Return the usual device; ``DEVICE`` of a module and a test's parameters change it."""
    usual = getattr(request.module, "DEVICE", {})
    return await make_device(**usual | getattr(request, "param", {}))


@pytest.fixture
async def manager(device: Device) -> AsyncIterator[Stream]:
    """Return a client that signed in at the management port by password."""
    async with await Stream.sign_in(device.address, KEY, "secret") as stream:
        yield stream


async def robot_of(device: Device, port: int = ROBOT_PORT) -> Stream:
    """Return a client at the robot port of a device, or at its camera, which trusts it."""
    trust(device)
    return await Stream.robot(device.address, KEY, device.config.uuid, port)


@pytest.fixture
async def robot(device: Device) -> AsyncIterator[Stream]:
    """Return a client that the device trusts, at its robot port."""
    async with await robot_of(device) as stream:
        yield stream
