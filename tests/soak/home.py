"""A Home Assistant with the devices set up, which can be restarted with what it stored."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
import shutil
from typing import Any
from unittest.mock import patch

from homeassistant import bootstrap
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    category_registry as cr,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
    restore_state as rs,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.timing import FluxTiming
from simulator import Device, TrustedKey
from simulator.fcode import build
from tests.keys import CLIENT_KEY
from tests.surroundings import data_of, surroundings

UPLOAD = build({"TITLE": "Soak"}, script=bytes(2 << 20))
PUBLIC_KEY = ClientKey.from_pem(CLIENT_KEY.decode()).public_pem


@contextmanager
def environment(timing: FluxTiming) -> Iterator[None]:
    """Have one interface, the vendor and the client key of the tests."""
    with (
        surroundings(timing),
        patch(
            "custom_components.flux3dp.client_key.ClientKey.generate",
            lambda: ClientKey.from_pem(CLIENT_KEY.decode()),
        ),
    ):
        yield


class Home:
    """A Home Assistant that is started and stopped; its folder and entries stay."""

    hass: HomeAssistant

    def __init__(self, folder: Path, devices: list[Device]) -> None:
        self._folder = folder
        self.upload = folder / "soak.fc"
        self.upload.write_bytes(UPLOAD)
        self._entries: dict[str, dict[str, Any]] = {}
        for device in devices:
            device.trust.add(TrustedKey.from_pem("Home Assistant", PUBLIC_KEY))
            self._entries[device.config.uuid] = data_of(device)
        self._names = {device.config.uuid: device.name for device in devices}
        self.entries: dict[str, MockConfigEntry] = {}
        self.running = False
        self.unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Start, with what was stored."""
        self._context = async_test_home_assistant(
            config_dir=str(self._folder), load_registries=False
        )
        hass = self.hass = await self._context.__aenter__()
        hass.config.allowlist_external_dirs = {str(self._folder)}
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        dr.async_setup(hass)
        for registry in (ar, cr, dr, er, fr, ir, lr, rs):
            await registry.async_load(hass)
        hass.data[bootstrap.DATA_REGISTRIES_LOADED] = None
        self.entries = {
            uuid: MockConfigEntry(
                domain=DOMAIN,
                entry_id=uuid,
                title=self._names[uuid],
                unique_id=uuid,
                data=data,
            )
            for uuid, data in self._entries.items()
        }
        for entry in self.entries.values():
            entry.add_to_hass(hass)
        # The first one loads the integration, which sets up all others.
        first = next(iter(self.entries))
        await hass.config_entries.async_setup(first)
        await hass.async_block_till_done()
        self.running = True

    async def stop(self) -> None:
        """Stop as Home Assistant does, and forget all that is not stored."""
        self.running = False
        await self.hass.async_stop(force=True)
        self.unsubscribe()
        self._entries = {uuid: dict(each.data) for uuid, each in self.entries.items()}
        # A process ends now. Here each entry has to be, without a word to the disk.
        stored = self._folder / ".storage"
        kept = self._folder / "kept"
        shutil.copytree(stored, kept)
        for entry in self.entries.values():
            await entry._async_process_on_unload(self.hass)
        shutil.rmtree(stored)
        kept.rename(stored)
        await self._context.__aexit__(None, None, None)
        self.entries = {}
        del self.hass, self._context
        await asyncio.sleep(0)

    def job(self, uuid: str) -> Any:
        """Return what Home Assistant knows of a device, None while it is not set up."""
        entry = self.entries.get(uuid)
        coordinator = getattr(entry, "runtime_data", None)
        return None if coordinator is None else coordinator.data.job
