"""Waiting for something, but not for ever."""

from __future__ import annotations

import asyncio


async def async_wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event for at most so long; the event tells which it was."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
