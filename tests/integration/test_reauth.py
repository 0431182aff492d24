"""A device forgot us: its password, typed once more, is all it takes."""

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    BOTH,
    NAME,
    OTHER,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    having,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import assert_abort, assert_form, assert_trusted, submit
from tests.integration.life import STATUS, act, reauths


@pytest.fixture
async def entry(device: Device, make_entry: MakeEntry) -> MockConfigEntry:
    """Return the entry of a device that does not trust us."""
    return await make_entry(device, trusted=False)


async def asked(
    hass: HomeAssistant, entry: MockConfigEntry, step: str = "reauth_confirm"
) -> ConfigFlowResult:
    """Return the dialog that opened by itself."""
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    await hass.async_block_till_done()
    [flow] = reauths(hass, entry)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert_form(result, step)
    assert result["description_placeholders"]["name"] == NAME
    return result


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the dialog as Home Assistant does, for an entry in any state."""
    return await hass.config_entries.flow.async_init(
        entry.domain,
        context={"source": SOURCE_REAUTH, "entry_id": entry.entry_id},
        data=dict(entry.data),
    )


def assert_done(result: ConfigFlowResult) -> None:
    assert_abort(result, "reauth_successful")


@BOTH
async def test_the_password_makes_the_device_trust_us_again(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    before = dict(entry.data)
    assert_done(await submit(hass, await asked(hass, entry), password=PASSWORD))
    await assert_trusted(hass, device)
    assert entry.data == before
    assert entry.state is ConfigEntryState.LOADED
    assert device.received.passwords == [PASSWORD]
    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert reauths(hass, entry) == []


async def test_what_fails_can_be_tried_again(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await device.power_off()
    # It matters only once there is a password.
    result = await asked(hass, entry)
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="cannot_connect")
    await device.power_on()
    for password, error in (
        ("wrong", "invalid_auth"),
        ("", "empty_password"),
        ("geheim♥", "password_not_ascii"),
    ):
        result = await submit(hass, result, password=password)
        assert_form(result, "reauth_confirm", password=error)
    device.faults.replies["add_trust"] = "error UNKNOWN_ERROR"
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="refused")
    assert len(device.trust) == 0
    device.faults.clear()
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await submit(hass, result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert_done(await submit(hass, result, password=PASSWORD))


# -- without a password


async def test_a_device_without_a_password_needs_only_the_consent(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    """No datagram says that the password was removed, so the device is touched for it."""
    entry = await make_entry(device)
    device.set_password(None)
    device.forget_trust()
    device.received.clear()
    result = await start(hass, entry)
    assert_form(result, "reauth_consent")
    assert result["data_schema"].schema == {}
    assert len(device.trust) == 0
    assert_done(await submit(hass, result))
    await assert_trusted(hass, device)


@having({"password": None})
@pytest.mark.parametrize(
    ("stale", "error"), [(False, "empty_password"), (True, "invalid_auth")]
)
async def test_a_password_that_was_set_meanwhile_is_asked_for(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    *,
    stale: bool,
    error: str,
) -> None:
    """Also if the device goes on to say that it has none."""
    result = await asked(hass, entry, "reauth_consent")
    reply = device.beacon.touch_reply()
    if stale:
        monkeypatch.setattr(device.beacon, "touch_reply", lambda: reply)
    device.set_password(PASSWORD)
    result = await submit(hass, result)
    assert_form(result, "reauth_confirm", password=error)
    assert_done(await submit(hass, result, password=PASSWORD))


@pytest.mark.parametrize("typed", ["", PASSWORD, "an invented one"])
async def test_a_password_that_is_removed_meanwhile_does_not_matter(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, typed: str
) -> None:
    result = await asked(hass, entry)
    device.set_password(None)
    assert_done(await submit(hass, result, password=typed))
    await assert_trusted(hass, device)


# -- at another address


@pytest.mark.parametrize("other", [True, False])
async def test_where_the_device_let_us_in_is_where_it_is(
    hass: HomeAssistant,
    device: Device,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    *,
    other: bool,
) -> None:
    """Another device at the old address gets nothing."""
    there = (await make_device(**OTHER)) if other else None
    host = there.address if there else ADDRESSES[5]
    entry = await make_entry(device, trusted=False, setup=False, host=host)
    assert_done(await submit(hass, await start(hass, entry), password=PASSWORD))
    assert entry.data["host"] == device.address
    await wait_for_state(hass, STATUS, "idle")
    assert there is None or there.received.connections == []
