"""Stored test keys: worthless outside these tests, and quicker than generating them.

``MASTER_KEYS`` are devices' master keys (RSA-2048 PEM; ``MASTER_KEY_4096`` has the size
the factory uses, ``SHORT_KEY`` keeps no secret), ``CLIENT_KEY`` and
``OTHER_CLIENT_KEY`` are client keys (RSA-2048 PEM).
``VENDOR_KEY`` signs simulated identities, ``VENDOR_PUBLIC_DER`` is its public half as
clients are given it.
"""

from pathlib import Path
from typing import Final

from simulator.keys import VendorKey

_FOLDER = Path(__file__).parent


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


MASTER_KEYS: Final = tuple(_read(f"master-2048-{number}.pem") for number in range(1, 5))
MASTER_KEY_4096: Final = _read("master-4096.pem")
SHORT_KEY: Final = _read("short-512.pem")
CLIENT_KEY: Final = _read("client-1.pem")
OTHER_CLIENT_KEY: Final = _read("client-2.pem")
VENDOR_KEY: Final = VendorKey(_read("vendor.pem"))
VENDOR_PUBLIC_DER: Final = VENDOR_KEY.public_der
