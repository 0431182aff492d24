"""Management by datagrams, of the oldest firmware (section 8).

Requests that change something are signed by a trusted key, and all but the first kind are
encrypted for the slave key. What does not decrypt is not answered.
"""

from collections.abc import Callable
import json
import struct

from . import network
from .datagrams import HEADER, MAGIC, Beacon, measured
from .keys import ClientKey, KeyFormatError, TrustedKey
from .machine import Machine

ACCESS_WITH_KEY = 0x04
ACCESS_WITH_PASSWORD = 0x06
CHANGE_PASSWORD = 0xA0
SET_NETWORK = 0xA2

_SIGNED = struct.Struct("<20sd4s")
_TIMESTAMP = struct.Struct("<d")
#: How far a request's time may be from the device's clock, seconds.
_TOLERANCE = 15.0


class RefusedError(Exception):
    """The symbol of the error the device answers."""


class UdpManagement:
    """The side of a device that takes requests by datagram."""

    def __init__(
        self,
        machine: Machine,
        beacon: Beacon,
        apply_network: Callable[[dict[str, str]], None],
    ) -> None:
        self._machine = machine
        self._beacon = beacon
        self._apply_network = apply_network
        self._last: dict[tuple[int, bytes], bytes] = {}

    def answer(self, code: int, body: bytes) -> bytes | None:
        """Return the reply to a request, whole; None when there is none."""
        slave = self._beacon.slave_key
        handler = {
            ACCESS_WITH_KEY: self._access_with_key,
            ACCESS_WITH_PASSWORD: self._access_with_password,
            CHANGE_PASSWORD: self._change_password,
            SET_NETWORK: self._set_network,
        }.get(code)
        if slave is None or handler is None:
            return None
        if (code, body) in self._last:
            # Sent again because our reply was lost: it must not count twice.
            return self._last[code, body]
        try:
            text = handler(body if code == ACCESS_WITH_KEY else slave.decrypt(body))
        except RefusedError as refusal:
            text = f"E{refusal}"
        except ValueError, struct.error:
            return None
        said = text.encode()
        head = HEADER.pack(MAGIC, 1, code + 1, self._machine.uuid_bytes)
        reply = head + measured(said) + slave.sign(said)
        self._last = {(code, body): reply}
        return reply

    def _access_with_key(self, body: bytes) -> str:
        (timestamp,) = _TIMESTAMP.unpack_from(body)
        self._check_time(timestamp)
        key = self._key(body[_TIMESTAMP.size :])
        if key.access_id in self._machine.trust:
            return _status("ok", key)
        return _status("padding" if self._machine.password is None else "deny", key)

    def _access_with_password(self, body: bytes) -> str:
        timestamp, password, der = body.split(b"\0", 2)
        self._check_time(float(timestamp))
        key = self._key(der)
        self._machine.received.passwords.append(password.decode(errors="replace"))
        if self._machine.password is None:
            return _status("padding", key)
        if password != self._machine.password.encode():
            return _status("deny", key)
        self._machine.trust.add(TrustedKey(label="", access_id=key.access_id, key=key))
        self._machine.changed()
        return _status("ok", key)

    def _change_password(self, body: bytes) -> str:
        key, content = self._signed(body)
        new, _, old = content.partition(b"\0")
        if old != (self._machine.password or "").encode():
            raise RefusedError("BAD_PASSWORD")
        self._note(b"passwd", old, new)
        self._machine.set_password(new.decode(errors="replace") or None)
        return _status("ok", key)

    def _set_network(self, body: bytes) -> str:
        key, content = self._signed(body)
        words = content.split(b"\0")
        try:
            values = network.parse(words)
        except (network.RefusedError, network.BrokenRequestError) as err:
            raise RefusedError("BAD_PARAMS") from err
        self._note(b"network", *words)
        self._apply_network(values)
        return _status("ok", key)

    def _signed(self, body: bytes) -> tuple[ClientKey, bytes]:
        """Return who signed a request, and what is in it."""
        name, timestamp, _ = _SIGNED.unpack_from(body)
        trusted = self._machine.trust.get(name.hex())
        if trusted is None or trusted.key is None:
            raise RefusedError("AUTH_ERROR")
        signed, signature = body[: -trusted.key.size], body[-trusted.key.size :]
        if not trusted.key.verify(signature, self._machine.uuid_bytes + signed):
            raise RefusedError("AUTH_ERROR")
        self._check_time(timestamp)
        return trusted.key, signed[_SIGNED.size :]

    def _check_time(self, timestamp: float) -> None:
        if abs(timestamp - self._machine.clock) > _TOLERANCE:
            raise RefusedError("TIMEOUT")

    def _key(self, der: bytes) -> ClientKey:
        try:
            return ClientKey.from_der(der)
        except KeyFormatError as err:
            raise RefusedError("BAD_KEY") from err

    def _note(self, *words: bytes) -> None:
        texts = tuple(word.decode(errors="replace") for word in words)
        self._machine.received.management.append(texts)
        self._machine.pulse()


def _status(status: str, key: ClientKey) -> str:
    return json.dumps({"status": status, "access_id": key.access_id})
