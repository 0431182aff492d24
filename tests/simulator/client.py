"""A client written for these tests only: plain sockets, and nothing of any library of ours."""

import asyncio
from contextlib import suppress
import hashlib
import hmac
import json
import ssl
import struct
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulator import PATIENCE

ROBOT_PORT = 23811
CAMERA_PORT = 23812
_SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


class Key:
    """A client's RSA key."""

    def __init__(self, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.private = key
        public = key.public_key()
        self.public_pem = public.public_bytes(serialization.Encoding.PEM, _SPKI)
        self.public_der = public.public_bytes(serialization.Encoding.DER, _SPKI)
        self.access_id = hashlib.sha1(self.public_der).digest()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA1())

    def sign_nonce(self, uuid: str, nonce: bytes) -> bytes:
        return self.sign(hmac.digest(bytes.fromhex(uuid), nonce, "sha1"))


class Stream:
    """A TCP connection, on which TLS may be started."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.peer_certificate = b""
        self.nonce = b""

    @classmethod
    async def connect(cls, address: str, port: int) -> Self:
        return cls(*await asyncio.open_connection(address, port))

    @classmethod
    async def tls(cls, address: str, port: int = 1901) -> Self:
        """Connect, and read up to the nonce of ``FLUX0003``."""
        stream = await cls.connect(address, port)
        assert await stream.read(8) == b"FLUX0003"
        await stream.start_tls()
        stream.nonce = await stream.read(64)
        return stream

    @classmethod
    async def sign_in(cls, address: str, key: Key, password: str) -> Self:
        """Sign in at the management port by password."""
        stream = await cls.tls(address)
        stream.send_frame(key.public_pem)
        assert await stream.frame() == b"password"
        stream.send_frame(password.encode())
        assert await stream.frame() == b"ok"
        return stream

    @classmethod
    async def robot(
        cls, address: str, key: Key, uuid: str, port: int = ROBOT_PORT
    ) -> Self:
        """Shake hands at the robot or camera port, in TLS."""
        stream = await cls.tls(address, port)
        stream.write(key.access_id + key.sign_nonce(uuid, stream.nonce))
        assert await stream.read(16) == b"OK".ljust(16)
        return stream

    async def start_tls(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        await self.writer.start_tls(context)
        inside = self.writer.get_extra_info("ssl_object")
        self.peer_certificate = inside.getpeercert(binary_form=True)

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readexactly(size)

    async def read_to_end(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError, ssl.SSLError:
                return b""

    async def is_silent(self, seconds: float = 0.1) -> bool:
        """Tell whether nothing comes for a while, and the connection stays."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.reader.read(1)
                return False
        return True

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> bytes:
        (length,) = struct.unpack("<H", await self.read(2))
        return await self.read(length)

    def send_frame(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.write(struct.pack("<H", len(data) + 2) + data)

    async def ask(self, *words: str | bytes) -> str:
        """Send a command, of several words to the management port; return the first reply."""
        parts = [word.encode() if isinstance(word, str) else word for word in words]
        self.send_frame(b"\0".join(parts))
        return (await self.frame()).decode()

    async def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.ask("player report"))
        return found

    async def close(self) -> None:
        # A device that hangs answers no goodbye of TLS: do not wait for one.
        self.writer.transport.abort()
        with suppress(ConnectionError, ssl.SSLError):
            await self.writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
