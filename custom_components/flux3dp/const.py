"""Constants of the integration; names on the wire are those of `aioflux`."""

import logging
from typing import Final

from .aioflux import VENDOR_KEY

DOMAIN: Final = "flux3dp"
LOGGER: Final = logging.getLogger(__package__)

MANUFACTURER: Final = "FLUX Inc."

# Entry data. The host is CONF_HOST and the model's id CONF_MODEL of Home Assistant.
CONF_MASTER_KEY: Final = "master_key"  # DER SubjectPublicKeyInfo, base64
CONF_SERIAL: Final = "serial"
CONF_VERIFIED: Final = "verified"  # True: FLUX signed the key
CONF_SETTINGS: Final = "settings"  # of the device: `values` of the `firmware`

# Options.
CONF_HOLD_CONNECTION: Final = "hold_connection"  # to the robot port, during jobs

# Trusted by the listener. Tests replace them.
VENDOR_KEYS: Final = (VENDOR_KEY,)

ANY_INTERFACE: Final = "0.0.0.0"  # noqa: S104 - nothing is bound to it
