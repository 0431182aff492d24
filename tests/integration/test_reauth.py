"""A device forgot us: its password, typed once more, is all it takes."""

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryState,
    ConfigFlowResult,
)
import pytest

from simulator import MANAGEMENT_PORT, Device
from tests.integration.conftest import ADDRESSES, BOTH, NAME, OTHER, PASSWORD, having
from tests.integration.flows import assert_abort, assert_form, assert_trusted
from tests.integration.wired import Wired

# The device does not trust us.
ENTRY = {"trusted": False}


async def asked(wired: Wired, step: str = "reauth_confirm") -> ConfigFlowResult:
    """Return the dialog that opened by itself."""
    await wired.until(lambda: bool(wired.reauths))
    await wired.hass.async_block_till_done()
    [flow] = wired.reauths
    result = await wired.flow.async_configure(flow["flow_id"])
    assert_form(result, step)
    assert result["description_placeholders"]["name"] == NAME
    return result


async def start(wired: Wired) -> ConfigFlowResult:
    """Open the dialog as Home Assistant does, for an entry in any state."""
    return await wired.flow.async_init(
        wired.entry.domain,
        context={"source": SOURCE_REAUTH, "entry_id": wired.entry.entry_id},
        data=dict(wired.entry.data),
    )


def assert_done(result: ConfigFlowResult) -> None:
    assert_abort(result, "reauth_successful")


@BOTH
async def test_the_password_makes_the_device_trust_us_again(wired: Wired) -> None:
    before = dict(wired.entry.data)
    assert_done(await wired.submit(await asked(wired), password=PASSWORD))
    await assert_trusted(wired)
    assert wired.entry.data == before
    assert wired.entry.state is ConfigEntryState.LOADED
    assert wired.device.received.passwords == [PASSWORD]
    assert await wired.act("rename", name="Attic") == {"name": "Attic"}
    assert wired.reauths == []


async def test_what_fails_can_be_tried_again(wired: Wired, device: Device) -> None:
    await device.power_off()
    # It matters only once there is a password.
    result = await asked(wired)
    result = await wired.submit(result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="cannot_connect")
    await device.power_on()
    for password, error in (
        ("wrong", "invalid_auth"),
        ("", "empty_password"),
        ("geheim♥", "password_not_ascii"),
    ):
        result = await wired.submit(result, password=password)
        assert_form(result, "reauth_confirm", password=error)
    device.faults.replies["add_trust"] = "error UNKNOWN_ERROR"
    result = await wired.submit(result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="refused")
    assert len(device.trust) == 0
    device.faults.clear()
    await device.refuse_connections(MANAGEMENT_PORT)
    result = await wired.submit(result, password=PASSWORD)
    assert_form(result, "reauth_confirm", base="cannot_connect")
    await device.accept_connections(MANAGEMENT_PORT)
    assert_done(await wired.submit(result, password=PASSWORD))


# -- without a password


async def test_a_device_without_a_password_needs_only_the_consent(
    unpaired: Wired, device: Device
) -> None:
    """No datagram says that the password was removed, so the device is touched for it."""
    await unpaired.set_up()
    device.set_password(None)
    device.forget_trust()
    device.received.clear()
    result = await start(unpaired)
    assert_form(result, "reauth_consent")
    assert result["data_schema"].schema == {}
    assert len(device.trust) == 0
    assert_done(await unpaired.submit(result))
    await assert_trusted(unpaired)


@having({"password": None})
@pytest.mark.parametrize(
    ("stale", "error"), [(False, "empty_password"), (True, "invalid_auth")]
)
async def test_a_password_that_was_set_meanwhile_is_asked_for(
    wired: Wired,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
    *,
    stale: bool,
    error: str,
) -> None:
    """Also if the device goes on to say that it has none."""
    result = await asked(wired, "reauth_consent")
    reply = device.beacon.touch_reply()
    if stale:
        monkeypatch.setattr(device.beacon, "touch_reply", lambda: reply)
    device.set_password(PASSWORD)
    result = await wired.submit(result)
    assert_form(result, "reauth_confirm", password=error)
    assert_done(await wired.submit(result, password=PASSWORD))


@pytest.mark.parametrize("typed", ["", PASSWORD, "an invented one"])
async def test_a_password_that_is_removed_meanwhile_does_not_matter(
    wired: Wired, device: Device, typed: str
) -> None:
    result = await asked(wired)
    device.set_password(None)
    assert_done(await wired.submit(result, password=typed))
    await assert_trusted(wired)


# -- at another address


@pytest.mark.parametrize("other", [True, False])
async def test_where_the_device_let_us_in_is_where_it_is(
    unpaired: Wired, *, other: bool
) -> None:
    """Another device at the old address gets nothing."""
    there = (await unpaired.make_device(**OTHER)) if other else None
    host = there.address if there else ADDRESSES[5]
    entry = await unpaired.set_up(trusted=False, setup=False, host=host)
    assert_done(await unpaired.submit(await start(unpaired), password=PASSWORD))
    assert entry.data["host"] == unpaired.device.address
    await unpaired.status_is("idle")
    assert there is None or there.received.connections == []
