"""Opens a connection: hello, TLS with the pinned key, the sign-in (sections 3 and 5).

The device's certificate is worth exactly its public key, which must be the master key. At
the robot and the camera port a trusted key signs in: over TLS (`FLUX0003`), or by signatures
that end in an AES stream (`FLUX0002`). Nothing of ours is sent before the device has proved
its identity.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
import ssl
import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .device import DeviceInfo
from .errors import (
    AuthenticationFailed,
    ConnectionFailed,
    FluxError,
    IdentityMismatch,
    ProtocolError,
    SlaveKeyMismatch,
    Unsupported,
)
from .identity import ClientKey, load_rsa_public_key, rsa_signed
from .session import Session
from .timing import Timing
from .udp_management import identify

MANAGEMENT_PORT = 1901
ROBOT_PORT = 23811
CAMERA_PORT = 23812

TLS = b"FLUX0003"
AES = b"FLUX0002"

# Its old place is deprecated, and its new one did not exist before.
_NEW_MODES = "cryptography.hazmat.decrepit.ciphers.modes"
_OLD_MODES = "cryptography.hazmat.primitives.ciphers.modes"
_CFB8: Callable[[bytes], ModeWithInitializationVector] = import_module(
    _NEW_MODES if find_spec(_NEW_MODES) else _OLD_MODES
).CFB8

SECRET_LENGTH = 48
"""AES key (32) and IV (16), in bytes."""

_TLS_CHALLENGE_LENGTH = 64
_AES_CHALLENGE_LENGTH = 128
_ANSWER_LENGTH = 16


def _device_context() -> ssl.SSLContext:
    """Return the TLS settings for devices, and for devices only.

    Their TLS stacks are old and there is no authority to ask, so old versions and
    ciphers are allowed: the pinned key proves who is at the other end.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= ssl.OP_LEGACY_SERVER_CONNECT
    return context


_CONTEXT = _device_context()


@asynccontextmanager
async def open_session(
    host: str,
    port: int,
    master_key: bytes,
    timing: Timing,
    hellos: tuple[bytes, ...] = (TLS,),
) -> AsyncIterator[Session]:
    """Connect to a device that holds `master_key` (DER).

    The session stays open, unless the block fails. After the hello `FLUX0003` it is in
    TLS; other `hellos` prove nothing yet. Raises ConnectionFailed, ProtocolError if
    the peer says another hello, IdentityMismatch before anything of ours is sent.
    """
    session = await Session.connect(host, port, timing)
    try:
        async with session.guard(timing.connect):
            hello = await session.read_exactly(len(TLS))
        if hello not in hellos:
            raise ProtocolError(f"{host}:{port} says {hello!r}, which is not expected")
        session.version = 1 if hello == AES else 2
        if hello == TLS:
            async with session.guard(timing.handshake):
                certificate = await session.start_tls(_CONTEXT, timing.handshake)
                if (presented := public_key(certificate)) != master_key:
                    raise IdentityMismatch(master_key, presented)
        yield session
    except BaseException:
        await session.close()
        raise


def public_key(certificate: bytes) -> bytes:
    """Return the key of a certificate, DER SubjectPublicKeyInfo, empty if unreadable.

    A device's certificate claims to be X.509 version 1 and has an extension all the
    same, so nothing but the key is read.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError, UnsupportedAlgorithm, x509.InvalidVersion:
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


async def open_signed_in(
    device: DeviceInfo,
    port: int,
    key: ClientKey,
    timing: Timing,
    expected_key: bytes | None = None,
) -> Session:
    """Return a signed-in session of the robot port, in either generation, or the camera's.

    `expected_key` and errors as `Client`, and at the robot port SlaveKeyMismatch.
    Unsupported if firmware before 1.1b1 has no such port.
    """
    master_key = expected_key or device.master_key
    hellos = (TLS, AES) if port == ROBOT_PORT else (TLS,)
    try:
        async with (
            open_session(device.host, port, master_key, timing, hellos) as session,
            session.guard(timing.handshake),
        ):
            if session.version == 2:
                await _sign_in_over_tls(session, device.uuid, key)
            # TLS proves a key freshly, this handshake can be replayed: a device that
            # should speak TLS is not followed down to it. And the slave key is worth the
            # master key that vouched for it in discovery. Both are only what datagrams
            # said: the device may answer another touch differently.
            elif device.version != 1 or device.master_key != master_key:
                raise SlaveKeyMismatch(master_key)
            else:
                await _sign_in_by_signatures(session, device, key)
    except ConnectionFailed as err:
        refused = isinstance(err.__cause__, ConnectionRefusedError)
        if not (refused and device.may_take_udp):
            raise
        try:
            await identify(device, master_key, timing)
        except FluxError:
            raise err from None
        raise Unsupported("it needs firmware 1.1 or newer") from err
    return session


async def _sign_in_over_tls(session: Session, uuid: str, key: ClientKey) -> None:
    """Answer the challenge of `FLUX0003`."""
    challenge = await session.read_exactly(_TLS_CHALLENGE_LENGTH)
    # In pieces it makes firmware 1.6.95 hang for ever, and anything behind it before
    # the device's answer is a PROTOCOL_ERROR.
    await session.write(key.access_id + key.sign_challenge(uuid, challenge))
    _check_answer(await session.read_exactly(_ANSWER_LENGTH))


async def _sign_in_by_signatures(
    session: Session, device: DeviceInfo, key: ClientKey
) -> None:
    """Verify the device's signature, give ours, and start the AES of `FLUX0002`."""
    challenge = await _signed_challenge(session, device)
    await session.write(key.access_id + key.sign(challenge))
    _check_answer(await session.read_exactly(_ANSWER_LENGTH))
    block = await session.read_exactly(key.size)
    try:
        ciphers = stream_ciphers(key.decrypt(block))
    except ValueError as err:
        raise ProtocolError("the AES key cannot be read") from err
    session.start_cipher(*ciphers)


async def _signed_challenge(session: Session, device: DeviceInfo) -> bytes:
    """Return the 128 random bytes, once a signature by the device holds.

    The length of the signature is not announced: it is the slave key's, or the longer
    master key's while that is not ready. The shorter reading is tried first, and more
    is waited for only if it does not hold.
    """
    received = b""
    for public_key in filter(None, (device.slave_key, device.master_key)):
        if (rsa_key := load_rsa_public_key(public_key)) is None:
            continue
        size = rsa_key.key_size // 8
        missing = size + _AES_CHALLENGE_LENGTH - len(received)
        try:
            # A device that has rebooted signs with an unknown slave key: then this is
            # all that comes, and no reason to wait for long.
            rest = session.timing.challenge_rest
            async with asyncio.timeout(rest if received else None):
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


def stream_ciphers(secret: bytes) -> tuple[CipherContext, CipherContext]:
    """Return the AES-256-CFB8 ciphers for what we send and for what we receive.

    `secret` is the AES key and the IV (48 bytes); ValueError if it has another length.
    Each direction is one continuous stream that begins with that IV.
    """
    if len(secret) != SECRET_LENGTH:
        raise ValueError(f"key and IV are {SECRET_LENGTH} bytes, not {len(secret)}")
    cipher = Cipher(algorithms.AES(secret[:32]), _CFB8(secret[32:]))
    return cipher.encryptor(), cipher.decryptor()
