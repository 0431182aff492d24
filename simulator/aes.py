"""The inside of ``FLUX0002``: AES-256-CFB8, one endless stream in each direction (section 5)."""

from importlib import import_module
from importlib.util import find_spec

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from .wire import Stream, Wire

KEY_SIZE = 32
IV_SIZE = 16

# cryptography 49 took CFB8 out of its old place, and older versions lack the new one.
_NEW_HOME = "cryptography.hazmat.decrepit.ciphers.modes"
_OLD_HOME = "cryptography.hazmat.primitives.ciphers.modes"
_modes = import_module(_NEW_HOME if find_spec(_NEW_HOME) else _OLD_HOME)


def cipher(key: bytes, iv: bytes) -> Cipher[ModeWithInitializationVector]:
    """Return the cipher of a connection."""
    mode: ModeWithInitializationVector = _modes.CFB8(iv)
    return Cipher(AES256(key), mode)


class AesStream(Stream):
    """The inside of AES on a connection."""

    def __init__(self, wire: Wire, key: bytes, iv: bytes) -> None:
        """Start right after the block with the key went out."""
        self._wire = wire
        self._decrypt: CipherContext = cipher(key, iv).decryptor()
        self._encrypt: CipherContext = cipher(key, iv).encryptor()

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""
        data = self._decrypt.update(await self._wire.read(limit))
        self._wire.record.application += data
        return data

    async def write(self, data: bytes) -> None:
        """Send."""
        await self._wire.write(self._encrypt.update(data))
