"""The one way to open a connection: hello, then TLS with the pinned key (section 3).

The device's certificate is worth exactly its public key, which must be the master key.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import ssl
import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .errors import IdentityMismatch, ProtocolError
from .session import Session
from .timing import Timing

MANAGEMENT_PORT = 1901
ROBOT_PORT = 23811
CAMERA_PORT = 23812

TLS = b"FLUX0003"
AES = b"FLUX0002"


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
