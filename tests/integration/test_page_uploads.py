"""Uploads from a page: when they are refused, and that none holds a file, a page or a device."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientError, web
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp import file_actions, views
from custom_components.flux3dp.const import DOMAIN
from simulator import PATIENCE, Device
from tests.integration.conftest import CUBE, JOB, LARGE, NAME, UUID, Client, paced
from tests.integration.jobs import connections, entity, unfinished
from tests.integration.life import may_control
from tests.integration.viewers import LIVE
from tests.integration.wired import Wired


async def none_left(hass: HomeAssistant, temporary: Callable[[], list[Path]]) -> None:
    """Wait until no file of an upload is left here."""
    async with asyncio.timeout(PATIENCE):
        while temporary():
            await hass.async_block_till_done()


async def upload(
    client: Client, path: str, data: object = JOB, query: str = ""
) -> list[dict[str, Any]]:
    """Send a file as a page does; return the steps of the answer."""
    response = await client.post(
        f"/api/{DOMAIN}/upload/{UUID}/{path}{query}", data=data
    )
    assert response.status == 200, await response.text()
    return [json.loads(line) for line in (await response.text()).splitlines()]


async def test_a_page_uploads(device: Device, client: Client) -> None:
    *steps, last = await upload(client, "SD/a%20%3F%20'b'%25.fc")
    assert last == {"path": "SD/a ? 'b'%.fc"}
    assert steps[-1] == {"sent": len(JOB), "size": len(JOB)}
    assert device.files.read("SD", "a ? 'b'%.fc") == JOB
    again = await upload(client, "SD/a%20%3F%20'b'%25.fc")
    assert again[-1]["translation_key"] == "invalid_exists"
    *_, last = await upload(client, "SD/a%20%3F%20'b'%25.fc", query="?overwrite=true")
    assert "error" not in last


async def test_who_may_upload(
    device: Device,
    client: Client,
    hass_admin_user: MockUser,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    url = f"/api/{DOMAIN}/upload/{UUID}/SD/boat.fc"
    stranger = await hass_client_no_auth()
    assert (await stranger.post(url, data=JOB)).status == 401
    assert (await client.post(url.replace(UUID, "0" * 32), data=JOB)).status == 404
    may_control(hass_admin_user)
    assert (await client.post(url, data=JOB)).status == 401
    may_control(hass_admin_user, entity("button", "pause"))
    assert (await client.post(f"{url}?overwrite=true", data=JOB)).status == 401
    assert connections(device) == 0
    assert (await client.post(url, data=JOB)).status == 200


# -- a page that waits


class Page:
    """A page that has sent the beginning of a file, and waits with the rest."""

    def __init__(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        self.content = JOB
        self._client = client
        self._rest = asyncio.Event()
        self._begun = asyncio.Event()
        self.is_dropped = asyncio.Event()
        body = views._async_body

        async def begin(*args: Any) -> None:
            (self.is_dropped if views._async_drop in args else self._begun).set()
            await body(*args)

        monkeypatch.setattr(views, "_async_body", begin)

    async def _body(self) -> AsyncIterator[bytes]:
        yield self.content[:100]
        await self._rest.wait()
        yield self.content[100:]

    async def send(
        self, path: str, uuid: str = UUID, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Send a file; return the last step of the answer."""
        url = f"/api/{DOMAIN}/upload/{uuid}/{path}"
        async with asyncio.timeout(PATIENCE):
            answer = await self._client.post(url, data=self._body(), headers=headers)
            lines = (await answer.text()).splitlines()
        last: dict[str, Any] = json.loads(lines[-1])
        return last

    async def begin(self, path: str) -> asyncio.Task[dict[str, Any]]:
        """Send the beginning of a file, and wait until it is being received."""
        task = asyncio.create_task(self.send(path))
        async with asyncio.timeout(PATIENCE):
            await self._begun.wait()
        return task

    def finish(self) -> None:
        self._rest.set()


