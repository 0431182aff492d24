"""Pictures for people: one connection for all, while they look, and none afterwards."""

import asyncio
from dataclasses import replace

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Timing
from simulator import CAMERA_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import wait_for_state
from tests.integration.viewers import (
    CAMERA,
    LIVE,
    PATIENT,
    QUICK,
    assert_jpeg,
    assert_let_go,
    attempts,
    browser,
    still,
)

# A picture is never too old.
FRESH = replace(PATIENT, still_fresh=20.0)


@pytest.fixture
def pace() -> Timing:
    return QUICK


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
        async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
        await response.content.read()
    await assert_let_go(device)


async def read_part(response: ClientResponse) -> bytes:
    async with asyncio.timeout(PATIENCE):
        head = await response.content.readuntil(b"\r\n\r\n")
        length = int(head.split(b"Content-Length: ")[1].split()[0])
        picture = await response.content.readexactly(length)
        await response.content.readexactly(2)
    assert_jpeg(picture)
    return picture
