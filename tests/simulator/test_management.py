"""Management: byte for byte what the recordings show, and what protocol.md says beyond."""

from cryptography import x509
import pytest

from simulator import Device, Timing, TrustedKey
from tests.keys import OTHER_CLIENT_KEY
from tests.vectors import RESCUE_UUID, read, recorded

from .client import Key, Stream
from .conftest import HERE, KEY, MakeDevice, trust
from .recordings import recorded_client_pem, replay, replaying, turns

VENDOR_LAPTOP = TrustedKey(
    label="vendor laptop", access_id="7d26742c8cf2ca39711d3466b2077e699edd54fd"
)


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
@pytest.mark.parametrize(
    "session",
    [
        "wrong-password",
        "password-then-trust",
        "key",
        "network-bad",
        "network-bad-ifname",
        "passwd-wrong-old",
    ],
)
async def test_a_recorded_client_gets_the_recorded_answers(
    make_device: MakeDevice, folder: str, session: str
) -> None:
    events = recorded(folder, session)
    device = await make_device(
        uuid=RESCUE_UUID,
        serial="XXXXXXXXXX",
        vendor_key=None,
        generation=int(folder[-1]),
        random=replaying(events),
    )
    device.trust.add(VENDOR_LAPTOP)
    if folder == "rescue-v2" or "password" not in session:
        device.trust.add(
            TrustedKey.from_pem("Home Assistant (Test)", recorded_client_pem())
        )
    async with await Stream.tls(HERE) as stream:
        await replay(stream, turns(events))
        if any(event[0] == "end" for event in events):
            assert await stream.read_to_end() == b""


async def certificate() -> bytes:
    async with await Stream.tls(HERE) as stream:
        return stream.peer_certificate


async def test_the_certificate_is_as_odd_as_the_recorded_one(
    make_device: MakeDevice,
) -> None:
    device = await make_device(uuid="f" * 16 + "0" * 16, serial="XXXXXXXXXX")
    shown = await certificate()
    real = read("rescue-v1", "certificate.bin")
    # Serial number first in the TBS: no version field, so version 1; and an extension.
    assert shown[8:12] == real[8:12] == bytes.fromhex("020203e9")
    extension = real[533:574]
    assert extension.startswith(b"\xa3")
    assert extension in shown
    common_name = f"{device.config.uuid}:XXXXXXXXXX:".encode()
    assert shown.count(common_name) == 2
    assert device.master_public_der in shown
    loaded = x509.load_der_x509_certificate(shown)
    loaded.verify_directly_issued_by(loaded)
    assert loaded.version is x509.Version.v1


async def test_a_wrong_signature_is_refused(device: Device) -> None:
    trust(device)
    async with await Stream.tls(HERE) as stream:
        assert await stream.ask(KEY.public_pem) == "sign"
        wrong = Key(OTHER_CLIENT_KEY).sign_nonce(device.config.uuid, stream.nonce)
        assert await stream.ask(wrong.hex()) == "error AUTH_ERROR"
        assert await stream.read_to_end() == b""


@pytest.mark.parametrize(
    "sent", [b"-----BEGIN PUBLIC KEY-----\nnonsense\n", KEY.public_der]
)
async def test_a_key_it_cannot_read_is_refused(device: Device, sent: bytes) -> None:
    async with await Stream.tls(HERE) as stream:
        assert await stream.ask(sent) == "error BAD_PARAMS"
        assert await stream.read_to_end() == b""


async def test_without_a_password_any_will_do_but_not_an_empty_one(
    make_device: MakeDevice,
) -> None:
    device = await make_device(password=None)
    stream = await Stream.sign_in(HERE, KEY, "whatever")
    await stream.close()
    async with await Stream.tls(HERE) as stream:
        assert await stream.ask(KEY.public_pem) == "password"
        stream.send_frame(b"")
        stream.send_frame(b"whatever")
        assert await stream.read_to_end() == b""
    assert device.received.passwords == ["whatever"]


@pytest.mark.parametrize("length", [4095, 65535])
async def test_a_frame_too_long_closes(manager: Stream, length: int) -> None:
    assert await manager.ask("x" * 4092) == "error UNKNOWN_COMMAND"
    manager.write(length.to_bytes(2, "little"))
    assert await manager.read_to_end() == b""


@pytest.mark.parametrize(
    "command",
    ["add_trust", "remove_trust", "rename", "passwd", "reset_passwd", "network"],
)
async def test_a_command_with_too_few_words_closes(
    manager: Stream, command: str
) -> None:
    assert await manager.ask(command) == "UNKNOWN_ERROR"
    assert await manager.read_to_end() == b""


@pytest.mark.parametrize(
    "device", [{"timing": Timing(notify=0.02, name_lag=0.3)}], indirect=True
)
async def test_a_rename_is_in_the_touch_reply_at_once_and_announced_later(
    device: Device, manager: Stream
) -> None:
    session = device.beacon.session
    assert await manager.ask("rename", "Küche") == "ok"
    assert "name=Küche".encode() in device.beacon.touch_reply()
    assert device.beacon.session == session
    await device.wait_for(lambda: device.beacon.session != session)


@pytest.mark.parametrize(
    ("name", "stored"),
    [(b"", ""), (b"a\x01b", "a\x01b"), (b"\xff\xfe", ""), (b"x" * 128, "x" * 128)],
)
async def test_it_takes_names_it_should_not(
    device: Device, manager: Stream, name: bytes, stored: str
) -> None:
    assert await manager.ask("rename", name) == "ok"
    assert device.name == stored
    assert await manager.ask("rename", b"x" * 129) == "error BAD_PARAMS"


async def test_a_new_password_forgets_keys_unless_told_not_to(
    device: Device, manager: Stream
) -> None:
    trust(device)
    assert await manager.ask("passwd", "secret", "neu", "F") == "ok"
    assert len(device.trust) == 1
    assert await manager.ask("passwd", "neu", "neuer") == "ok"
    assert len(device.trust) == 0
    # The connection is authorized as before.
    assert await manager.ask("list_trust") == "ok"
    assert device.password == "neuer"


async def test_no_client_signs_in_with_a_password_that_is_not_ascii(
    manager: Stream,
) -> None:
    assert await manager.ask("reset_passwd", "größe") == "ok"
    async with await Stream.tls(HERE) as stream:
        assert await stream.ask(KEY.public_pem) == "password"
        assert await stream.ask("größe") == "error UNKNOWN_ERROR"
