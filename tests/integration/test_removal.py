"""A device is removed: it forgets us, or the log says that it does not."""

from unittest.mock import AsyncMock

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp import trust
from custom_components.flux3dp.aioflux import ClientKey, ConnectionFailed
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.coordinator import LAST_STATUS
from simulator import Device, TrustedKey
from tests.integration.conftest import FAST, NAME, OTHER, PASSWORD, paced
from tests.integration.fakes import Home
from tests.integration.flows import assert_entry, assert_form, enter
from tests.integration.wired import Wired
from tests.keys import OTHER_CLIENT_KEY

LEFT = f"{NAME} may still trust the key of this Home Assistant"


async def test_what_is_forgotten_already_is_no_news(unpaired: Wired) -> None:
    bare = await unpaired.make_device(**OTHER | {"password": None})
    devices = (unpaired, unpaired.beside(bare))
    for each in devices:
        await each.set_up(trusted=False)
    for each in devices:
        await each.remove()

    assert unpaired.log == []
    assert unpaired.device.received.passwords == []


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_removed_device_forgets_our_key_and_no_other(
    wired: Wired, device: Device, *, loaded: bool
) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    device.trust.add(TrustedKey.from_pem("Studio", other.public_pem))
    if not loaded:
        await wired.unload()
    await wired.remove()

    assert [key.label for key in device.trust.values()] == ["Studio"]
    assert wired.log == []
    await device.wait_closed_connections()
    # Added again, it asks for its password.
    result = await enter(wired)
    assert_form(result, "authorize")
    assert_entry(await wired.submit(result, password=PASSWORD), device)


@paced(forget=1.5)
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("off", "no FLUX device answers"),
        ("stalled handshake", "it did not answer in time"),
        ("stalled command", "it did not answer in time"),
        ("refusal", "OPERATION_ERROR"),
        ("full disk", "was not written"),
    ],
)
async def test_the_log_says_what_is_left_and_a_removal_is_not_held_up(
    wired: Wired, device: Device, monkeypatch: pytest.MonkeyPatch, fault: str, why: str
) -> None:
    if fault == "off":
        await wired.switch_off()
        wired.caplog.clear()
    device.faults.management.stall_in_handshake = fault == "stalled handshake"
    if fault in ("stalled command", "refusal"):
        answer = "error OPERATION_ERROR" if fault == "refusal" else None
        device.faults.replies["remove_trust"] = answer
    if fault == "full disk":
        disk = OSError("the client key was not written")
        monkeypatch.setattr(trust, "async_get_client_key", AsyncMock(side_effect=disk))
    began = wired.hass.loop.time()
    await wired.remove()

    assert wired.hass.loop.time() - began < FAST.handshake == FAST.command
    [line] = wired.log
    assert line.startswith(LEFT)
    assert why in line
    assert len(device.trust) == 1
    assert wired.hass.config_entries.async_entries(DOMAIN) == []
    await device.wait_closed_connections()


async def test_what_a_removed_device_said_is_forgotten(home: Home) -> None:
    """It is added again at once, and is off by now."""
    hass, data = home.hass, dict(home.entry.data)
    await home.run()
    assert home.value("status") == "running"
    home.listener.silent = True
    home.device.refuses_manager = ConnectionFailed()
    await home.remove()
    assert hass.data[LAST_STATUS] == {}
    home.entry = MockConfigEntry(
        domain=DOMAIN, unique_id=home.device.info.uuid, data=data
    )
    home.entry.add_to_hass(hass)
    await home.done(hass.config_entries.async_setup(home.entry.entry_id))
    assert home.value("status") != "running"
