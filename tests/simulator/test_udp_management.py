"""Management of the oldest firmware: requests in datagrams, signed and encrypted."""

import asyncio
import json
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
import pytest

from simulator import MANAGEMENT_PORT, Device, SimulatedNetwork, TrustedKey
from tests.keys import CLIENT_KEY, OTHER_CLIENT_KEY

from .client import Key, Stream
from .conftest import ADDRESSES, UUID, MakeDevice, trust
from .datagrams import verify
from .inbox import inbox, udp_socket

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
SHA1 = hashes.SHA1()


async def old_device(make_device: MakeDevice, **changes: object) -> Device:
    return await make_device(
        generation=1, udp_management=True, firmware="1.0b17", **changes
    )


def slave_key(device: Device) -> rsa.RSAPublicKey:
    assert device.beacon.slave_key is not None
    key = serialization.load_der_public_key(device.beacon.slave_key.public_der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def encrypted(device: Device, message: bytes) -> bytes:
    oaep = padding.OAEP(padding.MGF1(SHA1), SHA1, None)
    return b"".join(
        slave_key(device).encrypt(message[start : start + 86], oaep)
        for start in range(0, len(message), 86)
    )


def signed(device: Device, body: bytes, key: Key = KEY, age: float = 0.0) -> bytes:
    head = struct.pack("<20sd4s", KEY.access_id, device.clock - age, b"1234")
    return head + body + key.sign(UUID + head + body)


async def ask(device: Device, code: int, body: bytes) -> str:
    """Send a request, check who signed the reply, return its text."""
    async with inbox(udp_socket()) as (transport, box):
        transport.sendto(b"FLUX\1" + bytes((code,)) + UUID + body, (HERE, 1901))
        reply, _ = await box.next()
    assert reply[:22] == b"FLUX\1" + bytes((code + 1,)) + UUID
    size = int.from_bytes(reply[22:24], "little")
    text, signature = reply[24 : 24 + size], reply[24 + size :]
    verify(slave_key(device), signature, text)
    return text.decode()


def with_key(device: Device) -> bytes:
    return struct.pack("<d", device.clock) + KEY.public_der


def with_password(device: Device, password: str) -> bytes:
    text = f"{device.clock:.3f}\0{password}\0".encode()
    return encrypted(device, text + KEY.public_der)


async def test_there_is_no_management_by_tcp(make_device: MakeDevice) -> None:
    await old_device(make_device)
    with pytest.raises(ConnectionRefusedError):
        await Stream.connect(HERE, MANAGEMENT_PORT)


async def test_the_right_password_gets_a_key_trusted(make_device: MakeDevice) -> None:
    device = await old_device(make_device)
    assert json.loads(await ask(device, 4, with_key(device)))["status"] == "deny"
    wrong = await ask(device, 6, with_password(device, "wrong"))
    assert json.loads(wrong)["status"] == "deny"
    right = await ask(device, 6, with_password(device, "secret"))
    assert json.loads(right)["status"] == "ok"
    assert json.loads(await ask(device, 4, with_key(device)))["status"] == "ok"
    assert KEY.access_id.hex() in device.trust


async def test_without_a_password_it_answers_padding(make_device: MakeDevice) -> None:
    device = await old_device(make_device, password=None)
    for answer in (
        await ask(device, 4, with_key(device)),
        await ask(device, 6, with_password(device, "x")),
    ):
        assert json.loads(answer)["status"] == "padding"


async def test_a_trusted_key_changes_the_password_once(make_device: MakeDevice) -> None:
    device = await old_device(make_device)
    trust(device)
    request = encrypted(device, signed(device, b"neu\0secret"))
    assert json.loads(await ask(device, 0xA0, request))["status"] == "ok"
    assert device.password == "neu"
    # The same datagram again, as when the reply was lost: the same reply.
    assert json.loads(await ask(device, 0xA0, request))["status"] == "ok"
    again = encrypted(device, signed(device, b"neuer\0secret"))
    assert await ask(device, 0xA0, again) == "EBAD_PASSWORD"


async def test_a_trusted_key_sets_the_network(make_device: MakeDevice) -> None:
    garage = SimulatedNetwork(ssid="Garage", address=ADDRESSES[5])
    device = await old_device(make_device, networks=[garage])
    trust(device)
    values = b"method=dhcp\0ssid=Garage\0security=WPA2-PSK\0psk=12345678"
    request = encrypted(device, signed(device, values))
    assert json.loads(await ask(device, 0xA2, request))["status"] == "ok"
    await device.wait_for(lambda: device.address == ADDRESSES[5])


async def test_what_is_not_signed_by_a_trusted_key_is_refused(
    make_device: MakeDevice,
) -> None:
    device = await old_device(make_device)
    request = encrypted(device, signed(device, b"neu\0secret"))
    assert await ask(device, 0xA0, request) == "EAUTH_ERROR"
    device.trust.add(TrustedKey.from_pem("ours", KEY.public_pem))
    forged = signed(device, b"neu\0secret", Key(OTHER_CLIENT_KEY))
    assert await ask(device, 0xA0, encrypted(device, forged)) == "EAUTH_ERROR"
    old = signed(device, b"neu\0secret", age=60)
    assert await ask(device, 0xA0, encrypted(device, old)) == "ETIMEOUT"
    assert device.password == "secret"


async def test_what_does_not_decrypt_is_not_answered(make_device: MakeDevice) -> None:
    device = await old_device(make_device)
    async with inbox(udp_socket()) as (transport, box):
        for body in (b"", bytes(128), bytes(7)):
            transport.sendto(b"FLUX\1\x06" + UUID + body, (HERE, 1901))
        transport.sendto(b"FLUX\1\x08" + UUID, (HERE, 1901))
        await device.wait_for(lambda: len(device.received.datagrams) == 4)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await box.queue.get()


async def test_newer_devices_do_not_know_these_requests(
    make_device: MakeDevice,
) -> None:
    device = await make_device(generation=1)
    async with inbox(udp_socket()) as (transport, box):
        transport.sendto(b"FLUX\1\x04" + UUID + with_key(device), (HERE, 1901))
        transport.sendto(b"FLUX\1\2" + UUID, (HERE, 1901))
        reply, _ = await box.next()
    assert reply[5] == 3
