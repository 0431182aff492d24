"""What a Home Assistant under test finds: one interface, a vendor, entries of simulated devices."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant

from custom_components.flux3dp.timing import FluxTiming
from simulator import Device
from tests.keys import VENDOR_PUBLIC_DER

_ADAPTER = {
    "auto": True,
    "default": True,
    "enabled": True,
    "index": 0,
    "ipv4": [{"address": "127.0.0.1", "network_prefix": 8}],
    "ipv6": [],
    "name": "lo",
}
_INTEGRATION = "custom_components.flux3dp"


async def _adapters(_hass: HomeAssistant) -> list[dict[str, Any]]:
    return [_ADAPTER]


@contextmanager
def surroundings(timing: FluxTiming) -> Iterator[None]:
    """Have loopback, the vendor of the tests, and a pace."""
    adapters = f"{_INTEGRATION}.discovery.network.async_get_adapters"
    with (
        # No mock, which would keep each Home Assistant that it was called with.
        patch(adapters, _adapters),
        patch(f"{_INTEGRATION}.timing.TIMING", timing),
        patch(f"{_INTEGRATION}.discovery.VENDOR_KEYS", (VENDOR_PUBLIC_DER,)),
    ):
        yield


def data_of(device: Device) -> dict[str, Any]:
    """Return what an entry keeps of a device when it is set up."""
    return {
        "host": device.address,
        "master_key": base64.b64encode(device.master_public_der).decode(),
        "serial": device.config.serial,
        "model": device.config.model,
        "verified": device.config.vendor_key is not None,
    }
