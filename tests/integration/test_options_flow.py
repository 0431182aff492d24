"""The one option."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from simulator import ROBOT_PORT
from tests.integration.conftest import MakeDevice, MakeEntry
from tests.integration.jobs import BRISK, run_job, status_is


async def test_a_change_of_the_option_takes_effect_at_once(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    await run_job(hass, device)
    before = entry.runtime_data

    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "init"
    schema = result["data_schema"]
    assert schema is not None
    assert schema({}) == {CONF_HOLD_CONNECTION: True}
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {CONF_HOLD_CONNECTION: False}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    assert entry.options == {CONF_HOLD_CONNECTION: False}
    assert entry.runtime_data is not before
    await status_is(hass, "running")
    assert device.connections[ROBOT_PORT] == 0
    # The form shows what was chosen.
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["data_schema"]
    key = next(iter(result["data_schema"].schema))
    assert key.description == {"suggested_value": False}
