"""Management over UDP, of the oldest firmware that has any."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    IdentityMismatch,
    InvalidRequest,
    Listener,
    Manager,
    NetworkConfig,
    ProtocolError,
    Unsupported,
    ensure_trusted,
    verify_key,
)
from custom_components.flux3dp.aioflux.datagram import probe, touch
from custom_components.flux3dp.aioflux.udp_management import (
    read_reply,
    read_status,
    read_touch,
)
from simulator import DISCOVERY_PORT, MANAGEMENT_PORT, Device, SimulatedNetwork
from simulator.keys import RsaKey, slave_key
from tests.keys import MASTER_KEYS

from .conftest import ADDRESSES, FAST, UUID, MakeDevice

LABEL = "Home Assistant (Test)"
GARAGE = SimulatedNetwork(ssid="Garage", key="long enough", address=ADDRESSES[1])
# With nothing of ours in them.
QUESTIONS = {probe(1), touch(1, UUID)}
# Of the tests in which nothing answers.
QUICK = replace(FAST, datagram=0.2)
# Of those in which what answers is not the device.
BRIEF = replace(FAST, datagram=1.0)

# 512 bits, worthless outside this test.
SHORT_KEY = b"""-----BEGIN PRIVATE KEY-----
MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAumCX1NEj5JiLrhh7
k9Yd+OMSyLCeYSviVQ3rRX77xkUXmysoHEH+kmsSvszLQdtmvIG+5Uvf1RQNq4YP
saUQIwIDAQABAkBIM9V+J8t86q/qMSfmvON9oRKM1wd0Y5jaFHtZv/jv9PiC6/jr
RhLYHZmJQAoF5XEY3hgM2/FGtqlrcRwUp/95AiEA7PnMUgdtmJT8RHv5be3NCNcj
/+MmbDxRCFlXhhkLjScCIQDJVuwIF1H+DShzBUCcvd0SDsu2nBCjfrUqTghETq36
pQIhANophi6mZAEqd6vcrl7DpBTVa3Dx/7d5N+iFx4vOltHVAiBIaq8yqdCf4/Os
izMWLWQaXp/+6ltBsw1OTgrDJtmE0QIhAItlorywMtuWZrUisbaTJKFkcRr1TmrM
KSkUarPFucZZ
-----END PRIVATE KEY-----
"""


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device that has not met us, of the oldest firmware."""
    return await make_device(
        generation=1, firmware="1.0b12", udp_management=True, networks=[GARAGE]
    )


def bodies(device: Device, code: int) -> list[bytes]:
    """Return what came behind the header of each request of a code."""
    return [it.data[22:] for it in device.received.datagrams if it.data[5] == code]


async def test_the_password_makes_it_trust_our_key(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    assert await ensure_trusted(info, key, label=LABEL, password="secret") == "password"
    assert key.access_id.hex() in device.trust
    assert await ensure_trusted(info, key, label=LABEL, password="secret") == "key"
    assert device.received.passwords == ["secret"]
    # It cannot be read on the network.
    assert not any(b"secret" in each.data for each in device.received.datagrams)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("guess", AuthenticationFailed),
        (None, AuthenticationFailed),
        ("pässword", InvalidRequest),
    ],
)
async def test_a_password_that_does_not_open(
    password: str | None,
    error: type[Exception],
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
) -> None:
    with pytest.raises(error):
        await Manager.open(info, key, password=password)
    assert len(device.trust) == 0


