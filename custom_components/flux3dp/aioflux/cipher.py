"""The AES stream of `FLUX0002` (protocol.md section 5).

Knows AES-256-CFB8 and how its key and IV lie in one secret. Pure: how the secret
got here (`handshake.py`) and what runs through the stream is not its business.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from .session import Cipher as StreamCipher

_KEY_LENGTH = 32
_IV_LENGTH = 16
SECRET_LENGTH = _KEY_LENGTH + _IV_LENGTH
"""AES key and IV, in bytes."""


def _find_cfb8() -> Callable[[bytes], ModeWithInitializationVector]:
    """Return the CFB8 mode from where this version of `cryptography` keeps it.

    Its old place is deprecated, and its new one did not exist before: neither
    can be imported by name in every version.
    """
    try:
        module = import_module("cryptography.hazmat.decrepit.ciphers.modes")
    except ModuleNotFoundError:
        module = import_module("cryptography.hazmat.primitives.ciphers.modes")
    cfb8: Callable[[bytes], ModeWithInitializationVector] = module.CFB8
    return cfb8


_CFB8 = _find_cfb8()


def stream_ciphers(secret: bytes) -> tuple[StreamCipher, StreamCipher]:
    """Return the ciphers for what we send and for what we receive.

    `secret` is the AES key and the IV (48 bytes); ValueError if it has another
    length. Each direction is one continuous stream that begins with that IV.
    """
    if len(secret) != SECRET_LENGTH:
        raise ValueError(f"key and IV are {SECRET_LENGTH} bytes, not {len(secret)}")
    cipher = Cipher(algorithms.AES(secret[:_KEY_LENGTH]), _CFB8(secret[_KEY_LENGTH:]))
    return cipher.encryptor(), cipher.decryptor()
