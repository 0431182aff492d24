"""Management over UDP, of the oldest firmware that has any."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

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
    NetworkConfig,
    Unsupported,
    ensure_trusted,
    verify_key,
)
from custom_components.flux3dp.aioflux.datagram import probe, touch
from custom_components.flux3dp.aioflux.udp_management import read_touch
from simulator import DISCOVERY_PORT, MANAGEMENT_PORT, Device, SimulatedNetwork
from simulator.keys import RsaKey
from simulator.udp_management import RefusedError, UdpManagement
from tests.keys import MASTER_KEYS, SHORT_KEY

from .conftest import ADDRESSES, FAST, UUID, Connect, MakeDevice

OLD = {"generation": 1, "firmware": "1.0b12", "udp_management": True}
LABEL = "Home Assistant (Test)"
GARAGE = SimulatedNetwork(ssid="Garage", key="long enough", address=ADDRESSES[1])
# With nothing of ours in them.
QUESTIONS = {probe(1), touch(1, UUID)}
# Of the tests in which nothing answers.
QUICK = replace(FAST, datagram=0.2)
# Of those in which what answers is not the device.
BRIEF = replace(FAST, datagram=1.0)

type Answers = Callable[[bytes, int], Iterable[bytes]]
type Answering = Callable[..., None]


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device that has not met us, of the oldest firmware."""
    return await make_device(networks=[GARAGE], **OLD)


@pytest.fixture
async def manager(connect: Connect) -> Manager:
    """Return what there is to manage it: no connection that has to end."""
    found: Manager = await connect(Manager, password="secret")
    return found


