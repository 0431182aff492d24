"""Pictures for people: one connection for all, while they look, and none afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
import socket
from unittest.mock import patch

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from simulator import CAMERA_PORT, Device
from tests.integration.conftest import FAST, NAME, MakeEntry, wait_for_state
from tests.keys import MASTER_KEYS

CAMERA = "camera.delta_in_der_werkstatt_camera"
STILL = f"/api/camera_proxy/{CAMERA}"
LIVE = f"/api/camera_proxy_stream/{CAMERA}"

QUICK = replace(
    FAST, still_fresh=0.1, camera_linger=0.4, camera_frame=0.5, camera_retry=0.2
)
# Nothing ends by itself: what a test sees to end was ended.
PATIENT = replace(QUICK, camera_linger=20.0, camera_frame=20.0)
# A picture is never too old.
FRESH = replace(PATIENT, still_fresh=20.0)


@pytest.fixture
def pace() -> Timing:
    return QUICK


@pytest.fixture(autouse=True)
def timing(our_network: None, pace: Timing) -> Iterator[None]:
    with patch("custom_components.flux3dp.discovery.TIMING", pace):
        yield


@pytest.fixture
async def entry(device: Device, make_entry: MakeEntry) -> MockConfigEntry:
    return await make_entry(device)


@pytest.fixture
async def client(
    entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> TestClient:
    return await hass_client()


class Browser:
    """Somebody who looks at the live view."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self._first = True

    async def picture(self) -> bytes:
        """Return the next picture, taken out of its part by the book."""
        content = self.response.content
        async with asyncio.timeout(5):
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
        """Look on until the stream ends."""
        async with asyncio.timeout(5):
            await self.response.content.read()

    def leave(self) -> None:
        """Close the browser, without a word."""
        self.response.close()


@asynccontextmanager
async def browser(client: TestClient) -> AsyncIterator[Browser]:
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


async def still(client: TestClient) -> bytes:
    response = await client.get(STILL)
    assert response.status == 200
    assert response.headers["Content-Type"] == "image/jpeg"
    picture = await response.read()
    assert_jpeg(picture)
    return picture


def connected(device: Device, count: int) -> Callable[[], bool]:
    return lambda: device.connections[CAMERA_PORT] == count


def attempts(device: Device) -> int:
    """Return how often the camera port was connected to."""
    return sum(record.port == CAMERA_PORT for record in device.received.connections)


def camera_tasks() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == f"{NAME} camera"]


async def assert_let_go(device: Device) -> None:
    """Assert that no connection, and soon no task, is left."""
    await device.wait_for(connected(device, 0))
    if tasks := camera_tasks():
        await asyncio.wait(tasks, timeout=5)
    assert not camera_tasks()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says about pictures."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.flux3dp" and "pictures" in record.msg
    ]


# -- who is connected, and when


