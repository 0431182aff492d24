"""Keys (section 1): the vendor's, the device's master and slave keys, the clients' it trusts.

And the certificate that the master key signs (section 3, and ``certificate.bin`` of the
recordings). ``generate_*`` are slow: callers run them in a thread.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
import datetime
from functools import lru_cache
import hashlib
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Self, cast
import warnings

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

_SHA1 = hashes.SHA1()  # noqa: S303 - old as it is, the devices speak nothing else
_OAEP = padding.OAEP(mgf=padding.MGF1(_SHA1), algorithm=_SHA1, label=None)
_PKCS1 = padding.PKCS1v15()

#: What a board in rescue mode sends in place of a signature by the vendor.
PLACEHOLDER_IDENTIFY = b"WAWASUREMONO"

_NETSCAPE_COMMENT = x509.ObjectIdentifier("2.16.840.1.113730.1.13")
_COMMENT = b"\x16\x11V0FXQVNVUkVNT05P\n"
_VERSION_3 = bytes.fromhex("a003020102")
_SEQUENCE, _BIT_STRING = 0x30, 0x03
_SHA512_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010d0500")
_VALID_FROM = datetime.datetime(2016, 1, 1, tzinfo=datetime.UTC)
_VALID_TO = datetime.datetime(2086, 1, 1, tzinfo=datetime.UTC)


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


def _certificate(key: RsaKey, uuid: str, serial: str) -> bytes:
    """Return the DER certificate of a device.

    It claims X.509 *version 1* although it has an extension. No library makes such a thing: a
    version-3 certificate is made, its version field taken out, and the rest signed again.
    """
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
    signature = key.key.sign(body, _PKCS1, hashes.SHA512())
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
