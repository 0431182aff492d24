"""The dashboard card is served, and registered once, where resources are stored."""

import hashlib
from typing import Any
from unittest.mock import patch

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.frontend import CARD, CARD_URL
from tests.integration.conftest import OTHER as OTHER_DEVICE
from tests.integration.wired import Wired

CONTENT = CARD.read_bytes()
OTHER = {"id": "other", "type": "module", "url": "/local/other-card.js"}


def card_url() -> str:
    digest = hashlib.sha256(CONTENT).hexdigest()[:12]
    return f"/flux3dp_static/flux3dp-card-{digest}.js"


def ours(hass: HomeAssistant) -> list[dict[str, Any]]:
    return [
        item
        for item in hass.data[LOVELACE_DATA].resources.async_items()
        if item["url"].startswith("/flux3dp_static/")
    ]


def store(hass_storage: dict[str, Any], *items: dict[str, str]) -> None:
    hass_storage["lovelace_resources"] = {
        "version": 1,
        "minor_version": 1,
        "key": "lovelace_resources",
        "data": {"items": list(items)},
    }


async def test_browsers_get_the_card_and_keep_it(
    entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> None:
    browser = await hass_client_no_auth()

    response = await browser.get(card_url())

    assert response.status == 200
    assert await response.read() == CONTENT
    assert "javascript" in response.headers["Content-Type"]
    assert "max-age" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", [CARD_URL, CARD_URL.replace(".js", "-0123456789ab.js")]
)
async def test_a_path_of_yaml_or_of_an_older_card_leads_to_this_one(
    entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator, path: str
) -> None:
    browser = await hass_client_no_auth()

    response = await browser.get(path, allow_redirects=False)

    assert response.status == 302
    assert response.headers["Location"] == card_url()


async def test_two_devices_make_one_resource_beside_those_of_others(
    unpaired: Wired, hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store(hass_storage, OTHER)
    assert await async_setup_component(hass, "lovelace", {})
    await unpaired.set_up(setup=False)
    await unpaired.make_entry(await unpaired.make_device(**OTHER_DEVICE), setup=False)

    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()

    assert len(hass.config_entries.async_loaded_entries(DOMAIN)) == 2
    [item] = ours(hass)
    assert (item["type"], item["url"]) == ("module", card_url())
    assert OTHER in hass.data[LOVELACE_DATA].resources.async_items()


async def test_another_file_updates_the_resource_and_surplus_ones_go(
    unpaired: Wired, hass_storage: dict[str, Any]
) -> None:
    old = {"type": "module", "url": "/flux3dp_static/flux3dp-card-0123456789ab.js"}
    store(hass_storage, {"id": "first"} | old, OTHER, {"id": "second"} | old)
    assert await async_setup_component(unpaired.hass, "lovelace", {})

    await unpaired.set_up()

    assert ours(unpaired.hass) == [{"id": "first", "type": "module", "url": card_url()}]
    assert OTHER in unpaired.hass.data[LOVELACE_DATA].resources.async_items()


async def test_the_resource_goes_with_the_last_device(
    unpaired: Wired, hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store(hass_storage, OTHER)
    assert await async_setup_component(hass, "lovelace", {})
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id="ignored"
    ).add_to_hass(hass)
    first = await unpaired.set_up()
    second = await unpaired.make_entry(await unpaired.make_device(**OTHER_DEVICE))

    await hass.config_entries.async_remove(first.entry_id)
    assert len(ours(hass)) == 1

    await hass.config_entries.async_remove(second.entry_id)
    assert ours(hass) == []
    assert hass.data[LOVELACE_DATA].resources.async_items() == [OTHER]


async def test_the_resource_goes_with_a_device_that_is_disabled(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store(hass_storage, {"id": "first", "type": "module", "url": CARD_URL})
    assert await async_setup_component(hass, "lovelace", {})
    entry = MockConfigEntry(domain=DOMAIN, disabled_by=ConfigEntryDisabler.USER)
    entry.add_to_hass(hass)

    await hass.config_entries.async_remove(entry.entry_id)

    assert ours(hass) == []


async def test_resources_in_yaml_are_left_to_the_user_who_learns_the_line(
    unpaired: Wired, hass: HomeAssistant
) -> None:
    config = {"lovelace": {"resource_mode": "yaml", "resources": []}}
    assert await async_setup_component(hass, "frontend", config)
    before = hass.data[DATA_EXTRA_MODULE_URL].urls

    await unpaired.set_up()
    await unpaired.reload()

    assert hass.data[DATA_EXTRA_MODULE_URL].urls == before | {card_url()}
    assert ours(hass) == []
    assert unpaired.caplog.text.count(CARD_URL) == 1

    await unpaired.remove()
    assert hass.data[DATA_EXTRA_MODULE_URL].urls == before


async def test_a_line_in_yaml_is_enough(unpaired: Wired) -> None:
    line = {"type": "module", "url": CARD_URL}
    config = {"lovelace": {"resource_mode": "yaml", "resources": [line]}}
    assert await async_setup_component(unpaired.hass, "frontend", config)
    before = unpaired.hass.data[DATA_EXTRA_MODULE_URL].urls

    await unpaired.set_up()

    assert unpaired.hass.data[DATA_EXTRA_MODULE_URL].urls == before
    assert "Dashboard resources are in YAML" not in unpaired.caplog.text


async def test_without_dashboards_devices_come_and_go(wired: Wired) -> None:
    assert LOVELACE_DATA not in wired.hass.data

    await wired.remove()

    assert LOVELACE_DATA not in wired.hass.data
    assert wired.hass.config_entries.async_entries(DOMAIN) == []


@pytest.mark.parametrize("error", [OSError("disk full"), HomeAssistantError("damaged")])
async def test_storage_that_fails_keeps_no_device_from_its_setup_or_removal(
    unpaired: Wired, error: Exception
) -> None:
    assert await async_setup_component(unpaired.hass, "lovelace", {})
    with patch.object(ResourceStorageCollection, "async_get_info", side_effect=error):
        entry = await unpaired.set_up()
        assert entry.state is ConfigEntryState.LOADED
        await unpaired.remove()

    assert len(unpaired.device.trust) == 0
    line = f"Failed to update the dashboard resource of the FLUX card: {error}"
    assert [each.getMessage() for each in unpaired.caplog.records].count(line) == 2
