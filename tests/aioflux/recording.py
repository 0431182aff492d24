"""A device on a real socket that says what was recorded, byte by byte."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import CipherContext
from cryptography.hazmat.primitives.serialization import load_der_public_key

from custom_components.flux3dp.aioflux import ClientKey, DeviceInfo, Identity
from custom_components.flux3dp.aioflux.datagram import (
    Notify,
    TouchReply,
    decode,
)
from simulator.keys import RsaKey, server_context
from simulator.wire import cipher
from tests.keys import MASTER_KEYS
from tests.vectors import Events, read

ADDRESS = "127.0.40.1"


def device_of(folder: str, master_key: bytes | None = None) -> DeviceInfo:
    """Return the device that was recorded, with a master key of ours for TLS."""
    touch = decode(read(folder, "touch.bin"))
    slave_key = None
    if touch.version == 1:
        notify = decode(read(folder, "notify.bin"))
        assert isinstance(notify, Notify)
        master_key = master_key or notify.master_key
        slave_key = touch.slave_key
    else:
        assert isinstance(touch, TouchReply)
        master_key = master_key or touch.master_key
    return DeviceInfo(
        uuid=touch.uuid,
        serial="XXXXXXXXXX",
        name=touch.info["name"],
        model=touch.info["model"],
        firmware=touch.info["ver"],
        has_password=True,
        host=ADDRESS,
        version=touch.version,
        master_key=master_key,
        identity=Identity.UNVERIFIED,
        slave_key=slave_key,
    )


class Recording:
    """A device that plays one session to each client that connects.

    Events are those of `sessions.json`, see the README beside it.
    """

    def __init__(self, events: Events, key: ClientKey) -> None:
        self.events = events
        self.played = asyncio.Event()
        self.heard = bytearray()
        #: What was said in place of what should have been.
        self.differences: list[tuple[bytes, bytes]] = []
        self._key = key
        self._encrypt: CipherContext | None = None
        self._decrypt: CipherContext | None = None

    async def play(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            for event in self.events:
                await self._play_event(reader, writer, *event)
            self.played.set()
            await reader.read()
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()

    async def _play_event(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kind: str,
        data: str,
        note: str = "",
    ) -> None:
        if kind == "aes":
            secret = bytes.fromhex(data)
            self._encrypt = cipher(secret[:32], secret[32:]).encryptor()
            self._decrypt = cipher(secret[:32], secret[32:]).decryptor()
        elif kind == "tls":
            master = RsaKey.from_pem(MASTER_KEYS[0])
            context = server_context(master, "00" * 16, "XXXXXXXXXX")
            await writer.start_tls(context)
        elif kind == "client":
            expected = bytes.fromhex(data)
            got = await reader.readexactly(len(expected))
            if self._decrypt:
                got = self._decrypt.update(got)
            self.heard += got
            # The recorder's key signed otherwise; all else is to be the same.
            if got != expected and note != "access_id+signature":
                self.differences.append((got, expected))
        elif note == "rsa(aes key+iv)":
            (secret,) = (bytes.fromhex(e[1]) for e in self.events if e[0] == "aes")
            writer.write(encrypted_for(self._key, secret))
        else:
            sent = bytes.fromhex(data)
            writer.write(self._encrypt.update(sent) if self._encrypt else sent)


type Play = Callable[[Events, int], Awaitable[Recording]]


def encrypted_for(key: ClientKey, secret: bytes) -> bytes:
    public: Any = load_der_public_key(key.public_der)
    block: bytes = public.encrypt(
        secret,
        padding.OAEP(padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None),
    )
    return block


def device_key() -> bytes:
    return RsaKey.from_pem(MASTER_KEYS[0]).public_der
