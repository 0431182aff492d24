"""A year in the life of a device, as its owner sees it."""

from dataclasses import replace

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import fingerprint
from custom_components.flux3dp.const import DOMAIN
from simulator import Device, Timing
from tests.integration.conftest import ADDRESSES, NAME, PASSWORD, having, wait_for_state
from tests.integration.flows import assert_trusted, enter, look_at_repairs
from tests.integration.jobs import reason
from tests.integration.life import CONNECTIVITY
from tests.integration.wired import Wired
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

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.title = NAME

    async def look(
        self,
        *,
        status: str,
        lines: list[str],
        repairs: tuple[str, ...] = (),
        asks: bool = False,
    ) -> None:
        """Assert everything a person can see, and that nothing else was said."""
        wired = self.wired
        await wired.status_is(status)
        await wired.until(lambda: tuple(wired.issues) == repairs)
        await wired.until(lambda: bool(wired.reauths) is asks)
        online = status != "offline"
        await wait_for_state(wired.hass, CONNECTIVITY, "on" if online else "off")
        assert (wired.value("progress") != "unavailable") is online
        assert wired.entry.state is ConfigEntryState.LOADED
        assert wired.entry.title == self.title
        await wired.signed_in()
        assert wired.log == lines, "\n".join(wired.log)
        wired.caplog.clear()

    async def job(self) -> None:
        """Print something, which Home Assistant watches, and take it away."""
        device = self.wired.device
        device.start_job()
        await self.wired.status_is("running")
        await device.wait_for(lambda: device.job.state.label == "RUNNING")
        await device.wait_for(lambda: "player report" in device.received.robot)
        await self.wired.finish_job()
        await device.wait_for(lambda: device.status.st_id == 64)
        device.player.quit()

    async def password(self, password: str) -> None:
        """Type the password that Home Assistant asks for."""
        wired = self.wired
        [flow] = wired.reauths
        result = await wired.flow.async_configure(flow["flow_id"])
        result = await wired.submit(result, password=password)
        assert result["reason"] == "reauth_successful"
        await assert_trusted(wired)


@pytest.mark.soak
@having({"generation": 1, "timing": replace(Timing.fast(), job_speed=0.0)})
async def test_a_year(
    unpaired: Wired,
    device: Device,
    hass_client: ClientSessionGenerator,
    device_registry: dr.DeviceRegistry,
) -> None:
    hass, wired, year = unpaired.hass, unpaired, Year(unpaired)

    # January: it is unpacked and set up.
    result = await wired.submit(await enter(wired, FIRST), password=PASSWORD)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await assert_trusted(wired)
    await year.look(status="idle", lines=[])
    first = wired.registered
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
    await wired.reload()
    await year.look(status="offline", lines=[AWAY.format(FIRST)])
    assert hass.states.get(RESULT).state == "completed"
    assert wired.registered.sw_version == "1.6.95"
    device.received.clear()
    await device.power_on()
    await year.look(status="idle", lines=[BACK.format(FIRST)])
    assert len(device.received.connections) == 1

    # April: a new router, a new address.
    await device.power_off()
    await year.look(status="offline", lines=[AWAY.format(FIRST)])
    await device.move(SECOND)
    await wired.until(lambda: wired.entry.data["host"] == SECOND)
    await year.look(
        status="idle",
        lines=[f"{NAME} moved from {FIRST} to {SECOND}", BACK.format(SECOND)],
    )

    # May: renamed in the vendor's app, then by a person here, then there again.
    device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")
    year.title = "Attic"
    device_registry.async_update_device(first.id, name_by_user="Mine")
    device.rename("Cellar")
    await wired.until(lambda: wired.registered.name == "Cellar")
    assert wired.registered.name_by_user == "Mine"
    await year.look(status="idle", lines=[])

    # June: new firmware, which speaks the other generation.
    await device.upgrade(firmware="2.0.1", generation=2)
    await wired.until(lambda: wired.registered.sw_version == "2.0.1")
    await wired.until(lambda: wired.entry.runtime_data.data.device.version == 2)
    await year.look(status="idle", lines=[])
    assert await wired.act("rename", name="Hall") == {"name": "Hall"}
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
    assert await reason(wired.act("rename", name="Attic")) == "identity_mismatch"
    assert device.received.application_bytes == b""
    repairs = await look_at_repairs(hass, hass_client)
    shown = await repairs.open(wired.issues["master_key_changed"])
    said = shown["description_placeholders"]
    assert said["pinned"] == pinned
    assert said["presented"] == fingerprint(device.master_public_der)
    assert (await repairs.send(shown))["type"] == "create_entry"
    await hass.async_block_till_done()
    await year.look(status="idle", lines=[], asks=True)
    assert device.received.passwords == []
    await year.password("theirs")
    await year.look(status="idle", lines=[])
    assert await wired.act("rename", name=NAME) == {"name": NAME}

    # December: sold.
    assert wired.registered.id == first.id
    await wired.remove()
    assert len(device.trust) == 0
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert wired.issues == {}
    assert hass.states.async_entity_ids("sensor") == []
    assert device_registry.async_get(first.id) is None
    assert wired.log == []
    await device.wait_closed_connections()
