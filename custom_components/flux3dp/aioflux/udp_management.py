"""Management over UDP, of firmware 1.0b12 to before 1.1b1 (protocol.md section 8).

A request is for the holder of the slave key that the master key signed, a reply is signed
by it. A reply names no request, so that a recorded one can be played again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import secrets
import struct

from cryptography.hazmat.primitives.asymmetric import rsa

from . import datagram
from .datagram import DatagramError, Notify, TouchReply
from .device import DeviceInfo, supports_udp_management
from .errors import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    IdentityMismatch,
    ProtocolError,
    Unsupported,
)
from .identity import OAEP, ClientKey, load_rsa_public_key, rsa_signed
from .sockets import question
from .timing import Timing
from .util import json_object, number_in, text_of

_ACCESS_WITH_KEY = 0x04
_ACCESS_WITH_PASSWORD = 0x06
_CHANGE_PASSWORD = 0xA0
_SET_NETWORK = 0xA2

_REQUEST = struct.Struct("<4sBB16s")
_REPLY = struct.Struct("<4sBB16sH")
_TIMESTAMP = struct.Struct("<d")
_SIGNED = struct.Struct("<20sd4s")
# A shorter one keeps no secret, and may have no room for a block.
_SLAVE_KEY_BITS = 1024
# Errors in place of a `deny`, and for a wrong old password: which is not known.
_NOT_ACCEPTED = ("AUTH_ERROR", "BAD_PASSWORD")
# What OAEP over SHA-1 takes of each block (section 1).
_OAEP_OVERHEAD = 42


@dataclass(frozen=True, slots=True)
class SlaveKey:
    """The key of a device's present boot (DER, and loaded), and what it has signed for.

    `offset` is the device's clock, in seconds, less the time of our event loop.
    """

    der: bytes
    public: rsa.RSAPublicKey
    offset: float
    firmware: str

    def encrypt(self, message: bytes) -> bytes:
        """Encrypt a message of any length, block by block."""
        size = self.public.key_size // 8 - _OAEP_OVERHEAD
        return b"".join(
            self.public.encrypt(message[start : start + size], OAEP)
            for start in range(0, len(message), size)
        )


class UdpSession:
    """Requests to one device that holds `master_key` (DER); nothing stays open.

    Each learns the slave key and the clock anew: both change when the device restarts.
    Raises what `identify` raises.
    """

    is_open = True

    def __init__(
        self, device: DeviceInfo, master_key: bytes, key: ClientKey, timing: Timing
    ) -> None:
        self._device = device
        self._uuid = bytes.fromhex(device.uuid)
        self._master_key = master_key
        self._key = key
        self.timing = timing

    async def close(self) -> None:
        """Accept no more requests."""
        self.abort()

    def abort(self) -> None:
        """Accept no more requests."""
        self.is_open = False

    async def sign_in(self) -> bool:
        """Return whether the device trusts our key. Our public key goes unencrypted."""
        public = self._key.public_der
        return await self._access(
            _ACCESS_WITH_KEY, lambda now: _TIMESTAMP.pack(now) + public
        )

    async def sign_in_with_password(self, password: str) -> None:
        """Have the device trust our key; AuthenticationFailed for a wrong password."""
        words = (password.encode(), self._key.public_der)
        if not await self._access(
            _ACCESS_WITH_PASSWORD, lambda now: b"\0".join((b"%.3f" % now, *words))
        ):
            raise AuthenticationFailed("the device does not accept the password")

    async def command(self, words: tuple[str, ...]) -> None:
        """Do what a command of section 4 does, by its words.

        Unsupported for what this firmware cannot do. CommandFailed `AUTH_ERROR` if an
        old password is wrong.
        """
        match words:
            case ("add_trust", *_):
                return  # The password did that.
            case ("passwd", old, str(new), "F") if new:
                code, content = _CHANGE_PASSWORD, f"{new}\0{old}"
            case ("network", *settings):
                code, content = _SET_NETWORK, "\0".join(settings)
            case _:
                raise Unsupported("it needs firmware 1.1 or newer")

        def body(now: float) -> bytes:
            salt = f"{secrets.randbelow(10000):04}".encode()
            request = _SIGNED.pack(self._key.access_id, now, salt) + content.encode()
            return request + self._key.sign(self._uuid + request)

        try:
            status = await self._ask(code, body)
        except CommandFailed as err:
            if err.symbol in _NOT_ACCEPTED:
                raise CommandFailed("AUTH_ERROR") from err
            raise
        # A status is promised for an access only: here no error may be all it says.
        if status not in ("ok", ""):
            raise ProtocolError(f"the request was answered with {status[:40]!r}")

    async def _access(self, code: int, body: Callable[[float], bytes]) -> bool:
        try:
            status = await self._ask(code, body)
        except CommandFailed as err:
            if err.symbol not in _NOT_ACCEPTED:
                raise
            return False
        if status == "padding":
            raise Unsupported(
                "without a password on the device, it needs firmware 1.1 or newer"
            )
        if status not in ("ok", "deny"):
            raise ProtocolError(f"the sign-in was answered with {status[:40]!r}")
        return status == "ok"

    async def _ask(self, code: int, body: Callable[[float], bytes]) -> str:
        """Send a request to the device of this moment, and return the status it answers.

        `body` gets the time of the device's clock. All but the access with our key is
        encrypted. Raises CommandFailed.
        """
        if not self.is_open:
            raise ConnectionFailed("the connection is closed")
        slave = await identify(self._device, self._master_key, self.timing)
        request = body(asyncio.get_running_loop().time() + slave.offset)
        if code != _ACCESS_WITH_KEY:
            request = slave.encrypt(request)
        header = _REQUEST.pack(datagram.MAGIC, 1, code, self._uuid)
        # The same bytes each time it is sent: so the device does it once.
        said = await _exchange(
            self._device.host,
            (header + request,),
            lambda data, _: read_reply(data, code, self._uuid, slave.der),
            self.timing,
        )
        return read_status(said)


async def identify(device: DeviceInfo, master_key: bytes, timing: Timing) -> SlaveKey:
    """Return the slave key of a device, once `master_key` (DER) has signed for it.

    Nothing of ours is sent. Raises ConnectionFailed, or IdentityMismatch if meanwhile
    another master key signed for what answers at the device's address, to two ports, one
    after the other, that only it was asked from: junk shows no key. ConnectionFailed too
    if its firmware has TLS: then nothing goes by signatures, which are easier to copy.
    """
    try:
        slave = await _read_slave_key(device, master_key, timing)
    except IdentityMismatch as first:
        # A forged answer can meet one port by chance: another one is open now.
        try:
            slave = await _read_slave_key(device, master_key, timing)
        except IdentityMismatch as second:
            if second.presented != first.presented:
                raise ConnectionFailed("each answer is by another key") from second
            raise
    if not supports_udp_management(slave.firmware):
        raise ConnectionFailed(f"firmware {slave.firmware} is not managed over UDP")
    return slave


async def _read_slave_key(
    device: DeviceInfo, master_key: bytes, timing: Timing
) -> SlaveKey:
    """Ask for the slave key from a new port. ConnectionFailed, IdentityMismatch."""
    announced = presented = b""

    def accept(data: bytes, sender: str) -> SlaveKey | None:
        nonlocal announced, presented
        now = asyncio.get_running_loop().time()
        slave = read_touch(data, device.uuid, master_key, now)
        if slave is None and sender == device.host:
            announced = _read_master_key(data, device.uuid) or announced
            other = read_touch(data, device.uuid, announced, now)
            if other is not None and supports_udp_management(other.firmware):
                presented = announced
        return slave

    # A touch reply does not carry the master key that signed it: an announcement does.
    questions = datagram.probe(1), datagram.touch(1, device.uuid)
    try:
        return await _exchange(device.host, questions, accept, timing)
    except ConnectionFailed as err:
        if not presented:
            raise
        raise IdentityMismatch(master_key, presented) from err


async def _exchange[T](
    host: str,
    requests: tuple[bytes, ...],
    accept: Callable[[bytes, str], T | None],
    timing: Timing,
) -> T:
    """Send datagrams until an answer is accepted; ConnectionFailed if none is.

    `accept` gets what arrived, and the address it came from.
    """
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def receive(data: bytes, sender: str) -> None:
        if not answer.done() and (accepted := accept(data, sender)) is not None:
            answer.set_result(accepted)

    async with question(receive) as send:
        try:
            async with asyncio.timeout(timing.datagram):
                while not answer.done():
                    for request in requests:
                        send(request, host)
                    await asyncio.wait((answer,), timeout=timing.datagram_resend)
                return answer.result()
        except TimeoutError:
            raise ConnectionFailed("the device did not answer in time") from None


def _read_master_key(data: bytes, uuid: str) -> bytes | None:
    """Return the master key (DER) in an announcement of a device, None in others."""
    with suppress(DatagramError):
        notify = datagram.decode(data)
        if isinstance(notify, Notify) and notify.uuid == uuid:
            return notify.master_key
    return None


def read_touch(
    data: bytes, uuid: str, master_key: bytes, now: float
) -> SlaveKey | None:
    """Return the slave key in a touch reply that `master_key` signed, None for others.

    `now` is the time of our event loop, in seconds.
    """
    try:
        reply = datagram.decode(data)
    except DatagramError:
        return None
    if not isinstance(reply, TouchReply) or reply.uuid != uuid or not reply.slave_key:
        return None
    if not reply.is_signed_by(master_key):
        return None
    public = load_rsa_public_key(reply.slave_key)
    clock = number_in(reply.info.get("time", ""))
    if public is None or public.key_size < _SLAVE_KEY_BITS or clock is None:
        return None
    return SlaveKey(reply.slave_key, public, clock - now, reply.info.get("ver", ""))


def read_reply(data: bytes, code: int, uuid: bytes, slave_key: bytes) -> bytes | None:
    """Return what a datagram answers to a request of this code, None if it does not.

    `slave_key` (DER) has signed it.
    """
    if not _REPLY.size <= len(data) <= datagram.MAX_LENGTH:
        return None
    *head, length = _REPLY.unpack_from(data)
    end = _REPLY.size + length
    body, signature = data[_REPLY.size : end], data[end:]
    if tuple(head) != (datagram.MAGIC, 1, code + 1, uuid) or len(body) != length:
        return None
    return body if rsa_signed(slave_key, signature, body) else None


def read_status(body: bytes) -> str:
    """Return the status in the body of a reply. Raises CommandFailed, ProtocolError."""
    # An `E` and the symbol, as in `EAUTH_ERROR`.
    if body.startswith(b"E"):
        symbol, *words = body[1:].decode(errors="replace").split() or ["UNKNOWN_ERROR"]
        raise CommandFailed(symbol, tuple(words))
    reply = json_object(body)
    if reply is None:
        raise ProtocolError("a reply that is no JSON object")
    return text_of(reply.get("status"))
