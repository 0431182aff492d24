"""Files by actions: what goes to a device and comes from it, and what is refused."""

import asyncio
import os
from pathlib import Path
import tempfile
from typing import Any

from homeassistant.components.media_source import (
    DOMAIN as MEDIA_SOURCE,
    async_browse_media,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.files import DeviceFiles
from simulator import Device
from simulator.files import plain_png
from tests.integration.conftest import BOTH, CUBE, JOB, UUID
from tests.integration.jobs import (
    BRISK,
    GOES_ON,
    connections,
    events_are,
    reason,
    unfinished,
    witness,
)
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def finish(wired: Wired) -> None:
    await wired.status_is("running")
    await wired.finish_job()
    await wired.press("clear")
    await wired.status_is("idle")


@BOTH
async def test_from_a_file_to_its_end(
    wired: Wired,
    device: Device,
    source: Path,
    hass_client: ClientSessionGenerator,
) -> None:
    assert await async_setup_component(wired.hass, MEDIA_SOURCE, {})
    seen = witness(wired.hass)
    answer = await wired.act(
        "upload_file", source=str(source), path="SD/Küche/a 'b'.fc"
    )
    assert answer == {
        "path": "SD/Küche/a 'b'.fc",
        "name": "Boat",
        "size": len(JOB),
        "started": False,
    }
    assert device.files.read("SD", "Küche/a 'b'.fc") == JOB
    listed = await wired.act("list_files", path="SD/Küche/")
    assert {it["path"]: it["type"] for it in listed["entries"]} == {
        "SD/Küche/Löffel 'groß'.fc": "file",
        "SD/Küche/a 'b'.fc": "file",
    }
    info = await wired.act("file_info", path="SD/Küche/a 'b'.fc")
    assert (info["name"], info["toolhead"]) == ("Boat", "extruder")
    assert (info["duration"], info["filament_used"], info["travel_distance"]) == (
        600.0,
        300.0,
        12000.0,
    )
    assert info["has_preview"]
    media = await async_browse_media(
        wired.hass, f"media-source://{DOMAIN}/{UUID}/SD/Küche"
    )
    [boat, _spoon] = media.children or ()
    assert boat.title == "Boat (10\u00a0min, Extruder)"
    picture = await (await hass_client()).get(boat.thumbnail or "")
    assert await picture.read() == plain_png("Boat")

    assert (await wired.act("start_job", path="SD/Küche/a 'b'.fc"))["name"] == "Boat"
    assert wired.value("status") in GOES_ON
    assert wired.value("job_name") == "Boat"
    await finish(wired)
    await events_are(wired.hass, seen, "started", "completed")
    assert [event.attributes["name"] for event in seen.events] == ["Boat"] * 2

    assert (await wired.act("repeat_last_job"))["name"] == "Boat"
    assert wired.value("status") in GOES_ON
    await finish(wired)

    await wired.act("delete_file", path="SD/Küche/a 'b'.fc")
    assert await reason(wired.act("file_info", path="SD/Küche/a 'b'.fc")) == (
        "refused_not_exist"
    )
    await device.wait_closed_connections()


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("SD/../boat.fc", "invalid_not_a_path"),
        ("SD/./boat.fc", "invalid_not_a_path"),
        ("SD//boat.fc", "invalid_not_a_path"),
        ("SD/a\nb.fc", "invalid_control_characters"),
        ("#/boat.fc", "invalid_unknown_storage"),
        ("/SD/boat.fc", "invalid_unknown_storage"),
        ("boat.fc", "invalid_unknown_storage"),
        ("USB/boat.fc", "invalid_read_only"),
        ("SD/boat.txt", "invalid_not_a_job"),
        ("SD/boat.gcode", "invalid_not_a_job"),
        (f"SD/{'♥' * 85}.fc", "invalid_file_name_too_long"),
    ],
)
async def test_paths_that_are_refused_before_anything_is_sent(
    *, device: Device, source: Path, wired: Wired, other: Device, path: str, key: str
) -> None:
    copy = f"media-source://{DOMAIN}/{other.config.uuid}/USB/stick.fc"
    # A file need not be there, and is not fetched, to know it.
    for origin in (str(source), str(source.parent / "gone.fc"), copy):
        assert await reason(wired.act("upload_file", source=origin, path=path)) == key
    assert connections(device) == connections(other) == 0


@pytest.mark.parametrize(
    ("path", "key"),
    [("SD/../boat.fc", "invalid_not_a_path"), ("boat.fc", "invalid_unknown_storage")],
)
async def test_no_other_action_connects_for_a_path_that_is_none(
    device: Device, source: Path, wired: Wired, path: str, key: str
) -> None:
    target = str(source.parent / "new.fc")
    for action in (
        wired.act("list_files", path=path),
        wired.act("file_info", path=path),
        wired.act("download_file", path=path, target_path=target),
        wired.act("start_job", path=path),
        wired.act("delete_file", path=path),
    ):
        assert await reason(action) == key
    assert (
        await reason(wired.act("delete_file", path="USB/boat.fc"))
        == "invalid_read_only"
    )
    assert connections(device) == 0