async def test_nobody_looks_and_nobody_connects(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.set_status(st_id=16, progress=0.5)
    await wait_for_state(hass, "sensor.delta_in_der_werkstatt_status", "running")

    assert attempts(device) == 0
    state = hass.states.get(CAMERA)
    assert state is not None
    assert state.state == "idle"
    assert state.attributes["brand"] == "FLUX Inc."
    assert state.attributes["model_name"] == "FLUX Delta"
    assert state.attributes["supported_features"] == 0


async def test_two_browsers_share_one_connection(
    hass: HomeAssistant, device: Device, client: TestClient
) -> None:
    async with browser(client) as one, browser(client) as two:
        for _ in range(3):
            await one.picture()
            await two.picture()
        await still(client)
        assert hass.states.get(CAMERA).state == "streaming"
        assert device.connections[CAMERA_PORT] == 1
        one.leave()
        await two.picture()
        await two.picture()
        assert device.connections[CAMERA_PORT] == 1

    # The stream ends with the last of them, the connection a while later.
    await wait_for_state(hass, CAMERA, "idle")
    assert device.connections[CAMERA_PORT] == 1
    await assert_let_go(device)
    assert attempts(device) == 1
    assert device.received.camera == ["s+", "s-"]


async def test_a_browser_that_comes_back_finds_the_connection(
    hass: HomeAssistant, device: Device, client: TestClient
) -> None:
    async with browser(client) as one:
        await one.picture()
    await wait_for_state(hass, CAMERA, "idle")
    async with browser(client) as two:
        await two.picture()
    await assert_let_go(device)
    assert attempts(device) == 1


async def test_a_still_connects_and_lets_go(device: Device, client: TestClient) -> None:
    await still(client)
    assert device.connections[CAMERA_PORT] == 1
    await assert_let_go(device)
    await still(client)
    await assert_let_go(device)
    assert device.received.camera == ["f", "f"]
    assert attempts(device) == 2


@pytest.mark.parametrize("pace", [FRESH])
async def test_a_still_that_is_fresh_is_given_again(
    device: Device, client: TestClient
) -> None:
    picture = await still(client)
    device.set_status(st_id=16, progress=0.5)
    assert await still(client) == picture
    assert device.received.camera == ["f"]
    # And whoever begins to look does not wait for a first picture.
    device.faults.half_image = 10
    async with browser(client) as viewer:
        assert await viewer.picture() == picture
        # Twice: Chromium shows a picture when the next one has come.
        assert await viewer.picture() == picture


@pytest.mark.parametrize("pace", [replace(PATIENT, still_fresh=0.0)])
async def test_a_still_that_is_old_is_not(device: Device, client: TestClient) -> None:
    picture = await still(client)
    device.set_status(st_id=16, progress=0.5)
    assert await still(client) != picture
    assert attempts(device) == 1


async def test_stills_at_once_are_one_picture(
    device: Device, client: TestClient
) -> None:
    pictures = await asyncio.gather(*(still(client) for _ in range(5)))
    assert len(set(pictures)) == 1
    assert device.received.camera == ["f"]


async def test_the_live_view_shows_what_happens(
    device: Device, client: TestClient
) -> None:
    async with browser(client) as viewer:
        before = await viewer.picture()
        device.set_status(st_id=16, progress=0.5)
        async with asyncio.timeout(5):
            while await viewer.picture() == before:
                pass


@pytest.mark.parametrize("pace", [PATIENT])
async def test_somebody_else_may_use_the_device(
    device: Device, client: TestClient
) -> None:
    """The camera has a port of its own, and disturbs nobody."""
    device.occupy(-1, by="192.168.1.77")
    device.announce()
    await still(client)


async def test_a_stream_of_stills(device: Device, client: TestClient) -> None:
    """What one gets who asks the live view for an interval."""
    response = await client.get(LIVE, params={"interval": "0.5"})
    picture = await read_part(response)
    # Home Assistant gives the first one twice.
    assert await read_part(response) == picture
    device.set_status(st_id=16, progress=0.5)
    assert await read_part(response) != picture
    assert set(device.received.camera) == {"f"}
    device.faults.half_image = 100
    async with asyncio.timeout(5):
        await response.content.read()
    await assert_let_go(device)


async def read_part(response: ClientResponse) -> bytes:
    async with asyncio.timeout(5):
        head = await response.content.readuntil(b"\r\n\r\n")
        length = int(head.split(b"Content-Length: ")[1].split()[0])
        picture = await response.content.readexactly(length)
        await response.content.readexactly(2)
    assert_jpeg(picture)
    return picture


# -- what goes wrong


async def test_a_stall_in_mid_frame_costs_the_picture_only(
    hass: HomeAssistant,
    device: Device,
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with browser(client) as one, browser(client) as two:
        await one.picture()
        await two.picture()
        device.faults.half_image = 1000
        await device.wait_for(lambda: attempts(device) >= 3)
        assert device.connections[CAMERA_PORT] <= 1
        assert hass.states.get(CAMERA).state != "unavailable"

        # Nobody need do anything: both see on when it is over.
        device.faults.clear()
        for viewer in (one, two):
            for _ in range(3):
                await viewer.picture()
        assert device.connections[CAMERA_PORT] == 1
    await assert_let_go(device)
    assert told(caplog) == [
        f"{NAME} gives no pictures: the device did not answer in time",
        f"{NAME} gives pictures again",
    ]


@pytest.mark.parametrize(
    "fault", [{"half_image": 0}, {"half_image": 999}, {"image_length": MAX_IMAGE + 1}]
)
async def test_no_picture_now_and_one_at_the_next_request(
    hass: HomeAssistant, device: Device, client: TestClient, fault: dict[str, int]
) -> None:
    for name, value in fault.items():
        setattr(device.faults, name, value)
    assert (await client.get(STILL)).status == 500
    assert (await client.get(LIVE)).status == 502
    await assert_let_go(device)
    assert hass.states.get(CAMERA).state == "idle"

    device.faults.clear()
    await still(client)


@pytest.mark.parametrize("pace", [replace(PATIENT, still_fresh=0.0)])
async def test_a_connection_that_the_device_closed_is_not_used_again(
    hass: HomeAssistant, device: Device, client: TestClient
) -> None:
    await still(client)
    await device.drop_connections()
    await still(client)
    assert attempts(device) == 2


async def test_a_stream_that_is_cut_goes_on(device: Device, client: TestClient) -> None:
    async with browser(client) as viewer:
        for _ in range(3):
            await viewer.picture()
            connections = attempts(device)
            await device.drop_connections()
            await device.wait_for(lambda seen=connections: attempts(device) > seen)
    await assert_let_go(device)


async def test_cut_anywhere(device: Device, client: TestClient) -> None:
    """In the hello, the handshakes, the picture: no task and no socket is left."""
    for cut in (*range(0, 12, 3), *range(100, 6000, 400)):
        device.faults.camera.cut_after = cut
        response = await client.get(STILL)
        assert response.status == 500, cut
        await assert_let_go(device)
    device.faults.clear()
    await still(client)


@pytest.mark.parametrize("stage", ["close_after_hello", "stall_in_handshake"])
@pytest.mark.parametrize("pace", [replace(QUICK, handshake=0.2)])
async def test_a_handshake_that_comes_to_nothing(
    device: Device, client: TestClient, stage: str
) -> None:
    setattr(device.faults.camera, stage, True)
    assert (await client.get(LIVE)).status == 502
    await still_is_refused(client)
    await assert_let_go(device)


async def test_a_browser_that_leaves_while_nothing_comes(
    device: Device, client: TestClient
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        device.faults.half_image = 1000
        await device.wait_for(lambda: attempts(device) >= 2)
    await assert_let_go(device)
    asked = attempts(device)
    await still_is_refused(client)
    # The one who left is connected for no more.
    assert attempts(device) == asked + 1


async def still_is_refused(client: TestClient) -> None:
    assert (await client.get(STILL)).status == 500


@pytest.mark.parametrize("device", [2], indirect=True)
async def test_a_browser_that_takes_nothing(
    device: Device, client: TestClient, hass: HomeAssistant
) -> None:
    """It is there, as a sleeping computer is, and holds nothing open."""
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sleeper.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sleeper, ("127.0.0.1", client.port))
        token = hass.states.get(CAMERA).attributes["access_token"]
        request = f"GET {LIVE}?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        await loop.sock_sendall(sleeper, request.encode())
        await wait_for_state(hass, CAMERA, "streaming")

        # Others see as much as ever meanwhile.
        async with browser(client) as viewer:
            for _ in range(3):
                await viewer.picture()
        await device.wait_for(connected(device, 0), within=20)
    await assert_let_go(device)


# -- who may not, and who is not there


@pytest.mark.parametrize("live", [False, True])
async def test_another_key_than_the_pinned_one(
    hass: HomeAssistant, device: Device, client: TestClient, live: bool
) -> None:
    device.received.clear()
    device.faults.wrong_certificate = MASTER_KEYS[1]
    if live:
        assert (await client.get(LIVE)).status == 502
    else:
        with pytest.raises(HomeAssistantError) as refused:
            await async_get_image(hass, CAMERA)
        assert refused.value.translation_key == "identity_mismatch"
    assert device.received.application_bytes == b""
    await assert_let_go(device)
    # Until a person has decided, nobody connects.
    asked = attempts(device)
    await still_is_refused(client)
    assert attempts(device) == asked


async def test_a_key_that_is_trusted_no_more(
    hass: HomeAssistant,
    device: Device,
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        device.forget_trust()
        await device.drop_connections()
        # Trying again is of no use: a person has to type the password, and is asked to.
        await viewer.end()
        await hass.async_block_till_done()
        (flow,) = hass.config_entries.flow.async_progress()
        assert flow["context"]["source"] == SOURCE_REAUTH
        await assert_let_go(device)
        with pytest.raises(HomeAssistantError) as refused:
            await async_get_image(hass, CAMERA)
        assert refused.value.translation_key == "not_trusted"
    assert len(told(caplog)) == 1


@pytest.mark.parametrize("pace", [PATIENT])
async def test_a_device_that_is_off(
    hass: HomeAssistant, device: Device, client: TestClient
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        # Like a pulled plug: the connection is there, and nothing comes.
        device.faults.half_image = 10
        device.faults.muted = device.faults.silent = True
        await wait_for_state(hass, CAMERA, "unavailable")
        await viewer.end()
    await assert_let_go(device)

    asked = attempts(device)
    assert (await client.get(LIVE)).status == 502
    assert (await client.get(STILL)).status == 500
    with pytest.raises(HomeAssistantError) as refused:
        await async_get_image(hass, CAMERA)
    assert refused.value.translation_key == "cannot_connect"
    assert attempts(device) == asked

    device.faults.clear()
    await wait_for_state(hass, CAMERA, "idle")
    await still(client)


# -- the end


async def unload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED


async def stop(hass: HomeAssistant, _entry: MockConfigEntry) -> None:
    await hass.async_stop(force=True)


@pytest.mark.parametrize("pace", [PATIENT])
@pytest.mark.parametrize("half_image", [None, 10])
@pytest.mark.parametrize("end", [unload, stop])
async def test_the_end_while_somebody_looks(
    *,
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    client: TestClient,
    end: Callable[[HomeAssistant, MockConfigEntry], Awaitable[None]],
    half_image: int | None,
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        device.faults.half_image = half_image
        await end(hass, entry)
        await viewer.end()
    await assert_let_go(device)


@pytest.mark.parametrize("pace", [PATIENT])
@pytest.mark.parametrize("end", [unload, stop])
async def test_the_end_while_nobody_looks_any_more(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    client: TestClient,
    end: Callable[[HomeAssistant, MockConfigEntry], Awaitable[None]],
) -> None:
    await still(client)
    assert device.connections[CAMERA_PORT] == 1
    await end(hass, entry)
    await assert_let_go(device)
