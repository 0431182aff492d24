"""Every recorded datagram says what its expected.json says."""

import hashlib
import json
from pathlib import Path
from struct import unpack_from
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
import pytest

from custom_components.flux3dp.aioflux.datagram import (
    Notify,
    TouchReply,
    decode,
    status_of_known,
)
from custom_components.flux3dp.aioflux.device import DeviceStatus, Identity
from custom_components.flux3dp.aioflux.identity import (
    VENDOR_KEY,
    classify_identity,
    rsa_signed,
    signed_by,
)
from custom_components.flux3dp.aioflux.records import Record
from custom_components.flux3dp.aioflux.tls import public_key

VECTORS = Path(__file__).parent.parent / "vectors"
TEST_VENDOR = (VECTORS / "test-vendor-key.der").read_bytes()

EXPECTED: list[tuple[str, str, dict[str, Any]]] = [
    (folder.name, name, values)
    for folder in sorted(VECTORS.iterdir())
    if folder.is_dir()
    for name, values in json.loads((folder / "expected.json").read_text()).items()
]
FOLDERS = sorted({folder for folder, _, _ in EXPECTED})


def read(folder: str, name: str) -> bytes:
    return (VECTORS / folder / name).read_bytes()


def status_values(status: DeviceStatus) -> dict[str, Any]:
    return {
        "timestamp": status.timestamp,
        "st_id": status.st_id,
        "progress": status.progress,
        "head_module": status.head_module,
        "error_label": status.error_label,
        "occupied_by": status.occupied_by,
    }


def test_every_recorded_datagram_has_expected_values() -> None:
    files = {
        (path.parent.name, path.name)
        for path in VECTORS.glob("*/*.bin")
        if path.name != "certificate.bin"
    }
    assert files == {(folder, name) for folder, name, _ in EXPECTED}
    assert len(files) == 24


@pytest.mark.parametrize(("folder", "name", "expected"), EXPECTED)
def test_datagram(folder: str, name: str, expected: dict[str, Any]) -> None:
    heard = decode(read(folder, name))
    assert (heard.version, heard.uuid) == (expected["version"], expected["uuid"])
    match heard:
        case Notify(version=1):
            assert expected["action"] == 0
            assert heard.serial == expected["serial"]
            assert unpack_from("<f", heard.prefix, 32)[0] == expected["slave_timestamp"]
            digest = hashlib.sha256(heard.master_key).hexdigest()
            assert digest == expected["master_key_sha256"]
            signed = signed_by(
                TEST_VENDOR,
                heard.serial,
                heard.uuid,
                heard.master_key,
                heard.identify,
            )
            assert signed is expected["signed_by_test_vendor"]
            assert status_values(heard.status) == expected["status"]
        case Notify():
            assert expected["action"] == 0
            assert heard.prefix[22:].hex() == expected["session"]
            assert status_values(heard.status) == expected["status"]
        case TouchReply(version=1):
            assert expected["action"] == 3
            assert unpack_from("<f", heard.signed_key)[0] == expected["slave_timestamp"]
            assert heard.info == expected["info"]
            slave = load_der_public_key(heard.slave_key)
            assert isinstance(slave, RSAPublicKey)
            assert slave.key_size == expected["slave_key_bits"]
        case TouchReply():
            assert expected["action"] == 3
            assert heard.info == expected["info"]
            digest = hashlib.sha256(heard.master_key).hexdigest()
            assert digest == expected["master_key_sha256"]
            signed = signed_by(
                TEST_VENDOR,
                heard.info["serial"],
                heard.uuid,
                heard.master_key,
                heard.identify,
            )
            assert signed is expected["signed_by_test_vendor"]
        case _:
            pytest.fail(f"decoded as {heard!r}")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_steady_path_decodes_the_same_status(folder: str) -> None:
    names = [
        name
        for where, name, values in EXPECTED
        if where == folder and values["action"] == 0
    ]
    first = decode(read(folder, names[0]))
    assert isinstance(first, Notify)
    for name in names:
        data = read(folder, name)
        full = decode(data)
        assert isinstance(full, Notify)
        assert status_of_known(data, first.prefix) == full.status


def test_a_status_block_sent_twice_is_read_once() -> None:
    data = read("signed-v1", "notify-running.bin")
    assert decode(data + data[-64:]) == decode(data)


@pytest.mark.parametrize("folder", ["rescue-v1", "signed-v1"])
def test_generation_1_signatures_hold(folder: str) -> None:
    notify = decode(next((VECTORS / folder).glob("notify*.bin")).read_bytes())
    reply = decode(read(folder, "touch.bin"))
    assert isinstance(notify, Notify)
    assert isinstance(reply, TouchReply)
    assert rsa_signed(notify.master_key, reply.key_signature, reply.signed_key)
    assert rsa_signed(reply.slave_key, reply.info_signature, reply.info_bytes)
    damaged = reply.info_bytes.replace(b"pwd=T", b"pwd=F")
    assert not rsa_signed(reply.slave_key, reply.info_signature, damaged)


@pytest.mark.parametrize(
    ("folder", "identity"),
    [
        ("rescue-v1", Identity.UNVERIFIED),
        ("rescue-v2", Identity.UNVERIFIED),
        ("signed-v1", Identity.VERIFIED),
        ("signed-v2", Identity.VERIFIED),
    ],
)
def test_announcement_and_touch_make_a_device(folder: str, identity: Identity) -> None:
    notify = decode(next((VECTORS / folder).glob("notify*.bin")).read_bytes())
    reply = decode(read(folder, "touch.bin"))
    assert isinstance(notify, Notify)
    assert isinstance(reply, TouchReply)
    record = Record(notify.uuid, "192.0.2.7", notify.version)
    record.announce(notify)
    device = record.answer(reply, [VENDOR_KEY, TEST_VENDOR], None)
    assert record.device == device
    assert device.identity is identity
    assert device.name == reply.info["name"]
    assert device.firmware == "1.6.95"
    assert device.has_password
    assert device.host == "192.0.2.7"
    assert (device.slave_key is None) == (device.version == 2)
    # The same answer again is no news.
    assert record.answer(reply, [VENDOR_KEY, TEST_VENDOR], None) == device


def test_sha1_is_for_the_serials_that_may_have_it() -> None:
    reply = decode(read("signed-v2", "touch.bin"))
    assert isinstance(reply, TouchReply)
    known = {
        "uuid": reply.uuid,
        "master_key": reply.master_key,
        "identify": reply.identify,
        "vendor_keys": [TEST_VENDOR],
        "pinned": None,
    }
    assert classify_identity(serial="F1K0990007", **known) is Identity.VERIFIED
    assert classify_identity(serial="F2K0990007", **known) is Identity.UNVERIFIED


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
def test_the_recorded_certificate_holds_the_announced_key(folder: str) -> None:
    expected = json.loads((VECTORS / folder / "expected.json").read_text())
    digest = next(
        values["master_key_sha256"]
        for values in expected.values()
        if "master_key_sha256" in values
    )
    presented = public_key(read(folder, "certificate.bin"))
    assert hashlib.sha256(presented).hexdigest() == digest