async def test_a_device_that_is_off_is_fetched_nothing_for(
    wired: Wired, other: Device
) -> None:
    source = f"media-source://{DOMAIN}/{other.config.uuid}/USB/stick.fc"
    async with wired.out_of_contact():
        upload = wired.act("upload_file", source=source, path="SD/stick.fc")
        assert await reason(upload) == "offline"
    assert connections(other) == 0


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "invalid_not_fcode"),
        (b"FCx0002\n" + JOB[8:], "invalid_not_fcode"),
        (JOB[:-1], "invalid_truncated"),
        (JOB[:20] + b"!" + JOB[21:], "invalid_script_damaged"),
        (JOB.replace(b"simulator", b"simulat0r"), "invalid_metadata_damaged"),
    ],
    ids=["empty", "magic", "cut", "script", "metadata"],
)
async def test_a_damaged_file_is_refused_with_the_reason(
    device: Device, source: Path, wired: Wired, content: bytes, key: str
) -> None:
    put(source, content)
    for data in ({"path": "SD/boat.fc"}, {"start": True}):
        assert await reason(wired.act("upload_file", source=str(source), **data)) == key
    assert connections(device) == 0


async def test_only_files_that_home_assistant_may_use(
    device: Device, source: Path, wired: Wired, tmp_path: Path
) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.fc")
    (tmp_path / "link.fc").symlink_to("/etc/hostname")
    for local, key in (
        ("/etc/hostname", "path_not_allowed"),
        (str(tmp_path / "link.fc"), "path_not_allowed"),
        (str(tmp_path / ".." / "boat.fc"), "path_not_allowed"),
        ("boat\0.fc", "path_not_allowed"),
        (str(tmp_path / "gone.fc"), "file_unreadable"),
        (str(tmp_path), "file_unreadable"),
        (str(pipe), "file_unreadable"),
        (f"media-source://{DOMAIN}/{'0' * 32}/{CUBE}", "file_unreadable"),
    ):
        upload = wired.act("upload_file", source=local, path="SD/boat.fc")
        assert await reason(upload) == key, local
    for target, key in (
        ("/etc/boat.fc", "path_not_allowed"),
        (str(tmp_path / "boat.html"), "target_suffix"),
        (str(source), "target_exists"),
        (str(tmp_path / "no folder" / "boat.fc"), "file_unwritable"),
    ):
        download = wired.act("download_file", path=CUBE, target_path=target)
        assert await reason(download) == key, target
    page = wired.act(
        "download_file", path="USB/a.html", target_path=str(tmp_path / "a.html")
    )
    assert await reason(page) == "invalid_not_a_job"
    assert (
        await reason(wired.act("upload_file", source=str(source)))
        == "upload_without_path"
    )
    assert connections(device) == 0


@pytest.mark.parametrize("state", ["running", "occupied", "offline"])
async def test_no_transfer_while_the_device_is_busy(
    wired: Wired, device: Device, source: Path, state: str
) -> None:
    transfers: dict[str, dict[str, object]] = {
        "upload_file": {"source": str(source), "path": "SD/boat.fc"},
        "download_file": {"path": CUBE, "target_path": str(source.parent / "new.fc")},
        "delete_file": {"path": CUBE},
        "start_job": {"path": CUBE},
    }

    async def refused(key: str) -> None:
        for name, data in transfers.items():
            assert await reason(wired.act(name, **data)) == key, name

    if state == "running":
        await wired.run_job()
        await refused("job_running")
    elif state == "occupied":
        device.occupy()
        await wired.status_is("maintenance")
        await refused("occupied")
    else:
        async with wired.out_of_contact():
            await refused("offline")
    words = [command.split()[:2] for command in device.received.robot]
    for command in ("upload", "download", "rm"):
        assert ["file", command] not in words
    assert ["player", "start"] not in words
    assert [path.name for path in source.parent.iterdir()] == ["boat.fc"]


async def test_a_file_is_replaced_only_if_that_is_wanted(
    device: Device, source: Path, wired: Wired
) -> None:
    before = device.files.read("SD", "calibration cube.fc")
    upload = {"source": str(source), "path": CUBE}
    assert await reason(wired.act("upload_file", **upload)) == "invalid_exists"
    assert device.files.read("SD", "calibration cube.fc") == before
    await wired.act("upload_file", **upload, overwrite=True)
    assert device.files.read("SD", "calibration cube.fc") == JOB
    for path, key in (
        ("SD/gone/boat.fc", "invalid_no_folder"),
        ("SD/Folder.fc", "invalid_is_folder"),
    ):
        device.files.entries["SD"]["Folder.fc"] = {}
        upload = {"source": str(source), "path": path, "overwrite": True}
        assert await reason(wired.act("upload_file", **upload)) == key


