"""Management: byte for byte what the recordings show, and what protocol.md says beyond."""

from collections.abc import Callable
from dataclasses import replace
import json

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import pytest

from simulator import CAMERA_PORT, MANAGEMENT_PORT, SimulatedNetwork, Timing, TrustedKey
from simulator.management import _COMMANDS
from tests.keys import CLIENT_KEY, MASTER_KEYS, OTHER_CLIENT_KEY

from .client import VECTORS, Key, Stream, device_bytes, manage, recorded, sign_in
from .conftest import ADDRESSES, MakeDevice, device_config

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
VENDOR_LAPTOP = TrustedKey(
    label="vendor laptop", access_id="7d26742c8cf2ca39711d3466b2077e699edd54fd"
)


def replaying(events: list[list[str]]) -> Callable[[int], bytes]:
    """Return a source of randomness that gives what the recorded device drew."""
    drawn = [
        bytes.fromhex(event[1])
        for event in events
        if event[0] == "device" and event[2:] == ["random"]
    ]

    def random(size: int) -> bytes:
        value = drawn.pop(0)
        assert len(value) == size
        return value

    return random


def recorded_client_pem() -> bytes:
    """Return the public key of the recorded client."""
    events = recorded("rescue-v1")["sessions"]["wrong-password"]
    frames = [bytes.fromhex(event[1]) for event in events if event[0] == "client"]
    return frames[0][2:]


