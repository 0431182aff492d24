"""The management port against what real firmware said, byte by byte."""

from collections.abc import Awaitable, Callable
import re

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    CommandFailed,
    Manager,
    WifiNetwork,
)
from simulator import MANAGEMENT_PORT

from .conftest import FAST, open_with_password
from .recording import Events, Recording, device_key, device_of, recorded

type Play = Callable[[Events, int], Awaitable[Recording]]

_KEY_ID = re.compile(rb"[0-9a-f]{40}")

LABEL = "Home Assistant (Test)"
LABELS = ["vendor laptop", LABEL]


def different(recording: Recording, key: ClientKey) -> list[str]:
    """Return what was not asked as it was recorded, but for the key.

    The recorder had a key of its own: it stands in the first thing it said.
    """
    theirs = next(data for kind, data, *_ in recording.events if kind == "client")
    ours = (len(key.public_pem) + 2).to_bytes(2, "little") + key.public_pem
    assert len(ours) == len(bytes.fromhex(theirs))
    return [
        # The id of a key and a signature are of the one key or of the other.
        "signature" if _KEY_ID.match(expected, 2) else expected.hex()
        for got, expected in recording.differences
        if got != expected.replace(bytes.fromhex(theirs)[2:], ours[2:])
    ]


async def refusal(request: Awaitable[object]) -> str:
    """Return what the device says in refusing a request."""
    with pytest.raises(CommandFailed) as refused:
        await request
    return str(refused.value)


async def list_keys(manager: Manager) -> None:
    assert [key.label for key in await manager.list_trust()] == LABELS


async def trust_again(manager: Manager) -> None:
    # A key that is trusted already is no failure.
    await manager.add_trust(LABEL)
    await list_keys(manager)
    await manager.add_trust("again")


async def manage(manager: Manager) -> None:
    await list_keys(manager)
    await manager.rename("Werkstatt Größe")
    assert "BAD_PARAMS" in await refusal(manager._command("rename", "x" * 129))
    assert await manager.scan_wifi() == (
        WifiNetwork(
            ssid="Home Network",
            bssid="C4:6E:1F:00:11:22",
            rssi=-38,
            security="WPA2-PSK",
        ),
        WifiNetwork(
            ssid="Werkstatt=1",
            bssid="C4:6E:1F:00:11:33",
            rssi=-80,
            security="WPA-PSK",
        ),
        WifiNetwork(
            ssid="Open Cafe", bssid="C4:6E:1F:00:11:44", rssi=-80, security="open"
        ),
    )
    assert "NOT_FOUND" in await refusal(manager.remove_trust("0" * 40))
    assert "UNKNOWN_COMMAND" in await refusal(manager._command("nonsense"))


async def send_half_an_address(manager: Manager) -> None:
    # Our own checks refuse that, and the next one, before they are sent.
    words = ("network", "method=static", "ipaddr=1.2.3.4")
    assert "ns" in await refusal(manager._command(*words))


async def name_no_interface(manager: Manager) -> None:
    words = ("network", "method=dhcp", "ifname=eth0")
    assert "ifname" in await refusal(manager._command(*words))


async def give_a_wrong_password(manager: Manager) -> None:
    request = manager.change_password("nope", "new", forget_trusted=False)
    with pytest.raises(AuthenticationFailed):
        await request


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
@pytest.mark.parametrize(
    ("session", "request_all"),
    [
        ("password-then-trust", trust_again),
        ("key", manage),
        ("network-bad", send_half_an_address),
        ("network-bad-ifname", name_no_interface),
        ("passwd-wrong-old", give_a_wrong_password),
    ],
)
async def test_the_recorded_session(
    folder: str,
    session: str,
    request_all: Callable[[Manager], Awaitable[None]],
    play: Play,
    key: ClientKey,
) -> None:
    recording = await play(recorded(folder, session), MANAGEMENT_PORT)
    device = device_of(folder, device_key())
    async with await open_with_password(device, key) as manager:
        await request_all(manager)
        assert manager.is_open
    asked_for_a_password = session == "password-then-trust" and folder == "rescue-v1"
    assert different(recording, key) == [] if asked_for_a_password else ["signature"]


async def test_the_recorded_refusal_of_a_password(play: Play, key: ClientKey) -> None:
    recording = await play(recorded("rescue-v1", "wrong-password"), MANAGEMENT_PORT)
    device = device_of("rescue-v1", device_key())
    with pytest.raises(AuthenticationFailed):
        await Manager.open(device, key, password="nope", timing=FAST)
    assert different(recording, key) == []
