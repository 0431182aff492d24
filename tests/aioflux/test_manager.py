"""Management, against simulated devices on real sockets."""

import asyncio
from collections.abc import Iterator
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
    ensure_trusted,
    verify_key,
)
from simulator import Device, SimulatedNetwork, TrustedKey
from tests.keys import OTHER_CLIENT_KEY

from .conftest import ADDRESSES, FAST, UUID, MakeDevice, open_with_password

LABEL = "Home Assistant (Test)"


@pytest.fixture
def device(new_device: Device) -> Device:
    """Return a device that has not met us."""
    return new_device


async def test_rename(
    device: Device, info: DeviceInfo, key: ClientKey, listener: Listener
) -> None:
    renamed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    listener.subscribe(
        lambda sighting: (
            renamed.set_result(sighting.device.name)
            if sighting.changed and sighting.device and not renamed.done()
            else None
        )
    )
    async with await open_with_password(info, key) as manager:
        await manager.rename("Werkstatt Größe")
    assert device.name == "Werkstatt Größe"
    assert await asyncio.wait_for(renamed, 5) == "Werkstatt Größe"


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
    name: str, reason: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with await open_with_password(info, key) as manager:
        with pytest.raises(InvalidRequest) as caught:
            await manager.rename(name)
        assert caught.value.reason == reason
        await manager.rename("ß" * 64)
    assert device.received.management == [("rename", "ß" * 64)]


