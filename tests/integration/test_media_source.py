"""The files of the devices under *Media*, and the views that pages fetch and send with."""

import asyncio
from base64 import b64decode
from collections.abc import Callable, Coroutine
import json
from typing import Any
from unittest.mock import patch

from homeassistant.components.media_source import DOMAIN as MEDIA_SOURCE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.flux3dp import files
from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.files import DeviceFiles
from custom_components.flux3dp.views import preview_url
from simulator import Device
from simulator.fcode import build
from simulator.files import plain_png
from simulator.robot import RobotSession
from tests.integration.conftest import CUBE, JOB, NAME, UUID, Client
from tests.integration.jobs import BRISK
from tests.integration.wired import Wired

JPEG = b"\xff\xd8\xff\xe0" + b"picture"
ROOT = f"media-source://{DOMAIN}"
DEVICE = {"timing": BRISK}


class Media:
    """What the media page asks for."""

    def __init__(self, client: MockHAClientWebSocket) -> None:
        self._client = client

    async def _ask(self, kind: str, path: str) -> dict[str, Any]:
        content = f"{ROOT}/{path}" if path else ROOT
        await self._client.send_json_auto_id(
            {"type": f"media_source/{kind}", "media_content_id": content}
        )
        answer: dict[str, Any] = await self._client.receive_json()
        return answer.get("result") or {"error": answer["error"]["message"]}

    async def browse(self, path: str = "") -> dict[str, Any]:
        return await self._ask("browse_media", path)

    async def titles(self, path: str = "") -> list[str]:
        return [child["title"] for child in (await self.browse(path))["children"]]

    async def resolve(self, path: str) -> dict[str, Any]:
        return await self._ask("resolve_media", path)


@pytest.fixture
async def media(
    hass: HomeAssistant, entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> Media:
    assert await async_setup_component(hass, MEDIA_SOURCE, {})
    await hass.async_block_till_done()
    return Media(await hass_ws_client())


async def test_from_the_root_to_a_picture(
    device: Device, media: Media, client: Client
) -> None:
    device.files.write("SD", "Küche/plain.fc", build({"TIME_COST": "7320"}))
    device.files.write("SD", "Küche/photo%2F?#.fc", build({}, [JPEG]))
    # The README calls it so.
    assert (await media.browse())["title"] == "FLUX"
    assert await media.titles() == [NAME]
    assert await media.titles(UUID) == ["Memory card", "USB"]
    card = await media.browse(f"{UUID}/SD")
    assert card["title"] == "Memory card"
    assert [child["title"] for child in card["children"]] == [
        "Küche",
        "Recent",
        "calibration cube (3\u00a0min, Extruder)",
    ]
    recent = await media.browse(f"{UUID}/SD/Recent")
    assert (recent["title"], recent["children"]) == ("Recent", [])
    folder = await media.browse(f"{UUID}/SD/Küche")
    assert [child["title"] for child in folder["children"]] == [
        "Löffel (30\u00a0min, Extruder)",
        "photo%2F?#",
        "plain (2:02\u00a0h)",
    ]
    assert await media.browse(f"{UUID}/SD/Küche/") == folder
    spoon, photo, plain = folder["children"]
    assert (plain["thumbnail"], plain["can_play"]) == (None, False)
    assert (spoon["media_content_type"], spoon["can_play"]) == ("image/png", True)
    for child, kind, picture in (
        (spoon, "image/png", plain_png("Löffel")),
        (photo, "image/jpeg", JPEG),
    ):
        path = child["media_content_id"].removeprefix(f"{ROOT}/")
        resolved = await media.resolve(path)
        assert resolved["mime_type"] == kind
        for url in (child["thumbnail"], resolved["url"]):
            shown = await client.get(url)
            assert (shown.content_type, await shown.read()) == (kind, picture)
    assert (
        "has no picture" in (await media.resolve(f"{UUID}/SD/Küche/plain.fc"))["error"]
    )


async def read_folder(client: Client, path: str) -> list[dict[str, Any]]:
    """Read a folder as the card does; return the lines of the answer."""
    response = await client.get(f"/api/{DOMAIN}/folder/{UUID}/{path}")
    assert response.status == 200, await response.text()
    return [json.loads(line) for line in (await response.text()).splitlines()]


async def test_a_page_reads_a_folder(wired: Wired, client: Client) -> None:
    wired.device.files.write("SD", "Küche/broken.fc", b"no job")
    names, broken, spoon = await read_folder(client, "SD/K%C3%BCche")
    path = "SD/Küche/Löffel 'groß'.fc"
    assert [it["path"] for it in names["entries"]] == [broken["path"], path]
    assert broken == {"path": "SD/Küche/broken.fc"}
    said = (spoon["name"], spoon["duration"], spoon["toolhead"], spoon["filament_used"])
    assert said == ("Löffel", 1800.0, "extruder", 900.0)
    kind, _, picture = spoon["picture"].partition(",")
    assert (kind, b64decode(picture)) == ("data:image/png;base64", plain_png("Löffel"))
    wired.device.files.write("SD", "Küche/plain.fc", build({}))
    # What is known already comes first.
    known, first, _, plain = await read_folder(client, "SD/K%C3%BCche/")
    assert known["entries"][0]["path"] == broken["path"]
    assert (first["name"], plain["name"]) == ("Löffel", "plain")
    assert "picture" not in plain
    [gone] = await read_folder(client, "SD/gone")
    assert gone["translation_key"] == "refused_not_exist"
    async with wired.out_of_contact():
        [off] = await read_folder(client, "SD")
    assert off["error"] == f"{NAME} is offline. Check that the device is switched on."
    url = f"/api/{DOMAIN}/folder/{'0' * 32}/SD"
    assert (await client.get(url)).status == 404


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.entries("SD"),
        lambda it: it.check_target("SD/new.fc", 1, overwrite=False),
        lambda it: anext(it.infos(["SD/calibration cube.fc"])),
    ],
    ids=["a folder", "a target", "files"],
)
async def test_a_page_that_goes_away_leaves_others_their_answer(
    wired: Wired,
    device: Device,
    ask: Callable[[DeviceFiles], Coroutine[Any, Any, object]],
) -> None:
    reads, answer = wired.entry.runtime_data.files, asyncio.Event()
    send = RobotSession._list

    async def send_late(session: RobotSession, storage: str, path: str) -> None:
        await answer.wait()
        await send(session, storage, path)

    with patch.object(RobotSession, "_list", send_late):
        first = wired.hass.async_create_task(ask(reads))
        await device.wait_for(lambda: "file ls SD " in device.received.robot)
        second = wired.hass.async_create_task(reads.entries("SD"))
        first.cancel()
        await asyncio.wait([first])
        answer.set()
        assert "Küche" in [folder.name for folder in await second]


