"""A year in the life of a device, as its owner sees it."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import fingerprint
from custom_components.flux3dp.const import DOMAIN
from simulator import Device, Timing
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    MakeDevice,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import assert_trusted, enter, look_at_repairs, submit
from tests.integration.jobs import reason
from tests.integration.life import (
    CONNECTIVITY,
    PROGRESS,
    STATUS,
    act,
    issues,
    log_lines,
    reauths,
    registered,
)
from tests.keys import MASTER_KEYS

RESULT = "sensor.delta_in_der_werkstatt_last_job_result"
AWAY = f"{NAME} does not answer at {{}}"
BACK = f"{NAME} is back at {{}}"
BROKEN = (
    f"{NAME} presents another master key than the pinned one; "
    "nothing is sent to it until you decide about it in Repairs"
)
FIRST, SECOND = ADDRESSES[0], ADDRESSES[1]


def _mine(line: str) -> str:
    """Return a line as it is said once a person gave the device a name."""
    return line.replace(NAME, "Mine")


class Year:
    """What is looked at after every step."""

    def __init__(
        self, hass: HomeAssistant, device: Device, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.hass = hass
        self.device = device
        self.title = NAME
        self._caplog = caplog

    @property
    def entry(self) -> Any:
        [entry] = self.hass.config_entries.async_entries(DOMAIN)
        return entry

    async def look(
        self,
        *,
        status: str,
        lines: list[str],
        repairs: tuple[str, ...] = (),
        asks: bool = False,
    ) -> None:
        """Assert everything a person can see, and that nothing else was said."""
        hass, entry = self.hass, self.entry
        await wait_for_state(hass, STATUS, status)
        await wait_until(hass, lambda: tuple(issues(hass)) == repairs)
        await wait_until(hass, lambda: bool(reauths(hass, entry)) is asks)
        online = status != "offline"
        await wait_for_state(hass, CONNECTIVITY, "on" if online else "off")
        progress = hass.states.get(PROGRESS)
        assert progress is not None
        assert (progress.state != "unavailable") is online
        assert entry.state is ConfigEntryState.LOADED
        assert entry.title == self.title
        await signed_in(hass, entry)
        assert log_lines(self._caplog) == lines, "\n".join(log_lines(self._caplog))
        self._caplog.clear()

    async def job(self) -> None:
        """Print something, which Home Assistant watches, and take it away."""
        hass, device = self.hass, self.device
        device.start_job()
        await wait_for_state(hass, STATUS, "running")
        await device.wait_for(lambda: device.job.state.label == "RUNNING")
        await device.wait_for(lambda: "player report" in device.received.robot)
        device.job.finish()
        await wait_for_state(hass, STATUS, "completed")
        await device.wait_for(lambda: device.status.st_id == 64)
        device.player.quit()

    async def password(self, password: str) -> None:
        """Type the password that Home Assistant asks for."""
        hass = self.hass
        [flow] = reauths(hass, self.entry)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"])
        result = await submit(hass, result, password=password)
        assert result["reason"] == "reauth_successful"
        await assert_trusted(hass, self.device)


@pytest.mark.soak
async def test_a_year(
    hass: HomeAssistant,
    make_device: MakeDevice,
    hass_client: ClientSessionGenerator,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device(
        generation=1, timing=replace(Timing.fast(), job_speed=0.0)
    )
    year = Year(hass, device, caplog)

    # January: it is unpacked and set up.
    result = await submit(hass, await enter(hass, FIRST), password=PASSWORD)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await assert_trusted(hass, device)
    await year.look(status="idle", lines=[])
    first = registered(hass, year.entry)
    assert (first.name, first.sw_version) == (NAME, "1.6.95")

    # A first job.
    await year.job()
    assert hass.states.get(RESULT).state == "completed"
    await year.look(status="idle", lines=[])

    # February: switched off, for weeks.
    await device.power_off()
    await year.look(status="offline", lines=[AWAY.format(FIRST)])
    assert hass.states.get(RESULT).state == "completed"

    # Home Assistant starts anew, and it is still off.
    assert await hass.config_entries.async_reload(year.entry.entry_id)
    await year.look(status="offline", lines=[AWAY.format(FIRST)])
    assert hass.states.get(RESULT).state == "completed"
    assert registered(hass, year.entry).sw_version == "1.6.95"
    device.received.clear()
    await device.power_on()
    await year.look(status="idle", lines=[BACK.format(FIRST)])
    assert len(device.received.connections) == 1

    # April: a new router, a new address.
    await device.power_off()
    await year.look(status="offline", lines=[AWAY.format(FIRST)])
    await device.move(SECOND)
    await wait_until(hass, lambda: year.entry.data["host"] == SECOND)
    await year.look(
        status="idle",
        lines=[f"{NAME} moved from {FIRST} to {SECOND}", BACK.format(SECOND)],
    )

    # May: renamed in the vendor's app, then by a person here, then there again.
    device.rename("Attic")
    await wait_until(hass, lambda: registered(hass, year.entry).name == "Attic")
    year.title = "Attic"
    device_registry.async_update_device(first.id, name_by_user="Mine")
    device.rename("Cellar")
    await wait_until(hass, lambda: registered(hass, year.entry).name == "Cellar")
    assert registered(hass, year.entry).name_by_user == "Mine"
    await year.look(status="idle", lines=[])

    # June: new firmware, which speaks the other generation.
    await device.upgrade(firmware="2.0.1", generation=2)
    await wait_until(hass, lambda: registered(hass, year.entry).sw_version == "2.0.1")
    await wait_until(hass, lambda: year.entry.runtime_data.data.device.version == 2)
    await year.look(status="idle", lines=[])
    assert await act(hass, year.entry, "rename", name="Hall") == {"name": "Hall"}
    device.received.clear()
    await year.job()
    assert "player report" in device.received.robot
    await year.look(status="idle", lines=[])

    # August: lent to a friend who sets a password and throws all others out.
    await device.power_off()
    await year.look(status="offline", lines=[_mine(AWAY).format(SECOND)])
    device.set_password("theirs")
    device.forget_trust()
    device.received.clear()
    await device.power_on()
    await year.look(status="idle", lines=[_mine(BACK).format(SECOND)], asks=True)
    assert device.received.passwords == []
    await year.password("theirs")
    await year.look(status="idle", lines=[])
    assert len(device.trust) == 1

    # October: repaired, with a new mainboard.
    pinned = fingerprint(device.master_public_der)
    await device.power_off()
    await year.look(status="offline", lines=[_mine(AWAY).format(SECOND)])
    device.forget_trust()
    device.received.clear()
    await device.swap_master_key(MASTER_KEYS[1])
    # What it announces is shown.
    await year.look(
        status="idle",
        repairs=("master_key_changed",),
        lines=[_mine(BACK).format(SECOND), _mine(BROKEN)],
    )
    assert (
        await reason(act(hass, year.entry, "rename", name="Attic"))
        == "identity_mismatch"
    )
    assert device.received.application_bytes == b""
    repairs = await look_at_repairs(hass, hass_client)
    shown = await repairs.open(issues(hass)["master_key_changed"])
    said = shown["description_placeholders"]
    assert said["pinned"] == pinned
    assert said["presented"] == fingerprint(device.master_public_der)
    assert (await repairs.send(shown))["type"] == "create_entry"
    await hass.async_block_till_done()
    await year.look(status="idle", lines=[], asks=True)
    assert device.received.passwords == []
    await year.password("theirs")
    await year.look(status="idle", lines=[])
    assert await act(hass, year.entry, "rename", name=NAME) == {"name": NAME}

    # December: sold.
    assert registered(hass, year.entry).id == first.id
    await hass.config_entries.async_remove(year.entry.entry_id)
    assert len(device.trust) == 0
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert issues(hass) == {}
    assert hass.states.async_entity_ids("sensor") == []
    assert device_registry.async_get(first.id) is None
    assert log_lines(caplog) == []
    await device.wait_closed_connections()
