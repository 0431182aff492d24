"""Another host on the network: sends datagrams in a device's name.

From the device's own address, which is easily written into a datagram, with what the
device itself sends to everyone. What the forger cannot have is the device's private key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
import secrets
import socket
from typing import Self

from simulator import Device
from simulator.datagrams import (
    ACTION_TOUCH,
    broadcast,
    info_text,
    notify_v2,
    parse_request,
    touch_reply_v2,
)
from simulator.keys import RsaKey

PORT = 1901


class Forger:
    """Forges the datagrams of one device; `device` keeps silent where a test wants it."""

    def __init__(self, device: Device) -> None:
        """Take the device whose address and uuid are on the datagrams."""
        self._device = device
        self._seen = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((device.address, 0))

    @classmethod
    @contextmanager
    def of(cls, device: Device) -> Iterator[Self]:
        """Give a forger, and close its socket in the end."""
        forger = cls(device)
        try:
            yield forger
        finally:
            forger._socket.close()

    def send(self, data: bytes) -> None:
        """Send a datagram to the port where clients listen."""
        self._socket.sendto(data, ("127.0.0.1", PORT))

    def announce(
        self, *, uuid: bytes | None = None, occupied_by: str | None = None
    ) -> None:
        """Announce the device, or another one, in a session never heard of.

        `occupied_by`: another client that is said to hold the device.
        """
        status = self._device.status
        if occupied_by is not None:
            status = replace(status, st_id=-1, occupied_by=occupied_by)
        self.send(
            notify_v2(
                uuid=uuid or self._device.uuid_bytes,
                session=secrets.token_bytes(8),
                status=status.block(),
            )
        )

    def broadcast(self, *, uuid: bytes | None = None) -> None:
        """Broadcast that there is a device of generation 2."""
        self.send(broadcast(uuid=uuid or self._device.uuid_bytes, generation=2))

    def reply(self, *, master_der: bytes | None = None, **texts: str) -> bytes:
        """Return a touch reply of generation 2, with other texts or another key."""
        device = self._device
        return touch_reply_v2(
            uuid=device.uuid_bytes,
            master_der=master_der or device.master_public_der,
            identify=device.beacon.identify,
            info=info_text(device.beacon.info(2) | texts),
        )

    async def touched(self) -> tuple[str, int]:
        """Wait for the next touch; return where its answer is expected."""
        found: list[tuple[str, int]] = []

        def look() -> bool:
            received = self._device.received.datagrams
            for number in range(self._seen, len(received)):
                request = parse_request(received[number].data)
                if request and request.action == ACTION_TOUCH and request.version == 2:
                    self._seen = number + 1
                    found.append(received[number].sender)
                    return True
            self._seen = len(received)
            return False

        await self._device.wait_for(look)
        return found[0]

    def answer(self, data: bytes, to: tuple[str, int]) -> None:
        """Send a datagram where a touch came from."""
        self._socket.sendto(data, to)


def public_der(pem: bytes) -> bytes:
    """Return the public half of a master key."""
    return RsaKey.from_pem(pem).public_der
