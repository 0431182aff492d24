"""What was recorded of real devices, as a test replays it."""

from collections.abc import Callable, Sequence

from tests.vectors import Events, recorded


def device_bytes(events: Sequence[Sequence[str]]) -> bytes:
    """Return everything the recorded device said inside TLS or AES, but for randoms."""
    return b"".join(
        bytes.fromhex(event[1])
        for event in events
        if event[0] == "device" and len(event) == 2
    )


def first_client_bytes(events: Events) -> bytes:
    return next(bytes.fromhex(event[1]) for event in events if event[0] == "client")


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
    events = recorded("rescue-v1", "wrong-password")
    frames = [bytes.fromhex(event[1]) for event in events if event[0] == "client"]
    return frames[0][2:]
