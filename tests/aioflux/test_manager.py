"""Management: the password, and each command."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    InvalidRequest,
    Listener,
    Manager,
    NetworkConfig,
    ProtocolError,
    Unsupported,
    ensure_trusted,
    verify_key,
)
from simulator import MANAGEMENT_PORT, Device, SimulatedNetwork, TrustedKey
from simulator.management import Management
from simulator.wire import Frames
from tests.keys import OTHER_CLIENT_KEY

from .conftest import ADDRESSES, FAST, UUID, Connect, MakeDevice, having
from .updates import Updates

LABEL = "Home Assistant (Test)"

NETWORKS = [
    SimulatedNetwork(ssid="unknown", rssi=None),
    SimulatedNetwork(ssid="far", rssi=-41),
    SimulatedNetwork(ssid="near", rssi=38, key="long enough", address=ADDRESSES[1]),
    SimulatedNetwork(ssid="cafe", rssi=60, encrypt=False, security="WEP"),
]


@pytest.fixture
async def device(make_device: MakeDevice, request: pytest.FixtureRequest) -> Device:
    """Return a device that has not met us."""
    return await make_device(networks=NETWORKS, **getattr(request, "param", {}))


# -- the password


@pytest.mark.parametrize(
    ("password", "error", "sent"),
    [
        ("guess", AuthenticationFailed, ["guess"]),
        (None, AuthenticationFailed, []),
        # No device can have these.
        ("", InvalidRequest, []),
        ("pässword", InvalidRequest, []),
        ("new\nline", InvalidRequest, []),
        ("x" * 1001, InvalidRequest, []),
    ],
)
async def test_passwords_that_do_not_open(
    *,
    password: str | None,
    error: type[Exception],
    sent: list[str],
    device: Device,
    connect: Connect,
) -> None:
    with pytest.raises(error):
        await connect(Manager, password=password)
    await device.wait_closed_connections()
    assert device.received.passwords == sent


async def test_a_callable_is_asked_only_when_needed(
    info: DeviceInfo, key: ClientKey
) -> None:
    asked = 0

    def ask() -> str:
        nonlocal asked
        asked += 1
        return "secret"

    async def ask_later() -> str:
        await asyncio.sleep(0)
        return ask()

    async with await Manager.open(info, key, password=ask_later, timing=FAST):
        assert asked == 1
    for opened_by in ("password", "key"):
        assert opened_by == await ensure_trusted(
            info, key, label=LABEL, password=ask, timing=FAST
        )
        assert asked == 2


@having(password=None)
@pytest.mark.parametrize("password", [None, "", "anything"])
async def test_a_device_without_password(
    password: str | None, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    assert not info.has_password
    await ensure_trusted(info, key, label=LABEL, password=password, timing=FAST)
    assert [item.label for item in device.trust.values()] == [LABEL]


async def test_old_firmware_says_so(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    old = replace(info, firmware="1.0b11")
    # Only a datagram says how old it is: what has the port is managed all the same.
    async with await Manager.open(old, key, password="secret", timing=FAST):
        pass
    await device.refuse_connections(MANAGEMENT_PORT)
    with pytest.raises(Unsupported, match=r"1\.0b11"):
        await Manager.open(old, key, password="secret", timing=FAST)


# -- commands


@pytest.mark.parametrize(
    "name",
    [
        "Werkstatt Größe",
        "工房\u3000プリンター",
        "Imprimante\u00a0n°1",
        "👩\u200d🔧",
        "ß" * 64,
    ],
)
async def test_rename(
    name: str, device: Device, manager: Manager, updates: Updates
) -> None:
    await manager.rename(name)
    assert device.name == name
    await updates.wait(
        lambda it: it.changed and it.device is not None and it.device.name == name
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty_name"),
        ("   ", "empty_name"),
        ("bell\a", "control_characters"),
        ("half \ud800", "control_characters"),
        ("ß" * 65, "name_too_long"),
    ],
)
async def test_names_the_device_would_take_and_not_show(
    name: str, reason: str, device: Device, manager: Manager
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await manager.rename(name)
    assert caught.value.reason == reason
    assert device.received.management == []


async def test_passwords(device: Device, manager: Manager) -> None:
    assert await manager.add_trust(LABEL)
    assert not await manager.add_trust("again")
    with pytest.raises(AuthenticationFailed):
        await manager.change_password("wrong", "new")
    with pytest.raises(InvalidRequest):
        await manager.change_password("secret", "neuß")
    await manager.change_password("secret", "new")
    assert [item.label for item in device.trust.values()] == [LABEL]
    await manager.change_password("new", "newer", forget_trusted=True)
    assert not list(device.trust)
    assert await manager.add_trust(LABEL)
    await manager.reset_password("newest")
    assert not list(device.trust)
    await manager.change_password("newest", "")
    assert not device.password
    assert device.received.management[2] == ("passwd", "wrong", "new", "F")


async def test_removing_keys(device: Device, info: DeviceInfo, key: ClientKey) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    await ensure_trusted(info, other, label="phone", password="secret", timing=FAST)
    await ensure_trusted(info, key, label=LABEL, password="secret", timing=FAST)
    async with await Manager.open(info, key, timing=FAST) as manager:
        trusted = await manager.list_trust()
        assert [(item.label, item.is_ours) for item in trusted] == [
            *(("phone", False), (LABEL, True))
        ]
        assert trusted[1].access_id == key.access_id.hex()
        # It opens the robot port, and is in no log.
        assert trusted[1].access_id not in repr(trusted)
        await manager.remove_trust(other.access_id.hex().upper())
        with pytest.raises(CommandFailed, match="NOT_FOUND"):
            await manager.remove_trust(other.access_id.hex())
        with pytest.raises(InvalidRequest):
            await manager.remove_trust("")
    assert [item.label for item in device.trust.values()] == [LABEL]


@having(old_list_trust=True)
async def test_the_older_list_of_keys(manager: Manager) -> None:
    await manager.add_trust(LABEL)
    (trusted,) = await manager.list_trust()
    assert (trusted.label, trusted.is_ours) == (LABEL, True)


async def test_wifi_scan_strongest_first(device: Device, manager: Manager) -> None:
    found = await manager.scan_wifi()
    assert [(item.ssid, item.rssi, item.security) for item in found] == [
        ("near", -38, "WPA2-PSK"),
        ("cafe", -60, "open"),
        ("far", -80, "WPA2-PSK"),
        ("unknown", None, "WPA2-PSK"),
    ]
    device.faults.replies["scan_wifi"] = "error HARDWARE_FAILURE NO_WIFI"
    with pytest.raises(CommandFailed) as caught:
        await manager.scan_wifi()
    assert caught.value.symbol == "HARDWARE_FAILURE"
    # A refusal leaves the connection in order.
    assert await manager.list_trust() == ()


async def test_another_network(
    device: Device, info: DeviceInfo, manager: Manager, listener: Listener
) -> None:
    config = NetworkConfig(
        method="dhcp", ssid="near", security="WPA2-PSK", wifi_password="long enough"
    )
    with pytest.raises(InvalidRequest):
        await manager.set_network(replace(config, ssid="a=b"))
    assert device.received.management == []
    await manager.set_network(config)
    with pytest.raises(ConnectionFailed):
        await manager.list_trust()
    await device.wait_for(lambda: device.address == ADDRESSES[1] and device.online)
    assert (await listener.find(ADDRESSES[1])).uuid == UUID
    await verify_key(replace(info, host=ADDRESSES[1]), info.master_key, FAST)


# -- replies that are none


@pytest.mark.parametrize(
    "reply",
    [
        None,
        "data {",
        "hello",
        "data [1]",
        "data label=x",
        'data {"label": ' + "[" * 20_000 + "]" * 20_000 + "}",
    ],
    ids=lambda reply: str(reply)[:16],
)
async def test_silence_and_nonsense_end_the_connection(
    reply: str | None, device: Device, manager: Manager
) -> None:
    device.faults.replies["list_trust"] = reply
    # Of some the device would have more to say.
    manager._session.timing = replace(FAST, command=0.1)
    for _ in range(2):
        with pytest.raises(ConnectionFailed):
            await manager.list_trust()


@pytest.mark.parametrize(
    ("command", "good", "ask"),
    [
        ("scan_wifi", '{"ssid": "near", "rssi": 38}', Manager.scan_wifi),
        ("list_trust", '{"label": "phone", "access_id": "ab"}', Manager.list_trust),
        ("list_trust", "label=phone\0access_id=ab", Manager.list_trust),
    ],
)
async def test_an_item_that_cannot_be_read_is_left_out(
    *,
    device: Device,
    manager: Manager,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    good: str,
    ask: Callable[[Manager], Awaitable[Sequence[object]]],
) -> None:
    items: list[str] = []

    async def answer(_port: object, frames: Frames) -> None:
        for item in items:
            await frames.send(f"data {item}")

    monkeypatch.setattr(Management, f"_{command}", answer)
    items = [good]
    [known] = await ask(manager)
    for broken in ("{", "[1]", "", '"text"'):
        items = [broken, good, broken]
        assert await ask(manager) == (known,), broken
        # If that is all, it is not understood: there may be some.
        items = [broken]
        with pytest.raises(ProtocolError):
            await ask(manager)
    items = []
    assert await ask(manager) == ()


@pytest.mark.parametrize(
    ("count", "label"), [(1000, "x"), (10, "x" * 30_000)], ids=["many", "long"]
)
async def test_keys_without_end_are_not_read(
    count: int, label: str, device: Device, manager: Manager
) -> None:
    for each in range(count):
        device.trust.add(TrustedKey(label=label, access_id=f"{each:040x}"))
    if count == 1000:
        # As many as a device may have, and then one more.
        assert len(await manager.list_trust()) == 1000
        device.trust.add(TrustedKey(label=label, access_id="f" * 40))
    with pytest.raises(ProtocolError, match="list_trust was answered without end"):
        await manager.list_trust()
    assert not manager.is_open
