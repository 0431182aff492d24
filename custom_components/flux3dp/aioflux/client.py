"""What the clients of all three ports have in common: a session, and its end.

Knows that whoever opens a connection closes it. What is said on it is `manager.py`'s,
`robot.py`'s and `camera.py`'s business.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from .device import DeviceInfo
from .session import Session


class Client:
    """A signed-in session of one port; an async context manager."""

    def __init__(self, session: Session, device: DeviceInfo) -> None:
        """Take over a signed-in session; the `open` of each client gets one."""
        self._session = session
        self.device = device

    async def __aenter__(self) -> Self:
        """Return the connection, which is open already."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        await self.close()

    @property
    def is_open(self) -> bool:
        """Whether another request can be tried."""
        return self._session.is_open

    async def close(self) -> None:
        """Close the connection, also in the middle of a request; twice is fine."""
        await self._session.close()

    def drop(self) -> None:
        """Drop the connection at once: a request that waits for an answer fails."""
        self._session.abort()