@pytest.fixture
def answering(device: Device, monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Return what has a function say what goes out in place of each datagram.

    It is given the datagram, and the port to which it goes.
    """
    send = device._discovery._send

    def answering(answers: Answers, sender: Device = device) -> None:
        def say(transport: object, data: bytes, to: tuple[str, int]) -> None:
            socket = transport if sender is device else sender._discovery._unicast
            for each in answers(data, to[1]):
                send(socket, each, to)

        monkeypatch.setattr(device._discovery, "_send", say)

    return answering


def sent_to(device: Device) -> set[bytes]:
    return {each.data for each in device.received.datagrams}


async def test_the_password_makes_it_trust_our_key(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    device.received.clear()
    await verify_key(info, info.master_key, FAST)
    assert sent_to(device) == QUESTIONS
    assert await ensure_trusted(info, key, label=LABEL, password="secret") == "password"
    assert key.access_id.hex() in device.trust
    assert await ensure_trusted(info, key, label=LABEL, password="secret") == "key"
    assert device.received.passwords == ["secret"]
    # It cannot be read on the network.
    assert not any(b"secret" in each for each in sent_to(device))


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("guess", AuthenticationFailed),
        (None, AuthenticationFailed),
        ("pässword", InvalidRequest),
    ],
)
async def test_a_password_that_does_not_open(
    password: str | None, error: type[Exception], device: Device, connect: Connect
) -> None:
    with pytest.raises(error):
        await connect(Manager, password=password)
    assert len(device.trust) == 0


@pytest.mark.parametrize("symbol", ["AUTH_ERROR", "BAD_PASSWORD"])
async def test_an_error_may_say_deny(
    symbol: str,
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Section 8 has the statuses of an access, and errors for any request."""

    def refuse(_: bytes) -> str:
        raise RefusedError(symbol)

    for name in ("_access_with_key", "_access_with_password"):
        monkeypatch.setattr(UdpManagement, name, lambda _, body: refuse(body))
    for password in (None, "guess"):
        with pytest.raises(AuthenticationFailed):
            await ensure_trusted(info, key, label=LABEL, password=password, timing=FAST)


async def test_no_error_and_no_status_is_done(
    manager: Manager, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only an access is promised a status."""
    change = UdpManagement._change_password

    def say_nothing(self: UdpManagement, body: bytes) -> str:
        change(self, body)
        return "{}"

    monkeypatch.setattr(UdpManagement, "_change_password", say_nothing)
    await manager.change_password("secret", "better")
    assert device.password == "better"


async def test_without_a_password_it_trusts_no_key(
    device: Device, connect: Connect
) -> None:
    device.set_password(None)
    with pytest.raises(Unsupported, match=r"without a password"):
        await connect(Manager)


async def test_another_password_and_another_network(
    device: Device, manager: Manager, listener: Listener
) -> None:
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
    do: Callable[[Manager], Awaitable[object]], device: Device, manager: Manager
) -> None:
    with pytest.raises(Unsupported, match=r"needs firmware 1\.1 or newer"):
        await do(manager)
    assert device.password == "secret"


async def test_a_lost_reply_is_asked_for_with_the_same_bytes(
    device: Device, manager: Manager, answering: Answering
) -> None:
    """With new ones the password would be changed twice: the second time with a wrong one."""
    lost: list[bytes] = []

    def lose(data: bytes, _port: int) -> list[bytes]:
        if data[5] == 0xA1 and not lost:
            lost.append(data)
            return []
        return [data]

    answering(lose)
    manager._session.timing = replace(FAST, datagram_resend=0.05)
    await manager.change_password("secret", "better")
    assert lost
    first, *others = (
        each.data for each in device.received.datagrams if each.data[5] == 0xA0
    )
    assert others
    assert set(others) == {first}


async def test_a_rebooted_device_has_another_slave_key(
    device: Device, manager: Manager
) -> None:
    await device.reboot()
    await manager.change_password("secret", "better")
    assert device.password == "better"


# -- who may say so


async def test_an_impostor_gets_nothing(
    device: Device, info: DeviceInfo, connect: Connect
) -> None:
    """What they announce agrees with their own key, which is not the pinned one."""
    await device.swap_master_key(MASTER_KEYS[1])
    device.received.clear()
    with pytest.raises(IdentityMismatch) as raised:
        await connect(
            Manager, password="secret", timing=BRIEF, expected_key=info.master_key
        )
    assert raised.value.presented == device.master_public_der
    with pytest.raises(IdentityMismatch):
        await verify_key(info, info.master_key, BRIEF)
    assert sent_to(device) == QUESTIONS


@pytest.mark.parametrize(
    "said",
    ["junk", "its key", "its key, for another uuid", "not signed", "with TLS"],
)
async def test_what_is_not_signed_shows_no_other_key(
    said: str, device: Device, info: DeviceInfo, answering: Answering
) -> None:
    """A stranger can say so, while the device is silent."""
    await device.swap_master_key(MASTER_KEYS[1])
    if said == "with TLS":
        await device.upgrade(firmware="1.6.95")
    notify, reply = device.beacon.notify(), device.beacon.touch_reply()
    other = notify.replace(bytes.fromhex(UUID), bytes(15) + b"x")
    forged = {
        "junk": (b"x",),
        "its key": (notify,),
        "its key, for another uuid": (other, reply),
        "not signed": (notify, reply[:-8] + bytes(8)),
        "with TLS": (notify, reply),
    }[said]
    answering(lambda *_: forged)
    with pytest.raises(ConnectionFailed):
        await verify_key(info, info.master_key, QUICK)


@pytest.fixture
async def others(make_device: MakeDevice) -> list[Device]:
    """Return devices with other keys, at other addresses."""
    return [
        await make_device(
            address=ADDRESSES[number], master_key=MASTER_KEYS[number], **OLD
        )
        for number in (1, 2)
    ]


def answers_of(device: Device) -> list[bytes]:
    return [device.beacon.notify(), device.beacon.touch_reply()]


async def test_another_key_counts_at_the_device_alone_and_less_than_the_pinned_one(
    info: DeviceInfo, others: list[Device], answering: Answering
) -> None:
    forged = answers_of(others[0])
    answering(lambda data, _: [*forged, data])
    await verify_key(info, info.master_key, FAST)
    answering(lambda *_: forged, sender=others[0])
    with pytest.raises(ConnectionFailed):
        await verify_key(info, info.master_key, QUICK)


@pytest.mark.parametrize("later", ["nothing", "a third key"])
async def test_another_key_counts_once_two_ports_were_answered_with_it(
    later: str, info: DeviceInfo, others: list[Device], answering: Answering
) -> None:
    forged = [answers_of(each) for each in others]
    if later == "nothing":
        forged[1] = []
    ports: list[int] = []

    def say(_: bytes, port: int) -> list[bytes]:
        if port == DISCOVERY_PORT:
            return []  # What it announces to all.
        if port not in ports:
            ports.append(port)
        return forged[ports.index(port)]

    answering(say)
    with pytest.raises(ConnectionFailed):
        await verify_key(info, info.master_key, BRIEF)
    assert len(ports) == 2


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
    device: Device, connect: Connect
) -> None:
    """Whatever was said of it before: signatures are easier to copy, and our key is sent."""
    await device.upgrade(firmware="1.6.95")
    await device.refuse_connections(MANAGEMENT_PORT)
    device.received.clear()
    with pytest.raises(ConnectionFailed, match=r"1\.6\.95"):
        await connect(Manager, password="secret")
    assert sent_to(device) == QUESTIONS


async def test_replies_of_an_earlier_boot_are_none(
    device: Device, connect: Connect, answering: Answering
) -> None:
    recorded: dict[int, bytes] = {}

    def record(data: bytes, _port: int) -> list[bytes]:
        recorded[data[5]] = data
        return [data]

    answering(record)
    manager = await connect(Manager, password="secret")
    await manager.change_password("secret", "better")
    late = recorded[0xA1]

    await device.reboot()

    answering(lambda data, _: [late if data[5] == 0xA1 else data])
    manager._session.timing = QUICK
    with pytest.raises(ConnectionFailed):
        await manager.change_password("better", "best")


async def test_slave_keys(device: Device, info: DeviceInfo) -> None:
    good = device.beacon.touch_reply()
    found = read_touch(good, UUID, info.master_key, 5.0)
    assert found is not None
    assert found.der == info.slave_key
    assert found.offset == pytest.approx(device.clock - 5.0, abs=1.5)
    # One that keeps no secret.
    device.beacon.slave_key = RsaKey.from_pem(SHORT_KEY)
    device.beacon._renew()
    for bad in (
        *(good[:length] for length in range(0, len(good), 7)),
        good.replace(b"time=", b"tame="),
        device.beacon.touch_reply(),
        device.beacon.notify(),
        touch(1, UUID),
    ):
        assert read_touch(bad, UUID, info.master_key, 5.0) is None
    assert read_touch(good, "0" * 32, info.master_key, 5.0) is None
    assert read_touch(good, UUID, info.slave_key or b"", 5.0) is None
