"""TLS as devices serve it: a certificate of their own making, and a stream inside it.

The certificate is signed by the master key and claims X.509 *version 1* although it has an
extension (section 3, and ``certificate.bin`` of the recordings). No library makes such a
thing: a version-3 certificate is made, its version field taken out, and the rest signed again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import datetime
from functools import lru_cache, partial
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID

from .keys import RsaKey
from .wire import Stream, Wire

_NETSCAPE_COMMENT = x509.ObjectIdentifier("2.16.840.1.113730.1.13")
_COMMENT = b"\x16\x11V0FXQVNVUkVNT05P\n"
_VERSION_3 = bytes.fromhex("a003020102")
_SEQUENCE, _BIT_STRING = 0x30, 0x03
_SHA512_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010d0500")
_VALID_FROM = datetime.datetime(2016, 1, 1, tzinfo=datetime.UTC)
_VALID_TO = datetime.datetime(2086, 1, 1, tzinfo=datetime.UTC)


def _certificate(key: RsaKey, uuid: str, serial: str) -> bytes:
    """Return the DER certificate of a device."""
    name = x509.Name(
        (
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "FLUX 3D Delta Printer"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{uuid}:{serial}:"),
        )
    )
    modern = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.key.public_key())
        .serial_number(1001)
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_TO)
        .add_extension(
            x509.UnrecognizedExtension(_NETSCAPE_COMMENT, _COMMENT), critical=True
        )
        .sign(key.key, hashes.SHA512())
    )
    _, _, fields = modern.tbs_certificate_bytes.partition(_VERSION_3)
    body = _element(_SEQUENCE, fields)
    signature = key.key.sign(body, padding.PKCS1v15(), hashes.SHA512())
    return _element(
        _SEQUENCE, body + _SHA512_WITH_RSA + _element(_BIT_STRING, b"\0" + signature)
    )


def _element(tag: int, value: bytes) -> bytes:
    """Return a DER element."""
    if len(value) < 0x80:
        return bytes((tag, len(value))) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + value


@lru_cache(maxsize=64)
def server_context(
    key: RsaKey, uuid: str, serial: str, *, old: bool = False
) -> ssl.SSLContext:
    """Return what a device serves TLS with; ``old``: TLS 1.0 and nothing newer.

    Made once for each identity: it costs some milliseconds, and tests make the same few devices
    again and again.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if old:
        with warnings.catch_warnings():
            # Speaking TLS 1.0 only is the very thing asked for here.
            warnings.filterwarnings(
                "ignore", message=r"ssl\.TLSVersion\.TLSv1 is deprecated"
            )
            context.maximum_version = ssl.TLSVersion.TLSv1
    pem = ssl.DER_cert_to_PEM_cert(_certificate(key, uuid, serial)).encode()
    with TemporaryDirectory(prefix="flux-simulator-") as folder:
        chain = Path(folder, "device.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(key.pem.rstrip() + b"\n" + pem)
        context.load_cert_chain(chain)
    return context


class TlsStream(Stream):
    """The inside of TLS on a connection, the device being the server."""

    def __init__(self, wire: Wire, context: ssl.SSLContext) -> None:
        self._wire = wire
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._in, self._out, server_side=True)
        self._sending = asyncio.Lock()

    async def handshake(self) -> None:
        """Shake hands; ``ConnectionError`` or ``ssl.SSLError`` when that fails."""
        try:
            await self._do(self._ssl.do_handshake)
        except ssl.SSLError:
            # The alert that says why is what a client gets to see.
            with suppress(ConnectionError):
                await self._flush()
            raise
        await self._flush()

    async def read(self, limit: int = 65536) -> bytes:
        """Return what one record brought, at most ``limit`` bytes; nothing at the end."""
        try:
            data = await self._do(partial(self._ssl.read, limit))
        except ssl.SSLError, ConnectionError:
            return b""
        self._wire.record.application += data
        return data

    async def write(self, data: bytes) -> None:
        """Send."""
        if data:
            self._ssl.write(data)
            await self._flush()

    async def _do[T](self, step: Callable[[], T]) -> T:
        """Return what a step of TLS does once all it needs has come."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                await self._flush()
                if not (data := await self._wire.read()):
                    raise ConnectionResetError("the client left") from None
                self._in.write(data)

    async def _flush(self) -> None:
        # Two tasks may send on one stream (camera): their records must not swap places.
        async with self._sending:
            while data := self._out.read():
                await self._wire.write(data)