def clients_turns(events: list[list[str]]) -> list[tuple[bytes, int]]:
    """Return what the client said, and how many bytes the device answered to each."""
    turns: list[tuple[bytes, int]] = []
    for event in events:
        if event[0] == "client":
            turns.append((bytes.fromhex(event[1]), 0))
        elif event[0] == "device" and turns:
            said, answered = turns[-1]
            turns[-1] = (said, answered + len(event[1]) // 2)
    return turns


MANAGEMENT_SESSIONS = [
    (folder, session)
    for folder in ("rescue-v1", "rescue-v2")
    for session in (
        "wrong-password",
        "password-then-trust",
        "key",
        "network-bad",
        "network-bad-ifname",
        "passwd-wrong-old",
    )
]


@pytest.mark.parametrize(("folder", "session"), MANAGEMENT_SESSIONS)
async def test_a_recorded_client_gets_the_recorded_answers(
    make_device: MakeDevice, folder: str, session: str
) -> None:
    recording = recorded(folder)
    events = recording["sessions"][session]
    device = await make_device(
        uuid=recording["uuid"],
        serial="XXXXXXXXXX",
        vendor_key=None,
        generation=int(folder[-1]),
        random=replaying(events),
    )
    device.trust.add(VENDOR_LAPTOP)
    already_trusted = folder == "rescue-v2" or session not in (
        "wrong-password",
        "password-then-trust",
    )
    if already_trusted:
        device.trust.add(
            TrustedKey.from_pem("Home Assistant (Test)", recorded_client_pem())
        )
    stream, _ = await manage(HERE)
    async with stream:
        answers = b""
        for said, size in clients_turns(events):
            stream.write(said)
            answers += await stream.read(size)
        assert answers == device_bytes(events)
        if any(event[0] == "end" for event in events):
            assert await stream.read_to_end() == b""


async def test_the_certificate_is_as_odd_as_the_recorded_one(
    make_device: MakeDevice,
) -> None:
    device = await make_device(uuid="f" * 16 + "0" * 16, serial="XXXXXXXXXX")
    stream, _ = await manage(HERE)
    async with stream:
        shown = stream.peer_certificate
    real = (VECTORS / "rescue-v1" / "certificate.bin").read_bytes()
    # Serial number first in the TBS: no version field, so version 1; and an extension.
    assert shown[8:12] == real[8:12] == bytes.fromhex("020203e9")
    extension = real[533:574]
    assert extension.startswith(b"\xa3")
    assert extension in shown
    common_name = f"{device.config.uuid}:XXXXXXXXXX:".encode()
    assert shown.count(common_name) == 2
    assert device.master_public_der in shown


async def test_the_certificate_is_signed_by_the_key_it_shows(
    make_device: MakeDevice,
) -> None:
    await make_device()
    stream, _ = await manage(HERE)
    async with stream:
        shown = x509.load_der_x509_certificate(stream.peer_certificate)
    shown.verify_directly_issued_by(shown)
    assert shown.version is x509.Version.v1


async def test_a_wrong_certificate_shows_another_key(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.wrong_certificate = MASTER_KEYS[1]
    stream, _ = await manage(HERE)
    async with stream:
        shown = stream.peer_certificate
    other = Key(MASTER_KEYS[1])
    assert device.master_public_der not in shown
    assert other.public_der in shown


async def test_a_wrong_signature_is_refused(make_device: MakeDevice) -> None:
    device = await make_device()
    device.trust.add(TrustedKey.from_pem("ours", KEY.public_pem))
    stream, nonce = await manage(HERE)
    async with stream:
        stream.send_frame(KEY.public_pem)
        assert await stream.frame() == b"sign"
        wrong = Key(OTHER_CLIENT_KEY).sign_nonce(device.config.uuid, nonce)
        stream.send_frame(wrong.hex().encode())
        assert await stream.frame() == b"error AUTH_ERROR"
        assert await stream.read_to_end() == b""


async def test_a_key_it_cannot_read_is_refused(make_device: MakeDevice) -> None:
    await make_device()
    stream, _ = await manage(HERE)
    async with stream:
        stream.send_frame(b"-----BEGIN PUBLIC KEY-----\nnonsense\n")
        assert await stream.frame() == b"error BAD_PARAMS"
        assert await stream.read_to_end() == b""


async def test_without_a_password_any_will_do_but_not_an_empty_one(
    make_device: MakeDevice,
) -> None:
    device = await make_device(password=None)
    stream = await sign_in(HERE, KEY, "whatever")
    await stream.close()
    stream, _ = await manage(HERE)
    async with stream:
        stream.send_frame(KEY.public_pem)
        assert await stream.frame() == b"password"
        stream.send_frame(b"")
        stream.send_frame(b"whatever")
        assert await stream.read_to_end() == b""
    assert device.received.passwords == ["whatever"]


@pytest.mark.parametrize("length", [4095, 65535])
async def test_a_frame_too_long_closes(make_device: MakeDevice, length: int) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        stream.write(length.to_bytes(2, "little"))
        assert await stream.read_to_end() == b""


async def test_a_frame_of_4094_is_answered(make_device: MakeDevice) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("x" * 4092) == "error UNKNOWN_COMMAND"


@pytest.mark.parametrize(
    "command",
    [name for name, command in _COMMANDS.items() if command.words],
)
async def test_a_command_with_too_few_words_closes(
    make_device: MakeDevice, command: str
) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask(command) == "UNKNOWN_ERROR"
        assert await stream.read_to_end() == b""


async def test_a_rename_is_in_the_touch_reply_at_once_and_announced_later(
    make_device: MakeDevice,
) -> None:
    device = await make_device(timing=Timing(notify=0.02, name_lag=0.3))
    session = device.beacon.session
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("rename", "Küche") == "ok"
    assert "name=Küche".encode() in device.beacon.touch_reply()
    assert device.beacon.session == session
    await device.wait_for(lambda: device.beacon.session != session)


@pytest.mark.parametrize(
    ("name", "stored"),
    [(b"", ""), (b"a\x01b", "a\x01b"), (b"\xff\xfe", ""), (b"x" * 128, "x" * 128)],
)
async def test_it_takes_names_nobody_should_give(
    make_device: MakeDevice, name: bytes, stored: str
) -> None:
    device = await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("rename", name) == "ok"
    assert device.name == stored


@pytest.mark.parametrize(("third", "remaining"), [([b"F"], 1), ([b"Y"], 0), ([], 0)])
async def test_a_new_password_forgets_keys_unless_told_not_to(
    make_device: MakeDevice, third: list[bytes], remaining: int
) -> None:
    device = await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("add_trust", "ours", KEY.public_pem) == "ok"
        assert await stream.ask("passwd", "secret", "neu", *third) == "ok"
        assert len(device.trust) == remaining
        # The connection is authorised as before.
        assert await stream.ask("remove_trust", KEY.access_id.hex()) in (
            "ok",
            "error NOT_FOUND",
        )
    assert device.password == "neu"


async def test_an_empty_password_removes_it(make_device: MakeDevice) -> None:
    device = await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("passwd", "secret", "", "F") == "ok"
    assert device.password is None
    assert b"pwd=F" in device.beacon.touch_reply()


async def test_nobody_signs_in_with_a_password_that_is_not_ascii(
    make_device: MakeDevice,
) -> None:
    await make_device()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("reset_passwd", "größe") == "ok"
    stream, _ = await manage(HERE)
    async with stream:
        stream.send_frame(KEY.public_pem)
        assert await stream.frame() == b"password"
        stream.send_frame("größe".encode())
        assert await stream.frame() == b"error UNKNOWN_ERROR"


async def test_older_firmware_lists_keys_without_json(make_device: MakeDevice) -> None:
    device = await make_device(old_list_trust=True)
    device.trust.add(VENDOR_LAPTOP)
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("list_trust") == (
            f"data label=vendor laptop\0access_id={VENDOR_LAPTOP.access_id}"
        )
        assert await stream.frame() == b"ok"


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


async def test_ports_can_refuse_and_take_connections_again(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    await device.refuse_connections(MANAGEMENT_PORT)
    with pytest.raises(ConnectionRefusedError):
        await Stream.connect(HERE, MANAGEMENT_PORT)
    await device.accept_connections()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        await device.drop_connections()
        assert await stream.read_to_end() == b""


async def test_a_hello_of_something_else(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.management.hello = b"HTTP/1.1"
    device.faults.management.close_after_hello = True
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        assert await stream.read_to_end() == b"HTTP/1.1"


@pytest.mark.parametrize(
    "changes",
    [
        {"uuid": "00"},
        {"serial": "short"},
        {"generation": 3},
        {"address": "10.0.0.1"},
        {"generation": 2, "udp_management": True},
    ],
)
async def test_devices_that_cannot_be(changes: dict[str, object]) -> None:
    config = device_config(**changes)
    with pytest.raises(ValueError, match=r".+"):
        replace(config)


async def test_a_reply_can_be_put_into_its_mouth(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.replies = {"scan_wifi": "error HARDWARE_FAILURE 7", "rename": None}
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
        stream.send_frame(b"rename\0other")
        assert await stream.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
    assert device.name != "other"
    assert device.received.management == [
        ("scan_wifi",),
        ("rename", "other"),
        ("scan_wifi",),
    ]


async def test_a_connection_is_cut_at_the_byte(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.management.cut_after = 5
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        assert await stream.read_to_end() == b"FLUX0"
    await device.wait_closed_connections()


async def test_a_stalled_connection_stays_until_the_client_goes(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.faults.camera.stall_in_handshake = True
    async with await Stream.connect(HERE, CAMERA_PORT) as stream:
        assert await stream.read(8) == b"FLUX0003"
        assert device.connections[CAMERA_PORT] == 1
        with pytest.raises(TimeoutError):
            await device.wait_closed_connections(0.1)
    await device.wait_closed_connections()


async def test_what_was_received_is_kept(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        await stream.read(8)
        stream.write(b"not TLS at all")
        await stream.read_to_end()
    await device.wait_closed_connections()
    (record,) = device.received.connections
    assert bytes(record.tcp) == b"not TLS at all"
    assert device.received.application_bytes == b""
    stream = await sign_in(HERE, KEY, "secret")
    await stream.close()
    assert device.received.application_bytes.endswith(b"\x08\0secret")


async def test_trust_name_and_password_outlive_the_device(
    make_device: MakeDevice, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    device = await make_device(state_dir=folder)
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("add_trust", "ours", KEY.public_pem) == "ok"
        assert await stream.ask("rename", "Keller") == "ok"
    await device.stop()
    again = await make_device(state_dir=folder, address=ADDRESSES[1])
    assert again.name == "Keller"
    stream, nonce = await manage(ADDRESSES[1])
    async with stream:
        stream.send_frame(KEY.public_pem)
        assert await stream.frame() == b"sign"
        stream.send_frame(KEY.sign_nonce(again.config.uuid, nonce).hex().encode())
        assert await stream.frame() == b"ok"
        listed = json.loads((await stream.ask("list_trust")).removeprefix("data "))
        assert listed["label"] == "ours"


async def test_the_oldest_tls_can_be_all_it_speaks(make_device: MakeDevice) -> None:
    await make_device(old_tls=True)
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        inside = stream.writer.get_extra_info("ssl_object")
        assert inside.version() == "TLSv1"


def test_the_recorded_clients_key_has_the_recorded_name() -> None:
    key = TrustedKey.from_pem("x", recorded_client_pem())
    assert key.access_id == recorded("rescue-v1")["access_id"]
    assert key.key is not None
    assert (
        key.key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        == recorded_client_pem()
    )
