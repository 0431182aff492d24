"""What reads the bytes of a stranger at once: discovery, replies, files, what is stored."""

import io
import json
import math
import shlex
import struct
from unittest.mock import patch
import zlib

from cryptography.hazmat.primitives.serialization import load_der_public_key
from homeassistant.util.dt import utc_from_timestamp
from homeassistant.util.json import json_loads
import pytest

from custom_components.flux3dp.aioflux import VENDOR_KEY, ClientKey, udp_management
from custom_components.flux3dp.aioflux.command import (
    STORAGES,
    encode_command,
    split_folder,
)
from custom_components.flux3dp.aioflux.datagram import (
    DatagramError,
    Notify,
    TouchReply,
    decode,
    status_of_known,
)
from custom_components.flux3dp.aioflux.device import DeviceInfo, Identity
from custom_components.flux3dp.aioflux.errors import (
    CommandFailed,
    FluxError,
    InvalidRequest,
    ProtocolError,
)
from custom_components.flux3dp.aioflux.fcode import read_fcode
from custom_components.flux3dp.aioflux.files import _parse_names, check_upload
from custom_components.flux3dp.aioflux.frames import FrameBuffer, decode_reply
from custom_components.flux3dp.aioflux.handshake import public_key
from custom_components.flux3dp.aioflux.identity import (
    load_rsa_public_key,
    rsa_signed,
    signed_by,
)
from custom_components.flux3dp.aioflux.maintenance import _numbers, parse_progress
from custom_components.flux3dp.aioflux.manager import _parse_trust
from custom_components.flux3dp.aioflux.network import parse_wifi_network
from custom_components.flux3dp.aioflux.report import (
    parse_file_info,
    parse_job_info,
    parse_report,
)
from custom_components.flux3dp.aioflux.robot import (
    parse_device_details,
    parse_mac_addresses,
)
from custom_components.flux3dp.aioflux.settings import SETTINGS
from custom_components.flux3dp.aioflux.util import is_blank, number_in
from custom_components.flux3dp.device import display_name
from custom_components.flux3dp.job.errors import ErrorKey, classify
from custom_components.flux3dp.job.model import state_text
from custom_components.flux3dp.job.store import as_stored, restored
from simulator import Status, fcode as devices_fcode
from simulator.datagrams import info_text, touch_reply_v2
from tests.integration.watching import Watch
from tests.keys import VENDOR_PUBLIC_DER

from .checks import check, check_error, parsed

SEPARATOR = b"\x1e"
_SETTINGS = tuple(SETTINGS.values())
_MAX_IMAGE = 1 << 16
_SLAVE_KEY_LENGTH = 128


def text_of(data: bytes) -> str:
    """Return what a reply's text can be: UTF-8."""
    return data.decode(errors="replace")


def datagrams(data: bytes) -> None:
    """Decode a datagram, and what is written from that again."""
    try:
        heard = decode(data)
    except DatagramError as err:
        check(str(err), data)
        return
    check(heard, data)
    match heard:
        case Notify(status=it):
            assert data.startswith(heard.prefix)
            assert status_of_known(data, heard.prefix) == it
            block = Status(
                st_id=it.st_id,
                progress=float("nan") if it.progress is None else it.progress,
                head_module=it.head_module,
                error_label=it.error_label,
                occupied_by=it.occupied_by,
            ).block()
            assert decode(heard.prefix + block) == heard
        case TouchReply(version=2):
            again = touch_reply_v2(
                uuid=bytes.fromhex(heard.uuid),
                master_der=heard.master_key,
                identify=heard.identify,
                info=info_text(heard.info),
            )
            if len(again) <= len(data):
                reply = decode(again)
                assert isinstance(reply, TouchReply)
                assert reply.info == heard.info


def udp(data: bytes) -> None:
    """Read answers of the oldest firmware, as if they were signed."""
    uuid = data[6:22]
    with patch.object(udp_management, "rsa_signed", lambda *_: True):
        slave = udp_management.read_touch(data, uuid.hex(), b"", now=1e6)
        body = udp_management.read_reply(data, 4, uuid, b"")
    if slave is not None:
        check((slave.der, slave.firmware), data)
        assert math.isfinite(slave.offset)
        # No signature by an even one holds, so none is read.
        if slave.public.public_numbers().n & 1:
            assert len(slave.encrypt(bytes(200))) >= 2 * _SLAVE_KEY_LENGTH
    if body is not None:
        try:
            check(udp_management.read_status(body), data)
        except (CommandFailed, ProtocolError) as err:
            check_error(err)


