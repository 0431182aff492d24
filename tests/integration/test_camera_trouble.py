"""What goes wrong with a picture, and the next one that comes all the same."""

import asyncio
from dataclasses import replace
import socket

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from simulator import CAMERA_PORT, Device
from tests.integration.conftest import NAME, wait_for_state
from tests.integration.viewers import (
    CAMERA,
    LIVE,
    PATIENT,
    QUICK,
    STILL,
    assert_let_go,
    attempts,
    browser,
    connected,
    still,
    still_is_refused,
    told,
)


@pytest.fixture
def pace() -> Timing:
    return QUICK


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
        f"Failed to get pictures from {NAME}: the device did not answer in time",
        f"Pictures from {NAME} are available again",
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
