"""How the robot and the camera port let a trusted key in (protocol.md section 5).

Raw bytes, not frames, in two ways: over TLS (`FLUX0003`), or by an exchange of
signatures that ends in an AES stream (`FLUX0002`). Nothing of ours is sent before
the device has proved who it is. Does not know what is said afterwards
(`robot.py`, `camera.py`), nor passwords: these ports take trusted keys only.
"""

from __future__ import annotations

import asyncio

from .cipher import stream_ciphers
from .device import DeviceInfo
from .errors import (
    AuthenticationFailed,
    ProtocolError,
    SlaveKeyMismatch,
)
from .identity import load_rsa_public_key, rsa_signed
from .key import ClientKey
from .session import Session
from .timing import Timing
from .tls import CAMERA_PORT, ROBOT_PORT, TLS, connect, connect_tls, start_tls_pinned

_TLS_CHALLENGE_LENGTH = 64
_AES_CHALLENGE_LENGTH = 128
_ANSWER_LENGTH = 16


async def open_robot(
    device: DeviceInfo,
    key: ClientKey,
    timing: Timing,
    expected_key: bytes | None = None,
) -> Session:
    """Return a signed-in session of the robot port, in either generation.

    The device must hold `expected_key` (DER), by default the master key that
    discovery learnt. Raises ConnectionFailed, ProtocolError, IdentityMismatch
    and its SlaveKeyMismatch (before anything of ours is sent), and
    AuthenticationFailed if the device does not trust our key.
    """
    session, hello = await connect(device.host, ROBOT_PORT, timing)
    master_key = expected_key or device.master_key
    try:
        if hello == TLS:
            await start_tls_pinned(session, master_key, timing)
            await _sign_in_over_tls(session, device, key, timing)
        else:
            await _sign_in_by_signatures(session, device, key, timing, master_key)
    except BaseException:
        await session.close()
        raise
    return session


async def open_camera(
    device: DeviceInfo,
    key: ClientKey,
    timing: Timing,
    expected_key: bytes | None = None,
) -> Session:
    """Return a signed-in session of the camera port, TLS in both generations.

    Raises what `open_robot` raises, but for SlaveKeyMismatch.
    """
    session = await connect_tls(
        device.host, CAMERA_PORT, expected_key or device.master_key, timing
    )
    try:
        await _sign_in_over_tls(session, device, key, timing)
    except BaseException:
        await session.close()
        raise
    return session


async def _sign_in_over_tls(
    session: Session, device: DeviceInfo, key: ClientKey, timing: Timing
) -> None:
    """Answer the challenge of `FLUX0003`."""
    async with session.guard(timing.handshake):
        challenge = await session.read_exactly(_TLS_CHALLENGE_LENGTH)
        # In pieces it makes firmware 1.6.95 hang for ever, and anything behind
        # it before the device's answer is a PROTOCOL_ERROR.
        await session.write(key.access_id + key.sign_challenge(device.uuid, challenge))
        _check_answer(await session.read_exactly(_ANSWER_LENGTH))


async def _sign_in_by_signatures(
    session: Session,
    device: DeviceInfo,
    key: ClientKey,
    timing: Timing,
    master_key: bytes,
) -> None:
    """Check the device's signature, give ours, and start the AES of `FLUX0002`."""
    if device.version != 1 or device.master_key != master_key:
        # TLS proves a key freshly, this handshake can be replayed: whoever should
        # speak TLS is not followed down to it. And the slave key is worth the master
        # key that vouched for it in discovery. But both are only what datagrams said:
        # the device may answer another touch differently.
        raise SlaveKeyMismatch(master_key)
    async with session.guard(timing.handshake):
        challenge = await _proven_challenge(session, device, timing)
        await session.write(key.access_id + key.sign(challenge))
        _check_answer(await session.read_exactly(_ANSWER_LENGTH))
        block = await session.read_exactly(key.size)
        try:
            ciphers = stream_ciphers(key.decrypt(block))
        except ValueError as err:
            raise ProtocolError("the AES key cannot be read") from err
        session.start_cipher(*ciphers)


async def _proven_challenge(
    session: Session, device: DeviceInfo, timing: Timing
) -> bytes:
    """Return the 128 random bytes, once a signature by the device proves them.

    How long the signature is says nobody: a device signs with its slave key, or
    with the longer master key while that is not ready. So the shorter reading
    is tried first, and more is waited for only if it does not hold.
    """
    received = b""
    for public_key in (device.slave_key, device.master_key):
        rsa_key = load_rsa_public_key(public_key) if public_key else None
        if public_key is None or rsa_key is None:
            continue
        size = rsa_key.key_size // 8
        missing = size + _AES_CHALLENGE_LENGTH - len(received)
        try:
            # A device that has rebooted signs with a slave key we do not know:
            # then this is all that comes, and no reason to wait for long.
            async with asyncio.timeout(timing.challenge_rest if received else None):
                received += await session.read_exactly(max(missing, 0))
        except TimeoutError:
            break
        signature, challenge = received[:size], received[size:]
        if rsa_signed(public_key, signature, challenge):
            return challenge
    raise SlaveKeyMismatch(device.master_key)


def _check_answer(answer: bytes) -> None:
    """Raise unless the 16 bytes, padded with spaces or zero bytes, say `OK`."""
    text = answer.rstrip(b" \0").decode("ascii", "backslashreplace")
    if text == "AUTH_ERROR":
        raise AuthenticationFailed("the device does not trust our key")
    if text != "OK":
        raise ProtocolError(f"the sign-in was answered with {text!r}")
