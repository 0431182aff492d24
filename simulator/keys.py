"""Keys (section 1): the vendor's, the device's master and slave keys, the clients' it trusts.

``generate_*`` are slow: callers run them in a thread.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
import hashlib
from typing import Self, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_SHA1 = hashes.SHA1()  # noqa: S303 - old as it is, the devices speak nothing else
_OAEP = padding.OAEP(mgf=padding.MGF1(_SHA1), algorithm=_SHA1, label=None)
_PKCS1 = padding.PKCS1v15()

#: What a board in rescue mode sends in place of a signature by the vendor.
PLACEHOLDER_IDENTIFY = b"WAWASUREMONO"


class KeyFormatError(ValueError):
    """A key that cannot be read, or is not of the kind it has to be."""


class VendorKey:
    """The key that signs identities: what makes a device *verified* for a client."""

    def __init__(self, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, password=None)
        self._key = cast(ec.EllipticCurvePrivateKey, key)

    @property
    def public_der(self) -> bytes:
        """The public half, DER SubjectPublicKeyInfo."""
        return _public_der(self._key.public_key())

    def sign_identity(
        self, serial: str, uuid: bytes, master_der: bytes, *, sha1: bool = False
    ) -> bytes:
        """Return the *identify* of a device, DER."""
        message = b"$".join((serial.encode(), uuid, master_der))
        return self._key.sign(message, ec.ECDSA(_SHA1 if sha1 else hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A private RSA key of the device: its master key, or a slave key."""

    pem: bytes = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False, compare=False)
    public_der: bytes

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a key. Its validity is not checked: that costs far more than the reading."""
        key = serialization.load_pem_private_key(
            pem, password=None, unsafe_skip_rsa_key_validation=True
        )
        key = cast(rsa.RSAPrivateKey, key)
        return cls(pem, key, _public_der(key.public_key()))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public half, 64 hex digits: what a person compares."""
        return hashlib.sha256(self.public_der).hexdigest()

    def sign(self, message: bytes) -> bytes:
        """Return the PKCS#1 v1.5 signature, SHA-1."""
        return self.key.sign(message, _PKCS1, _SHA1)

    def decrypt(self, blocks: bytes) -> bytes:
        """Decrypt OAEP blocks (SHA-1, MGF1-SHA-1); ``ValueError`` when they are none."""
        size = self.key.key_size // 8
        return b"".join(
            self.key.decrypt(blocks[start : start + size], _OAEP)
            for start in range(0, len(blocks), size)
        )


@dataclass(frozen=True, slots=True)
class ClientKey:
    """The public RSA key of a client."""

    public: rsa.RSAPublicKey = field(repr=False, compare=False)
    der: bytes

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a PEM SubjectPublicKeyInfo; ``KeyFormatError`` when it is anything else."""
        return cls._load(serialization.load_pem_public_key, pem)

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Read a DER SubjectPublicKeyInfo; ``KeyFormatError`` when it is anything else."""
        return cls._load(serialization.load_der_public_key, der)

    @classmethod
    def _load(cls, load: Callable[[bytes], object], data: bytes) -> Self:
        try:
            key = load(data)
        except Exception as err:  # cryptography raises many kinds for a damaged key
            raise KeyFormatError("unreadable key") from err
        if not isinstance(key, rsa.RSAPublicKey):
            raise KeyFormatError("not an RSA key")
        return cls(key, _public_der(key))

    @property
    def access_id(self) -> str:
        """SHA-1 of the DER, lower-case hex: the name of this key on the wire."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @property
    def size(self) -> int:
        """Size of the key, and so of its signatures, in bytes."""
        return self.public.key_size // 8

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key made the signature (PKCS#1 v1.5, SHA-1)."""
        try:
            self.public.verify(signature, message, _PKCS1, _SHA1)
        except InvalidSignature:
            return False
        return True

    def encrypt(self, message: bytes) -> bytes:
        """Encrypt one OAEP block (SHA-1, MGF1-SHA-1)."""
        return self.public.encrypt(message, _OAEP)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedKey:
    """A key the device trusts; ``key`` is None for one of which only the name is known."""

    label: str
    access_id: str
    type: str = "U"
    key: ClientKey | None = None

    @classmethod
    def from_pem(cls, label: str, pem: bytes) -> Self:
        """Return an entry for a public key (PEM)."""
        key = ClientKey.from_pem(pem)
        return cls(label=label, access_id=key.access_id, key=key)


class Trust(dict[str, TrustedKey]):
    """The client keys a device trusts (section 4) by ``access_id``, in the order they came."""

    def add(self, key: TrustedKey) -> bool:
        """Trust a key; False when it is trusted already."""
        if key.access_id in self:
            return False
        self[key.access_id] = key
        return True


#: Slave keys that were made, in turns: making one costs far more than a whole boot.
_slave_keys: deque[RsaKey] = deque()
_MOST_SLAVE_KEYS = 8


def slave_key() -> RsaKey:
    """Return a 1024-bit key for a boot (generation 1): none of the seven boots before has it."""
    if len(_slave_keys) < _MOST_SLAVE_KEYS:
        bits = 1024  # What devices use; it lives as long as one boot.
        _slave_keys.append(RsaKey.from_pem(_pem(rsa.generate_private_key(65537, bits))))
    _slave_keys.rotate()
    return _slave_keys[0]


def generate_master_pem() -> bytes:
    """Make a master key of 2048 bits: the 4096 of the factory take seconds."""
    return _pem(rsa.generate_private_key(65537, 2048))


def generate_vendor_pem() -> bytes:
    """Make a vendor key, for simulated devices that stand alone."""
    return _pem(ec.generate_private_key(ec.SECP384R1()))


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public_der(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
