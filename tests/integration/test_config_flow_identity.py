"""A person sets a device up: who it is, and who only says so."""

from dataclasses import replace
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Identity, fingerprint
from custom_components.flux3dp.discovery import async_get_listener
from tests.integration.conftest import NAME, PASSWORD, MakeDevice
from tests.integration.flows import (
    add,
    assert_entry,
    card,
    cards,
    enter,
    submit,
    swap_mainboard,
)
from tests.keys import MASTER_KEYS


async def test_unverified_device_is_set_up_only_with_consent(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await add(hass)
    result = await submit(hass, result, device=device.config.uuid)
    assert result["step_id"] == "confirm_identity"
    assert not result["errors"]
    shown = result["description_placeholders"]["fingerprint"]
    assert shown == fingerprint(device.master_public_der)
    assert shown.replace(":", "").lower() == device.fingerprint

    result = await submit(hass, result)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"accept": "not_accepted"}
    # Until a person has said yes, it has nothing of ours.
    assert device.received.application_bytes == b""

    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, verified=False)


async def test_unverified_device_that_went_off_after_it_was_shown(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await enter(hass, device.address)
    assert result["step_id"] == "confirm_identity"
    await device.power_off()
    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"base": "cannot_connect"}

    await device.power_on()
    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "authorize"
    result = await submit(hass, result, password=PASSWORD)
    assert_entry(result, device, verified=False)


async def test_consent_is_for_the_key_that_was_shown(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None)
    result = await enter(hass, device.address)
    assert result["step_id"] == "confirm_identity"
    await swap_mainboard(hass, device)
    device.received.clear()

    result = await submit(hass, result, accept=True)
    assert result["step_id"] == "confirm_identity"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.application_bytes == b""

    # Added again, the new key is the one that is asked about.
    result = await enter(hass, device.address)
    shown = result["description_placeholders"]["fingerprint"]
    assert shown == fingerprint(device.master_public_der)
    result = await submit(hass, result, accept=True)
    assert_entry(await submit(hass, result, password=PASSWORD), device, verified=False)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "unverified"), ("de", "nicht überprüft")]
)
async def test_card_of_an_unverified_device_says_so(
    hass: HomeAssistant, make_device: MakeDevice, language: str, word: str
) -> None:
    hass.config.language = language
    device = await make_device(vendor_key=None, password=None)
    result = await card(hass, device)
    (flow,) = cards(hass, device)
    assert flow["context"]["title_placeholders"] == {"name": f"{NAME} ({word})"}
    assert result["step_id"] == "confirm_identity"
    result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=False)


async def test_card_shows_the_fingerprint_of_the_moment(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(vendor_key=None, password=None)
    result = await card(hass, device)
    before = result["description_placeholders"]["fingerprint"]
    assert before == fingerprint(device.master_public_der)
    assert device.received.connections == []
    await swap_mainboard(hass, device)

    # Opened again, after it hung there for weeks.
    result = await hass.config_entries.flow.async_configure(result["flow_id"])

    after = result["description_placeholders"]["fingerprint"]
    assert after == fingerprint(device.master_public_der) != before
    result = await submit(hass, result, accept=True)
    assert_entry(result, device, verified=False)


async def test_card_of_a_device_that_lost_its_signature_asks_about_its_key(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    assert result["step_id"] == "discovery_confirm"
    listener = await async_get_listener(hass)
    unsigned = replace(listener.get(device.config.uuid), identity=Identity.UNVERIFIED)
    with patch.object(listener, "get", return_value=unsigned):
        result = await submit(hass, result)
    assert result["step_id"] == "confirm_identity"


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("generation", [1, 2])
async def test_impostor_receives_nothing(
    hass: HomeAssistant, make_device: MakeDevice, generation: int, signed: bool
) -> None:
    """The datagrams are the device's, the certificate is somebody else's."""
    device = await make_device(
        generation=generation, **({} if signed else {"vendor_key": None})
    )
    device.faults.wrong_certificate = MASTER_KEYS[3]
    result = await enter(hass, device.address)
    assert result["step_id"] == "manual"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.connections
    assert device.received.application_bytes == b""
    assert device.received.passwords == []

    device.faults.clear()
    result = await submit(hass, result, host=device.address)
    assert result["step_id"] == ("authorize" if signed else "confirm_identity")


async def test_impostor_that_appears_before_the_password_does_not_get_it(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device()
    result = await enter(hass, device.address)
    assert result["step_id"] == "authorize"
    device.received.clear()
    device.faults.wrong_certificate = MASTER_KEYS[3]

    result = await submit(hass, result, password=PASSWORD)
    assert result["step_id"] == "authorize"
    assert result["errors"] == {"base": "identity_mismatch"}
    assert device.received.connections
    assert device.received.application_bytes == b""
    assert device.received.passwords == []

    device.faults.clear()
    assert_entry(await submit(hass, result, password=PASSWORD), device)


async def test_card_is_for_the_mainboard_that_is_there_now(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    device = await make_device(password=None)
    result = await card(hass, device)
    await swap_mainboard(hass, device)
    result = await submit(hass, result)
    assert_entry(result, device)
