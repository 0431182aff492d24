"""What was recorded of real devices, as a test replays it."""

from collections.abc import Callable, Iterable

from tests.vectors import Events, recorded

from .client import Stream

type Turn = tuple[bytes, bytes]


def turns(events: Events) -> list[Turn]:
    """Return what the client said, each time with what the device answered."""
    found: list[Turn] = []
    for event in events:
        if event[0] == "client":
            found.append((bytes.fromhex(event[1]), b""))
        elif event[0] == "device" and found:
            said, answered = found[-1]
            found[-1] = said, answered + bytes.fromhex(event[1])
    return found


async def replay(stream: Stream, recorded_turns: Iterable[Turn]) -> None:
    """Say what the client said, and compare the answers byte for byte."""
    for said, answer in recorded_turns:
        stream.write(said)
        assert await stream.read(len(answer)) == answer


def replaying(events: Events) -> Callable[[int], bytes]:
    """Return a source of randomness that gives what the recorded device drew."""
    drawn = [
        bytes.fromhex(event[1])
        for event in events
        if event[0] == "device" and event[2:] == ["random"]
    ]

    def random(size: int) -> bytes:
        value = drawn.pop(0)
        assert len(value) == size
        return value

    return random


def recorded_client_pem() -> bytes:
    """Return the public key of the recorded client."""
    (frame, _), *_ = turns(recorded("rescue-v1", "wrong-password"))
    return frame[2:]
