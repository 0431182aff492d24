"""What the integration costs Home Assistant: a changed entity, an entry set up.

The listener is fed recorded bytes directly, so that what is counted is the way from
a datagram to the state machine and not the kernel's part in it.
"""

import base64
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import gc
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

import custom_components
from custom_components.flux3dp.aioflux import Listener
from custom_components.flux3dp.aioflux.datagram import Notify, decode
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from custom_components.flux3dp.timing import FluxTiming
from tests.vectors import read

from .entities import PLAIN, PLAIN_NAME, BareEntity, Entities, having
from .measure import Row, Work, cpu, medians

assert custom_components  # Ours, before the plugin's package of that name is found.

NOTIFY = read("signed-v1", "notify-running.bin")
HOST = "127.0.70.9"
_STATUS = struct.Struct("<dif16s32s")
_ENTRIES = 50
# No device answers: a setup need not wait for one to be measured.
SILENT = FluxTiming(setup_wait=0.0, unheard=3600.0, unheard_active=3600.0)


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the integration."""
    yield _imported()
    async with home_assistant(SILENT) as hass:
        async for row in _announcements(hass):
            yield row
    async with home_assistant(SILENT) as hass:
        async for row in _entries(hass):
            yield row


def _imported() -> Row:
    """Return what Home Assistant waits for when the first device is added.

    The quickest of some runs: `-X importtime` counts what other processes take as ours,
    and a collection of everybody's garbage as that of the module it happens in.
    """
    code = f"import gc; gc.disable(); import custom_components.{DOMAIN}.config_flow"
    taken = []
    for _ in range(9):
        lines = subprocess.run(  # noqa: S603 - what is run is above
            [sys.executable, "-X", "importtime", "-c", code],
            capture_output=True,
            check=True,
            text=True,
        ).stderr.splitlines()
        ours = others = 0.0
        for line in lines[1:]:
            alone, _, module = line.removeprefix("import time:").split("|")
            if module.strip().startswith(f"custom_components.{DOMAIN}"):
                ours += int(alone) / 1e6
            else:
                others += int(alone) / 1e6
        taken.append((ours, others))
    return Row(
        "import the integration and its flow",
        *min(taken),
        None,
        "the import of all it uses",
        60e-3,
    )


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


def _our_entry(hass: HomeAssistant, number: int = 0) -> MockConfigEntry:
    notify = _notify()
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Bench",
        # As many devices as are wanted, only that the others have no recordings.
        unique_id=f"{number:032x}" if number else notify.uuid,
        data={
            "host": f"127.0.71.{number}" if number else HOST,
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


async def _announcements(hass: HomeAssistant) -> AsyncIterator[Row]:
    """Yield the CPU of an equal announcement, and of one with another progress."""
    entry = _our_entry(hass)
    await _setup(hass, entry)
    listener: Listener = await async_get_listener(hass)
    values = _STATUS.unpack_from(NOTIFY, len(NOTIFY) - _STATUS.size)
    prefix = NOTIFY[: -_STATUS.size]
    step = floor_step = 0

    heard = deque[object](maxlen=1)

    def equal() -> None:
        listener._heard(NOTIFY, HOST, own=False)

    def unpacked() -> None:
        heard.append(_STATUS.unpack_from(NOTIFY, len(NOTIFY) - _STATUS.size))

    yield Row(
        "v1 notify, equal (CPU)",
        *cpu(equal, unpacked),
        "struct.unpack of the status block",
        most=10.0,
    )
    yield Row(
        "memory that 10000 equal ones leave behind",
        _left_behind(equal),
        _left_behind(unpacked),
        None,
        "as many struct.unpack",
        kilobytes=True,
    )

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

    plain_entry = _our_entry(hass, 1)
    await _setup(hass, plain_entry, PLAIN)

    def plain() -> None:
        nonlocal floor_step
        floor_step += 1
        plain_entry.runtime_data.async_set_updated_data(floor_step % 997 / 9.97)

    measured = cpu(ours, floor, runs=15, inner=1000)
    in_plain = cpu(ours, plain, runs=15, inner=200)
    state = hass.states.get("sensor.bench_progress")
    if state is None or state.state in ("unknown", "unavailable"):
        raise RuntimeError(f"the entity did not follow: {state}")
    name = "v1 notify to a changed entity (CPU)"
    yield Row(name, *measured, "hass.states.async_set", most=6.0)
    yield Row(name, *in_plain, PLAIN_NAME)


def _left_behind(work: Work) -> float:
    """Return the bytes that are allocated after many more calls than before."""
    work()
    tracemalloc.start()
    for _ in range(1000):
        work()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(10_000):
        work()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(max(0, after - before))


async def _entries(hass: HomeAssistant) -> AsyncIterator[Row]:
    """Yield the CPU of setting up an entry, and the memory that entries take."""
    entry = _our_entry(hass)
    # The first one loads modules and makes the client key; that is paid once.
    await _setup(hass, entry)
    count = len(hass.states.async_all())
    await hass.config_entries.async_unload(entry.entry_id)
    bare: Entities = {"sensor": lambda it: [BareEntity(it, n) for n in range(count)]}
    name = f"an entry with {count} bare entities"
    all_three = None, bare, PLAIN
    ours, of_bare, of_plain = zip(
        *[[await _once(hass, entry, each) for each in all_three] for _ in range(31)],
        strict=True,
    )
    row = "set up one entry (CPU)"
    yield Row(row, *medians([*zip(ours, of_bare, strict=True)]), name, most=2.0)
    yield Row(row, *medians([*zip(ours, of_plain, strict=True)]), PLAIN_NAME)
    kept, of_bare, of_plain = [await _memory(hass, each) for each in all_three]
    row = "memory of an entry"
    yield Row(row, kept, of_bare, None, name, most=1.2, kilobytes=True)
    yield Row(row, kept, of_plain, None, PLAIN_NAME, kilobytes=True)


async def _memory(hass: HomeAssistant, entities: Entities | None) -> float:
    """Return the bytes that each of some entries allocates, once all are set up."""
    first = len(hass.config_entries.async_entries(DOMAIN))
    tracemalloc.start()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(first, first + _ENTRIES):
        await _setup(hass, _our_entry(hass, number), entities)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / _ENTRIES


async def _once(
    hass: HomeAssistant, entry: ConfigEntry, entities: Entities | None
) -> float:
    """Return the CPU seconds of one setup, and unload again."""
    with having(entities):
        begin = time.process_time()
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        taken = time.process_time() - begin
        await hass.config_entries.async_unload(entry.entry_id)
    return taken


async def _setup(
    hass: HomeAssistant, entry: ConfigEntry, entities: Entities | None = None
) -> None:
    with having(entities):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
