"""What may go wrong with a device, on demand: switches that a test may turn at any time."""

from collections.abc import Callable
from dataclasses import dataclass, field
import random


@dataclass(slots=True)
class StreamFaults:
    """What may go wrong on one TCP port; bytes count from each connection's first."""

    #: After so many bytes of output the device says nothing more, and keeps the connection.
    stall_after: int | None = None
    #: After so many bytes of output the connection is cut.
    cut_after: int | None = None
    #: The next frame stops in its middle, and nothing more comes: inside TLS or AES, where
    #: the other two count the bytes of TCP.
    half_frame: bool = False
    #: Output leaves in pieces of so many bytes, a millisecond apart.
    chunk_size: int | None = None
    #: Close right after the 8 bytes of hello.
    close_after_hello: bool = False
    #: Say nothing after the hello: TLS or the key exchange never gets an answer.
    stall_in_handshake: bool = False
    #: Say something else than hello.
    hello: bytes | None = None


@dataclass(slots=True)
class Weather:
    """What a bad network does to each datagram, in and out; shares are 0 to 1."""

    loss: float = 0.0
    duplication: float = 0.0
    #: Each comes up to so many seconds late, so that some overtake others.
    delay: float = 0.0
    chance: Callable[[], float] = random.random

    def arrivals(self) -> list[float]:
        """Return after how many seconds each copy of a datagram arrives."""
        copies = 1 + (self.chance() < self.duplication)
        return [
            self.chance() * self.delay
            for _ in range(copies)
            if self.chance() >= self.loss
        ]


@dataclass(slots=True)
class Faults:
    """What may go wrong with a device."""

    #: Drop every datagram that comes in.
    silent: bool = False
    #: Announce nothing.
    muted: bool = False
    #: What the network does to datagrams.
    weather: Weather = field(default_factory=Weather)
    #: Damage every datagram that goes out, each in another way.
    garbage: bool = False
    #: Show another key than the announced one in TLS: PEM of an RSA key.
    wrong_certificate: bytes | None = None
    #: Answer a command with this instead of doing it; None gives no answer at all. By the
    #: command's first word in management (``rename``), its first two on the robot port
    #: (``player start``).
    replies: dict[str, str | None] = field(default_factory=dict)
    management: StreamFaults = field(default_factory=StreamFaults)
    robot: StreamFaults = field(default_factory=StreamFaults)
    camera: StreamFaults = field(default_factory=StreamFaults)
    #: Another client leaves each finished job so many seconds after its end, as soon as it may.
    quit_after: float | None = None
    #: The boards do not answer: ``task maintain`` fails.
    boards_dead: bool = False
    #: Work in maintenance never ends; or ends with these words for an error.
    endless_work: bool = False
    work_error: str | None = None
    #: Pictures end after so many bytes, the length still says all; then the camera stalls.
    half_image: int | None = None
    #: The camera announces pictures of this many bytes.
    image_length: int | None = None
    #: Downloads and previews end after so many bytes; then the connection is cut.
    cut_binary: int | None = None

    def clear(self) -> None:
        """Mend everything."""
        fresh = Faults()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))


def damage(datagram: bytes, number: int) -> bytes:
    """Return the datagram damaged in one of seven ways, by turns."""
    ways = (
        b"",
        datagram[:5],
        datagram[: len(datagram) // 2],
        b"FLUX\x07" + datagram[5:],
        datagram[:22] + b"\xff" * (len(datagram) - 22),
        b"HTTP" + datagram[4:],
        datagram[:-64] + bytes((byte * 31 + 7) & 0xFF for byte in datagram[-64:]),
    )
    return ways[number % len(ways)]
