"""The client's RSA key, which a device learns to trust (section 1)."""

import hashlib
import hmac
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_KEY_BITS = 2048


class ClientKey:
    """An RSA key of ours. Public halves are DER and PEM SubjectPublicKeyInfo.

    `access_id` names it to devices, and is a secret (section 5); `tag`, 8 hex digits,
    names it to anybody.
    """

    __slots__ = ("_private", "access_id", "public_der", "public_pem", "tag")

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        self._private = private
        public, form = private.public_key(), PublicFormat.SubjectPublicKeyInfo
        self.public_der = public.public_bytes(Encoding.DER, form)
        self.public_pem = public.public_bytes(Encoding.PEM, form)
        # A digest used as a name, not as protection.
        self.access_id = hashlib.sha1(self.public_der, usedforsecurity=False).digest()
        self.tag = hashlib.sha256(self.public_der).hexdigest()[:8]

    @classmethod
    def generate(cls) -> Self:
        """Make a new key. Blocks for 20 to 200 ms: call it in an executor."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS))

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Read an unencrypted PEM private key; ValueError if it is not an RSA key."""
        try:
            private = load_pem_private_key(pem.encode(), password=None)
        except (TypeError, UnsupportedAlgorithm) as err:  # Encrypted; of another kind.
            raise ValueError(str(err)) from err
        if not isinstance(private, rsa.RSAPrivateKey):
            raise ValueError("not an RSA private key")  # noqa: TRY004 - a wrong value
        return cls(private)

    def to_pem(self) -> str:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return self._private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode("ascii")

    @property
    def size(self) -> int:
        """Return the length of the key's signatures and RSA blocks, in bytes."""
        return self._private.key_size // 8

    def sign(self, message: bytes) -> bytes:
        """Sign with PKCS#1 v1.5 over SHA-1, as devices verify (section 1)."""
        return self._private.sign(message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what devices use

    def sign_challenge(self, uuid: str, challenge: bytes) -> bytes:
        """Sign `HMAC-SHA1(uuid, challenge)`, the proof of sections 4 and 5."""
        return self.sign(hmac.digest(bytes.fromhex(uuid), challenge, "sha1"))

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt an OAEP (SHA-1) block of the key's size; ValueError if it is none."""
        sha1 = hashes.SHA1()  # noqa: S303 - what devices use
        oaep = padding.OAEP(mgf=padding.MGF1(sha1), algorithm=sha1, label=None)
        return self._private.decrypt(block, oaep)