async def test_what_is_read_is_kept_until_something_changes(
    wired: Wired, device: Device, media: Media, client_key: ClientKey
) -> None:
    def asked() -> int:
        return sum(it.startswith("file info") for it in device.received.robot)

    device.files.entries["SD"] |= {
        "a\nb.fc": b"no name of ours",
        "broken.fc": b"no job",
        # Home Assistant was cut in mid-upload; another one is in it.
        f"~upload-{client_key.tag}-0123abcd.fc": b"half",
        "~upload-76543210-0123abcd.fc": b"half",
    }
    titles = [
        "Küche",
        "Recent",
        "a\nb",
        "broken",
        "calibration cube (3\u00a0min, Extruder)",
    ]
    titles.append("~upload-76543210-0123abcd")
    assert await media.titles(f"{UUID}/SD") == titles
    before = asked()
    await media.browse(f"{UUID}/SD")
    # Only what cannot be described is asked about again.
    assert asked() == before + 2
    await wired.run_job("Küche/vase.fc")
    await media.browse(f"{UUID}/SD")
    assert asked() == before + 5


async def test_a_large_folder_goes_by_its_names(
    wired: Wired, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLDER_TIME", -1.0)
    monkeypatch.setattr(files, "_MOST_KEPT", 2)
    wired.device.files.entries["SD"] = {f"{name}.fc": JOB for name in "abc"}
    described = "Boat (10\u00a0min, Extruder)"
    # Each look reads one more.
    for titles in (
        [described, "b", "c"],
        [described, described, "c"],
        [described, described, described],
    ):
        assert await media.titles(f"{UUID}/SD") == titles
    assert len(wired.entry.runtime_data.files._infos) == 2


async def test_a_device_that_is_off_says_so(wired: Wired, media: Media) -> None:
    wired.hass.config.language = "de"
    await async_load_integrations(wired.hass, {DOMAIN})
    said = "ist offline. Prüfe, ob das Gerät eingeschaltet ist."
    async with wired.out_of_contact():
        assert await media.titles() == [f"{NAME} (Offline)"]
        for path in (UUID, f"{UUID}/SD", f"{UUID}/SD/Küche"):
            assert said in (await media.browse(path))["error"]
        assert said in (await media.resolve(f"{UUID}/SD/job.fc"))["error"]
    await wired.status_is("idle")
    assert await media.titles() == [NAME]


async def test_folders_are_called_as_on_the_card(wired: Wired, media: Media) -> None:
    wired.hass.config.language = "de"
    assert await media.titles(UUID) == ["Speicherkarte", "USB"]
    assert "Zuletzt" in await media.titles(f"{UUID}/SD")
    assert (await media.browse(f"{UUID}/SD/Recent"))["title"] == "Zuletzt"
    # A folder may have any name.
    wired.device.files.entries["SD"] |= {"Küche": {"Recent": {}}}
    assert "Recent" in await media.titles(f"{UUID}/SD/Küche")


async def test_what_is_not_there(device: Device, media: Media, client: Client) -> None:
    device.files.write("SD", "plain.fc", build({}))
    for path, said in (
        ("0" * 32, "not set up"),
        (f"{UUID}/SD/gone", "does not have this file"),
        (f"{UUID}/SD/../SD", "not the path of a file"),
        (f"{UUID}/etc", "must begin with SD/"),
    ):
        assert said in (await media.browse(path))["error"]
    for path, said in (
        (f"{'0' * 32}/SD/a.fc", "not set up"),
        (f"{UUID}/SD/gone.fc", "does not have this file"),
        (UUID, "must begin with SD/"),
    ):
        assert said in (await media.resolve(path))["error"]
    for uuid, path in (
        (UUID, "SD/gone.fc"),
        (UUID, "SD/plain.fc"),
        ("0" * 32, "SD/a.fc"),
    ):
        assert (await client.get(preview_url(uuid, path))).status == 404
    for encoded in ("!", "_w==", "a"):
        assert (
            await client.get(f"/api/{DOMAIN}/preview/{UUID}/{encoded}")
        ).status == 404


async def test_pages_fetch_as_someone(
    client: Client, hass_client_no_auth: ClientSessionGenerator
) -> None:
    stranger = await hass_client_no_auth()
    for url in (preview_url(UUID, CUBE), f"/api/{DOMAIN}/folder/{UUID}/SD"):
        assert (await client.get(url)).status == 200
        assert (await stranger.get(url)).status == 401
