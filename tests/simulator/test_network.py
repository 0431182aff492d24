"""Networks: what a device refuses, what it tries after its ok, and which it joins."""

from dataclasses import replace

import pytest

from simulator import Device, SimulatedNetwork, Timing

from .client import Stream
from .conftest import ADDRESSES, HERE, KEY, MakeDevice

WIFI = SimulatedNetwork(ssid="Garage", key="12345678", address=ADDRESSES[5])
JOIN = ("method=dhcp", "ssid=Garage", "security=WPA2-PSK")
STATIC = ("method=static", f"ipaddr={ADDRESSES[6]}", "mask=24", "ns=127.0.0.1")
NONSENSE = ("method=static", "ipaddr=1.2.3.999")
in_reach_of_one = pytest.mark.parametrize(
    "device", [{"networks": [WIFI], "ssid": "before"}], indirect=True
)


async def left(device: Device, manager: Stream, *words: str) -> None:
    """Send a network that is tried, and wait until it is."""
    assert await manager.ask("network", *words) == "ok"
    assert await manager.read_to_end() == b""
    await device.wait_for(lambda: not device.online)


@in_reach_of_one
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ((*JOIN, "psk=12345678"), 5),
        ((*JOIN, "psk=87654321"), 0),
        (("method=dhcp", "ssid=Elsewhere"), 0),
        (("method=dhcp", "ifname=len0"), 0),
        ((*STATIC, f"route={ADDRESSES[7]}", "ifname=len0"), 6),
        ((*JOIN[1:], "psk=12345678", *STATIC, f"route={HERE}"), 6),
        # What strands it.
        (("method=dhcp",), None),
        ((*JOIN, "psk=1234567"), None),
        (("method=dhcp", "wifi_mode=host", "ssid=own"), None),
        (("method=dhcp", "ssid=" + "x" * 33), None),
        ((*STATIC, "route=10.0.0.1", "ifname=len0"), None),
        ((*NONSENSE, "mask=99", "route=1", "ns=1", "ifname=len1"), None),
    ],
    # An address is another one in each process.
    ids=[
        *("joins", "wrong key", "no network", "cable", "cable, static", "static"),
        *("no ssid", "short key", "own", "long ssid", "route outside", "nonsense"),
    ],
)
async def test_a_network_is_tried_after_the_ok(
    device: Device, manager: Stream, words: tuple[str, ...], number: int | None
) -> None:
    await left(device, manager, *words)
    if number is None:
        with pytest.raises(TimeoutError):
            await device.wait_for(lambda: device.online, 0.3)
        return
    await device.wait_for(lambda: device.online)
    # No address among the parameters: each process has others.
    assert device.address == ADDRESSES[number]
    back = await Stream.sign_in(device.address, KEY, "secret")
    await back.close()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ((*JOIN, "psk=a=b"), "UNKNOWN_ERROR"),
        ((*JOIN, "ssid=Größe"), "UNKNOWN_ERROR"),
        ((*JOIN, "nonsense"), "UNKNOWN_ERROR"),
        ((), "UNKNOWN_ERROR"),
        (("ifname=wlan0",), "er BAD_PARAMS method"),
        (("method=bootp",), "er BAD_PARAMS method"),
        (("method=dhcp", "wifi_mode=mesh"), "er BAD_PARAMS wifi_mode"),
        # An open network has no security at all.
        (("method=dhcp", "ssid=x", "security="), "er BAD_PARAMS security"),
        (("method=dhcp", "ssid=x", "security=WPA3"), "er BAD_PARAMS security"),
        (
            ("method=dhcp", "ssid=x", "security=WEP", "wifi_mode=host"),
            "er BAD_PARAMS security",
        ),
        (("method=dhcp", "ssid=x", "security=WEP"), "er BAD_PARAMS wepkey"),
        (("method=dhcp", "ssid=x", "security=WPA-PSK"), "er BAD_PARAMS psk"),
        ((*STATIC, "ipaddr=", f"route={HERE}"), "er BAD_PARAMS ipaddr"),
        (STATIC, "er BAD_PARAMS route"),
    ],
)
async def test_what_it_refuses_or_stumbles_over(
    device: Device, manager: Stream, words: tuple[str, ...], answer: str
) -> None:
    assert await manager.ask("network", *words) == answer
    if answer == "UNKNOWN_ERROR":
        assert await manager.read_to_end() == b""
    assert device.online


@pytest.mark.parametrize(
    ("device", "words", "joins"),
    [
        ({"networks": [SimulatedNetwork(ssid="n", **network)], "ssid": "before"}, *rest)
        for network, *rest in (
            ({"hidden": True}, ("security=WPA2-PSK",), False),
            ({"hidden": True}, ("security=WPA2-PSK", "scan_ssid=1"), True),
            ({"encrypt": False}, (), True),
            ({"security": "WEP", "key": "abcde"}, (), False),
        )
    ],
    indirect=["device"],
)
async def test_which_networks_it_joins(
    device: Device, manager: Stream, words: tuple[str, ...], joins: bool
) -> None:
    await left(device, manager, "method=dhcp", "ssid=n", *words, "psk=12345678")
    await device.wait_for(lambda: device.online)
    assert device.ssid == ("n" if joins else "before")


async def test_a_second_command_too_soon_undoes_the_first(
    make_device: MakeDevice,
) -> None:
    networks = [SimulatedNetwork(ssid=name) for name in ("before", "first", "second")]
    timing = replace(Timing.fast(), network_settle=1000.0)
    device = await make_device(networks=networks, ssid="before", timing=timing)
    for asked, joined in (("first", "first"), ("second", "before"), ("second",) * 2):
        async with await Stream.sign_in(HERE, KEY, "secret") as stream:
            words = (f"ssid={asked}", "security=WPA2-PSK", "psk=12345678")
            await left(device, stream, "method=dhcp", *words)
        await device.wait_for(lambda: device.online)
        assert device.ssid == joined


@pytest.mark.parametrize(
    "device", [{"networks": [replace(WIFI, reachable=False)]}], indirect=True
)
async def test_a_network_without_its_client_is_the_end_of_what_we_see(
    device: Device, manager: Stream
) -> None:
    await left(device, manager, *JOIN, "psk=12345678")
    await device.move(ADDRESSES[8])
    assert device.online
