"""Actions on one device: which it is, who may call them, what they do, how they fail."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import area_registry as ar, device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from simulator import Device, TrustedKey
from tests.integration.conftest import NAME, PASSWORD, MakeDevice, having, paced
from tests.integration.fakes import Home
from tests.integration.flows import assert_abort, wifi
from tests.integration.wired import Wired
from tests.keys import OTHER_CLIENT_KEY

STUDIO = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
STUDIO_ID = STUDIO.access_id.hex()
BETTER = {"old_password": PASSWORD, "new_password": "better"}
# What every action takes, at least.
ACTIONS: dict[str, dict[str, Any]] = {
    "rename": {"name": "Attic"},
    "set_network": wifi("Attic"),
    "change_password": BETTER,
    "list_trusted_keys": {},
    "remove_trusted_key": {"key": STUDIO_ID[:8]},
    "scan_wifi": {},
    "list_files": {},
    "file_info": {"path": "SD/calibration cube.fc"},
    "upload_file": {"source": "/media/boat.fc", "path": "SD/boat.fc"},
    "download_file": {"path": "USB/stick.fc", "target_path": "/media/stick.fc"},
    "delete_file": {"path": "SD/calibration cube.fc"},
    "start_job": {"path": "SD/calibration cube.fc"},
    "repeat_last_job": {},
    "home": {},
    "calibrate": {},
    "load_filament": {},
    "unload_filament": {},
    "stop_loading": {},
    "free_device": {},
}


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device, which trusts another program too."""
    device = await make_device(**getattr(request, "param", {}))
    device.trust.add(TrustedKey.from_pem("Studio", STUDIO.public_pem))
    return device


async def scan(wired: Wired, **target: object) -> Any:
    """Call an action that takes exactly one device, on a target."""
    return await wired.hass.services.async_call(
        DOMAIN, "scan_wifi", {}, target=target, blocking=True, return_response=True
    )


async def fails(wired: Wired, action: str, **data: Any) -> HomeAssistantError:
    """Return the error of an action; one of the call itself has a key with `invalid`."""
    with pytest.raises(HomeAssistantError) as failed:
        await wired.act(action, **data)
    error, key = failed.value, str(failed.value.translation_key)
    assert isinstance(error, ServiceValidationError) is key.startswith("invalid_")
    return error


# -- which device, and who may


async def test_a_target_that_is_not_one_device_of_ours_is_an_error(
    wired: Wired, hass: HomeAssistant, other: Device
) -> None:
    ours = [each.registered.id for each in (wired, wired.beside(other))]
    empty = ar.async_get(hass).async_create("Empty")
    foreign = MockConfigEntry(domain="other")
    foreign.add_to_hass(hass)
    lamp = dr.async_get(hass).async_get_or_create(
        config_entry_id=foreign.entry_id, identifiers={("other", "1")}
    )

    async def key(**target: object) -> str | None:
        with pytest.raises(ServiceValidationError) as refused:
            await scan(wired, **target)
        return refused.value.translation_key

    assert await key(area_id=empty.id) == "no_device"
    assert await key(entity_id="light.lamp") == "entity_foreign"
    assert await key(device_id="0" * 32) == "device_unknown"
    assert await key(device_id=[ours[0], "0" * 32]) == "device_unknown"
    assert await key(device_id=lamp.id) == "device_foreign"
    assert await key(device_id=ours) == "one_device"
    await hass.config_entries.async_set_disabled_by(
        wired.entry.entry_id, ConfigEntryDisabler.USER
    )
    assert await key(device_id=ours[0]) == "device_not_loaded"
    with pytest.raises(vol.Invalid):
        await scan(wired)
    assert wired.device.received.connections == other.received.connections == []


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_who_may_call_an_action(
    wired: Wired, device: Device, hass_read_only_user: MockUser, action: str
) -> None:
    call = wired.act(action, user=hass_read_only_user, **ACTIONS[action])
    if action in ("list_files", "file_info"):
        await call
        assert device.received.connections
    else:
        with pytest.raises(Unauthorized):
            await call
        assert device.received.connections == []
    # See test_services_jobs.py: who may press the buttons.
    jobs = {"pause_job", "resume_job", "cancel_job", "clear_job"}
    assert set(wired.hass.services.async_services_for_domain(DOMAIN)) == jobs | set(
        ACTIONS
    )


