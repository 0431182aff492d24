"""Viewers of the camera of the usual device, and what they leave behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from aiohttp import ClientResponse

from simulator import CAMERA_PORT, PATIENCE, Device
from tests.integration.conftest import FAST, NAME, Client

CAMERA = "camera.delta_in_der_werkstatt_camera"
STILL = f"/api/camera_proxy/{CAMERA}"
LIVE = f"/api/camera_proxy_stream/{CAMERA}"

QUICK = replace(FAST, still_fresh=0.1, camera_linger=0.4, camera_retry=0.2)
# Nothing ends by itself: what a test sees to end was ended.
LASTING = replace(QUICK, camera_linger=20.0, camera_frame=20.0)


class Browser:
    """A viewer of the live view."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self._first = True

    async def picture(self) -> bytes:
        """Return the next picture, taken out of its part by the book."""
        content = self.response.content
        async with asyncio.timeout(PATIENCE):
            if self._first:
                assert await content.readline() == b"--frameboundary\r\n"
                self._first = False
            assert await content.readline() == b"Content-Type: image/jpeg\r\n"
            name, _, length = (await content.readline()).partition(b": ")
            assert name == b"Content-Length"
            assert await content.readline() == b"\r\n"
            picture = await content.readexactly(int(length))
            # The boundary comes with the picture, and not with the next one.
            assert await content.readline() == b"\r\n"
            assert await content.readline() == b"--frameboundary\r\n"
        assert_jpeg(picture)
        return picture

    async def end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.response.content.read()

    def leave(self) -> None:
        self.response.close()


@asynccontextmanager
async def browser(client: Client) -> AsyncIterator[Browser]:
    response = await client.get(LIVE)
    try:
        assert response.status == 200
        kind = response.headers["Content-Type"]
        assert kind == "multipart/x-mixed-replace; boundary=frameboundary"
        yield Browser(response)
    finally:
        response.close()


def assert_jpeg(picture: bytes) -> None:
    assert picture.startswith(b"\xff\xd8")
    assert picture.endswith(b"\xff\xd9")


async def still(client: Client) -> bytes:
    response = await client.get(STILL)
    assert response.status == 200
    assert response.headers["Content-Type"] == "image/jpeg"
    picture = await response.read()
    assert_jpeg(picture)
    return picture


async def still_is_refused(client: Client) -> None:
    assert (await client.get(STILL)).status == 500


def connected(device: Device, count: int) -> Callable[[], bool]:
    return lambda: device.connections[CAMERA_PORT] == count


def attempts(device: Device) -> int:
    return sum(record.port == CAMERA_PORT for record in device.received.connections)


def camera_tasks() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == f"{NAME} camera"]


async def assert_let_go(device: Device) -> None:
    """Assert that no connection, and soon no task, is left."""
    await device.wait_for(connected(device, 0))
    if tasks := camera_tasks():
        await asyncio.wait(tasks, timeout=PATIENCE)
    assert not camera_tasks()