def keys(data: bytes) -> None:
    """Read keys, certificates and signatures."""
    key = load_rsa_public_key(data)
    assert key is None or key.key_size <= 4096
    if presented := public_key(data):
        load_der_public_key(presented)
    signature, _, rest = data.partition(SEPARATOR)
    uuid = "ab" * 16
    assert not rsa_signed(data, bytes(128), b"")
    assert not rsa_signed(signature, rest, b"")
    assert not signed_by(data, "FD1A000000", uuid, b"", b"")
    for vendor in (VENDOR_KEY, VENDOR_PUBLIC_DER):
        assert not signed_by(vendor, "FD1A000000", uuid, rest, signature)


def frames(data: bytes) -> None:
    """Take frames, images and bytes out of a buffer, in pieces and at once."""
    plan, _, stream = data.partition(SEPARATOR)

    def taken(pieces: list[bytes]) -> list[object]:
        buffer, out, waiting = FrameBuffer(), [], list(plan)
        for piece in pieces:
            buffer.feed(piece)
            while waiting:
                step = waiting[0]
                try:
                    match step % 3:
                        case 0:
                            got = buffer.take_frame()
                        case 1:
                            got = buffer.take_image(_MAX_IMAGE)
                        case _:
                            got = buffer.take(step)
                except ProtocolError as err:
                    return [*out, str(err)]
                if got is None:
                    break
                out.append(got)
                del waiting[0]
        return [*out, len(buffer)]

    size = len(plan) % 5 + 1
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    whole = taken([stream])
    check(whole, data)
    assert taken(pieces) == whole
    # Against a reading of its own.
    if plan[:1] == b"\0" and len(stream) >= 2:
        (length,) = struct.unpack_from("<H", stream)
        if len(stream) >= 2 + length:
            assert whole[0] == stream[2 : 2 + length]


def replies(data: bytes) -> None:
    """Tell refusals from other replies."""
    try:
        text = decode_reply(data)
    except FluxError as err:
        check_error(err)
    else:
        assert text == data.decode(errors="replace")


def reports(data: bytes) -> None:
    """Read a report, and what its error means."""
    report = parsed(data, parse_report, data)
    if report is None:
        return
    assert report.progress is None or 0 <= report.progress <= 1
    assert classify(report.error) in ErrorKey


def job_infos(data: bytes) -> None:
    """Read the metadata of a job, in both of their forms."""
    check(parse_file_info(text_of(data)), data)
    parsed(data, parse_job_info, data)


def details(data: bytes) -> None:
    """Read what a device says of itself over the robot connection."""
    found = parsed(data, parse_device_details, text_of(data))
    if found is not None:
        check(parse_mac_addresses(found), data)


def trust_lists(data: bytes) -> None:
    """Read an entry of the list of trusted keys."""
    parsed(data, _parse_trust, text_of(data), ours="ab" * 20)


def wifi(data: bytes) -> None:
    """Read a network that a device receives."""
    network = parsed(data, parse_wifi_network, text_of(data))
    if network is not None and network.rssi is not None:
        assert -150 <= network.rssi <= 0


def fcode(data: bytes) -> None:
    """Read a job file, or one that is made of parts, with checksums that fit."""
    if data[:1] == SEPARATOR:
        pairs, *previews = data[1:].split(SEPARATOR)
        parts = [b"FCx0001\n", bytes(8)]
        parts += [len(pairs).to_bytes(4, "little"), pairs]
        parts += [zlib.crc32(pairs).to_bytes(4, "little")]
        for preview in previews:
            parts += [len(preview).to_bytes(4, "little"), preview]
        data = b"".join([*parts, bytes(4)])
    try:
        found = read_fcode(io.BytesIO(data))
    except InvalidRequest as err:
        check_error(err)
        return
    assert found.size == len(data)
    check((found.info, found.previews), data)
    # What a device does not start is not uploaded.
    devices_fcode.parse(data)


def file_lists(data: bytes) -> None:
    """Read the names in a folder, and name some of them in a command."""
    entries, names = _parse_names(data), set(data.split(b"\0"))
    for entry in entries:
        assert b"FD"[entry.is_folder :][:1] + entry.name.encode() in names
    for entry in entries[:20]:
        path = f"SD/{entry.name}"
        words = ("file", "info", *path.split("/", 1))
        assert tuple(shlex.split(encode_command(*words).decode())) == words
        try:
            storage, rest = split_folder(path)
            check_upload(path, None)
        except InvalidRequest as err:
            check_error(err)
            continue
        assert storage in STORAGES
        assert not {"", ".", ".."} & set(rest.split("/"))


