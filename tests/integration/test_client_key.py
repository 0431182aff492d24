"""One client key per Home Assistant, made once and kept for good."""

import asyncio
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.flux3dp import client_key as key_module
from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.client_key import async_get_client_key
from custom_components.flux3dp.const import DOMAIN
from tests.integration.conftest import PASSWORD
from tests.integration.wired import Wired
from tests.keys import CLIENT_KEY

STORED = f"{DOMAIN}.identity"


async def test_a_key_is_made_once_and_stored_for_the_owner_of_the_file_only(
    hass: HomeAssistant, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    del hass_storage[STORED]
    made: list[dict[str, object]] = []

    class Watched[T: dict[str, Any]](Store[T]):
        def __init__(self, *args: Any, **options: Any) -> None:
            made.append(options)
            super().__init__(*args, **options)

    monkeypatch.setattr(key_module, "Store", Watched)
    first, second = await asyncio.gather(
        async_get_client_key(hass), async_get_client_key(hass)
    )
    assert first is second
    stored = hass_storage[STORED]["data"]["private_key"]
    assert ClientKey.from_pem(stored).access_id == first.access_id
    assert made == [{"private": True}]


async def test_a_disk_that_refuses_keeps_no_request_waiting(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    del hass_storage[STORED]
    # A store logs that it failed to write, and says nothing.
    with patch.object(Store, "async_save"):
        for _ in range(2):
            with pytest.raises(OSError, match="was not written"):
                await async_get_client_key(hass)

    assert await async_get_client_key(hass)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        [],
        "text",
        {"private_key": None},
        {"private_key": "no PEM"},
        {"private_key": CLIENT_KEY.decode()[:400]},
        # One character, in what says that it is an RSA key.
        {"private_key": CLIENT_KEY.decode().replace("kqhkiG9w0", "kqhkiGtw0")},
    ],
    ids=["empty", "list", "text", "none", "no PEM", "cut off", "unknown kind"],
)
async def test_a_key_that_cannot_be_read_is_replaced_and_logged(
    hass_storage: dict[str, Any], unpaired: Wired, damaged: object
) -> None:
    hass_storage[STORED]["data"] = damaged
    key = await async_get_client_key(unpaired.hass)
    stored = hass_storage[STORED]["data"]["private_key"]
    assert ClientKey.from_pem(stored).access_id == key.access_id
    [line] = [line for line in unpaired.log if "Failed to read" in line]
    assert STORED in line
    assert CLIENT_KEY.decode()[100:130] not in line


async def test_a_key_that_was_replaced_is_trusted_after_a_reauthentication(
    hass_storage: dict[str, Any], unpaired: Wired
) -> None:
    hass_storage[STORED]["data"] = {}
    await unpaired.set_up()
    key = await async_get_client_key(unpaired.hass)
    # The device knows the old one only.
    [dialog] = unpaired.reauths
    result = await unpaired.flow.async_configure(
        dialog["flow_id"], {"password": PASSWORD}
    )
    assert result["reason"] == "reauth_successful"
    trusted = {each.access_id for each in unpaired.device.trust.values()}
    assert key.access_id.hex() in trusted
