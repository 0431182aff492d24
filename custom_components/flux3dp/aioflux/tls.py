"""Hello, and TLS with the pinned key (protocol.md section 3).

Knows how a connection becomes one with *this* device: the certificate is worth
exactly its public key, which must be the master key. Does not know what is said
on the connection afterwards.
"""

from __future__ import annotations

import ssl
import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .connection import Connection
from .errors import IdentityMismatch, ProtocolError
from .session import Session
from .timing import Timing

MANAGEMENT_PORT = 1901
ROBOT_PORT = 23811
CAMERA_PORT = 23812

TLS = b"FLUX0003"
AES = b"FLUX0002"
_HELLO_LENGTH = 8


def _device_context() -> ssl.SSLContext:
    """Return the TLS settings for devices, and for devices only.

    Their TLS stacks are old and there is no authority to ask, so old versions
    and ciphers are let in: who is at the other end is settled by the pinned key.
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


async def connect(host: str, port: int, timing: Timing) -> tuple[Session, bytes]:
    """Connect and read the hello: a session and `FLUX0002` or `FLUX0003`.

    ConnectionFailed if nobody listens there or nobody speaks, ProtocolError if
    it is not a FLUX device that does.
    """
    connection = await Connection.connect(host, port, timing.connect)
    session = Session(connection, timing)
    async with session.guard(timing.connect):
        hello = await session.read_exactly(_HELLO_LENGTH)
        if hello not in (TLS, AES):
            raise ProtocolError(
                f"port {port} of {host} does not speak the FLUX protocol"
            )
    return session, hello


async def start_tls_pinned(session: Session, master_key: bytes, timing: Timing) -> None:
    """Start TLS and make sure that the device holds `master_key` (DER).

    IdentityMismatch if it holds another: the connection is dropped, and nothing
    of ours was sent on it.
    """
    async with session.guard(timing.handshake):
        certificate = await session.start_tls(_CONTEXT, timing.handshake)
        presented = public_key(certificate)
        if presented != master_key:
            raise IdentityMismatch(master_key, presented)


async def connect_tls(
    host: str, port: int, master_key: bytes, timing: Timing
) -> Session:
    """Connect to a port that speaks `FLUX0003`; see `connect` and `start_tls_pinned`."""
    session, hello = await connect(host, port, timing)
    if hello != TLS:
        await session.close()
        raise ProtocolError(
            f"port {port} of {host} speaks {hello.decode()}, not {TLS.decode()}"
        )
    await start_tls_pinned(session, master_key, timing)
    return session


async def verify_key(host: str, master_key: bytes, timing: Timing) -> None:
    """Return if the device at an address holds `master_key`, raise if not.

    Nothing of ours is sent: no key, no password. IdentityMismatch,
    ConnectionFailed.
    """
    session = await connect_tls(host, MANAGEMENT_PORT, master_key, timing)
    await session.close()


def public_key(certificate: bytes) -> bytes:
    """Return the key of a certificate, DER SubjectPublicKeyInfo, empty if unreadable.

    A device's certificate says to be X.509 version 1 and has an extension all
    the same, so nothing but the key is looked at.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError, UnsupportedAlgorithm:
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