# -- errors


async def test_a_refusal_of_the_device_is_a_sentence(wired: Wired) -> None:
    for reply, key, sentence in (
        ("error BAD_PARAMS", "refused_values", "accept these values: BAD_PARAMS"),
        ("er BAD_PARAMS ns", "refused_values", "accept these values: BAD_PARAMS ns"),
        ("error HARDWARE_FAILURE x", "refused_hardware", "HARDWARE_FAILURE x. Re"),
        ("error OPERATION_ERROR", "refused_not_ready", "is not ready yet"),
        ("error UNKNOWN_COMMAND", "refused_unknown_command", "does not support this"),
        ("error UNKNOWN_ERROR", "refused_without_reason", "without a reason"),
        ("error NOT_FOUND", "refused_not_found", "could not find this"),
        ("error SOMETHING NEW", "refused", "refused the command: SOMETHING NEW"),
        ("bonjour", "not_understood", "invalid response"),
    ):
        wired.device.faults.replies["rename"] = reply
        error = await fails(wired, "rename", name="Attic")
        assert error.translation_key == key
        assert NAME in str(error)
        assert sentence in str(error)


async def test_a_device_that_is_off_is_a_sentence(wired: Wired, device: Device) -> None:
    await device.power_off()
    error = await fails(wired, "scan_wifi")
    assert error.translation_key == "cannot_connect"


@having({"multicast": False})
async def test_a_host_name_that_does_not_resolve_is_no_fault_of_the_call(
    unpaired: Wired, names: dict[str, str]
) -> None:
    await unpaired.set_up(host="workshop")
    error = await fails(unpaired, "scan_wifi")
    assert error.translation_key == "cannot_connect"
    assert "workshop" in str(error)


async def test_who_does_not_say_its_name_leaves_no_gap_in_a_sentence(
    home: Home,
) -> None:
    await home.run(-1, "OCCUPIED")
    with pytest.raises(HomeAssistantError, match=r"by another program \(\?\)\."):
        await home.done(home.act("home"))


async def test_an_action_can_be_called_off(wired: Wired, device: Device) -> None:
    device.faults.replies["scan_wifi"] = None  # never answered
    call = asyncio.ensure_future(wired.act("scan_wifi"))
    await device.wait_command("scan_wifi")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await device.wait_closed_connections()
    assert wired.value("status") == "idle"


# -- rename


@having({"generation": 1}, {"multicast": False})
async def test_rename_changes_device_announcement_and_registry(wired: Wired) -> None:
    name = "Drucker im Büro 🖨"
    assert await wired.act("rename", name=name) == {"name": name}
    assert wired.device.name == wired.registered.name == name
    assert wired.device.received.passwords == []
    await wired.device.wait_closed_connections()


async def test_a_name_the_device_would_not_show_is_refused_here(wired: Wired) -> None:
    for name, reason in (
        ("", "empty_name"),
        ("  ", "empty_name"),
        ("two\nlines", "control_characters"),
        ("\ud800", "control_characters"),
        ("ü" * 65, "name_too_long"),
    ):
        error = await fails(wired, "rename", name=name)
        assert error.translation_key == f"invalid_{reason}"
    assert wired.device.received.connections == []


@paced(rename_return=0.3)
async def test_a_name_that_is_never_announced_is_an_error(wired: Wired) -> None:
    wired.device.faults.replies["rename"] = "ok"  # and nothing happens
    error = await fails(wired, "rename", name="Attic")
    assert error.translation_key == "rename_not_announced"
    result = await wired.reconfigure("rename")
    result = await wired.submit(result, name="Attic")
    assert_abort(result, "rename_not_announced")


