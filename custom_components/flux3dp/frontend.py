"""The dashboard card: serves its file and registers it as a dashboard resource.

The file is what `script/card` builds from `card/`. Its name on the server carries a hash
of its content, so browsers keep it for good and notice a new one. Pages load resources
after they booted; what `add_extra_js_url` puts on a page can run before, when the
frontend (2026.8 and later) does not find its elements: that is for resources in YAML only.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
import hashlib
from pathlib import Path
from typing import Final

from aiohttp.web import HTTPFound
from homeassistant.components import frontend
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import CONF_RESOURCE_TYPE_WS, LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.const import CONF_ID, CONF_TYPE, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER

CARD: Final = Path(__file__).parent / "www" / "flux3dp-card.js"
BASE_URL: Final = f"/{DOMAIN}_static"
CARD_URL: Final = f"{BASE_URL}/{CARD.name}"
"""For resources in YAML: redirects to the present file."""

_URL: Final[HassKey[str]] = HassKey(f"{DOMAIN}.card_url")
_EXTRA_URL: Final[HassKey[str]] = HassKey(f"{DOMAIN}.card_extra_url")
_LOCK: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}.card_lock")


async def async_serve_card(hass: HomeAssistant) -> None:
    """Serve the card's file; once, because a path stays until Home Assistant stops."""
    content = await hass.async_add_executor_job(CARD.read_bytes)
    digest = hashlib.sha256(content).hexdigest()[:12]
    url = f"{BASE_URL}/{CARD.stem}-{digest}.js"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(CARD))])
    # A page from before an update asks for the path it knows, YAML for CARD_URL.
    hass.http.register_redirect(
        f"{BASE_URL}/{CARD.stem}{{version:.*}}.js", url, redirect_exc=HTTPFound
    )
    hass.data[_URL] = url


async def async_register_card(hass: HomeAssistant) -> None:
    """Have dashboards load the card, by exactly one resource."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    url, resources = hass.data[_URL], lovelace.resources
    if not isinstance(resources, ResourceStorageCollection):
        _register_extra(hass, url, resources.async_items())
        return
    wanted = {CONF_RESOURCE_TYPE_WS: "module", CONF_URL: url}
    async with _changing_resources(hass):
        ours = await _async_ours(resources)
        if not ours:
            await resources.async_create_item(wanted)
        elif (ours[0][CONF_URL], ours[0][CONF_TYPE]) != (url, "module"):
            await resources.async_update_item(ours[0][CONF_ID], wanted)
        for surplus in ours[1:]:
            await resources.async_delete_item(surplus[CONF_ID])


async def async_unregister_card(hass: HomeAssistant) -> None:
    """Have no page load the card, after the last device was removed."""
    if (extra := hass.data.pop(_EXTRA_URL, None)) is not None:
        frontend.remove_extra_js_url(hass, extra)
    lovelace = hass.data.get(LOVELACE_DATA)
    if lovelace and isinstance(lovelace.resources, ResourceStorageCollection):
        async with _changing_resources(hass):
            for item in await _async_ours(lovelace.resources):
                await lovelace.resources.async_delete_item(item[CONF_ID])


def _register_extra(
    hass: HomeAssistant, url: str, resources: Iterable[Mapping[str, str]]
) -> None:
    """Have pages load the card where resources are in YAML, which is the user's own."""
    if _EXTRA_URL in hass.data or any(_is_ours(resource) for resource in resources):
        return
    frontend.add_extra_js_url(hass, url)
    hass.data[_EXTRA_URL] = url
    LOGGER.info(
        "Dashboard resources are in YAML. For the FLUX card to be there in every page "
        "load, add one with the url %s and the type module",
        CARD_URL,
    )


@asynccontextmanager
async def _changing_resources(hass: HomeAssistant) -> AsyncIterator[None]:
    """Let one entry at a time change the resources: two would add a card each.

    Errors are logged: devices work without the card.
    """
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        try:
            yield
        except (HomeAssistantError, OSError) as err:
            LOGGER.error(
                "Failed to update the dashboard resource of the FLUX card: %s", err
            )


async def _async_ours(resources: ResourceStorageCollection) -> list[dict[str, str]]:
    """Load the resources, and return those that are the card.

    In Home Assistant 2026.3, an item that is created before would replace what is stored.
    """
    await resources.async_get_info()
    return [item for item in resources.async_items() if _is_ours(item)]


def _is_ours(resource: Mapping[str, str]) -> bool:
    return resource[CONF_URL].startswith(f"{BASE_URL}/")
