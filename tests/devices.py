"""Fixtures that tests of all parts share: simulated devices, and leave to reach them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_socket

from simulator import Device, DeviceConfig, Timing
from tests.keys import MASTER_KEYS, VENDOR_KEY

type MakeDevice = Callable[..., Awaitable[Device]]


def reaching(addresses: list[str]) -> Any:
    """Return a fixture that lets each test reach the addresses of its devices."""

    @pytest.fixture(autouse=True)
    def loopback(socket_enabled: None) -> Iterator[None]:
        hosts = ["127.0.0.1", *addresses]
        pytest_socket.socket_allow_hosts(hosts, allow_unix_socket=True)
        yield
        pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)

    return loopback


def config_of(**changes: Any) -> DeviceConfig:
    """Return how the usual device is, signed by the test vendor, but for the changes."""
    usual: dict[str, Any] = {
        "serial": "FD1A104242",
        "name": "Delta in der Werkstatt ♥",
        "master_key": MASTER_KEYS[0],
        "vendor_key": VENDOR_KEY,
        "password": "secret",
        "timing": Timing.fast(),
    }
    return DeviceConfig(**(usual | changes))


def making(address: str, uuid: str) -> Any:
    """Return a fixture that makes devices and switches them on."""

    @pytest.fixture
    async def make_device() -> AsyncIterator[MakeDevice]:
        async with AsyncExitStack() as stack:

            async def make(**changes: Any) -> Device:
                values = {"address": address, "uuid": uuid} | changes
                return await stack.enter_async_context(Device(config_of(**values)))

            yield make

    return make_device
