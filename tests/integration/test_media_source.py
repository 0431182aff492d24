"""The files of the devices under *Media*, and the views that pages fetch and send with."""

import json
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.media_source import DOMAIN as MEDIA_SOURCE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from simulator.fcode import build
from simulator.files import example_job, plain_png
from tests.integration.conftest import NAME, UUID, MakeDevice
from tests.integration.jobs import BRISK

JOB = example_job("Boat", seconds=600)
JPEG = b"\xff\xd8\xff\xe0" + b"picture"
ROOT = f"media-source://{DOMAIN}"


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


class Media:
    """What the media page asks for."""

    def __init__(self, client: MockHAClientWebSocket) -> None:
        """Take a connection of a page."""
        self._client = client

    async def _ask(self, kind: str, path: str) -> dict[str, Any]:
        content = f"{ROOT}/{path}" if path else ROOT
        await self._client.send_json_auto_id(
            {"type": f"media_source/{kind}", "media_content_id": content}
        )
        answer: dict[str, Any] = await self._client.receive_json()
        return answer.get("result") or {"error": answer["error"]["message"]}

    async def browse(self, path: str = "") -> dict[str, Any]:
        """Return what is at a path."""
        return await self._ask("browse_media", path)

    async def titles(self, path: str = "") -> list[str]:
        """Return the titles of what is at a path."""
        return [child["title"] for child in (await self.browse(path))["children"]]

    async def resolve(self, path: str) -> dict[str, Any]:
        """Return where the picture of a job is."""
        return await self._ask("resolve_media", path)


@pytest.fixture
async def media(
    hass: HomeAssistant, entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> Media:
    """Return what the media page asks for."""
    assert await async_setup_component(hass, MEDIA_SOURCE, {})
    await hass.async_block_till_done()
    return Media(await hass_ws_client())


async def test_from_the_root_to_a_picture(
    hass: HomeAssistant, device: Device, media: Media, client: TestClient[Any, Any]
) -> None:
    device.files.write("SD", "Küche/plain.fc", build({"TIME_COST": "7320"}))
    device.files.write("SD", "Küche/photo%2F?#.fc", build({}, [JPEG]))
    assert await media.titles() == [NAME]
    assert await media.titles(UUID) == ["SD", "USB"]
    assert await media.titles(f"{UUID}/SD") == [
        "Küche",
        "Recent",
        "calibration cube (3 min, Extruder)",
    ]
    assert await media.titles(f"{UUID}/SD/Recent") == []
    folder = await media.browse(f"{UUID}/SD/Küche")
    assert [child["title"] for child in folder["children"]] == [
        "Löffel (30 min, Extruder)",
        "photo%2F?#",
        "plain (2:02 h)",
    ]
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


async def upload(
    client: TestClient[Any, Any], path: str, data: object = JOB, query: str = ""
) -> list[dict[str, Any]]:
    """Send a file as a page does; return the steps of the answer."""
    response = await client.post(
        f"/api/{DOMAIN}/upload/{UUID}/{path}{query}", data=data
    )
    assert response.status == 200, await response.text()
    return [json.loads(line) for line in (await response.text()).splitlines()]


async def test_a_page_uploads(
    device: Device, media: Media, client: TestClient[Any, Any]
) -> None:
    *steps, last = await upload(client, "SD/boat.fc")
    assert last == {"path": "SD/boat.fc"}
    assert steps[-1] == {"sent": len(JOB), "size": len(JOB)}
    assert device.files.read("SD", "boat.fc") == JOB
    assert "Boat (10 min, Extruder)" in await media.titles(f"{UUID}/SD")
