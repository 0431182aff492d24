"""Signing in for management, against simulated devices on real sockets."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    IdentityMismatch,
    InvalidRequest,
    Listener,
    Manager,
    ProtocolError,
    Unsupported,
    ensure_trusted,
    verify_key,
)
from simulator import MANAGEMENT_PORT, Device
from tests.keys import MASTER_KEY_4096, MASTER_KEYS

from .conftest import ADDRESSES, FAST, MakeDevice, open_with_password

LABEL = "Home Assistant (Test)"


@pytest.fixture
def device(new_device: Device) -> Device:
    """Return a device that has not met us."""
    return new_device


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


@pytest.mark.parametrize("password", ["", "pässword", "new\nline", "x" * 1001])
async def test_a_password_no_device_can_have_is_not_sent(
    password: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    with pytest.raises(InvalidRequest):
        await Manager.open(info, key, password=password, timing=FAST)
    assert device.received.passwords == []
    await device.wait_closed_connections()


async def test_an_impostor_receives_nothing(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(IdentityMismatch) as caught:
        await open_with_password(info, key)
    assert caught.value.expected == device.master_public_der
    assert caught.value.presented not in (b"", device.master_public_der)
    with pytest.raises(IdentityMismatch):
        await verify_key(info.host, info.master_key, FAST)
    await device.wait_closed_connections()
    assert device.received.connections
    assert device.received.application_bytes == b""


async def test_proving_sends_nothing(device: Device, info: DeviceInfo) -> None:
    await verify_key(info.host, info.master_key, FAST)
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


async def test_old_firmware_says_so(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    old = replace(info, firmware="1.0.9")
    # Only a datagram says how old it is: whoever has the port is managed all the same.
    async with await open_with_password(old, key):
        pass
    await device.refuse_connections(MANAGEMENT_PORT)
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
    assert asyncio.all_tasks() <= tasks
