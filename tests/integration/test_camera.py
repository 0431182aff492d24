"""The camera: one connection for all viewers while there are any, and none afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
import socket

from aiohttp import ClientResponse
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from custom_components.flux3dp.timing import FluxTiming
from simulator import CAMERA_PORT, PATIENCE, Device
from tests.integration.conftest import BOTH, NAME, Client, wait_for_state
from tests.integration.viewers import (
    CAMERA,
    LASTING,
    LIVE,
    QUICK,
    STILL,
    assert_jpeg,
    assert_let_go,
    attempts,
    browser,
    connected,
    still,
    still_is_refused,
)
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS

# A picture is never too old, or always.
STALLING = replace(QUICK, camera_frame=0.5)
FRESH, STALE = (replace(LASTING, still_fresh=age) for age in (20.0, 0.0))


@pytest.fixture
def pace() -> FluxTiming:
    return QUICK


def streams(wired: Wired) -> bool:
    return wired.hass.states.get(CAMERA).attributes["streaming"]


def pictures_said(wired: Wired) -> list[str]:
    """Return the lines of the log about pictures."""
    return [line for line in wired.log if "pictures" in line.lower()]


async def error_key(wired: Wired) -> str | None:
    """Return why Home Assistant gets no picture."""
    with pytest.raises(HomeAssistantError) as failed:
        await async_get_image(wired.hass, CAMERA)
    return failed.value.translation_key


# -- pictures


async def test_without_a_viewer_nothing_connects(wired: Wired, device: Device) -> None:
    device.set_status(st_id=16, progress=0.5)
    await wired.status_is("running")

    assert attempts(device) == 0
    state = wired.hass.states.get(CAMERA)
    assert state is not None
    assert state.state == "idle"
    assert state.attributes["brand"] == "FLUX Inc."
    assert state.attributes["model_name"] == "FLUX Delta"
    assert state.attributes["supported_features"] == 0


@BOTH
@pytest.mark.parametrize("pace", [replace(QUICK, camera_linger=3.0)])
async def test_two_browsers_share_one_connection(wired: Wired, client: Client) -> None:
    async with browser(client) as one, browser(client) as two:
        for _ in range(3):
            await one.picture()
            await two.picture()
        await still(client)
        assert streams(wired)
        # Who looks is not what the device does: no line in Activity.
        assert wired.hass.states.get(CAMERA).state == "idle"
        assert wired.device.connections[CAMERA_PORT] == 1
        one.leave()
        await two.picture()
        await two.picture()

    # The stream ends with the last of them, the connection a while later.
    await wired.until(lambda: not streams(wired))
    assert wired.device.connections[CAMERA_PORT] == 1
    async with browser(client) as three:
        await three.picture()
    await assert_let_go(wired.device)
    assert attempts(wired.device) == 1
    assert wired.device.received.camera == ["s+", "s-", "s+", "s-"]


async def test_a_still_connects_and_lets_go(device: Device, client: Client) -> None:
    pictures = await asyncio.gather(*(still(client) for _ in range(5)))
    assert len(set(pictures)) == 1
    assert device.connections[CAMERA_PORT] == 1
    await assert_let_go(device)
    await still(client)
    await assert_let_go(device)
    assert device.received.camera == ["f", "f"]
    assert attempts(device) == 2


async def test_it_goes_on_by_another_entity_id(wired: Wired) -> None:
    hass, renamed = wired.hass, "camera.machine"
    er.async_get(hass).async_update_entity(CAMERA, new_entity_id=renamed)
    await wired.until(lambda: hass.states.get(renamed))
    assert_jpeg((await async_get_image(hass, renamed)).content)


@pytest.mark.parametrize("pace", [FRESH])
async def test_a_still_that_is_fresh_is_given_again(
    device: Device, client: Client
) -> None:
    picture = await still(client)
    device.set_status(st_id=16, progress=0.5)
    # The camera has a port of its own: another client may use the device.
    device.occupy(-1, by="192.168.1.77")
    device.announce()
    assert await still(client) == picture
    assert device.received.camera == ["f"]
    # A live view does not wait for a first picture either.
    device.faults.half_image = 10
    async with browser(client) as viewer:
        assert await viewer.picture() == picture
        # Twice: Chromium shows a picture when the next one has come.
        assert await viewer.picture() == picture


@pytest.mark.parametrize("pace", [STALE])
async def test_a_still_that_is_old_is_not(device: Device, client: Client) -> None:
    picture = await still(client)
    device.set_status(st_id=16, progress=0.5)
    assert await still(client) != picture
    assert attempts(device) == 1
    # A connection that the device closed is not used again.
    await device.drop_connections()
    await still(client)
    assert attempts(device) == 2


@pytest.mark.parametrize("pace", [STALLING])
async def test_a_stream_of_stills(device: Device, client: Client) -> None:
    """The live view with an interval."""
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


# -- trouble


@pytest.mark.parametrize("pace", [STALLING])
async def test_a_stall_in_mid_frame_costs_the_picture_only(
    wired: Wired, device: Device, client: Client
) -> None:
    async with browser(client) as one, browser(client) as two:
        await one.picture()
        await two.picture()
        device.faults.half_image = 1000
        await device.wait_for(lambda: attempts(device) >= 3)
        assert device.connections[CAMERA_PORT] <= 1
        assert wired.hass.states.get(CAMERA).state != "unavailable"

        device.faults.clear()
        for viewer in (one, two):
            for _ in range(3):
                await viewer.picture()
        assert device.connections[CAMERA_PORT] == 1
    await assert_let_go(device)
    assert pictures_said(wired) == [
        f"Failed to get pictures from {NAME}: the device did not answer in time",
        f"Pictures from {NAME} are available again",
    ]


@pytest.mark.parametrize("pace", [replace(STALLING, handshake=0.2)])
async def test_no_picture_now_and_one_at_the_next_request(
    wired: Wired, device: Device, client: Client
) -> None:
    for fault, value in (
        ("half_image", 0),
        ("half_image", 999),
        ("image_length", MAX_IMAGE + 1),
        ("close_after_hello", True),
        ("stall_in_handshake", True),
    ):
        faults = device.faults
        setattr(faults if hasattr(faults, fault) else faults.camera, fault, value)
        assert (await client.get(STILL)).status == 500, fault
        assert (await client.get(LIVE)).status == 502, fault
        await assert_let_go(device)
        assert wired.hass.states.get(CAMERA).state == "idle"
        device.faults.clear()
    # What is quick to give up may do so again on a busy machine.
    async with asyncio.timeout(PATIENCE):
        while (await client.get(STILL)).status != 200:
            pass


async def test_a_stream_that_is_cut_goes_on(device: Device, client: Client) -> None:
    async with browser(client) as viewer:
        for _ in range(3):
            await viewer.picture()
            connections = attempts(device)
            await device.drop_connections()
            await device.wait_for(lambda seen=connections: attempts(device) > seen)
    await assert_let_go(device)


@BOTH
async def test_cut_anywhere(device: Device, client: Client) -> None:
    """In the hello, the handshakes, the picture: no task and no socket is left."""
    for cut in (*range(0, 12, 3), *range(100, 6000, 400)):
        device.faults.camera.cut_after = cut
        response = await client.get(STILL)
        assert response.status == 500, cut
        await assert_let_go(device)
    device.faults.clear()
    await still(client)


@pytest.mark.parametrize("pace", [STALLING])
async def test_a_browser_that_leaves_while_nothing_comes(
    device: Device, client: Client
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        device.faults.half_image = 1000
        await device.wait_for(lambda: attempts(device) >= 2)
    await assert_let_go(device)
    asked = attempts(device)
    await still_is_refused(client)
    # The one that left is connected for no more.
    assert attempts(device) == asked + 1


async def test_a_browser_that_reads_nothing(wired: Wired, client: Client) -> None:
    """It is there, as a sleeping computer is, and holds nothing open."""
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sleeper.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sleeper, ("127.0.0.1", client.port))
        token = wired.hass.states.get(CAMERA).attributes["access_token"]
        request = f"GET {LIVE}?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        await loop.sock_sendall(sleeper, request.encode())
        await wired.until(lambda: streams(wired))

        # Others see as much as ever meanwhile.
        async with browser(client) as viewer:
            for _ in range(3):
                await viewer.picture()
        await wired.device.wait_for(connected(wired.device, 0), within=20)
    await assert_let_go(wired.device)


# -- the end


@pytest.mark.parametrize("live", [False, True])
async def test_another_key_than_the_pinned_one(
    wired: Wired, device: Device, client: Client, *, live: bool
) -> None:
    device.received.clear()
    device.faults.wrong_certificate = MASTER_KEYS[1]
    if live:
        assert (await client.get(LIVE)).status == 502
    else:
        assert await error_key(wired) == "identity_mismatch"
    assert device.received.application_bytes == b""
    await assert_let_go(device)
    # Until a person has decided, nothing connects.
    asked = attempts(device)
    await still_is_refused(client)
    assert attempts(device) == asked


async def test_a_key_that_is_trusted_no_more(wired: Wired, client: Client) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        wired.device.forget_trust()
        await wired.device.drop_connections()
        # Trying again is of no use: a person has to type the password, and is asked to.
        await viewer.end()
        await wired.hass.async_block_till_done()
        (flow,) = wired.flow.async_progress()
        assert flow["context"]["source"] == SOURCE_REAUTH
        await assert_let_go(wired.device)
        assert await error_key(wired) == "not_trusted"
    assert len(pictures_said(wired)) == 1


@pytest.mark.parametrize("pace", [LASTING])
async def test_a_device_that_is_off(
    wired: Wired, device: Device, client: Client
) -> None:
    async with browser(client) as viewer:
        await viewer.picture()
        # Like a pulled plug: the connection is there, and nothing comes.
        device.faults.half_image = 10
        device.faults.muted = device.faults.silent = True
        await wait_for_state(wired.hass, CAMERA, "unavailable")
        await viewer.end()
    await assert_let_go(device)

    asked = attempts(device)
    assert (await client.get(LIVE)).status == 502
    await still_is_refused(client)
    assert await error_key(wired) == "offline"
    assert attempts(device) == asked
    device.faults.clear()
    await wait_for_state(wired.hass, CAMERA, "idle")
    await still(client)


async def unload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)


async def stop(hass: HomeAssistant, _entry: MockConfigEntry) -> None:
    await hass.async_stop(force=True)


@pytest.mark.parametrize("pace", [LASTING])
@pytest.mark.parametrize("viewing", ["live", "stalled", "left"])
@pytest.mark.parametrize("end", [unload, stop])
async def test_the_end_closes_the_connection(
    wired: Wired,
    *,
    device: Device,
    entry: MockConfigEntry,
    client: Client,
    end: Callable[[HomeAssistant, MockConfigEntry], Awaitable[None]],
    viewing: str,
) -> None:
    if viewing == "left":
        await still(client)
        await end(wired.hass, entry)
    else:
        async with browser(client) as viewer:
            await viewer.picture()
            device.faults.half_image = 10 if viewing == "stalled" else None
            await end(wired.hass, entry)
            await viewer.end()
    await assert_let_go(device)
