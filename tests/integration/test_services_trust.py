"""Actions about trust: the password, and whose keys a device knows."""

import asyncio
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from simulator import Device, TrustedKey
from tests.integration.conftest import PASSWORD, MakeDevice, MakeEntry
from tests.integration.life import act, reauths, registered
from tests.integration.networks import wifi
from tests.keys import OTHER_CLIENT_KEY

OTHER = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
STUDIO = OTHER.access_id.hex()

# What every action of the integration takes, at least.
ACTIONS: dict[str, dict[str, Any]] = {
    "rename": {"name": "Attic"},
    "set_network": wifi("Attic"),
    "change_password": {"old_password": PASSWORD, "new_password": "better"},
    "list_trusted_keys": {},
    "remove_trusted_key": {"key": STUDIO[:8]},
    "scan_wifi": {},
}
ANYBODY = {"scan_wifi"}


async def refusal(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return why an action was refused, and make sure that there are words for it."""
    words = await async_get_translations(hass, "en", "exceptions", [DOMAIN])
    key = str(error.translation_key)
    sentence = words[f"component.{DOMAIN}.exceptions.{key}.message"]
    assert sentence.format(**error.translation_placeholders or {})
    return key


# -- change_password


async def test_a_change_that_is_called_off_is_carried_out_to_its_end(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """In its middle the device trusts nobody."""
    device = await make_device()
    entry = await make_entry(device)
    passwords = {"old_password": PASSWORD, "new_password": "better"}
    changing = hass.async_create_task(
        act(hass, entry, "change_password", **passwords, forget_trusted=True)
    )
    await device.wait_command("passwd")
    changing.cancel()

    await asyncio.wait([changing])
    await device.wait_command("add_trust")
    await device.wait_closed_connections()

    assert changing.cancelled()
    assert device.password == "better"
    assert [key.label for key in device.trust] == ["Home Assistant (test home)"]


async def test_a_new_password(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, client_key: ClientKey
) -> None:
    entry = await make_entry(device)
    device.trust.add(TrustedKey.from_pem("Studio", OTHER.public_pem))

    await act(
        hass, entry, "change_password", old_password=PASSWORD, new_password="better"
    )

    assert device.password == "better"
    assert {key.access_id for key in device.trust} == {
        client_key.access_id.hex(),
        STUDIO,
    }
    assert device.received.passwords == []


async def test_no_password_any_more_and_one_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    await act(hass, entry, "change_password", old_password=PASSWORD, new_password="")
    assert device.password is None
    await act(hass, entry, "change_password", old_password="", new_password="again")
    assert device.password == "again"
    assert reauths(hass, entry) == []


@pytest.mark.parametrize(
    ("passwords", "reason"),
    [
        (("wrong", "better"), "invalid_wrong_password"),
        ((PASSWORD, "besser♥"), "invalid_password_not_ascii"),
        (("tab\there", "better"), "invalid_password_not_ascii"),
    ],
)
async def test_a_password_that_cannot_be_changed(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    passwords: tuple[str, str],
    reason: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    old, new = passwords

    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "change_password", old_password=old, new_password=new)

    assert await refusal(hass, refused.value) == reason
    assert device.password == PASSWORD
    assert reauths(hass, entry) == []


# -- the keys


@pytest.mark.parametrize("old_list_trust", [False, True], ids=["json", "old"])
async def test_keys_are_told_by_the_beginning_of_their_ids(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    client_key: ClientKey,
    *,
    old_list_trust: bool,
) -> None:
    device = await make_device(old_list_trust=old_list_trust)
    entry = await make_entry(device)
    device.trust.add(TrustedKey.from_pem("Studio", OTHER.public_pem))

    response = await act(hass, entry, "list_trusted_keys")

    kind = "" if old_list_trust else "U"
    assert response == {
        "keys": [
            {
                "label": "Home Assistant (test home)",
                "type": kind,
                "key": client_key.access_id.hex()[:8],
                "ours": True,
            },
            {"label": "Studio", "type": kind, "key": STUDIO[:8], "ours": False},
        ]
    }
    # The whole of one opens the robot port of current firmware.
    assert STUDIO not in str(response)


@pytest.mark.parametrize("key", [STUDIO[:8], STUDIO[:8].upper(), STUDIO])
async def test_the_key_of_another_program_is_removed(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    client_key: ClientKey,
    key: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.trust.add(TrustedKey.from_pem("Studio", OTHER.public_pem))

    await act(hass, entry, "remove_trusted_key", key=key)

    assert [key.access_id for key in device.trust] == [client_key.access_id.hex()]


async def test_keys_that_cannot_be_removed(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    client_key: ClientKey,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.trust.add(TrustedKey.from_pem("Studio", OTHER.public_pem))
    twin = STUDIO[:8] + "0" * 32
    device.trust.add(TrustedKey(label="Twin", access_id=twin))

    for key, reason in (
        (client_key.access_id.hex()[:8], "invalid_own_key"),
        ("00000000", "invalid_unknown_key"),
        (STUDIO[:7], "invalid_unknown_key"),
        (STUDIO[:8], "invalid_unknown_key"),  # could be either of two
        ("", "invalid_unknown_key"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, entry, "remove_trusted_key", key=key)
        assert await refusal(hass, refused.value) == reason

    assert len(device.trust) == 3
    await act(hass, entry, "remove_trusted_key", key=twin)
    assert twin not in device.trust


async def test_a_key_that_is_gone_by_then_is_a_sentence(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.trust.add(TrustedKey.from_pem("Studio", OTHER.public_pem))
    device.faults.replies["remove_trust"] = "error NOT_FOUND"

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "remove_trusted_key", key=STUDIO[:8])

    assert await refusal(hass, failed.value) == "refused_not_found"


# -- who may


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_who_may_call_an_action(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    hass_read_only_user: MockUser,
    action: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    async def call() -> None:
        await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": registered(hass, entry).id, **ACTIONS[action]},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
            return_response=action not in ("change_password", "remove_trusted_key"),
        )

    if action in ANYBODY:
        await call()
        assert device.received.management
    else:
        with pytest.raises(Unauthorized):
            await call()
        assert device.received.connections == []


async def test_no_action_is_forgotten_here(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    await make_entry(await make_device())

    others = {"list_files", "file_info", "start_job", "upload_file"} | {
        "download_file",
        "delete_file",
    }
    # See test_services_jobs.py: who may press the buttons.
    others |= {"pause_job", "resume_job", "cancel_job", "clear_job"}
    assert set(hass.services.async_services_for_domain(DOMAIN)) - others == set(ACTIONS)