async def test_two_uploads_at_once_take_turns(
    device: Device, source: Path, wired: Wired
) -> None:
    names = ("SD/a.fc", "SD/b.fc")
    uploads = (
        wired.act("upload_file", source=str(source), path=path) for path in names
    )
    await asyncio.gather(*uploads)
    assert [device.files.read("SD", name) for name in ("a.fc", "b.fc")] == [JOB, JOB]
    assert not unfinished(device)


@pytest.mark.parametrize(
    "name",
    [
        "two words.fc",
        "a 'b' \"c\".fc",
        "back\\slash; rm #.fc",
        "♥🚀.fc",
        "x" * 252 + ".fc",
    ],
)
async def test_a_name_is_never_another_command(
    device: Device, source: Path, wired: Wired, name: str
) -> None:
    await wired.act("upload_file", source=str(source), path=f"SD/{name}")
    listed = (await wired.act("list_files"))["entries"]
    assert f"SD/{name}" in [entry["path"] for entry in listed]
    target = source.parent / "copy.fc"
    answer = await wired.act(
        "download_file", path=f"SD/{name}", target_path=str(target), overwrite=True
    )
    assert (answer["size"], target.read_bytes()) == (len(JOB), JOB)
    await wired.act("delete_file", path=f"SD/{name}")
    assert name not in device.files.entries["SD"]


async def test_a_folder_of_as_many_names_as_can_be_listed(
    device: Device, wired: Wired
) -> None:
    # With its kind and its end each has 256 bytes, the last one 255.
    names = [f"{number:03}{'x' * 248}.fc" for number in range(255)]
    full: dict[str, Any] = dict.fromkeys([*names, "y" * 250 + ".fc"], b"")
    device.files.entries["SD"]["full"] = full
    assert len((await wired.act("list_files", path="SD/full"))["entries"]) == len(full)
    full["z.fc"] = b""
    assert (
        await reason(wired.act("list_files", path="SD/full"))
        == "invalid_folder_too_full"
    )


async def test_a_copy_of_another_device(
    device: Device, wired: Wired, other: Device
) -> None:
    source = f"media-source://{DOMAIN}/{other.config.uuid}/USB/stick.fc"
    await wired.act("upload_file", source=source, path="SD/stick.fc")
    assert device.files.read("SD", "stick.fc") == other.files.read("USB", "stick.fc")


@pytest.mark.parametrize("overwrite", [False, True])
async def test_a_download_is_for_all_and_spares_a_file_made_meanwhile(
    wired: Wired, source: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    target = source.parent / "cube.fc"
    download = DeviceFiles.download

    async def beside(*args: Any) -> int:
        size = await download(*args)
        put(target, b"another")
        return size

    async def fetch() -> dict[str, Any]:
        return await wired.act(
            "download_file", path=CUBE, target_path=str(target), overwrite=overwrite
        )

    with monkeypatch.context() as patches:
        patches.setattr(DeviceFiles, "download", beside)
        if overwrite:
            await fetch()
        else:
            assert await reason(fetch()) == "target_exists"
            assert target.read_bytes() == b"another"
            target.unlink()
    if not overwrite:
        await fetch()
    assert target.read_bytes() != b"another"
    assert target.stat().st_mode & 0o777 == 0o644
    assert {each.name for each in source.parent.iterdir()} == {"boat.fc", "cube.fc"}


async def test_a_download_that_is_cut_leaves_nothing(
    device: Device, wired: Wired, source: Path
) -> None:
    device.faults.cut_binary = 20
    download = wired.act(
        "download_file", path=CUBE, target_path=f"{source.parent}/new.fc"
    )
    assert await reason(download) == "cannot_connect"
    assert [each.name for each in source.parent.iterdir()] == ["boat.fc"]


@pytest.mark.parametrize("full", ["open", "write"])
async def test_a_full_disk_is_not_called_a_file_that_cannot_be_read(
    wired: Wired, other: Device, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    async def no_space(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    if full == "open":
        monkeypatch.setattr(tempfile, "tempdir", "/no folder")
    else:
        monkeypatch.setattr(DeviceFiles, "download", no_space)
    source = f"media-source://{DOMAIN}/{other.config.uuid}/USB/stick.fc"
    upload = wired.act("upload_file", source=source, path="SD/stick.fc")
    assert await reason(upload) == "file_unwritable"
