"""What the integration costs Home Assistant: a changed entity, an entry set up.

The listener is fed recorded bytes directly, so that what is counted is the way from
a datagram to the state machine and not the kernel's part in it.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
import struct
import tempfile
import time
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    async_test_home_assistant,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

import custom_components
from custom_components.flux3dp.aioflux import Listener
from custom_components.flux3dp.aioflux.datagram import Notify, decode
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from custom_components.flux3dp.timing import FluxTiming

from .measure import Row, cpu

assert custom_components  # Ours, before the plugin's package of that name is found.

VECTORS = Path(__file__).parent.parent / "tests" / "vectors"
NOTIFY = (VECTORS / "signed-v1" / "notify-running.bin").read_bytes()
HOST = "127.0.70.9"
_STATUS = struct.Struct("<dif16s32s")
_BARE = "bench_bare"
# No device answers: a setup need not wait for one to be measured.
SILENT = FluxTiming(setup_wait=0.0, unheard=3600.0, unheard_active=3600.0)


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the integration."""
    async with home_assistant(SILENT) as hass:
        yield await _changed_entity(hass)
    async with home_assistant(SILENT) as hass:
        yield await _entry(hass)


@asynccontextmanager
async def home_assistant(timing: FluxTiming) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant that has our integration and one interface."""
    adapter = {
        "name": "lo",
        "auto": False,
        "enabled": True,
        "ipv4": [{"address": "127.0.0.1", "network_prefix": 8}],
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        patch(
            "custom_components.flux3dp.discovery.network.async_get_adapters",
            return_value=[adapter],
        ),
        patch("custom_components.flux3dp.timing.TIMING", timing),
    ):
        async with async_test_home_assistant(config_dir=folder) as hass:
            # The plugin's Home Assistant has no custom integrations until asked.
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


def _notify() -> Notify:
    notify = decode(NOTIFY)
    if not isinstance(notify, Notify):
        raise TypeError("the recording is of another kind")
    return notify


def _our_entry(hass: HomeAssistant) -> MockConfigEntry:
    notify = _notify()
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Bench",
        unique_id=notify.uuid,
        data={
            "host": HOST,
            "master_key": base64.b64encode(notify.master_key).decode(),
            "serial": notify.serial,
            "model": "delta-1",
            "verified": True,
        },
        # Reports would win, and a job wait for its name, which this device never tells.
        options={CONF_HOLD_CONNECTION: False},
    )
    entry.add_to_hass(hass)
    return entry


async def _changed_entity(hass: HomeAssistant) -> Row:
    """Return the CPU from a notify with another progress to the states written."""
    entry = _our_entry(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    listener: Listener = await async_get_listener(hass)
    values = _STATUS.unpack_from(NOTIFY, len(NOTIFY) - _STATUS.size)
    prefix = NOTIFY[: -_STATUS.size]
    step = floor_step = 0

    def ours() -> None:
        nonlocal step
        step += 1
        # Progress never falls within a job, so now and then a new one begins.
        progress = (step % 997) / 997
        st_id = 16 if progress else 0
        block = _STATUS.pack(values[0], st_id, progress, *values[3:])
        listener._heard(prefix + block, HOST, own=False)

    def floor() -> None:
        nonlocal floor_step
        floor_step += 1
        hass.states.async_set("sensor.bench_floor", str(floor_step))

    measured = cpu(ours, floor, runs=15, inner=1000)
    state = hass.states.get("sensor.bench_progress")
    if state is None or state.state in ("unknown", "unavailable"):
        raise RuntimeError(f"the entity did not follow: {state}")
    return Row(
        "v1 notify to a changed entity (CPU)", *measured, "hass.states.async_set"
    )


async def _entry(hass: HomeAssistant) -> Row:
    """Return the CPU of setting up one entry, taken away again in between."""
    count = 0

    async def setup_floor(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, [Platform.SENSOR])
        return True

    async def unload_floor(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        return await hass.config_entries.async_unload_platforms(
            entry, [Platform.SENSOR]
        )

    async def add_floor(
        hass: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback
    ) -> None:
        add(_BareEntity(number) for number in range(count))

    module = MockModule(
        _BARE, async_setup_entry=setup_floor, async_unload_entry=unload_floor
    )
    mock_integration(hass, module)
    mock_platform(hass, f"{_BARE}.config_flow")
    mock_platform(hass, f"{_BARE}.sensor", MockPlatform(async_setup_entry=add_floor))
    with mock_config_flow(_BARE, _BareFlow):
        our_entry = _our_entry(hass)
        bare_entry = MockConfigEntry(domain=_BARE)
        bare_entry.add_to_hass(hass)
        # The first one loads modules and makes the client key; that is paid once.
        await _setup(hass, our_entry)
        count = sum("bench" in state.entity_id for state in hass.states.async_all())
        await hass.config_entries.async_unload(our_entry.entry_id)
        taken = [
            (await _once(hass, our_entry), await _once(hass, bare_entry))
            for _ in range(31)
        ]
    return Row(
        "set up one entry (CPU)",
        median(pair[0] for pair in taken),
        median(pair[1] for pair in taken),
        f"an entry with {count} bare entities",
    )


async def _setup(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def _once(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Return the CPU seconds of one setup, and unload again."""
    begin = time.process_time()
    await _setup(hass, entry)
    taken = time.process_time() - begin
    await hass.config_entries.async_unload(entry.entry_id)
    return taken


class _BareFlow(ConfigFlow):
    """A flow, because an entry needs one."""


class _BareEntity(Entity):
    """An entity that says nothing, for the floor."""

    _attr_should_poll = False

    def __init__(self, number: int) -> None:
        self._attr_unique_id = f"bare_{number}"
        self._attr_name = f"Bare {number}"
