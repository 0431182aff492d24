"""Starts the Home Assistant of script/run: one that knows the simulator's vendor as well.

``demo_home.py VENDOR_PEM CONFIG``: the file of the vendor's key, and the folder of the
configuration. The integration knows FLUX's key only, and has no option for another; as the
tests do, this sets it from outside, before Home Assistant imports the integration.
"""

from pathlib import Path
import sys

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from homeassistant.__main__ import main


def trust_vendor(pem: bytes, config: str) -> None:
    """Have the integration of the folder ``config`` take this vendor's devices for verified."""
    public = load_pem_private_key(pem, password=None).public_key()
    key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    sys.path.insert(0, config)
    # Home Assistant would import it from there, and finds it imported.
    from custom_components.flux3dp import discovery  # noqa: PLC0415

    discovery.VENDOR_KEYS = (*discovery.VENDOR_KEYS, key)


if __name__ == "__main__":
    vendor, config = sys.argv[1:]
    trust_vendor(Path(vendor).read_bytes(), config)
    sys.argv[1:] = ["--config", config]
    sys.exit(main())