@pytest.mark.parametrize(
    "name", ["工房\u3000プリンター", "Imprimante\u00a0n°1", "👩\u200d🔧"]
)
async def test_names_with_spaces_and_signs_of_all_languages(
    name: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with await open_with_password(info, key) as manager:
        await manager.rename(name)
    assert device.name == name


async def test_passwords(device: Device, info: DeviceInfo, key: ClientKey) -> None:
    async with await open_with_password(info, key) as manager:
        await manager.add_trust(LABEL)
        with pytest.raises(AuthenticationFailed):
            await manager.change_password("wrong", "new")
        with pytest.raises(InvalidRequest):
            await manager.change_password("secret", "neuß")
        await manager.change_password("secret", "new")
        assert [item.label for item in device.trust] == [LABEL]
        await manager.change_password("new", "newer", forget_trusted=True)
        assert not list(device.trust)
        assert await manager.add_trust(LABEL)
        await manager.reset_password("newest")
        assert not list(device.trust)
        await manager.change_password("newest", "")
    assert not device.password
    assert device.received.management[1] == ("passwd", "wrong", "new", "F")


async def test_removing_keys(device: Device, info: DeviceInfo, key: ClientKey) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    await ensure_trusted(info, other, label="phone", password="secret", timing=FAST)
    await ensure_trusted(info, key, label=LABEL, password="secret", timing=FAST)
    async with await Manager.open(info, key, timing=FAST) as manager:
        assert [(item.label, item.is_ours) for item in await manager.list_trust()] == [
            ("phone", False),
            (LABEL, True),
        ]
        await manager.remove_trust(other.access_id.hex().upper())
        with pytest.raises(CommandFailed, match="NOT_FOUND"):
            await manager.remove_trust(other.access_id.hex())
        with pytest.raises(InvalidRequest):
            await manager.remove_trust("")
    assert [item.label for item in device.trust] == [LABEL]


async def test_the_older_list_of_keys(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    await make_device(old_list_trust=True)
    info = await listener.find(ADDRESSES[0])
    async with await open_with_password(info, key) as manager:
        await manager.add_trust(LABEL)
        (trusted,) = await manager.list_trust()
    assert (trusted.label, trusted.is_ours) == (LABEL, True)


async def test_wifi_scan_strongest_first(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    await make_device(
        networks=[
            SimulatedNetwork(ssid="unknown", rssi=None),
            SimulatedNetwork(ssid="far", rssi=-41),
            SimulatedNetwork(ssid="near", rssi=38),
            SimulatedNetwork(ssid="cafe", rssi=60, encrypt=False, security="WEP"),
        ]
    )
    info = await listener.find(ADDRESSES[0])
    async with await open_with_password(info, key) as manager:
        found = await manager.scan_wifi()
    assert [(item.ssid, item.rssi, item.security) for item in found] == [
        ("near", -38, "WPA2-PSK"),
        ("cafe", -60, "open"),
        ("far", -80, "WPA2-PSK"),
        ("unknown", None, "WPA2-PSK"),
    ]


async def test_a_scan_that_fails(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.replies["scan_wifi"] = "error HARDWARE_FAILURE NO_WIFI"
    async with await open_with_password(info, key) as manager:
        with pytest.raises(CommandFailed) as caught:
            await manager.scan_wifi()
        assert caught.value.symbol == "HARDWARE_FAILURE"
        # A refusal leaves the connection in order.
        assert await manager.list_trust() == ()


async def test_another_network(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    device = await make_device(
        networks=[SimulatedNetwork(ssid="New", key="long enough", address=ADDRESSES[1])]
    )
    info = await listener.find(ADDRESSES[0])
    config = NetworkConfig(
        method="dhcp", ssid="New", security="WPA2-PSK", wifi_password="long enough"
    )
    async with await open_with_password(info, key) as manager:
        with pytest.raises(InvalidRequest):
            await manager.set_network(replace(config, ssid="a=b"))
        assert device.received.management == []
        await manager.set_network(config)
        with pytest.raises(ConnectionFailed):
            await manager.list_trust()
    await device.wait_for(lambda: device.address == ADDRESSES[1] and device.online)
    moved = await listener.find(ADDRESSES[1])
    assert moved.uuid == UUID
    await verify_key(ADDRESSES[1], info.master_key, FAST)


async def test_a_device_that_says_nothing(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.replies["list_trust"] = None
    timing = replace(FAST, command=0.1)
    async with await Manager.open(
        info, key, password="secret", timing=timing
    ) as manager:
        with pytest.raises(ConnectionFailed, match="in time"):
            await manager.list_trust()
        with pytest.raises(ConnectionFailed):
            await manager.list_trust()
    await device.wait_closed_connections()


def _keys(count: int, label: str) -> Iterator[TrustedKey]:
    for number in range(count):
        yield TrustedKey(label=label, access_id=f"{number:040x}")


@pytest.mark.parametrize(
    ("count", "label"), [(1001, "x"), (10, "x" * 30_000)], ids=["many", "long"]
)
async def test_keys_without_end_are_not_listened_to(
    device: Device, info: DeviceInfo, key: ClientKey, count: int, label: str
) -> None:
    for each in _keys(count, label):
        device.trust.add(each)
    async with await open_with_password(info, key) as manager:
        with pytest.raises(ProtocolError, match="list_trust was answered without end"):
            await manager.list_trust()
        assert not manager.is_open
    await device.wait_closed_connections()


async def test_as_many_keys_as_a_device_may_have_are_listed(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    for each in _keys(1000, "x"):
        device.trust.add(each)
    timing = replace(FAST, command=10.0)
    async with await Manager.open(
        info, key, password="secret", timing=timing
    ) as manager:
        assert len(await manager.list_trust()) == 1000


async def test_networks_without_end_are_not_listened_to(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    await make_device(networks=[SimulatedNetwork(ssid="x" * 30_000) for _ in range(10)])
    info = await listener.find(ADDRESSES[0])
    async with await open_with_password(info, key) as manager:
        with pytest.raises(ProtocolError, match="scan_wifi was answered without end"):
            await manager.scan_wifi()


@pytest.mark.parametrize(
    "reply",
    [
        "data {",
        "hello",
        "data [1]",
        "data label=x",
        'data {"label": ' + "[" * 20_000 + "]" * 20_000 + "}",
    ],
    ids=lambda reply: reply[:16],
)
async def test_a_device_that_talks_nonsense(
    reply: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.replies["list_trust"] = reply
    timing = replace(FAST, command=0.1)
    async with await Manager.open(
        info, key, password="secret", timing=timing
    ) as manager:
        with pytest.raises(ConnectionFailed):
            await manager.list_trust()
    await device.wait_closed_connections()


async def test_a_bare_unknown_error(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.replies["rename"] = "UNKNOWN_ERROR"
    async with await open_with_password(info, key) as manager:
        with pytest.raises(CommandFailed, match="UNKNOWN_ERROR"):
            await manager.rename("x")


async def test_a_cancelled_request_closes_the_connection(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.replies["list_trust"] = None
    manager = await open_with_password(info, key)
    request = asyncio.create_task(manager.list_trust())
    await device.wait_command("list_trust")
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await device.wait_closed_connections()
    await manager.close()


async def test_requests_wait_for_each_other(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with await open_with_password(info, key) as manager:
        await asyncio.gather(
            manager.add_trust(LABEL), manager.rename("A"), manager.list_trust()
        )
    assert [words[0] for words in device.received.management] == [
        "add_trust",
        "rename",
        "list_trust",
    ]
