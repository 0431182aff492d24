"""Settings as entities: only those a device knows, and read only when they may have changed."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import SETTINGS, ConnectionFailed
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.diagnostics import async_get_config_entry_diagnostics
from simulator import Device
from tests.integration.conftest import BOTH, UUID, having, wait_until
from tests.integration.fakes import Home, settle
from tests.integration.jobs import PATIENT, connections, entity
from tests.integration.wired import Wired

DEVICE = {"timing": PATIENT}

IDS = {
    "correction": entity("select", "leveling_before_a_job"),
    "filament_detect": entity("select", "filament_sensor"),
    "autoresume": entity("switch", "resume_by_itself_after_a_loose_cable"),
    "replay": entity("switch", "start_the_last_job_with_the_device_s_button"),
    "movement_test": entity("switch", "test_circle_before_a_job"),
    "zoffset": entity("number", "height_offset"),
}
DEFAULTS = {
    "correction": "as_job",
    "filament_detect": "as_job",
    "autoresume": "off",
    "replay": "on",
    "movement_test": "off",
    "zoffset": "0.0",
}


def states(hass: HomeAssistant) -> dict[str, str]:
    found = {key: hass.states.get(entity_id) for key, entity_id in IDS.items()}
    return {key: state.state for key, state in found.items() if state}


async def shows(hass: HomeAssistant, **values: str) -> None:
    await wait_until(hass, lambda: values.items() <= states(hass).items())


async def change(hass: HomeAssistant, key: str, action: str, **data: Any) -> None:
    domain = IDS[key].partition(".")[0]
    await hass.services.async_call(
        domain, action, {"entity_id": IDS[key], **data}, blocking=True
    )


@pytest.fixture
async def entry(unpaired: Wired) -> MockConfigEntry:
    """Return the entry of a device that was never read."""
    device, entry = unpaired.device, await unpaired.set_up(settings={})
    await shows(unpaired.hass, **DEFAULTS)
    await device.wait_for(lambda: device.connections.get(23811, 0) == 0)
    device.received.connections.clear()
    device.received.robot.clear()
    return entry


@having({"model": "fbm1", "toolhead": "LASER"})
async def test_a_laser_machine_has_none_of_an_extruder(unpaired: Wired) -> None:
    registry = er.async_get(unpaired.hass)
    # One of a machine that was taken for a printer.
    once = registry.async_get_or_create("select", DOMAIN, f"{UUID}_correction")
    await unpaired.set_up(settings={})
    rest = DEFAULTS.keys() - {"correction", "filament_detect"}
    await shows(unpaired.hass, **{key: DEFAULTS[key] for key in rest})
    assert states(unpaired.hass).keys() == rest
    assert registry.async_get(once.entity_id) is None


@BOTH
async def test_they_make_the_round(wired: Wired, hass: HomeAssistant) -> None:
    kept = wired.device.settings.values
    await change(hass, "correction", "select_option", option="height")
    await change(hass, "filament_detect", "select_option", option="off")
    for key in ("autoresume", "movement_test"):
        await change(hass, key, "turn_on")
    await change(hass, "replay", "turn_off")
    await change(hass, "zoffset", "set_value", value=-0.25)
    ours = {key: kept.get(key) for key in IDS}
    assert ours == {
        "correction": "H",
        "filament_detect": "N",
        "autoresume": "Y",
        "replay": "N",
        "movement_test": "Y",
        "zoffset": "-0.25",
    }
    changed = {
        "correction": "height",
        "filament_detect": "off",
        "autoresume": "on",
        "replay": "off",
        "movement_test": "on",
        "zoffset": "-0.25",
    }
    assert states(hass) == changed
    for key in ("correction", "filament_detect"):
        await change(hass, key, "select_option", option="as_job")
        assert key not in kept
    # Kept over a restart with the device off.
    await wired.switch_off()
    await wired.reload()
    await hass.async_block_till_done()
    assert set(states(hass).values()) == {"unavailable"}
    await wired.device.power_on()
    await shows(
        hass, **{**changed, "correction": "as_job", "filament_detect": "as_job"}
    )


async def test_nothing_is_asked_while_no_one_looks(wired: Wired) -> None:
    for _ in range(20):
        wired.entry.runtime_data.async_reevaluate()
    await wired.reload()
    await shows(wired.hass, **DEFAULTS)
    await wired.switch_off()
    await wired.switch_on()
    assert connections(wired.device) == 0

    # A person asks: once for all entities.
    wired.device.settings.set("zoffset", "0.5")
    assert await async_setup_component(wired.hass, "homeassistant", {})
    await wired.hass.services.async_call(
        "homeassistant",
        "update_entity",
        {"entity_id": list(IDS.values())},
        blocking=True,
    )
    assert states(wired.hass)["zoffset"] == "0.5"
    assert connections(wired.device) == 1


async def test_time_passes_without_a_connection(home: Home) -> None:
    await home.advance(900)
    assert home.listener.probes > 0
    assert home.device.tried == 0


async def test_they_are_read_when_a_connection_is_open_anyway(wired: Wired) -> None:
    wired.device.settings.set("autoresume", "Y")
    await wired.run_job()
    await shows(wired.hass, autoresume="on")
    assert connections(wired.device) == 1
    assert wired.device.received.robot.count("config get autoresume") == 1


async def test_a_command_that_opens_the_connection_goes_ahead_of_them(
    wired: Wired, device: Device
) -> None:
    await wired.run_job()
    wired.hass.config_entries.async_update_entry(
        wired.entry, options={CONF_HOLD_CONNECTION: False}
    )
    await wired.reload()
    await wired.status_is("running")
    await device.wait_closed_connections()
    device.received.robot.clear()
    device.settings.set("autoresume", "Y")
    await wired.press("pause")
    await shows(wired.hass, autoresume="on")
    kinds = [command.partition(" ")[0] for command in device.received.robot]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count("config") == len(SETTINGS)


async def test_a_command_goes_ahead_of_them_when_they_are_being_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answer = home.device.answer

    def note(command: str) -> str | None:
        asked.append("config get" if command.startswith("config get") else command)
        home.device.sessions[-1].hangs = asked.count("config get") == 4
        return answer(command)

    monkeypatch.setattr(home.device, "answer", note)
    await home.run()
    assert asked.count("config get") == 4
    pressing = asyncio.ensure_future(home.press("pause"))
    await settle()
    home.device.sessions[-1].answer()
    await home.clock.advance(30, pressing.done)
    await pressing
    paused = asked.index("player pause")
    assert asked[paused + 1] == "player report"
    await settle()
    assert asked.count("config get") == len(SETTINGS)


async def test_a_refused_change_shows_as_it_is(wired: Wired, device: Device) -> None:
    for key, action, data in (
        ("correction", "select_option", {"option": "off"}),
        ("replay", "turn_off", {}),
        ("zoffset", "set_value", {"value": 0.1}),
    ):
        device.faults.replies["config set"] = "error BAD_PARAMS"
        with pytest.raises(HomeAssistantError, match="does not accept"):
            await change(wired.hass, key, action, **data)
    device.faults.clear()
    assert states(wired.hass) == DEFAULTS

    # Another client's work hinders no change.
    device.occupy()
    await wired.status_is("maintenance")
    await change(wired.hass, "replay", "turn_off")
    assert states(wired.hass)["replay"] == "off"
    device.free()
    await wired.switch_off()
    assert wired.look("number", "height_offset").state == "unavailable"


@pytest.fixture
async def offset_home(home: Home) -> Home:
    """Return a home whose device knows one setting."""
    home.device.settings["zoffset"] = "0.0"
    await home.done(home.entry.runtime_data.settings.async_read())
    await settle()
    assert states(home.hass) == {"zoffset": "0.0"}
    return home


async def test_a_change_stays_when_the_connection_breaks_after_it(
    offset_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, answer = offset_home, offset_home.device.answer

    def break_reading(command: str) -> str | None:
        if command.startswith("config get"):
            raise ConnectionFailed("the cable is loose")
        return answer(command)

    with monkeypatch.context() as breaking:
        breaking.setattr(home.device, "answer", break_reading)
        await home.done(change(home.hass, "zoffset", "set_value", value=0.5))
    assert states(home.hass) == {"zoffset": "0.5"}
    assert home.entry.data["settings"]["values"] == {"zoffset": 0.5}

    # The device's own word counts once it can be read.
    home.device.settings["zoffset"] = "0.25"
    await home.done(home.entry.runtime_data.settings.async_read())
    assert states(home.hass) == {"zoffset": "0.25"}


async def test_a_reading_that_began_before_a_change_does_not_undo_it(
    offset_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, answer = offset_home, offset_home.device.answer

    def hang_after_it(command: str) -> str | None:
        home.device.sessions[-1].hangs = command == "config get zoffset"
        return answer(command)

    shown: list[str] = []
    home.entry.runtime_data.settings.on_kept.append(
        lambda: shown.append(states(home.hass)["zoffset"])
    )
    with monkeypatch.context() as hanging:
        hanging.setattr(home.device, "answer", hang_after_it)
        reading = asyncio.ensure_future(home.entry.runtime_data.settings.async_read())
        await settle()
    change_it = change(home.hass, "zoffset", "set_value", value=0.5)
    changing = asyncio.ensure_future(change_it)
    await settle()
    home.device.settings["zoffset"] = "0.5"
    home.device.sessions[-1].answer()
    await home.clock.advance(30, changing.done)
    await asyncio.gather(changing, reading)
    assert set(shown) == {"0.5"}


@having({"unknown_settings": ("zoffset", "movement_test")})
async def test_only_what_the_device_knows(unpaired: Wired) -> None:
    known = {"firmware": "1.0", "values": {"zoffset": 0.5, "replay": True}}
    entry = await unpaired.set_up(settings=known)
    rest = IDS.keys() - {"zoffset", "movement_test"}
    await unpaired.until(lambda: states(unpaired.hass).keys() == rest)
    assert er.async_get(unpaired.hass).async_get(IDS["zoffset"]) is None
    assert entry.data["settings"]["firmware"] == unpaired.device.firmware


@pytest.mark.parametrize("newer", [1, 2], ids=["to v1", "to v2"])
async def test_another_firmware_knows_others(wired: Wired, newer: int) -> None:
    registry = er.async_get(wired.hass)
    registry.async_update_entity(IDS["replay"], name="Knob")
    wired.device.settings.set("correction", "H")
    await wired.device.upgrade(
        firmware="1.9.0",
        generation=newer,
        unknown_settings=("zoffset", "movement_test"),
    )
    await wired.until(
        lambda: set(states(wired.hass)) == set(IDS) - {"zoffset", "movement_test"}
    )
    assert registry.async_get(IDS["zoffset"]) is None
    assert wired.entry.data["settings"]["firmware"] == "1.9.0"
    await shows(wired.hass, correction="height")

    await wired.device.upgrade(firmware="1.9.1", unknown_settings=("movement_test",))
    await shows(wired.hass, zoffset="0.0")
    assert set(states(wired.hass)) == set(IDS) - {"movement_test"}
    kept = registry.async_get(IDS["replay"])
    assert kept is not None
    assert kept.name == "Knob"


async def test_a_reading_that_is_canceled_before_it_begins_blocks_no_other(
    home: Home,
) -> None:
    settings = home.entry.runtime_data.settings
    reading = asyncio.ensure_future(settings.async_read())
    await asyncio.sleep(0)
    assert settings._reading is not None
    settings._reading.cancel()
    await reading
    assert home.device.tried == 0
    await settings.async_read()
    assert home.device.tried == 1
    settings.async_start_reading()
    await settle()
    assert home.device.tried == 2


async def test_diagnostics_have_them_and_the_toolhead(wired: Wired) -> None:
    wired.device.settings.values["backlash"] = "A:1.0 Jane Doe:2"
    await change(wired.hass, "zoffset", "set_value", value=0.3)
    told = await async_get_config_entry_diagnostics(wired.hass, wired.entry)
    assert told["toolhead"] is None
    assert told["settings"] == {
        "correction": None,
        "filament_detect": None,
        "autoresume": None,
        "replay": None,
        "movement_test": None,
        "enable_backlash": None,
        "zoffset": 0.3,
        "head_error_level": None,
        "backlash": "(hidden)",
        "leveling": wired.device.settings.values["leveling"],
    }
    await wired.act("unload_filament")
    told = await async_get_config_entry_diagnostics(wired.hass, wired.entry)
    assert told["toolhead"] == {"type": "EXTRUDER", "version": "1.0.0"}
