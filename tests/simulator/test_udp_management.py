"""Management of the oldest firmware: requests in datagrams, signed and encrypted."""

import json
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
import pytest

from simulator import Device
from tests.keys import OTHER_CLIENT_KEY

from .client import Key
from .conftest import HERE, KEY, UUID, trust
from .datagrams import public_rsa, verify
from .inbox import inbox, probe, udp_socket

DEVICE = {"generation": 1, "udp_management": True, "firmware": "1.0b17"}


def slave_key(device: Device) -> rsa.RSAPublicKey:
    assert device.beacon.slave_key is not None
    return public_rsa(device.beacon.slave_key.public_der)


def encrypted(device: Device, message: bytes) -> bytes:
    sha1 = hashes.SHA1()
    oaep = padding.OAEP(padding.MGF1(sha1), sha1, None)
    return b"".join(
        slave_key(device).encrypt(message[start : start + 86], oaep)
        for start in range(0, len(message), 86)
    )


def signed(device: Device, body: bytes, key: Key = KEY, age: float = 0.0) -> bytes:
    """Return an encrypted request, signed with a key."""
    head = struct.pack("<20sd4s", KEY.access_id, device.clock - age, b"1234")
    return encrypted(device, head + body + key.sign(UUID + head + body))


async def ask(device: Device, code: int, body: bytes) -> str:
    """Send a request, check who signed the reply, return its text."""
    reply, _ = await probe(HERE, b"FLUX\1" + bytes((code,)) + UUID + body)
    assert reply[:22] == b"FLUX\1" + bytes((code + 1,)) + UUID
    size = int.from_bytes(reply[22:24], "little")
    text, signature = reply[24 : 24 + size], reply[24 + size :]
    verify(slave_key(device), signature, text)
    return text.decode()


async def status(device: Device, code: int, body: bytes) -> Any:
    return json.loads(await ask(device, code, body))["status"]


def with_key(device: Device) -> bytes:
    return struct.pack("<d", device.clock) + KEY.public_der


def with_password(device: Device, password: str) -> bytes:
    text = f"{device.clock:.3f}\0{password}\0".encode()
    return encrypted(device, text + KEY.public_der)


async def test_a_client_that_follows_the_protocol(device: Device) -> None:
    assert await status(device, 4, with_key(device)) == "deny"
    assert await status(device, 6, with_password(device, "wrong")) == "deny"
    assert await status(device, 6, with_password(device, "secret")) == "ok"
    assert await status(device, 4, with_key(device)) == "ok"
    request = signed(device, b"neu\0secret")
    # The second time as when the reply was lost.
    for _ in range(2):
        assert await status(device, 0xA0, request) == "ok"
    assert device.password == "neu"
    again = signed(device, b"neuer\0secret")
    assert await ask(device, 0xA0, again) == "EBAD_PASSWORD"
    device.set_password(None)
    device.forget_trust()
    assert await status(device, 4, with_key(device)) == "padding"
    assert await status(device, 6, with_password(device, "x")) == "padding"


async def test_what_is_not_signed_by_a_trusted_key_is_refused(device: Device) -> None:
    body = b"neu\0secret"
    assert await ask(device, 0xA0, signed(device, body)) == "EAUTH_ERROR"
    trust(device)
    forged = signed(device, body, Key(OTHER_CLIENT_KEY))
    assert await ask(device, 0xA0, forged) == "EAUTH_ERROR"
    assert await ask(device, 0xA0, signed(device, body, age=60)) == "ETIMEOUT"
    assert device.password == "secret"


@pytest.mark.parametrize("device", [{}, {"udp_management": False}], indirect=True)
async def test_what_does_not_decrypt_or_is_not_known_is_not_answered(
    device: Device,
) -> None:
    unanswered = [b"\6" + UUID + body for body in (b"", bytes(128), bytes(7))]
    unanswered.append(b"\x08" + UUID)
    if not device.config.udp_management:
        unanswered = [b"\4" + UUID + with_key(device)]
    async with inbox(udp_socket()) as (transport, box):
        for request in (*unanswered, b"\2" + UUID):
            transport.sendto(b"FLUX\1" + request, (HERE, 1901))
        reply, _ = await box.next()
    assert reply[5] == 3
