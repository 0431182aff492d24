"""The preview: the picture of the job, which changes with the job only."""

from http import HTTPStatus

from homeassistant.const import Platform
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import ROBOT_PORT, Device
from tests.integration.conftest import Client
from tests.integration.jobs import BRISK, picture_of
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}


def shown(wired: Wired) -> bool:
    return wired.value("preview", "image") != "unknown"


async def test_a_picture_that_was_there_first_goes_with_its_job(wired: Wired) -> None:
    await wired.run_job("one.fc")
    await wired.until(lambda: shown(wired))
    assert await wired.hass.config_entries.async_forward_entry_unload(
        wired.entry, Platform.IMAGE
    )
    await wired.hass.config_entries.async_forward_entry_setups(
        wired.entry, [Platform.IMAGE]
    )
    assert shown(wired)
    # Nothing else changes before that.
    coordinator = wired.entry.runtime_data
    coordinator.async_set_updated_data(coordinator.data._replace(picture=None))
    assert not shown(wired)


async def test_each_job_shows_its_own_picture(wired: Wired, client: Client) -> None:
    assert not shown(wired)
    moments = []
    for name in ("one.fc", "two.fc"):
        await wired.run_job(name)
        await wired.until(lambda: shown(wired))
        moments.append(wired.value("preview", "image"))
        await wired.press("pause")
        await wired.status_is("paused")
        await wired.finish_job()
        # It stays until there is another job.
        assert wired.value("preview", "image") == moments[-1]
        answer = await client.get(
            wired.look("image", "preview").attributes["entity_picture"]
        )
        assert answer.status == HTTPStatus.OK
        assert answer.content_type == "image/png"
        assert await answer.read() == picture_of(name)
        await wired.press("clear")
        assert wired.value("preview", "image") == moments[-1]
    assert moments[0] < moments[1]

    # A job that cannot be asked does not wear the picture of the one before.
    wired.device.faults.replies["player info"] = "error NO_TASK"
    await wired.run_job("three.fc")
    assert not shown(wired)
    answer = await client.get(
        wired.look("image", "preview").attributes["entity_picture"]
    )
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_the_picture_outlives_a_reload_and_the_end_of_the_job(
    wired: Wired, device: Device
) -> None:
    await wired.run_job()
    await wired.until(lambda: shown(wired))
    moment = wired.value("preview", "image")

    async def reload() -> None:
        await wired.reload()
        await wired.until(lambda: shown(wired))
        assert wired.value("preview", "image") == moment

    await reload()
    await wired.finish_job()
    await device.wait_closed_connections()
    device.received.connections.clear()
    await reload()
    # One connection, for that moment only.
    await device.wait_closed_connections()
    ports = [record.port for record in device.received.connections]
    assert ports.count(ROBOT_PORT) == 1


async def test_a_device_that_cannot_be_asked_about_an_ended_job_is_asked_once(
    wired: Wired, device: Device, entry: MockConfigEntry
) -> None:
    await wired.run_job()
    await wired.finish_job()
    await device.wait_closed_connections()
    await wired.unload()
    device.faults.replies["player info"] = "error NO_TASK"
    device.received.robot.clear()

    assert await wired.hass.config_entries.async_setup(entry.entry_id)
    await device.wait_command("player info")
    # Each announcement is a look at the same job.
    heard = entry.runtime_data.listener.counters.received
    await device.wait_for(
        lambda: entry.runtime_data.listener.counters.received > heard + 5
    )
    await device.wait_closed_connections()
    assert device.received.robot.count("player info") == 1
    assert not shown(wired)
