"""Our client key in private storage: one per Home Assistant."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .aioflux import ClientKey
from .const import DOMAIN, LOGGER

_STORAGE_KEY = f"{DOMAIN}.identity"
_STORAGE_VERSION = 1

_CLIENT_KEY: HassKey[ClientKey] = HassKey(f"{DOMAIN}_client_key")
_CLIENT_KEY_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_client_key_lock")


async def async_get_client_key(hass: HomeAssistant) -> ClientKey:
    """Return the client key, generated on first use.

    It is stored before it is used: a lost key means that each device asks for its password
    again. A key that cannot be read is lost, so a new one replaces it.
    """
    # Not `singleton`: in 2026.3 it leaves others waiting for ever if the disk fails.
    async with hass.data.setdefault(_CLIENT_KEY_LOCK, asyncio.Lock()):
        if (key := hass.data.get(_CLIENT_KEY)) is None:
            key = hass.data[_CLIENT_KEY] = await _async_load_or_generate(hass)
        return key


async def _async_load_or_generate(hass: HomeAssistant) -> ClientKey:
    # {"private_key": PKCS#8 PEM}, unless the file is damaged.
    store = Store[Any](hass, _STORAGE_VERSION, _STORAGE_KEY, private=True)
    if (stored := await store.async_load()) is not None:
        try:
            pem = stored["private_key"]
            return await hass.async_add_executor_job(ClientKey.from_pem, pem)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            # The type of error only: a damaged key may still be most of a key.
            LOGGER.error(
                "Failed to read the client key in .storage/%s (%s), so a new one was "
                "generated. Each FLUX device asks for its password again, and trusts "
                "the old key until it is removed there. To keep the old key, restore "
                "the file from a backup and restart Home Assistant",
                _STORAGE_KEY,
                type(err).__name__,
            )
    key = await hass.async_add_executor_job(ClientKey.generate)
    data = {"private_key": key.to_pem()}
    await store.async_save(data)
    if await store.async_load() != data:
        # A store only logs that the disk is full.
        raise OSError(f".storage/{_STORAGE_KEY} was not written")
    return key


def key_label(hass: HomeAssistant) -> str:
    """Return the name under which a device lists our key."""
    return f"Home Assistant ({hass.config.location_name})"