def settings(data: bytes) -> None:
    """Read a setting, and set it to what was read."""
    setting = _SETTINGS[(data[0] if data else 0) % len(_SETTINGS)]
    value = setting.parse(text_of(data[1:]))
    if value is None or (isinstance(value, str) and not setting.choices):
        return  # Not set, or only read.
    check(value, data)
    again = setting.parse(setting.spell(value))
    if isinstance(value, float) and not value.is_integer():
        assert again == pytest.approx(
            value, rel=5e-10, abs=1e-9
        )  # Ten digits are sent.
    else:
        assert again == value


def progress(data: bytes) -> None:
    """Read the steps of maintenance, and what it measured."""
    text = text_of(data)
    check((parse_progress(text), _numbers(text)), data)


def stored_jobs(data: bytes) -> None:
    """Restore what is stored of a device's jobs, store it again, and go on from there."""
    try:
        content = json_loads(data)
    except ValueError:
        return
    state = restored(content)
    check(state, data)
    for moment in (state.job_started, state.job and state.job.finish):
        assert moment is None or utc_from_timestamp(moment)
    assert restored(json.loads(json.dumps(as_stored(state)))) == state
    watch = Watch(state=state, strict=False)
    jobs_of(watch, [b"", b"a16 0.5 EXTRUDER", b'r{"st_id":16,"session":"a"}', b"a64"])
    check(watch.state, data)


def jobs(data: bytes) -> None:
    """Track jobs over announcements, reports, silence, metadata and restarts."""
    watch = Watch(strict=False)  # Looking twice is a test of its own.
    jobs_of(watch, data.split(SEPARATOR))
    check((watch.state, watch.events, watch.problems), data)
    watch.restart()
    check(watch.state, data)


def jobs_of(watch: Watch, looks: list[bytes]) -> None:
    """Look as the bytes say: one letter, then what was announced or reported."""
    for look in looks[:12]:
        text = text_of(look[1:])
        match look[:1]:
            case b"a":
                st_id, share, head, label = (*text.split(" ", 3), "", "", "", "")[:4]
                number = number_in(st_id) or 0
                announced = Status(
                    st_id=int(min(max(number, -99), 9999)),
                    progress=min(max(number_in(share) or 0.0, -2.0), 2.0),
                    head_module=head,
                    error_label=label,
                )
                heard = decode(
                    struct.pack("<4sBB24s", b"FLUX", 2, 0, b"u" * 24)
                    + announced.block()
                )
                assert isinstance(heard, Notify)
                watch.hear(heard.status)
            case b"r":
                try:
                    report = parse_report(text)
                except ProtocolError:
                    continue
                watch.read(report)
            case b"i":
                watch.describe(parse_file_info(text))
            case b"j":
                try:
                    watch.describe(parse_job_info(text))
                except ProtocolError:
                    continue
            case b"t":
                watch.look(min(max(number_in(text) or 0.0, -3600.0), 1e6))
            case b"R":
                watch.restart()
            case _:
                watch.hear(None)


def texts(data: bytes) -> None:
    """Show texts of a device: its name, its errors, its versions."""
    text = text_of(data)
    assert classify(text[:1000]) in ErrorKey  # As long as an error can be.
    shown = state_text(text)
    if shown is not None:
        check(shown, data)
        assert len(shown) <= 255
        assert not is_blank(shown)
    name, _, firmware = text.partition("=")
    device = DeviceInfo(
        uuid="ab" * 16,
        serial="",
        name=name,
        model=firmware,
        firmware=firmware,
        has_password=False,
        host="127.0.0.1",
        version=1,
        master_key=b"",
        identity=Identity.UNVERIFIED,
    )
    assert display_name(device)
    assert device.may_take_udp or device.manageable or firmware


def client_keys(data: bytes) -> None:
    """Read the stored client key."""
    try:
        ClientKey.from_pem(text_of(data))
    except TypeError, ValueError:
        return


PARSERS = {
    target.__name__: target
    for target in (
        *(datagrams, udp, keys, frames, replies, reports, job_infos, details),
        *(trust_lists, wifi, fcode, file_lists, settings, progress, stored_jobs),
        *(jobs, texts, client_keys),
    )
}
