"""Nobody looks any more: the trust is gone, or the device, or the entry."""

from collections.abc import Awaitable, Callable

from aiohttp.test_utils import TestClient
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Timing
from simulator import CAMERA_PORT, Device
from tests.integration.conftest import wait_for_state
from tests.integration.viewers import (
    CAMERA,
    LIVE,
    PATIENT,
    QUICK,
    STILL,
    assert_let_go,
    attempts,
    browser,
    still,
    still_is_refused,
    told,
)
from tests.keys import MASTER_KEYS


@pytest.fixture
def pace() -> Timing:
    return QUICK


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
