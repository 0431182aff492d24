"""The identity of a device: vendor signature, fingerprint, pinned key (section 1).

Verdicts on signatures are cached: a device repeats its identity every three seconds.
"""

from collections.abc import Iterable
from functools import lru_cache
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

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
        algorithms.append(hashes.SHA1())  # noqa: S303 - the vendor's early signatures
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
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what devices use
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
    serial: str,
    uuid: str,
    master_key: bytes,
    identify: bytes,
    vendor_keys: Iterable[bytes],
    *,
    pinned: bytes | None,
) -> Identity:
    """Return what vouches for a device's key; a pin outranks a signature."""
    if pinned is not None:
        return Identity.PINNED if pinned == master_key else Identity.MISMATCH
    if any(signed_by(key, serial, uuid, master_key, identify) for key in vendor_keys):
        return Identity.VERIFIED
    return Identity.UNVERIFIED