# -- password and keys


async def test_a_new_password(wired: Wired, device: Device) -> None:
    await wired.act("change_password", **BETTER)
    assert device.password == "better"
    assert len(device.trust) == 2
    await wired.act("change_password", old_password="better", new_password="")
    assert device.password is None
    await wired.act("change_password", old_password="", new_password="again")
    assert device.password == "again"
    assert device.received.passwords == wired.reauths == []


async def test_a_change_that_is_called_off_is_completed(wired: Wired) -> None:
    """In its middle the device trusts no key."""
    changing = wired.hass.async_create_task(
        wired.act("change_password", **BETTER, forget_trusted=True)
    )
    await wired.device.wait_command("passwd")
    changing.cancel()
    await asyncio.wait([changing])
    await wired.device.wait_command("add_trust")
    await wired.device.wait_closed_connections()

    assert changing.cancelled()
    assert wired.device.password == "better"
    assert [key.label for key in wired.device.trust.values()] == [
        "Home Assistant (test home)"
    ]


async def test_a_password_that_cannot_be_changed(wired: Wired, device: Device) -> None:
    for old, new, reason in (
        ("wrong", "better", "wrong_password"),
        (PASSWORD, "besser♥", "password_not_ascii"),
        ("tab\there", "better", "password_not_ascii"),
    ):
        data = {"old_password": old, "new_password": new}
        error = await fails(wired, "change_password", **data)
        assert error.translation_key == f"invalid_{reason}"
    assert device.password == PASSWORD
    assert wired.reauths == []


@having({}, {"old_list_trust": True})
async def test_keys_are_listed_by_the_beginning_of_their_ids(
    wired: Wired, client_key: ClientKey
) -> None:
    """The whole of one opens the robot port of current firmware."""
    kind = "" if wired.device.config.old_list_trust else "U"
    ours = client_key.access_id.hex()[:8]
    label = "Home Assistant (test home)"
    listed = (await wired.act("list_trusted_keys"))["keys"]
    assert sorted(listed, key=lambda key: key["label"]) == [
        {"label": label, "type": kind, "key": ours, "ours": True},
        {"label": "Studio", "type": kind, "key": STUDIO_ID[:8], "ours": False},
    ]


@pytest.mark.parametrize("key", [STUDIO_ID[:8], STUDIO_ID[:8].upper(), STUDIO_ID])
async def test_the_key_of_another_program_is_removed(wired: Wired, key: str) -> None:
    await wired.act("remove_trusted_key", key=key)
    assert [key.label for key in wired.device.trust.values()] == [
        "Home Assistant (test home)"
    ]


async def test_keys_that_cannot_be_removed(wired: Wired, client_key: ClientKey) -> None:
    # No other key is meant, and that it is too little is known without the device.
    for length in (0, 1, 4, 7):
        error = await fails(wired, "remove_trusted_key", key=STUDIO_ID[:length])
        assert error.translation_key == "invalid_unknown_key"
    assert wired.device.received.connections == []
    wired.device.faults.replies["remove_trust"] = "error NOT_FOUND"
    error = await fails(wired, "remove_trusted_key", key=STUDIO_ID[:8])
    assert error.translation_key == "refused_not_found"
    twin = STUDIO_ID[:8] + "0" * 32
    wired.device.trust.add(TrustedKey(label="Twin", access_id=twin))
    for key, reason in (
        (client_key.access_id.hex()[:8], "invalid_own_key"),
        ("00000000", "invalid_unknown_key"),
        (STUDIO_ID[:8], "invalid_unknown_key"),  # could be either of two
    ):
        error = await fails(wired, "remove_trusted_key", key=key)
        assert error.translation_key == reason
    assert len(wired.device.trust) == 3
