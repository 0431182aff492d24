"""Networks that a device can be sent to, and the words that send it there."""

from typing import Any

from simulator import SimulatedNetwork
from tests.integration.conftest import ADDRESSES

KEY = "12345678"

ATTIC = SimulatedNetwork(ssid="Attic", key=KEY, address=ADDRESSES[3])
# A device that is there is not heard.
FAR = SimulatedNetwork(ssid="Far", key=KEY, reachable=False)


def wifi(ssid: str) -> dict[str, Any]:
    """Return what sends a device to a Wi-Fi network that gives it an address."""
    return {"method": "dhcp", "ssid": ssid, "wifi_password": KEY}


HOME = wifi("Home Network")
STATIC = HOME | {
    "method": "static",
    "ip_address": ADDRESSES[1],
    "prefix_length": 24,
    "gateway": "127.0.50.254",
    "dns": ["127.0.50.254"],
}
