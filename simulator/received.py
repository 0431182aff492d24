"""What reached a device: every datagram, byte and command, for tests to look at."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple


class Datagram(NamedTuple):
    """A datagram that came in, and from where."""

    data: bytes
    sender: tuple[str, int]


@dataclass(eq=False, slots=True)
class ConnectionRecord:
    """What came in on one TCP connection."""

    port: int
    peer: tuple[str, int]
    #: Raw bytes, as TCP carried them.
    tcp: bytearray = field(default_factory=bytearray)
    #: Bytes inside TLS or AES, and those of the handshake of ``FLUX0002``.
    application: bytearray = field(default_factory=bytearray)
    #: The name of the client key that signed in, hex; None: none has.
    access_id: str | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Received:
    """Everything that reached a device since it was made, or since ``clear``."""

    datagrams: list[Datagram] = field(default_factory=list)
    connections: list[ConnectionRecord] = field(default_factory=list)
    #: Commands after sign-in, each as the tuple of its words.
    management: list[tuple[str, ...]] = field(default_factory=list)
    #: Commands on the robot port, as they came.
    robot: list[str] = field(default_factory=list)
    #: ``f``, ``s+``, ``s-``.
    camera: list[str] = field(default_factory=list)
    #: Passwords that were offered, right and wrong ones.
    passwords: list[str] = field(default_factory=list)

    @property
    def application_bytes(self) -> bytes:
        """Return every byte that came in inside TLS or AES, on all connections together."""
        return b"".join(bytes(record.application) for record in self.connections)

    def clear(self) -> None:
        """Forget it all; open connections go on in new lists."""
        for name in self.__slots__:
            getattr(self, name).clear()


@dataclass(slots=True)
class Counters:
    """How often a device did something since it was made."""

    probes_answered: int = 0
    touches_answered: int = 0
    notifies_sent: int = 0
    broadcasts_sent: int = 0
    connections_accepted: int = 0
    boots: int = 0
