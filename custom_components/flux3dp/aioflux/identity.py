"""Who a device is: vendor signature, fingerprint, pinned key; and our key (section 1).

Verdicts on signatures are cached: a device repeats its identity every three seconds.
"""

from functools import lru_cache
import hashlib
import hmac
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from .device import Identity

VENDOR_KEY = bytes.fromhex(
    "3076301006072a8648ce3d020106052b8104002203620004e665ed23cb53ecd0c37b048076a97d"
    "fc05d4e5553ba2d6c005889cad5670e29569d1c76c4d492c7789694bf1d5410498e595756623f9"
    "31c28470a8b887902116eab22bcc3f3fed29f6a458aa24c20e852b04ba8101d486995b277e801f"
    "44a9b9"
)
"""FLUX's public key, DER SubjectPublicKeyInfo: a published constant."""

# Devices have keys of 4096 bits at most (section 1). Work with a larger key, or with
# another exponent, costs as much as its sender likes.
_MAX_RSA_BITS = 4096
_RSA_EXPONENT = 65537

_CLIENT_KEY_BITS = 2048

_SHA1 = hashes.SHA1()  # noqa: S303 - what devices use
OAEP = padding.OAEP(mgf=padding.MGF1(_SHA1), algorithm=_SHA1, label=None)
"""The padding of everything that is encrypted by RSA."""

# Early machines, and only they, may carry a signature over SHA-1.
_SHA1_SERIALS = ("FD1A", "F1K0", "B11A", "B11B", "4040")


def fingerprint(master_key: bytes) -> str:
    """Return the SHA-256 of a master key's DER as upper-case hex pairs and colons."""
    return hashlib.sha256(master_key).digest().hex(":").upper()


@lru_cache(maxsize=256)
def signed_by(
    vendor_key: bytes, serial: str, uuid: str, master_key: bytes, identify: bytes
) -> bool:
    """Return whether `identify` is this vendor's signature over this identity.

    `uuid` is 32 hex digits, both keys are DER. What cannot be read is not signed.
    """
    message = b"$".join((serial.encode(), bytes.fromhex(uuid), master_key))
    algorithms: list[hashes.HashAlgorithm] = [hashes.SHA256()]
    if serial.startswith(_SHA1_SERIALS):
        algorithms.append(_SHA1)
    try:
        key = load_der_public_key(vendor_key)
    except ValueError, UnsupportedAlgorithm:
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    for algorithm in algorithms:
        try:
            key.verify(identify, message, ec.ECDSA(algorithm))
        except InvalidSignature:
            continue
        return True
    return False


@lru_cache(maxsize=256)
def rsa_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an RSA signature (PKCS#1 v1.5, SHA-1) over `message` holds.

    `public_key` is DER; a key that cannot be read signed nothing.
    """
    key = load_rsa_public_key(public_key)
    if key is None:
        return False
    try:
        key.verify(signature, message, padding.PKCS1v15(), _SHA1)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def load_rsa_public_key(der: bytes) -> rsa.RSAPublicKey | None:
    """Return the RSA key of a DER SubjectPublicKeyInfo.

    None if it holds no such key, or one that no device has: over 4096 bits, or with an
    exponent other than 65537.
    """
    try:
        key = load_der_public_key(der)
    except ValueError, UnsupportedAlgorithm:
        return None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size > _MAX_RSA_BITS:
        return None
    return key if key.public_numbers().e == _RSA_EXPONENT else None


def classify_identity(
    master_key: bytes, *, signed: bool, pinned: bytes | None
) -> Identity:
    """Return what vouches for a device's key; a pin outranks a signature."""
    if pinned is not None:
        return Identity.PINNED if pinned == master_key else Identity.MISMATCH
    return Identity.VERIFIED if signed else Identity.UNVERIFIED


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
        return cls(
            rsa.generate_private_key(
                public_exponent=_RSA_EXPONENT, key_size=_CLIENT_KEY_BITS
            )
        )

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
        return self._private.sign(message, padding.PKCS1v15(), _SHA1)

    def sign_challenge(self, uuid: str, challenge: bytes) -> bytes:
        """Sign `HMAC-SHA1(uuid, challenge)`, the proof of sections 4 and 5."""
        return self.sign(hmac.digest(bytes.fromhex(uuid), challenge, "sha1"))

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt an OAEP (SHA-1) block of the key's size; ValueError if it is none."""
        return self._private.decrypt(block, OAEP)
