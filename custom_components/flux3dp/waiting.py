"""Waiting for something, but not for ever."""

import asyncio

# The longest wait of a backoff, in waits of its beginning: 10 s become 5 minutes.
_LONGEST = 32


class Backoff:
    """When something that costs is due again: after twice the wait each time.

    What can be provoked by anybody on the network must not be done as often as they
    like, and yet be done in the end.
    """

    def __init__(self, seconds: float) -> None:
        """Take the first wait; the first time is due at once."""
        self._first = self._seconds = seconds
        self._not_before = float("-inf")

    def take(self, now: float) -> bool:
        """Whether it is due, at a moment in the loop's time; it is taken to be done."""
        if now < self._not_before:
            return False
        self._not_before = now + self._seconds
        self._seconds = min(self._seconds * 2, self._first * _LONGEST)
        return True

    def reset(self, now: float) -> None:
        """Begin with the first wait again: something has come of it."""
        self._seconds = self._first
        self._not_before = min(self._not_before, now + self._first)


async def async_wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event for at most so long; the event tells which it was."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
