"""Our client key in private storage: one per Home Assistant.

Knows where the key is kept and what devices are told about its owner. What is signed
with it belongs to `aioflux`.
"""

from __future__ import annotations

import asyncio
from typing import TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .aioflux import ClientKey
from .const import DOMAIN

_STORAGE_KEY = f"{DOMAIN}.identity"
_STORAGE_VERSION = 1

_CLIENT_KEY: HassKey[ClientKey] = HassKey(f"{DOMAIN}_client_key")
_CLIENT_KEY_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_client_key_lock")


class _StoredIdentity(TypedDict):
    """What is on disk."""

    private_key: str  # PKCS#8 PEM


async def async_get_client_key(hass: HomeAssistant) -> ClientKey:
    """Return the client key, made on first use and kept for good.

    Losing it would lock us out of every device until a person types each password
    again, so whoever asks while it is being made waits for that one, and it is on disk
    before anybody may use it. (`singleton` would do, but in 2026.3 it leaves everybody
    else waiting for ever when the disk refuses.)
    """
    async with hass.data.setdefault(_CLIENT_KEY_LOCK, asyncio.Lock()):
        if (key := hass.data.get(_CLIENT_KEY)) is None:
            key = hass.data[_CLIENT_KEY] = await _load_or_make(hass)
        return key


async def _load_or_make(hass: HomeAssistant) -> ClientKey:
    store = Store[_StoredIdentity](hass, _STORAGE_VERSION, _STORAGE_KEY, private=True)
    if (stored := await store.async_load()) is not None:
        pem = stored["private_key"]
        return await hass.async_add_executor_job(ClientKey.from_pem, pem)
    key = await hass.async_add_executor_job(ClientKey.generate)
    await store.async_save({"private_key": key.to_pem()})
    return key


def key_label(hass: HomeAssistant) -> str:
    """Return the name under which a device lists our key."""
    return f"Home Assistant ({hass.config.location_name})"