async def test_without_a_password_it_trusts_no_key(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.set_password(None)
    with pytest.raises(Unsupported, match=r"without a password"):
        await ensure_trusted(info, key, label=LABEL)


async def test_another_password_and_another_network(
    device: Device, info: DeviceInfo, key: ClientKey, listener: Listener
) -> None:
    async with await Manager.open(info, key, password="secret") as manager:
        with pytest.raises(AuthenticationFailed):
            await manager.change_password("guess", "better")
        await manager.change_password("secret", "better")
        assert device.password == "better"
        await manager.set_network(
            NetworkConfig(method="dhcp", ssid="Garage", wifi_password="long enough")
        )
        with pytest.raises(ConnectionFailed):
            await manager.change_password("better", "best")
    await device.wait_for(lambda: device.address == ADDRESSES[1] and device.online)
    assert (await listener.find(ADDRESSES[1])).uuid == UUID


@pytest.mark.parametrize(
    "do",
    [
        lambda manager: manager.rename("Attic"),
        lambda manager: manager.scan_wifi(),
        lambda manager: manager.list_trust(),
        lambda manager: manager.remove_trust("0" * 40),
        lambda manager: manager.reset_password("better"),
        lambda manager: manager.change_password("secret", ""),
        lambda manager: manager.change_password("secret", "x", forget_trusted=True),
    ],
)
async def test_what_it_cannot_do(
    do: Callable[[Manager], Awaitable[object]],
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
) -> None:
    async with await Manager.open(info, key, password="secret") as manager:
        with pytest.raises(Unsupported, match=r"needs firmware 1\.1 or newer"):
            await do(manager)
    assert device.password == "secret"


async def test_a_lost_reply_is_asked_for_with_the_same_bytes(
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With new ones the password would be changed twice: the second time with a wrong one."""
    async with await Manager.open(info, key, password="secret") as manager:
        send, lost = device._discovery._send, 0

        def lose(transport: object, data: bytes, to: tuple[str, int]) -> None:
            nonlocal lost
            if data[5] == 0xA1 and not lost:
                lost += 1
            else:
                send(transport, data, to)

        monkeypatch.setattr(device._discovery, "_send", lose)
        manager._timing = manager._session._timing = replace(FAST, datagram_resend=0.05)
        await manager.change_password("secret", "better")
    assert lost == 1
    first, *others = bodies(device, 0xA0)
    assert others
    assert set(others) == {first}


async def test_a_rebooted_device_has_another_slave_key(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with await Manager.open(info, key, password="secret") as manager:
        await device.reboot()
        await manager.change_password("secret", "better")
    assert device.password == "better"


async def test_a_device_that_is_silent(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    await device.power_off()
    with pytest.raises(ConnectionFailed):
        await Manager.open(info, key, password="secret", timing=QUICK)


async def test_an_impostor_gets_nothing(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """What they announce agrees with their own key, which is not the pinned one."""
    await device.swap_master_key(MASTER_KEYS[1])
    device.received.clear()
    with pytest.raises(IdentityMismatch) as raised:
        await Manager.open(
            info, key, password="secret", timing=BRIEF, expected_key=info.master_key
        )
    assert raised.value.presented == device.master_public_der
    with pytest.raises(IdentityMismatch):
        await verify_key(info, info.master_key, BRIEF)
    assert {each.data for each in device.received.datagrams} == QUESTIONS


@pytest.mark.parametrize(
    "said",
    ["junk", "its key", "its key, for another uuid", "not signed", "with TLS"],
)
async def test_what_is_not_signed_shows_no_other_key(
    said: str,
    device: Device,
    info: DeviceInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stranger can say so, while the device is silent."""
    await device.swap_master_key(MASTER_KEYS[1])
    if said == "with TLS":
        await device.upgrade(firmware="1.6.95")
    beacon, send = device.beacon, device._discovery._send
    notify, reply = beacon.notify(), beacon.touch_reply()
    other = notify.replace(UUID_BYTES, bytes(15) + b"x")
    forged = {
        "junk": (b"x",),
        "its key": (notify,),
        "its key, for another uuid": (other, reply),
        "not signed": (notify, reply[:-8] + bytes(8)),
        "with TLS": (notify, reply),
    }[said]

    def say(transport: object, _: bytes, to: tuple[str, int]) -> None:
        for each in forged:
            send(transport, each, to)

    monkeypatch.setattr(device._discovery, "_send", say)
    with pytest.raises(ConnectionFailed):
        await verify_key(info, info.master_key, QUICK)


@pytest.mark.parametrize("sender", ["the device", "another address"])
async def test_another_key_counts_at_the_device_alone_and_less_than_the_pinned_one(
    sender: str,
    device: Device,
    info: DeviceInfo,
    make_device: MakeDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = {"generation": 1, "firmware": "1.0b12", "udp_management": True}
    other = await make_device(address=ADDRESSES[1], master_key=MASTER_KEYS[1], **old)
    forged = other.beacon.notify(), other.beacon.touch_reply()
    send = device._discovery._send

    def say(transport: object, data: bytes, to: tuple[str, int]) -> None:
        for each in forged:
            send(
                other._discovery._unicast if sender != "the device" else transport,
                each,
                to,
            )
        if sender == "the device":
            send(transport, data, to)

    monkeypatch.setattr(device._discovery, "_send", say)
    if sender == "the device":
        await verify_key(info, info.master_key, FAST)
    else:
        with pytest.raises(ConnectionFailed):
            await verify_key(info, info.master_key, QUICK)


@pytest.mark.parametrize("later", ["nothing", "a third key"])
async def test_another_key_counts_once_two_ports_were_answered_with_it(
    later: str,
    device: Device,
    info: DeviceInfo,
    make_device: MakeDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = {"generation": 1, "firmware": "1.0b12", "udp_management": True}
    forged, send = [], device._discovery._send
    for number in (1, 2):
        other = await make_device(
            address=ADDRESSES[number], master_key=MASTER_KEYS[number], **old
        )
        forged.append((other.beacon.notify(), other.beacon.touch_reply()))
    if later == "nothing":
        forged[1] = ()
    ports: list[int] = []

    def say(transport: object, _: bytes, to: tuple[str, int]) -> None:
        if to[1] == DISCOVERY_PORT:
            return  # What it announces to all.
        if to[1] not in ports:
            ports.append(to[1])
        for each in forged[ports.index(to[1])]:
            send(transport, each, to)

    monkeypatch.setattr(device._discovery, "_send", say)
    with pytest.raises(ConnectionFailed):
        await verify_key(info, info.master_key, BRIEF)
    assert len(ports) == 2


async def test_verifying_a_key_sends_nothing_of_ours(
    device: Device, info: DeviceInfo
) -> None:
    device.received.clear()
    await verify_key(info, info.master_key, FAST)
    assert {each.data for each in device.received.datagrams} == QUESTIONS


@pytest.mark.parametrize("firmware", ["1.6.95", "1.0b11"])
async def test_only_firmware_that_has_it_is_asked_over_udp(
    firmware: str, device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.received.clear()
    other = replace(info, firmware=firmware)
    with pytest.raises((ConnectionFailed, Unsupported)):
        await Manager.open(other, key, password="secret", timing=FAST)
    with pytest.raises(ConnectionFailed):
        await verify_key(other, info.master_key, FAST)
    assert device.received.datagrams == []


async def test_firmware_that_has_tls_is_not_managed_over_udp(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """Whatever was said of it before: signatures are easier to copy, and our key is sent."""
    await device.upgrade(firmware="1.6.95")
    await device.refuse_connections(MANAGEMENT_PORT)
    device.received.clear()
    with pytest.raises(ConnectionFailed, match=r"1\.6\.95"):
        await Manager.open(info, key, password="secret", timing=FAST)
    assert {each.data for each in device.received.datagrams} == QUESTIONS


async def test_replies_of_an_earlier_boot_are_none(
    device: Device, info: DeviceInfo, key: ClientKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = device._discovery._send
    recorded: list[bytes] = []

    def record(transport: object, data: bytes, to: tuple[str, int]) -> None:
        if data[5] in (5, 7, 0xA1):
            recorded.append(data)
        send(transport, data, to)

    monkeypatch.setattr(device._discovery, "_send", record)
    async with await Manager.open(info, key, password="secret") as manager:
        await manager.change_password("secret", "better")
        assert [data[5] for data in recorded] == [5, 7, 0xA1]

        await device.reboot()

        def replay(transport: object, data: bytes, to: tuple[str, int]) -> None:
            send(transport, recorded[2] if data[5] == 0xA1 else data, to)

        monkeypatch.setattr(device._discovery, "_send", replay)
        manager._session._timing = QUICK
        with pytest.raises(ConnectionFailed):
            await manager.change_password("better", "best")


# -- bytes


UUID_BYTES = bytes.fromhex(UUID)


def reply(key: RsaKey, body: bytes, code: int = 5, uuid: bytes = UUID_BYTES) -> bytes:
    head = b"FLUX\1" + bytes((code,)) + uuid + len(body).to_bytes(2, "little")
    return head + body + key.sign(body)


def test_replies() -> None:
    ours, other = slave_key(), slave_key()
    good = reply(ours, b'{"status":"ok"}')

    def read(data: bytes) -> bytes | None:
        return read_reply(data, 4, UUID_BYTES, ours.public_der)

    assert read(good) == b'{"status":"ok"}'
    assert read(reply(ours, b"")) == b""
    for bad in (
        reply(other, b'{"status":"ok"}'),
        reply(ours, b'{"status":"ok"}', code=7),
        reply(ours, b'{"status":"ok"}', uuid=bytes(16)),
        b"",
        good + b"\0",
        good.ljust(5000, b"\0"),
        *(good[:length] for length in range(len(good))),
        *(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :] for at in range(40)),
    ):
        assert read(bad) is None, bad


def test_statuses() -> None:
    assert read_status(b'{"status":"deny"}') == "deny"
    assert read_status(b"{}") == ""
    with pytest.raises(CommandFailed) as raised:
        read_status(b"EBAD_PARAMS ssid")
    assert (raised.value.symbol, raised.value.words) == ("BAD_PARAMS", ("ssid",))
    for body in (b"E", b"E \xff"):
        with pytest.raises(CommandFailed):
            read_status(body)
    for body in (b"", b"[]", b"{", b"\xff"):
        with pytest.raises(ProtocolError):
            read_status(body)


async def test_slave_keys(device: Device, info: DeviceInfo) -> None:
    good = device.beacon.touch_reply()
    found = read_touch(good, UUID, info.master_key, 5.0)
    assert found is not None
    assert found.der == info.slave_key
    assert found.offset == pytest.approx(device.clock - 5.0, abs=1.5)
    for bad in (
        *(good[:length] for length in range(0, len(good), 7)),
        good.replace(b"time=", b"tame="),
        device.beacon.notify(),
        touch(1, UUID),
    ):
        assert read_touch(bad, UUID, info.master_key, 5.0) is None
    assert read_touch(good, "0" * 32, info.master_key, 5.0) is None
    assert read_touch(good, UUID, info.slave_key or b"", 5.0) is None


async def test_a_slave_key_that_keeps_no_secret(
    device: Device, info: DeviceInfo
) -> None:
    device.beacon.slave_key = RsaKey.from_pem(SHORT_KEY)
    device.beacon._renew()
    reply = device.beacon.touch_reply()
    assert read_touch(reply, UUID, info.master_key, 5.0) is None
