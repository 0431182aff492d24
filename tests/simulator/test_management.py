"""Management: byte for byte what the recordings show, and what protocol.md says beyond."""

import json

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import pytest

from simulator import Timing, TrustedKey
from tests.keys import CLIENT_KEY, MASTER_KEYS, OTHER_CLIENT_KEY

from .client import Key, manage, sign_in
from .conftest import ADDRESSES, MakeDevice
from .recordings import (
    VECTORS,
    device_bytes,
    recorded,
    recorded_client_pem,
    replaying,
)

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
VENDOR_LAPTOP = TrustedKey(
    label="vendor laptop", access_id="7d26742c8cf2ca39711d3466b2077e699edd54fd"
)


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
    ["add_trust", "remove_trust", "rename", "passwd", "reset_passwd", "network"],
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
