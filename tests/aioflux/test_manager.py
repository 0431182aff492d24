"""Management, against simulated devices on real sockets."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    DeviceNotFound,
    IdentityMismatch,
    InvalidRequest,
    Listener,
    Manager,
    NetworkConfig,
    ProtocolError,
    Unsupported,
    ensure_trusted,
    prove,
)
from simulator import MANAGEMENT_PORT, Device, SimulatedNetwork
from tests.keys import MASTER_KEY_4096, MASTER_KEYS, OTHER_CLIENT_KEY

from .conftest import ADDRESSES, FAST, UUID, MakeDevice

LABEL = "Home Assistant (Test)"


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    return await make_device(generation=request.param)


@pytest.fixture
async def info(device: Device, listener: Listener) -> DeviceInfo:
    return await listener.find(device.address)


async def open_with_password(info: DeviceInfo, key: ClientKey) -> Manager:
    return await Manager.open(info, key, password="secret", timing=FAST)


async def test_password_then_trust_then_key(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with await open_with_password(info, key) as manager:
        assert manager.authorized_by == "password"
        assert await manager.add_trust(LABEL)
        assert not await manager.add_trust("again")
    async with await Manager.open(info, key, timing=FAST) as manager:
        assert manager.authorized_by == "key"
        (trusted,) = await manager.list_trust()
        assert trusted.label == LABEL
        assert trusted.is_ours
        assert trusted.access_id == key.access_id.hex()
        assert trusted.access_id not in repr(trusted)
    await device.wait_closed_connections()


async def test_a_factory_size_master_key(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    await make_device(generation=1, master_key=MASTER_KEY_4096)
    info = await listener.find(ADDRESSES[0])
    async with await open_with_password(info, key) as manager:
        assert await manager.list_trust() == ()


async def test_an_old_tls_stack(
    make_device: MakeDevice, listener: Listener, key: ClientKey
) -> None:
    await make_device(old_tls=True)
    info = await listener.find(ADDRESSES[0])
    async with await open_with_password(info, key) as manager:
        assert await manager.list_trust() == ()


async def test_a_wrong_password(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(AuthenticationFailed):
        await Manager.open(info, key, password="guess", timing=FAST)
    assert device.received.passwords == ["guess"]
    await device.wait_closed_connections()


async def test_no_password_and_no_trust(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(AuthenticationFailed, match="wants the password"):
        await Manager.open(info, key, timing=FAST)
    assert device.received.passwords == []
    await device.wait_closed_connections()


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

    for password in (ask, ask_later):
        async with await Manager.open(info, key, password=password, timing=FAST):
            pass
    assert asked == 2
    assert (
        await ensure_trusted(info, key, label=LABEL, password=ask, timing=FAST)
        == "password"
    )
    assert asked == 3
    assert (
        await ensure_trusted(info, key, label=LABEL, password=ask, timing=FAST) == "key"
    )
    assert asked == 3


@pytest.mark.parametrize("password", [None, "", "anything"])
async def test_a_device_without_password(
    password: str | None,
    make_device: MakeDevice,
    listener: Listener,
    key: ClientKey,
) -> None:
    device = await make_device(password=None)
    info = await listener.find(ADDRESSES[0])
    assert not info.has_password
    await ensure_trusted(info, key, label=LABEL, password=password, timing=FAST)
    assert [item.label for item in device.trust] == [LABEL]


@pytest.mark.parametrize("password", ["", "pässword", "new\nline"])
async def test_a_password_no_device_can_have_is_not_sent(
    password: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(InvalidRequest):
        await Manager.open(info, key, password=password, timing=FAST)
    assert device.received.passwords == []
    await device.wait_closed_connections()


@pytest.mark.parametrize("target", [UUID, ADDRESSES[0]])
async def test_from_a_uuid_or_an_address(
    target: str, device: Device, listener: Listener, key: ClientKey
) -> None:
    async with await Manager.open(
        target, key, password="secret", listener=listener, timing=FAST
    ) as manager:
        assert manager.device.uuid == UUID
        assert manager.device.name == device.name


async def test_nobody_there(listener: Listener, key: ClientKey) -> None:
    for target in (UUID, ADDRESSES[5]):
        with pytest.raises(DeviceNotFound):
            await Manager.open(target, key, listener=listener, timing=FAST)
    with pytest.raises(DeviceNotFound):
        await Manager.open(UUID, key, timing=FAST)


async def test_an_impostor_receives_nothing(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(IdentityMismatch) as caught:
        await open_with_password(info, key)
    assert caught.value.expected == device.master_public_der
    assert caught.value.presented not in (b"", device.master_public_der)
    with pytest.raises(IdentityMismatch):
        await prove(info.host, info.master_key, FAST)
    await device.wait_closed_connections()
    assert device.received.connections
    assert device.received.application_bytes == b""


async def test_proving_sends_nothing(device: Device, info: DeviceInfo) -> None:
    await prove(info.host, info.master_key, FAST)
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_an_expected_key_outranks_the_announced_one(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(IdentityMismatch):
        await Manager.open(
            info, key, password="secret", expected_key=b"other", timing=FAST
        )
    await device.wait_closed_connections()
    assert device.received.application_bytes == b""


async def test_old_firmware_says_so(info: DeviceInfo, key: ClientKey) -> None:
    old = replace(info, firmware="1.0.9")
    with pytest.raises(Unsupported, match=r"1\.0\.9"):
        await open_with_password(old, key)


async def test_port_closed(device: Device, info: DeviceInfo, key: ClientKey) -> None:
    await device.refuse_connections(MANAGEMENT_PORT)
    with pytest.raises(ConnectionFailed):
        await open_with_password(info, key)


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"hello": b"HTTP/1.1"}, ProtocolError),
        ({"hello": b"FLUX0002"}, ProtocolError),
        ({"hello": b"FLUX0003extra"}, ProtocolError),
        ({"close_after_hello": True}, ConnectionFailed),
        ({"stall_in_handshake": True}, ConnectionFailed),
        ({"stall_after": 4}, ConnectionFailed),
    ],
)
async def test_a_bad_handshake(
    faults: dict[str, Any],
    error: type[Exception],
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
) -> None:
    for name, value in faults.items():
        setattr(device.faults.management, name, value)
    timing = replace(FAST, handshake=0.2, connect=0.2)
    with pytest.raises(error):
        await Manager.open(info, key, password="secret", timing=timing)
    await device.wait_closed_connections()
    assert device.received.passwords == []


async def test_cut_anywhere_leaves_nothing_open(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """Cut the output after ever more bytes, until it reaches past the last one."""
    timing = replace(FAST, handshake=0.5)
    tasks = asyncio.all_tasks()
    for cut in range(0, 4000, 97):
        device.faults.management.cut_after = cut
        try:
            async with await Manager.open(
                info, key, password="secret", timing=timing
            ) as manager:
                await manager.list_trust()
        except ConnectionFailed:
            await device.wait_closed_connections()
            continue
        break
    else:
        pytest.fail("the conversation is longer than the loop")
    assert cut > 1000
    await device.wait_closed_connections()
    assert asyncio.all_tasks() <= tasks | device_tasks(device)


def device_tasks(device: Device) -> set[asyncio.Task[None]]:
    return set(device._tasks)


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
    await prove(ADDRESSES[1], info.master_key, FAST)


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


@pytest.mark.parametrize(
    "reply", ["data {", "hello", "data [1]", "data label=x"], ids=str
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
