"""Networks: what a device refuses, what it tries after its ok, and which it joins."""

from dataclasses import replace

import pytest

from simulator import SimulatedNetwork, Timing
from tests.keys import CLIENT_KEY

from .client import Key, sign_in
from .conftest import ADDRESSES, MakeDevice

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
WIFI = SimulatedNetwork(ssid="Garage", key="12345678", address=ADDRESSES[5])
JOIN = ("method=dhcp", "ssid=Garage", "security=WPA2-PSK")
STATIC = ("method=static", f"ipaddr={ADDRESSES[6]}", "mask=24", "ns=127.0.0.1")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ((*JOIN, "psk=12345678"), ADDRESSES[5]),
        ((*JOIN, "psk=87654321"), HERE),
        (("method=dhcp", "ssid=Elsewhere"), HERE),
        (("method=dhcp", "ifname=len0"), HERE),
        ((*STATIC, f"route={ADDRESSES[7]}", "ifname=len0"), ADDRESSES[6]),
        ((*JOIN[1:], "psk=12345678", *STATIC, f"route={HERE}"), ADDRESSES[6]),
    ],
    ids=["joins", "wrong-key", "no-network", "cable", "cable-static", "static"],
)
async def test_a_network_is_tried_after_the_ok(
    make_device: MakeDevice, words: tuple[str, ...], address: str
) -> None:
    device = await make_device(networks=[WIFI])
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("network", *words) == "ok"
        assert await stream.read_to_end() == b""
    await device.wait_for(lambda: not device.online)
    await device.wait_online()
    assert device.address == address
    back = await sign_in(address, KEY, "secret")
    await back.close()


@pytest.mark.parametrize(
    "words",
    [
        ("method=dhcp",),
        (*JOIN, "psk=1234567"),
        ("method=dhcp", "wifi_mode=host", "ssid=own"),
        ("method=dhcp", "ssid=" + "x" * 33),
        (*STATIC, "route=10.0.0.1", "ifname=len0"),
        (
            "method=static",
            "ipaddr=1.2.3.999",
            "mask=99",
            "route=1",
            "ns=1",
            "ifname=len1",
        ),
    ],
)
async def test_it_says_ok_to_what_strands_it(
    make_device: MakeDevice, words: tuple[str, ...]
) -> None:
    device = await make_device(networks=[WIFI])
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("network", *words) == "ok"
        assert await stream.read_to_end() == b""
    await device.wait_for(lambda: not device.online)
    with pytest.raises(TimeoutError):
        await device.wait_online(0.5)


@pytest.mark.parametrize(
    "word", ["psk=a=b", "ssid=Größe", "nonsense"], ids=["equals", "umlaut", "no-equals"]
)
async def test_a_network_value_it_stumbles_over(
    make_device: MakeDevice, word: str
) -> None:
    device = await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("network", *JOIN, word) == "UNKNOWN_ERROR"
        assert await stream.read_to_end() == b""
    assert device.online


async def test_an_open_network_has_no_security_at_all(make_device: MakeDevice) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        words = ("method=dhcp", "ssid=Open Cafe", "security=")
        assert await stream.ask("network", *words) == "er BAD_PARAMS security"


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ((), None),
        (("ifname=wlan0",), "method"),
        (("method=bootp",), "method"),
        (("method=dhcp", "wifi_mode=mesh"), "wifi_mode"),
        (("method=dhcp", "ssid=x", "security=WPA3"), "security"),
        (("method=dhcp", "ssid=x", "security=WEP", "wifi_mode=host"), "security"),
        (("method=dhcp", "ssid=x", "security=WEP"), "wepkey"),
        (("method=dhcp", "ssid=x", "security=WPA-PSK"), "psk"),
        ((*STATIC, "ipaddr=", f"route={HERE}"), "ipaddr"),
        (STATIC, "route"),
    ],
)
async def test_what_it_refuses_by_name(
    make_device: MakeDevice, words: tuple[str, ...], refused: str | None
) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        expected = f"er BAD_PARAMS {refused}" if refused else "UNKNOWN_ERROR"
        assert await stream.ask("network", *words) == expected


@pytest.mark.parametrize(
    ("network", "words", "joins"),
    [
        (SimulatedNetwork(ssid="n", hidden=True), ("security=WPA2-PSK",), False),
        (
            SimulatedNetwork(ssid="n", hidden=True),
            ("security=WPA2-PSK", "scan_ssid=1"),
            True,
        ),
        (SimulatedNetwork(ssid="n", encrypt=False), (), True),
        (SimulatedNetwork(ssid="n", security="WEP", key="abcde"), (), False),
    ],
)
async def test_which_networks_it_joins(
    make_device: MakeDevice,
    network: SimulatedNetwork,
    words: tuple[str, ...],
    joins: bool,
) -> None:
    device = await make_device(networks=[network], ssid="before")
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        asked = ("method=dhcp", "ssid=n", *words, "psk=12345678")
        assert await stream.ask("network", *asked) == "ok"
    await device.wait_for(lambda: not device.online)
    await device.wait_online()
    assert device.ssid == ("n" if joins else "before")


async def test_a_second_command_too_soon_undoes_the_first(
    make_device: MakeDevice,
) -> None:
    networks = [SimulatedNetwork(ssid=name) for name in ("before", "first", "second")]
    timing = replace(Timing.fast(), network_settle=1000.0)
    device = await make_device(networks=networks, ssid="before", timing=timing)

    async def join(ssid: str) -> None:
        async with await sign_in(HERE, KEY, "secret") as stream:
            words = ("method=dhcp", f"ssid={ssid}", "security=WPA2-PSK", "psk=12345678")
            assert await stream.ask("network", *words) == "ok"
        await device.wait_for(lambda: not device.online)
        await device.wait_online()

    await join("first")
    assert device.ssid == "first"
    await join("second")
    assert device.ssid == "before"
    await join("second")
    assert device.ssid == "second"


async def test_a_network_without_its_client_is_the_end_of_what_we_see(
    make_device: MakeDevice,
) -> None:
    far = SimulatedNetwork(ssid="n", reachable=False)
    device = await make_device(networks=[far])
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        words = ("method=dhcp", "ssid=n", "security=WPA2-PSK", "psk=12345678")
        assert await stream.ask("network", *words) == "ok"
    await device.wait_for(lambda: not device.online)
    await device.move(ADDRESSES[8])
    assert device.online
