"""A device is called by its name of today, in errors, repairs and the log."""

import asyncio
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Device
from tests.integration.conftest import NAME, having, wait_for_state, wait_until
from tests.integration.fakes import Home, settle
from tests.integration.flows import enter, reconfigure, wifi
from tests.integration.life import STATUS, act, issues, log_lines, registered


async def test_everything_said_after_a_rename_has_the_new_name(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.device.info = replace(home.device.info, name="Attic")
    await home.until(lambda: registered(home.hass, home.entry).name == "Attic")
    caplog.clear()

    leaving = act(home.hass, home.entry, "set_network", **wifi("Far"))
    sending = asyncio.ensure_future(leaving)
    await settle()
    home.listener.silent = True
    with pytest.raises(HomeAssistantError) as failed:
        await home.done(sending, within=120)

    assert failed.value.translation_placeholders["name"] == "Attic"
    issue = issues(home.hass)["network_not_returned"]
    assert issue.translation_placeholders == {"name": "Attic"}
    assert any(line.startswith("Attic does not answer") for line in log_lines(caplog))
    assert not any(NAME in line for line in log_lines(caplog))


async def test_the_name_a_person_gave_comes_first(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    registry = dr.async_get(hass)
    registry.async_update_device(registered(hass, entry).id, name_by_user="Big one")
    device.rename("Attic")
    await wait_until(hass, lambda: registered(hass, entry).name == "Attic")
    device.faults.replies["scan_wifi"] = "error SOMETHING"
    with pytest.raises(
        HomeAssistantError, match=r"^Big one refused the command: SOMETHING"
    ):
        await act(hass, entry, "scan_wifi")
    for step in ("rename", "password"):
        form = await reconfigure(hass, entry, step)
        assert form["description_placeholders"] == {"name": "Big one"}
        hass.config_entries.flow.async_abort(form["flow_id"])


async def test_without_a_device_in_the_registry_it_is_the_title(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await wait_for_state(hass, STATUS, "idle")
    registry = dr.async_get(hass)
    registry.async_remove_device(registered(hass, entry).id)
    assert entry.runtime_data.device_name == entry.title


@having({"name": "", "model": "fbm1", "password": None})
async def test_without_a_name_of_its_own_it_is_its_model(
    hass: HomeAssistant, device: Device
) -> None:
    assert (await enter(hass, device.address))["title"] == "beamo"
