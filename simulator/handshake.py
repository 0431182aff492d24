"""How a client signs in at the robot and camera ports (section 5).

Raw bytes, no frames. Only trusted keys get in; nobody is asked for a password here.
"""

import asyncio
from typing import TYPE_CHECKING

from .aes import IV_SIZE, KEY_SIZE, AesStream
from .frames import Frames
from .received import ConnectionRecord
from .wire import Stream, Wire

if TYPE_CHECKING:
    from .device import Device

_ACCESS_ID_SIZE = 20
_ANSWER_SIZE = 16
_NONCE_SIZE = 64
_SALT_SIZE = 128


async def shake_hands_in_tls(
    device: Device, stream: Stream, record: ConnectionRecord
) -> bool:
    """Do the raw handshake of ``FLUX0003``, of robot and camera; False ends the connection."""
    await stream.write(device.config.random(_NONCE_SIZE))
    answer = await stream.read()
    if not answer:
        return False
    if len(answer) < _ACCESS_ID_SIZE:
        # The firmware takes what one read gives it, and waits for ever for what it missed.
        await record.closed.wait()
        return False
    key = device.trust.get(answer[:_ACCESS_ID_SIZE].hex())
    if key is None:
        await stream.write(b"AUTH_ERROR".ljust(_ANSWER_SIZE))
        return False
    # It does not look at the signature of a trusted key, only at how long it is.
    expected = _ACCESS_ID_SIZE + (key.key.size if key.key else 256)
    if len(answer) < expected:
        await record.closed.wait()
        return False
    if len(answer) > expected:
        await stream.write(b"PROTOCOL_ERROR".ljust(_ANSWER_SIZE))
        return False
    await stream.write(b"OK".ljust(_ANSWER_SIZE))
    record.access_id = key.access_id
    device.signal.pulse()
    return True


async def shake_hands_in_clear(device: Device, wire: Wire) -> Stream | None:
    """Do the handshake of ``FLUX0002``; the AES stream, or None to end the connection."""
    salt = device.config.random(_SALT_SIZE)
    slave = device.beacon.slave_key
    not_ready = slave is None or device.config.slave_key_not_ready
    signer = device.master_key if not_ready or slave is None else slave
    await wire.write(signer.sign(salt) + salt)
    frames = Frames(wire, device.faults.robot)
    name = await frames.read_exactly(_ACCESS_ID_SIZE)
    if name is None:
        return None
    trusted = device.trust.get(name.hex())
    if trusted is None or trusted.key is None:
        await wire.write(b"AUTH_ERROR".ljust(_ANSWER_SIZE, b"\0"))
        return None
    signature = await frames.read_exactly(trusted.key.size)
    if signature is None:
        return None
    wire.record.application += name + signature
    if not trusted.key.verify(signature, salt):
        await wire.write(b"AUTH_ERROR".ljust(_ANSWER_SIZE, b"\0"))
        return None
    if frames.has_more or wire.pending:
        await wire.write(b"PROTOCOL_ERROR".ljust(_ANSWER_SIZE, b"\0"))
        return None
    await wire.write(b"OK".ljust(_ANSWER_SIZE, b"\0"))
    secret = device.config.random(KEY_SIZE + IV_SIZE)
    await wire.write(await asyncio.to_thread(trusted.key.encrypt, secret))
    wire.record.access_id = trusted.access_id
    device.signal.pulse()
    return AesStream(wire, secret[:KEY_SIZE], secret[KEY_SIZE:])
