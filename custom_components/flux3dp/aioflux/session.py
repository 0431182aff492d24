"""A conversation with one port: bytes, timeouts, one request at a time.

A connection on which a reply was not read to its end is dropped: what came next would
belong to another request.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import logging
import ssl
from typing import Any, Self, cast, override

from cryptography.hazmat.primitives.ciphers import CipherContext

from .device import DeviceInfo
from .errors import CommandFailed, ConnectionFailed, ProtocolError
from .frames import FrameBuffer, decode_reply, encode_frame
from .timing import Timing
from .udp_management import UdpSession

_LOGGER = logging.getLogger(__name__)

# Reading stops while this much waits, so that a device cannot fill the memory.
_HIGH_WATER = 256 * 1024
# To move a timer costs more than to copy a block: it is let run down so far.
_SLACK = 0.9


class Session(asyncio.Protocol):
    """A connection to one port of a device; `connect` makes one, `close` ends it.

    Every end of it is a ConnectionFailed.
    """

    _transport: asyncio.Transport
    _socket: asyncio.Transport
    _deadline: asyncio.Timeout

    is_shared = False
    """Whether an exchange that has begun is finished also if its caller is canceled."""

    version = 2
    """The generation whose robot port speaks as this session does."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self._buffer = FrameBuffer()
        self._reading = True
        self._ended: str | None = None  # Why.
        self._readable: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closed = asyncio.Event()
        self._lock = asyncio.Lock()
        self._encrypt: CipherContext | None = None
        self._decrypt: CipherContext | None = None

    @classmethod
    async def connect(cls, host: str, port: int, timing: Timing) -> Self:
        """Connect; ConnectionFailed if that is refused or takes too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timing.connect):
                _, session = await loop.create_connection(
                    lambda: cls(timing), host, port
                )
        except OSError as err:  # TimeoutError is one.
            reason = str(err) or "no answer in time"
            raise ConnectionFailed(
                f"no connection to {host} port {port}: {reason}"
            ) from err
        return session

    @property
    def is_open(self) -> bool:
        """Return whether another request can be tried."""
        return self._ended is None

    async def start_tls(self, context: ssl.SSLContext, timeout: float) -> bytes:
        """Continue in TLS; return the peer's certificate (DER).

        ProtocolError if bytes came before the handshake: read later, they would pass
        for encrypted ones.
        """
        self._raise_if_ended()
        if self._buffer:
            raise ProtocolError("the device speaks before the TLS handshake")
        transport = self._transport
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport,
                self,
                context,
                ssl_handshake_timeout=timeout,
                ssl_shutdown_timeout=timeout,
            )
            if secured is None:
                raise ConnectionFailed("the connection closed in the TLS handshake")
        except BaseException as err:
            # The event loop reports a lost connection only after the TLS handshake:
            # `close` would wait for ever.
            transport.abort()
            self.connection_lost(None)
            if isinstance(err, OSError):
                raise ConnectionFailed(f"the TLS handshake failed: {err}") from err
            raise
        self._transport = secured
        peer: ssl.SSLObject = secured.get_extra_info("ssl_object")
        return peer.getpeercert(binary_form=True) or b""

    def start_cipher(self, encrypt: CipherContext, decrypt: CipherContext) -> None:
        """Continue encrypted, both ways, from the next byte on (section 5)."""
        early = self._buffer.take_some(len(self._buffer))
        self._encrypt, self._decrypt = encrypt, decrypt
        self._buffer.feed(decrypt.update(early))

    @asynccontextmanager
    async def guard(self, timeout: float) -> AsyncIterator[None]:
        """Drop the connection if what happens inside fails, or takes too long.

        A refusal (`CommandFailed`) is a whole reply, and leaves it open.
        """
        try:
            async with asyncio.timeout(timeout):
                yield
        except BaseException as err:
            self._drop_after(err)
            raise

    def _drop_after(self, err: BaseException) -> None:
        if not isinstance(err, CommandFailed):
            self.abort()
        if isinstance(err, TimeoutError):
            raise ConnectionFailed("the device did not answer in time") from None

    async def exchange[T](
        self,
        request: bytes,
        read: Callable[[], Awaitable[T]],
        timeout: float | None = None,
    ) -> T:
        """Send one request and return what `read` makes of the whole reply.

        Requests wait for each other. The reply may take `timeout` seconds, by default
        `Timing.command`. InvalidRequest if it cannot be sent at all, CommandFailed if
        `read` met a refusal, Kicked even if that came before the request,
        ConnectionFailed otherwise.
        """
        frame = encode_frame(request)
        await self._lock.acquire()
        work = self._exchange(frame, read, timeout)
        if not self.is_shared:
            return await work
        loop = asyncio.get_running_loop()
        task = asyncio.Task(work, loop=loop, eager_start=True)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise
        if task.cancelled():
            raise ConnectionFailed("the connection is closed")
        return task.result()

    async def _exchange[T](
        self, frame: bytes, read: Callable[[], Awaitable[T]], timeout: float | None
    ) -> T:
        """Do what `exchange` does, and release the lock that it has taken.

        As inside `guard`, which would take a tenth of the time of a report.
        """
        try:
            async with asyncio.timeout(self.timing.command) as self._deadline:
                await self._check_unasked()
                await self.write(frame)
                if timeout is not None:
                    now = asyncio.get_running_loop().time()
                    self._deadline.reschedule(now + timeout)
                return await read()
        except BaseException as err:
            self._drop_after(err)
            raise
        finally:
            self._lock.release()

    def extend(self, timeout: float | None) -> None:
        """Give the rest of the reply `timeout` seconds from now; None: any time."""
        if timeout is None:
            self._deadline.reschedule(None)
            return
        now, when = asyncio.get_running_loop().time(), self._deadline.when()
        if when is None or when - now < _SLACK * timeout:
            self._deadline.reschedule(now + timeout)

    async def _check_unasked(self) -> None:
        """Raise if the device spoke unasked: Kicked, or ProtocolError.

        Anything else would be taken for the answer to the next request.
        """
        if not self._buffer:
            return
        try:
            text = await self.read_reply()
        except CommandFailed as err:
            raise ProtocolError(f"the device said {err} without being asked") from err
        raise ProtocolError(f"the device spoke {len(text)} characters unasked")

    # -- the parts a reply is read from; only inside `guard` or `exchange`

    def has_received(self) -> bool:
        """Return whether bytes of the device wait to be read."""
        return len(self._buffer) > 0

    async def write(self, data: bytes, stall: float | None = None) -> None:
        """Send bytes in one write, and wait while too many wait to go.

        TimeoutError if none of them goes for `stall` seconds.
        """
        self._raise_if_ended()
        self._transport.write(self._encrypt.update(data) if self._encrypt else data)
        while not self._writable.is_set():
            waiting = self._count_waiting()
            try:
                async with asyncio.timeout(stall):
                    await self._writable.wait()
            except TimeoutError:
                if self._count_waiting() == waiting:
                    raise
        self._raise_if_ended()

    def _count_waiting(self) -> int:
        """Return how many bytes wait to go, in TLS and below it."""
        waiting = self._socket.get_write_buffer_size()
        if self._transport is not self._socket:
            waiting += self._transport.get_write_buffer_size()
        return waiting

    async def read_reply(self) -> str:
        """Return the next text frame; CommandFailed if it is a refusal."""
        return decode_reply(await self.read_frame())

    async def read_frame(self) -> bytes:
        """Return the bytes of the next text frame."""
        return await self._read(self._buffer.take_frame)

    async def read_newest_image(self, limit: int) -> bytes:
        """Return the next camera image, or the last one that has come."""
        return await self._read(lambda: self.take_newest_image(limit))

    def take_newest_image(self, limit: int) -> bytes | None:
        """Return the last camera image that has come, and drop those before it.

        None if none has come, of at most `limit` bytes (section 6). A camera that is not
        ready sends empty ones.
        """
        newest = None
        while (image := self._buffer.take_image(limit)) is not None:
            newest = image or newest
        return newest

    async def read_exactly(self, size: int) -> bytes:
        """Return exactly `size` bytes."""
        return await self._read(lambda: self._buffer.take(size))

    async def read_some(self, limit: int) -> bytes:
        """Return at least one and at most `limit` bytes."""
        return await self._read(lambda: self._buffer.take_some(limit) or None)

    async def _read(self, take: Callable[[], bytes | None]) -> bytes:
        while (taken := take()) is None:
            self._raise_if_ended()
            if not self._reading:
                self._reading = True
                self._transport.resume_reading()
            self._readable = asyncio.get_running_loop().create_future()
            try:
                await self._readable
            finally:
                self._readable = None
        return taken

    # -- the end

    async def close(self) -> None:
        """Close in order, or drop the socket if that takes too long; twice is fine."""
        self._transport.close()
        self._end("the connection is closed")
        try:
            async with asyncio.timeout(self.timing.close):
                await self._closed.wait()
        except TimeoutError:
            self._transport.abort()
            await self._closed.wait()
        except asyncio.CancelledError:
            self._transport.abort()
            raise

    def abort(self) -> None:
        """Drop the socket at once; from now on nothing comes and nothing goes."""
        self._transport.abort()
        self._end("the connection is closed")

    def _raise_if_ended(self) -> None:
        if self._ended is not None:
            raise ConnectionFailed(self._ended)

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._ended = reason
        self._writable.set()
        self._wake()

    def _wake(self) -> None:
        if self._readable is not None and not self._readable.done():
            self._readable.set_result(None)

    # -- asyncio.Protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._socket = cast(asyncio.Transport, transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer.feed(self._decrypt.update(data) if self._decrypt else data)
        if self._readable is not None:
            self._wake()
        elif len(self._buffer) > _HIGH_WATER:
            self._reading = False
            self._transport.pause_reading()

    @override
    def eof_received(self) -> bool:
        self._end("the device closed the connection")
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"the connection broke: {exc}" if exc else "the connection is closed")
        self._closed.set()

    @override
    def pause_writing(self) -> None:
        self._writable.clear()

    @override
    def resume_writing(self) -> None:
        self._writable.set()


def _log_failure(task: asyncio.Task[Any]) -> None:
    """Log why an exchange failed that nothing waits for."""
    if not task.cancelled() and (err := task.exception()) is not None:
        _LOGGER.debug("An exchange whose caller left failed: %s", err)


class Client:
    """A signed-in session of one port; an async context manager.

    The `open` of each makes one: it connects, verifies the device's key and signs in with
    ours. The device must hold `expected_key` (DER), by default the master key that
    discovery learned. Raises ConnectionFailed, IdentityMismatch before anything of ours is
    sent, AuthenticationFailed if the device does not trust our key.
    """

    def __init__(self, session: Session | UdpSession, device: DeviceInfo) -> None:
        self._session = session
        self.device = device

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        """Return whether another request can be tried."""
        return self._session.is_open

    async def close(self) -> None:
        """Close the connection, also in the middle of a request; twice is fine."""
        await self._session.close()

    def drop(self) -> None:
        """Drop the connection at once: a request that waits for an answer fails."""
        self._session.abort()
