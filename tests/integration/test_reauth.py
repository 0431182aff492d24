"""A device forgot us: its password, typed once more, is all it takes."""

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import OTHER, assert_trusted, submit, with_words
from tests.integration.life import STATUS, act, issues, reauths
from tests.keys import MASTER_KEYS


async def asked(
    hass: HomeAssistant, entry: MockConfigEntry, step: str = "reauth_confirm"
) -> ConfigFlowResult:
    """Return the dialog that opened by itself."""
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    await hass.async_block_till_done()
    [flow] = reauths(hass, entry)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == step
    assert result["description_placeholders"]["name"] == NAME
    return await with_words(hass, result)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the dialog as Home Assistant does, for an entry in any state."""
    result = await hass.config_entries.flow.async_init(
        entry.domain,
        context={"source": SOURCE_REAUTH, "entry_id": entry.entry_id},
        data=dict(entry.data),
    )
    return await with_words(hass, result)


async def test_the_password_makes_the_device_trust_us_again(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, trusted=False)
    before = dict(entry.data)

    result = await submit(hass, await asked(hass, entry), password=PASSWORD)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)
    assert entry.data == before
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == [PASSWORD]
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert reauths(hass, entry) == []


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("wrong", "invalid_auth"),
        ("", "empty_password"),
        ("geheim♥", "password_not_ascii"),
    ],
)
async def test_a_password_that_does_not_fit_can_be_typed_again(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    password: str,
    error: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)

    result = await submit(hass, await asked(hass, entry), password=password)
    assert result["errors"] == {"password": error}
    assert len(device.trust) == 0

    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"


async def test_a_device_without_a_password_needs_only_the_consent(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    device.set_password(None)
    device.forget_trust()
    await device.power_on()

    result = await asked(hass, entry, "reauth_consent")
    assert result["data_schema"].schema == {}
    assert len(device.trust) == 0
    result = await submit(hass, result)

    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)


async def test_a_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(password=None)
    entry = await make_entry(device, trusted=False)
    result = await asked(hass, entry, "reauth_consent")
    device.set_password(PASSWORD)

    result = await submit(hass, result)
    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {"password": "empty_password"}
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"


async def test_a_password_that_was_removed_is_not_asked_for(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    """No datagram says that it was removed, so the device is touched for it."""
    entry = await make_entry(device)
    device.set_password(None)
    device.forget_trust()
    device.received.clear()

    result = await start(hass, entry)

    assert result["step_id"] == "reauth_consent"
    assert result["data_schema"].schema == {}
    result = await submit(hass, result)
    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)


@pytest.mark.parametrize("typed", ["", PASSWORD, "an invented one"])
async def test_a_password_that_is_removed_meanwhile_does_not_matter(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, typed: str
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    result = await asked(hass, entry)
    device.set_password(None)

    result = await submit(hass, result, password=typed)

    assert result["reason"] == "reauth_successful"
    await assert_trusted(hass, device)


async def test_a_device_that_is_off_can_be_switched_on_meanwhile(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    result = await asked(hass, entry)
    await device.power_off()

    result = await submit(hass, result, password=PASSWORD)
    assert result["errors"] == {"base": "cannot_connect"}
    assert device.received.passwords == []

    await device.power_on()
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"


async def test_the_dialog_of_a_device_that_is_off_says_so_only_when_it_matters(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False, setup=False)
    await device.power_off()

    result = await start(hass, entry)

    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {}
    await device.power_on()
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"


@pytest.mark.parametrize("setup", [True, False], ids=["loaded", "not loaded"])
async def test_another_key_gets_no_password_and_is_settled_in_repairs(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    *,
    setup: bool,
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False, setup=setup)
    result = await asked(hass, entry) if setup else await start(hass, entry)
    device.faults.wrong_certificate = MASTER_KEYS[1]

    result = await submit(hass, result, password=PASSWORD)

    assert result["errors"] == {"base": "key_changed"}
    assert device.received.passwords == []
    assert ("master_key_changed" in issues(hass)) is setup


async def test_a_key_that_is_not_taken_is_an_error(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    device.faults.replies["add_trust"] = "error UNKNOWN_ERROR"

    result = await submit(hass, await asked(hass, entry), password=PASSWORD)

    assert result["errors"] == {"base": "refused"}


async def test_a_device_without_a_password_that_lets_nobody_in(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says to have no password, and wants one all the same."""
    device = await make_device(password=None)
    entry = await make_entry(device, trusted=False)
    result = await asked(hass, entry, "reauth_consent")
    stale = device.beacon.touch_reply()
    monkeypatch.setattr(device.beacon, "touch_reply", lambda: stale)
    device.set_password(PASSWORD)

    result = await submit(hass, result)

    assert result["errors"] == {"password": "invalid_auth"}
    result = await submit(hass, result, password=PASSWORD)
    assert result["reason"] == "reauth_successful"


async def test_where_the_device_let_us_in_is_where_it_is(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, trusted=False, setup=False, host=ADDRESSES[5])
    result = await start(hass, entry)

    result = await submit(hass, result, password=PASSWORD)

    assert result["reason"] == "reauth_successful"
    assert entry.data["host"] == ADDRESSES[0]
    await wait_for_state(hass, STATUS, "idle")


async def test_another_device_at_the_old_address_is_not_asked(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    other = await make_device(**OTHER)
    entry = await make_entry(device, trusted=False, setup=False, host=other.address)
    result = await start(hass, entry)

    result = await submit(hass, result, password=PASSWORD)

    assert result["reason"] == "reauth_successful"
    assert entry.data["host"] == device.address
    assert other.received.connections == []


async def test_closed_ports_are_an_error_at_the_form(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device, trusted=False)
    result = await asked(hass, entry)
    await device.refuse_connections(MANAGEMENT_PORT)

    result = await submit(hass, result, password=PASSWORD)

    assert result["errors"] == {"base": "cannot_connect"}
