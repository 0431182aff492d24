"""A device is called by its name of today, in errors, repairs and the log."""

import asyncio
from dataclasses import replace

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest

from simulator import Device
from tests.integration.conftest import NAME, having
from tests.integration.fakes import Home, settle
from tests.integration.flows import enter, wifi
from tests.integration.wired import Wired


async def test_everything_said_after_a_rename_has_the_new_name(home: Home) -> None:
    home.device.info = replace(home.device.info, name="Attic")
    await home.until(lambda: home.registered.name == "Attic")
    home.caplog.clear()

    leaving = home.act("set_network", **wifi("Far"))
    sending = asyncio.ensure_future(leaving)
    await settle()
    home.listener.silent = True
    with pytest.raises(HomeAssistantError) as failed:
        await home.done(sending, within=120)

    assert failed.value.translation_placeholders["name"] == "Attic"
    issue = home.issues["network_not_returned"]
    assert issue.translation_placeholders == {"name": "Attic"}
    assert any(line.startswith("Attic does not answer") for line in home.log)
    assert not any(NAME in line for line in home.log)


async def test_the_name_a_person_gave_comes_first(wired: Wired, device: Device) -> None:
    registry = dr.async_get(wired.hass)
    registry.async_update_device(wired.registered.id, name_by_user="Big one")
    device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")
    device.faults.replies["scan_wifi"] = "error SOMETHING"
    with pytest.raises(
        HomeAssistantError, match=r"^Big one refused the command: SOMETHING"
    ):
        await wired.act("scan_wifi")
    for step in ("rename", "password"):
        form = await wired.reconfigure(step)
        assert form["description_placeholders"] == {"name": "Big one"}
        wired.hass.config_entries.flow.async_abort(form["flow_id"])


async def test_without_a_device_in_the_registry_it_is_the_title(wired: Wired) -> None:
    await wired.status_is("idle")
    registry = dr.async_get(wired.hass)
    registry.async_remove_device(wired.registered.id)
    assert wired.entry.runtime_data.device_name == wired.entry.title


@having({"name": "", "model": "fbm1", "password": None})
async def test_without_a_name_of_its_own_it_is_its_model(unpaired: Wired) -> None:
    assert (await enter(unpaired.hass, unpaired.device.address))["title"] == "beamo"
