"""Keys: the vendor's, the device's master and slave keys, and the clients' it trusts.

Knows RSA and ECDSA as section 1 of ``docs/protocol.md`` describes them. Leaves the moments
at which keys are made or used to others. Everything that is slow (``generate_*``) is a plain
function: callers run it in a thread.
"""

from dataclasses import dataclass, field
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_SHA1 = hashes.SHA1()  # noqa: S303 - old as it is, the devices speak nothing else
_OAEP = padding.OAEP(mgf=padding.MGF1(_SHA1), algorithm=_SHA1, label=None)

#: What a board in rescue mode sends in place of a signature by the vendor.
PLACEHOLDER_IDENTIFY = b"WAWASUREMONO"


class KeyFormatError(ValueError):
    """A key that cannot be read, or is not of the kind it has to be."""


class VendorKey:
    """The key that signs identities: what makes a device *verified* for a client."""

    def __init__(self, pem: bytes) -> None:
        """Read the key from a PEM (ECDSA on P-384)."""
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyFormatError("the vendor key is not an elliptic curve key")
        self._key = key

    @property
    def public_der(self) -> bytes:
        """The public half, DER SubjectPublicKeyInfo."""
        return _public_der(self._key.public_key())

    def sign_identity(
        self, serial: str, uuid: bytes, master_der: bytes, *, sha1: bool = False
    ) -> bytes:
        """Return the *identify* of a device (section 1), DER."""
        message = b"$".join((serial.encode(), uuid, master_der))
        algorithm = _SHA1 if sha1 else hashes.SHA256()
        return self._key.sign(message, ec.ECDSA(algorithm))


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A private RSA key of the device: its master key, or a slave key."""

    pem: bytes = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False, compare=False)
    public_der: bytes

    @classmethod
    def from_pem(cls, pem: bytes) -> RsaKey:
        """Read a key. Its validity is not checked: that costs far more than the reading."""
        key = serialization.load_pem_private_key(
            pem, password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise KeyFormatError("not an RSA key")
        return cls(pem, key, _public_der(key.public_key()))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public half, hex."""
        return hashlib.sha256(self.public_der).hexdigest()

    def sign(self, message: bytes) -> bytes:
        """Return the PKCS#1 v1.5 signature, SHA-1."""
        return self.key.sign(message, padding.PKCS1v15(), _SHA1)

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
    def from_pem(cls, pem: bytes) -> ClientKey:
        """Read a PEM SubjectPublicKeyInfo; ``KeyFormatError`` when it is anything else."""
        try:
            key = serialization.load_pem_public_key(pem)
        except Exception as err:  # cryptography raises many kinds for a damaged key
            raise KeyFormatError("unreadable key") from err
        return cls._checked(key)

    @classmethod
    def from_der(cls, der: bytes) -> ClientKey:
        """Read a DER SubjectPublicKeyInfo; ``KeyFormatError`` when it is anything else."""
        try:
            key = serialization.load_der_public_key(der)
        except Exception as err:  # cryptography raises many kinds for a damaged key
            raise KeyFormatError("unreadable key") from err
        return cls._checked(key)

    @classmethod
    def _checked(cls, key: object) -> ClientKey:
        if not isinstance(key, rsa.RSAPublicKey):
            raise KeyFormatError("not an RSA key")
        return cls(key, _public_der(key))

    @property
    def access_id(self) -> str:
        """SHA-1 of the DER, lower-case hex: the name of this key on the wire."""
        return access_id(self.der)

    @property
    def size(self) -> int:
        """Size of the key, and so of its signatures, in bytes."""
        return self.public.key_size // 8

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key made the signature (PKCS#1 v1.5, SHA-1)."""
        try:
            self.public.verify(signature, message, padding.PKCS1v15(), _SHA1)
        except InvalidSignature:
            return False
        return True

    def encrypt(self, message: bytes) -> bytes:
        """Encrypt one OAEP block (SHA-1, MGF1-SHA-1)."""
        return self.public.encrypt(message, _OAEP)


def access_id(der: bytes) -> str:
    """Return the name of a client key: SHA-1 of its public DER, hex."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


def generate_master_pem(bits: int = 2048) -> bytes:
    """Make a master key: seconds for the 4096 bits of the factory."""
    return _pem(rsa.generate_private_key(65537, bits))


def generate_slave_key() -> RsaKey:
    """Make the 1024-bit key of one boot (generation 1)."""
    bits = 1024  # What devices use; it lives as long as one boot.
    return RsaKey.from_pem(_pem(rsa.generate_private_key(65537, bits)))


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
