"""A network cable between this host and another: plugged in, pulled out, made again.

Real interfaces (`veth`) in real networks of their own, so that what a system does with
multicast memberships is what it does at home.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
import os
import subprocess
import threading
from typing import Any

import pytest

from simulator import Device, DeviceConfig

NEAR = "10.77.0.1"
FAR = "10.77.0.2"
INTERFACE = "flux0"
_FAR_INTERFACE = "flux1"


class Cable:
    """The cable, and the other host, whose network belongs to a thread of its own."""

    def __init__(self, far: ThreadPoolExecutor) -> None:
        """Take the thread of the other host."""
        self._far = far
        self._far_id = str(far.submit(threading.get_native_id).result())
        self._loop = asyncio.new_event_loop()
        far.submit(self._loop.run_forever)
        self._devices: list[Device] = []
        self._plugged = False

    def plug(self, near: str = NEAR) -> None:
        """Connect the hosts; ours has this address."""
        self._plugged = True
        _ip("link", "add", INTERFACE, "type", "veth", "peer", "name", _FAR_INTERFACE)
        _ip("link", "set", _FAR_INTERFACE, "netns", self._far_id)
        _ip("address", "add", f"{near}/24", "dev", INTERFACE)
        _ip("link", "set", INTERFACE, "up")
        for words in (
            f"address add {FAR}/24 dev {_FAR_INTERFACE}",
            f"link set {_FAR_INTERFACE} up",
        ):
            network = f"--net=/proc/{os.getpid()}/task/{self._far_id}/ns/net"
            _run("nsenter", network, "ip", *words.split())

    def take_address(self, near: str = NEAR) -> None:
        """Leave our end without an address, as before DHCP has answered."""
        _ip("address", "del", f"{near}/24", "dev", INTERFACE)

    def give_address(self, near: str = NEAR) -> None:
        """Give our end its address."""
        _ip("address", "add", f"{near}/24", "dev", INTERFACE)

    def pull(self) -> None:
        """Take the interfaces of both ends away."""
        self._plugged = False
        _ip("link", "del", INTERFACE)

    async def switch_on(self, **config: Any) -> Device:
        """Switch on a device at the other end; it needs the cable."""
        values = DeviceConfig(address="127.0.0.1", **config)
        # Its rule that it lives on loopback protects the networks of people.
        values.address = FAR
        device = Device(values)
        await self.run(device.__aenter__)
        self._devices.append(device)
        return device

    async def run[T](self, what: Callable[[], Awaitable[T]]) -> T:
        """Do something on the other host."""

        async def do() -> T:
            return await what()

        future = asyncio.run_coroutine_threadsafe(do(), self._loop)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Switch the devices off, and end the other host."""
        asyncio.run_coroutine_threadsafe(self._switch_off(), self._loop).result()
        if self._plugged:
            # A network that ends takes both ends of its cables along.
            self.pull()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._far.shutdown()
        self._loop.close()

    async def _switch_off(self) -> None:
        for device in self._devices:
            await device.__aexit__(None, None, None)
        await asyncio.get_running_loop().shutdown_default_executor()


@contextmanager
def cable() -> Iterator[Cable]:
    """Lend a cable that is not plugged in; skips where the kernel has none for us."""
    far = ThreadPoolExecutor(max_workers=1, thread_name_prefix="other host")
    try:
        far.submit(os.unshare, os.CLONE_NEWNET).result()
    except PermissionError:
        far.shutdown()
        pytest.skip("needs a network of its own: see script/netns")
    lent = Cable(far)
    try:
        yield lent
    finally:
        lent.close()


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
