"""Home Assistant's interfaces come late and change, and its devices are heard again."""

import asyncio
from collections.abc import Iterator
import errno
import socket
from typing import Any
from unittest.mock import Mock, patch

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import ifaddr
from ifaddr._posix import get_adapters
import pytest
import pytest_socket

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.aioflux.datagram import PORT
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import PATIENCE, Device, Timing as DeviceTiming, TrustedKey
from tests.cable import FAR, INTERFACE, Cable, cable
from tests.integration.conftest import NAME, UUID, MakeEntry, wait_for_state, wait_until
from tests.integration.life import STATUS
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS, VENDOR_KEY

PACE = {"interfaces": 0.2}
ADAPTERS = "custom_components.flux3dp.discovery.network.async_get_adapters"
SOURCE = "custom_components.flux3dp.discovery.async_get_source_ip"


@pytest.fixture
def wire() -> Iterator[Cable]:
    """Return a cable to the other host, which Home Assistant may connect to."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", FAR], allow_unix_socket=True)
    with cable() as wire:
        yield wire


async def test_a_device_is_heard_again_when_the_network_comes_late(
    hass: HomeAssistant, wire: Cable, make_entry: MakeEntry, client_key: ClientKey
) -> None:
    """After a power cut: another address for the device, and none yet for us."""
    with (
        patch(ADAPTERS, return_value=[adapter(INTERFACE)]),
        patch.object(ifaddr, "get_adapters", get_adapters),
    ):
        wire.plug()
        device = await wire.switch_on(
            uuid=UUID,
            serial="FD1A104242",
            name=NAME,
            master_key=MASTER_KEYS[0],
            vendor_key=VENDOR_KEY,
            timing=DeviceTiming.fast(),
        )
        device.trust.add(TrustedKey.from_pem("Us", client_key.public_pem))
        wire.take_address()
        entry = await make_entry(device, trusted=False, host="127.0.50.9")
        await wait_for_state(hass, STATUS, "offline")

        wire.give_address()

        await wait_until(hass, lambda: entry.data["host"] == FAR)
        await wait_for_state(hass, STATUS, "idle")


async def test_devices_are_reached_once_a_socket_can_be_opened(unpaired: Wired) -> None:
    tried = asyncio.Event()

    def refuse(*_: object) -> None:
        if "Failed to start listening for FLUX devices" in unpaired.caplog.text:
            tried.set()
        raise OSError("no more sockets")

    with patch("socket.socket.bind", refuse):
        assert await async_setup_component(unpaired.hass, DOMAIN, {DOMAIN: None})
        await asyncio.wait_for(tried.wait(), PATIENCE)
        entry = await unpaired.set_up(setup=False)
        # Until then every device is silent, which is a state like any other.
        assert await unpaired.hass.config_entries.async_setup(entry.entry_id)
        assert unpaired.value("status") == "offline"
    await unpaired.status_is("idle")


async def test_a_port_of_another_program_that_is_given_back(
    unpaired: Wired, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    """The device is asked meanwhile, is heard by itself then, and is never offline."""
    caplog.set_level("INFO")
    bind = socket.socket.bind

    def taken(self: socket.socket, address: Any) -> None:
        if address == ("", PORT):
            raise OSError(errno.EADDRINUSE, "Address already in use")
        bind(self, address)

    with patch("socket.socket.bind", taken):
        await unpaired.set_up()
        await unpaired.status_is("idle")
        probes = device.counters.probes_answered
        await device.wait_for(lambda: device.counters.probes_answered > probes)
        assert f"Cannot listen on UDP port {PORT}" in caplog.text

    await device.wait_for(lambda: f"on UDP port {PORT} again" in caplog.text)
    device.faults.silent = True  # It is heard without being asked.
    device.set_status(st_id=16)
    await unpaired.status_is("running")
    assert "does not answer" not in caplog.text


def adapter(name: str, *addresses: str, **changes: Any) -> dict[str, Any]:
    """Return an adapter as Home Assistant knew it at its start."""
    ipv4 = [{"address": address, "network_prefix": 24} for address in addresses]
    known = {"auto": False, "default": False, "enabled": True, "index": 1, "ipv6": []}
    return {"name": name, "ipv4": ipv4} | known | changes


AUTO = {"auto": True}


@pytest.mark.parametrize(
    ("known", "now", "default", "expected"),
    [
        (
            [adapter("eth0", "10.0.0.2", **AUTO)],
            {"eth0": ["10.0.0.7"]},
            "10.0.0.7",
            ["10.0.0.7"],
        ),
        # Gone for the moment.
        ([adapter("eth0", "10.0.0.2", **AUTO)], {}, None, ["10.0.0.2"]),
        # Only Docker's was up when Home Assistant started.
        (
            [adapter("docker0", "172.17.0.1", **AUTO)],
            {"docker0": ["172.17.0.1"], "eth0": ["10.0.0.2"]},
            "10.0.0.2",
            ["10.0.0.2", "172.17.0.1"],
        ),
        # None was up; then one without a route to anywhere, then with one.
        ([], {"lo": ["127.0.0.1"]}, None, ["0.0.0.0"]),
        ([], {"lo": ["127.0.0.1"], "eth0": ["10.0.0.2"]}, None, ["10.0.0.2"]),
        ([], {"eth0": ["10.0.0.2"], "eth1": ["10.1.0.2"]}, "10.1.0.2", ["10.1.0.2"]),
        # A person has chosen: another one is none of our business.
        (
            [
                adapter("eth0", "10.0.0.2", enabled=False, **AUTO),
                adapter("vlan7", "10.7.0.2"),
            ],
            {"eth0": ["10.0.0.2"], "vlan7": ["10.7.0.9"]},
            "10.0.0.2",
            ["10.7.0.9"],
        ),
    ],
    ids=["changed", "gone", "docker", "none", "routeless", "late", "chosen"],
)
async def test_which_interfaces_are_used(
    hass: HomeAssistant,
    known: list[dict[str, Any]],
    now: dict[str, list[str]],
    default: str | None,
    expected: list[str],
) -> None:
    adapters = []
    for name, addresses in now.items():
        ips = [Mock(ip=address) for address in addresses]
        # IPv6 is a tuple there.
        adapters.append(Mock(nice_name=name, ips=[*ips, Mock(ip=("fe80::1", 0, 1))]))
    with (
        patch(ADAPTERS, return_value=known),
        patch.object(ifaddr, "get_adapters", return_value=adapters),
        patch(SOURCE, return_value=default),
    ):
        listener = await async_get_listener(hass)
    assert sorted(listener._sockets._interfaces) == expected


async def test_interfaces_that_cannot_be_read_keep_their_addresses(
    hass: HomeAssistant,
) -> None:
    """`ifaddr` raises OSError where the system refuses it; setup goes on."""
    with (
        patch(ADAPTERS, return_value=[adapter("eth0", "10.0.0.2")]),
        patch.object(ifaddr, "get_adapters", side_effect=OSError),
    ):
        listener = await async_get_listener(hass)
    assert sorted(listener._sockets._interfaces) == ["10.0.0.2"]