@pytest.fixture
def page(client: Client, monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(client, monkeypatch)


async def test_a_device_receives_one_file_at_a_time(
    unpaired: Wired, page: Page
) -> None:
    unpaired.hass.config.language = "de"
    first = await page.begin("SD/first.fc")
    refused = await page.send("SD/second.fc")
    assert refused["translation_key"] == "upload_running"
    assert refused["error"].startswith(f"{NAME} empfängt schon eine Datei.")
    page.finish()
    assert await first == {"path": "SD/first.fc"}
    assert await page.send("SD/second.fc") == {"path": "SD/second.fc"}
    assert unpaired.device.files.read("SD", "first.fc") == JOB


async def test_few_files_are_received_at_a_time(
    page: Page, other: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_MOST_UPLOADS", 1)
    first = await page.begin("SD/first.fc")
    refused = await page.send("SD/other.fc", other.config.uuid)
    assert refused["translation_key"] == "too_many_uploads"
    page.finish()
    assert await first == {"path": "SD/first.fc"}


@paced(transfer_stall=0.2)
async def test_a_body_that_stalls_ends_and_leaves_no_file(
    page: Page, temporary: Callable[[], list[Path]]
) -> None:
    assert (await page.send("SD/ship.fc"))["translation_key"] == "upload_stalled"
    assert temporary() == []
    page.finish()
    assert await page.send("SD/ship.fc") == {"path": "SD/ship.fc"}


@paced(transfer_stall=300.0)
async def test_a_body_that_comes_too_slowly_ends(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_GRACE", 0.2)
    assert (await page.send("SD/ship.fc"))["translation_key"] == "upload_stalled"


async def test_what_fails_in_mid_body_is_said_and_the_rest_dropped(
    device: Device, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def full(*_: object) -> AsyncIterator[Path]:
        yield Path("/dev/full")

    monkeypatch.setattr(file_actions, "_temporary_file", full)
    page.content = bytes(1 << 20)
    page.finish()
    assert "translation_key" in await page.send("SD/ship.fc")
    async with asyncio.timeout(PATIENCE):
        await page.is_dropped.wait()


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("USB/ship.fc", "invalid_read_only"),
        ("SD/%2Fship.fc", "invalid_not_a_path"),
        ("SD/ship.gcode", "invalid_not_a_job"),
        (CUBE, "invalid_exists"),
        ("SD/gone/ship.fc", "invalid_no_folder"),
        ("too large", "invalid_too_large"),
        ("running", "job_running"),
        ("occupied", "occupied"),
        ("offline", "offline"),
    ],
)
async def test_what_is_known_is_said_before_the_body(
    unpaired: Wired, device: Device, page: Page, what: str, key: str
) -> None:
    path = what if "/" in what else "SD/ship.fc"
    headers = {"Content-Length": str((1 << 30) + 1)} if what == "too large" else {}
    async with AsyncExitStack() as stack:
        if what == "running":
            await unpaired.run_job()
        elif what == "occupied":
            device.occupy()
            await unpaired.status_is("maintenance")
        elif what == "offline":
            await stack.enter_async_context(unpaired.out_of_contact())
        assert (await page.send(path, headers=headers))["translation_key"] == key
        # A browser sends all of it before it reads that.
        async with asyncio.timeout(PATIENCE):
            await page.is_dropped.wait()
    assert not [it for it in device.received.robot if it.startswith("file upload")]


@pytest.mark.parametrize(
    ("content", "key"),
    [(JOB[:-1], "invalid_truncated"), (b"", "invalid_not_fcode")],
    ids=["cut", "empty"],
)
async def test_what_is_no_whole_job_is_not_sent_on(
    device: Device, page: Page, content: bytes, key: str
) -> None:
    page.content = content
    page.finish()
    assert (await page.send("SD/boat.fc"))["translation_key"] == key
    assert not [it for it in device.received.robot if it.startswith("file upload")]


async def test_a_page_that_takes_nothing_holds_nothing(
    device: Device, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.finish()
    with monkeypatch.context() as patches:
        patches.setattr(views, "_STALLED", 0.05)
        patches.setattr(web.StreamResponse, "write", lambda *_: asyncio.Event().wait())
        with pytest.raises(ClientError):
            await page.send("SD/ship.fc")
        await device.wait_closed_connections()
    assert not unfinished(device)
    assert await page.send("SD/boat.fc") == {"path": "SD/boat.fc"}


async def test_a_page_that_goes_away_in_mid_body_leaves_no_file(
    hass: HomeAssistant, page: Page, temporary: Callable[[], list[Path]]
) -> None:
    task = await page.begin("SD/ship.fc")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await none_left(hass, temporary)


async def test_a_page_that_goes_away_takes_its_upload_along(
    wired: Wired, device: Device, client: Client, temporary: Callable[[], list[Path]]
) -> None:
    before = dict(device.files.entries["SD"])
    page = asyncio.ensure_future(upload(client, "SD/ship.fc", BytesIO(LARGE)))
    await device.wait_command("file upload")
    page.cancel()
    with pytest.raises(asyncio.CancelledError):
        await page
    await device.wait_command("file rm")
    await device.wait_closed_connections()
    assert device.files.entries["SD"] == before
    await none_left(wired.hass, temporary)


async def test_a_stop_in_mid_upload_leaves_no_file_here_and_there(
    wired: Wired,
    device: Device,
    client: Client,
    temporary: Callable[[], list[Path]],
    tidying: asyncio.Event,
) -> None:
    before = dict(device.files.entries["SD"])
    answer = asyncio.create_task(upload(client, "SD/ship.fc", BytesIO(LARGE)))
    await device.wait_command("file upload")
    assert temporary()
    await wired.hass.async_stop(force=True)
    assert (await answer)[-1]["translation_key"] == "unloaded"
    assert not temporary()
    assert device.files.entries["SD"] == before


async def test_an_upload_while_the_camera_streams(client: Client) -> None:
    async with client.get(LIVE) as live:
        await live.content.read(1)
        *_, last = await upload(client, "SD/boat.fc")
        assert last == {"path": "SD/boat.fc"}
        await live.content.read(1)
