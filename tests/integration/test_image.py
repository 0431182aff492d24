"""The preview: the picture of the job, which changes with the job only."""

from http import HTTPStatus

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import ROBOT_PORT, Device
from tests.integration.conftest import Client, wait_until
from tests.integration.jobs import (
    BRISK,
    look,
    picture_of,
    press,
    run_job,
    status_is,
    value,
)

DEVICE = {"timing": BRISK}


def shown(hass: HomeAssistant) -> bool:
    return value(hass, "preview", "image") != "unknown"


async def test_a_picture_that_was_there_first_goes_with_its_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device, "one.fc")
    await wait_until(hass, lambda: shown(hass))
    assert await hass.config_entries.async_forward_entry_unload(entry, Platform.IMAGE)
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.IMAGE])
    assert shown(hass)
    # Nothing else changes before that.
    coordinator = entry.runtime_data
    coordinator.async_set_updated_data(coordinator.data._replace(picture=None))
    assert not shown(hass)


async def test_each_job_shows_its_own_picture(
    hass: HomeAssistant, device: Device, client: Client
) -> None:
    assert not shown(hass)
    moments = []
    for name in ("one.fc", "two.fc"):
        await run_job(hass, device, name)
        await wait_until(hass, lambda: shown(hass))
        moments.append(value(hass, "preview", "image"))
        await press(hass, "pause")
        await status_is(hass, "paused")
        device.job.finish()
        await status_is(hass, "completed")
        # It stays until there is another job.
        assert value(hass, "preview", "image") == moments[-1]
        answer = await client.get(
            look(hass, "image", "preview").attributes["entity_picture"]
        )
        assert answer.status == HTTPStatus.OK
        assert answer.content_type == "image/png"
        assert await answer.read() == picture_of(name)
        await press(hass, "clear")
        assert value(hass, "preview", "image") == moments[-1]
    assert moments[0] < moments[1]

    # A job that cannot be asked does not wear the picture of the one before.
    device.faults.replies["player info"] = "error NO_TASK"
    await run_job(hass, device, "three.fc")
    assert not shown(hass)
    answer = await client.get(
        look(hass, "image", "preview").attributes["entity_picture"]
    )
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_the_picture_outlives_a_reload_and_the_end_of_the_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    await wait_until(hass, lambda: shown(hass))
    moment = value(hass, "preview", "image")

    async def reload() -> None:
        assert await hass.config_entries.async_reload(entry.entry_id)
        await wait_until(hass, lambda: shown(hass))
        assert value(hass, "preview", "image") == moment

    await reload()
    device.job.finish()
    await status_is(hass, "completed")
    await device.wait_closed_connections()
    device.received.connections.clear()
    await reload()
    # One connection, for that moment only.
    await device.wait_closed_connections()
    ports = [record.port for record in device.received.connections]
    assert ports.count(ROBOT_PORT) == 1


async def test_a_device_that_cannot_be_asked_about_an_ended_job_is_asked_once(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    await device.wait_closed_connections()
    assert await hass.config_entries.async_unload(entry.entry_id)
    device.faults.replies["player info"] = "error NO_TASK"
    device.received.robot.clear()

    assert await hass.config_entries.async_setup(entry.entry_id)
    await device.wait_command("player info")
    # Each announcement is a look at the same job.
    heard = entry.runtime_data.listener.counters.received
    await device.wait_for(
        lambda: entry.runtime_data.listener.counters.received > heard + 5
    )
    await device.wait_closed_connections()
    assert device.received.robot.count("player info") == 1
    assert not shown(hass)
