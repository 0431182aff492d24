"""What a house full of devices costs: 20, 100, 500 of them, over real sockets.

Three processes: the devices, a Home Assistant that has them all, and an empty one, which
shows what the machine itself does to a loop in those same seconds. The devices are whole
simulators on the real ports, half of each generation; only that they are no members of the
multicast group, where each would receive what all the others announce.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
import ctypes
from dataclasses import dataclass, replace
import gc
from itertools import count as numbers
import logging
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
import resource
from statistics import quantiles
import time
from typing import Any, NamedTuple

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey, DeviceUpdate
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from custom_components.flux3dp.timing import FluxTiming
from simulator import Device, DeviceConfig, Timing as DeviceTiming, TrustedKey
from simulator.keys import RsaKey
from tests.keys import CLIENT_KEY, MASTER_KEYS, VENDOR_KEY

from .integration import home_assistant

SIZES = (20, 100, 500)
_SECONDS = 30.0
_NOTIFY = 3.0
_WARM_UP = 15.0  # A job heats, and is asked what it is.
_LAG_STEP = 0.01
_FIRST = 10_000_000  # More than any device's clock shows.
_JOB_SPEED = 0.1  # The example of three minutes takes half an hour.
_FILES = 16384

type Answer = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a Home Assistant did in `_SECONDS`: shares of a core, milliseconds."""

    cpu: float
    lag_p50: float
    lag_p99: float
    touches: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """What the devices did: the numbers of their announcements, and what they received.

    An announcement carries its number in place of the device's time. `to_idle` and
    `to_jobs` are the datagrams that devices without and with a job received.
    """

    first: int
    last: int
    to_idle: int
    to_jobs: int


def _uuid(number: int) -> str:
    return (number + 1).to_bytes(16).hex()


def _address(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


def _serial(number: int) -> str:
    return f"FD1B{number:06}"


# -- the devices


async def _devices(count: int, pipe: Connection) -> None:
    """Run the devices, and announce one after the other, evenly over `_NOTIFY`."""
    trusted = TrustedKey.from_pem(
        "Home Assistant", ClientKey.from_pem(CLIENT_KEY.decode()).public_pem
    )
    devices: list[Device] = []
    in_job = range(0, count, 10)
    number = first = _FIRST

    async def announce() -> None:
        nonlocal number
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for turn in numbers():
            await asyncio.sleep(begin + turn * _NOTIFY / count - loop.time())
            device = devices[turn % count]
            number += 1
            device.status.timestamp = float(number)
            device.announce()

    async def start_jobs() -> None:
        for each in in_job:
            devices[each].start_job()

    async def begin() -> None:
        nonlocal first
        first = number
        for device in devices:
            device.received.datagrams.clear()

    async def end() -> Sent:
        received = [len(device.received.datagrams) for device in devices]
        to_jobs = sum(received[each] for each in in_job)
        return Sent(first + 1, number, sum(received) - to_jobs, to_jobs)

    async with AsyncExitStack() as stack:
        for each in range(count):
            config = DeviceConfig(
                address=_address(each),
                generation=1 + each % 2,
                uuid=_uuid(each),
                serial=_serial(each),
                name=f"Printer {each}",
                master_key=MASTER_KEYS[0],
                vendor_key=VENDOR_KEY,
                multicast=False,
                timing=DeviceTiming(notify=3600.0, boot=0.0, job_speed=_JOB_SPEED),
            )
            device = await stack.enter_async_context(Device(config))
            device.trust.add(trusted)
            config.multicast = True  # It announces to the group it has not joined.
            devices.append(device)
        announcing = asyncio.create_task(announce())
        await _serve(pipe, start_jobs, begin, end)
        announcing.cancel()


# -- the Home Assistants


async def _empty(_count: int, pipe: Connection) -> None:
    """Run a Home Assistant without anything."""
    async with home_assistant(FluxTiming()) as hass:

        async def measure() -> Sample:
            return await _measured(hass)

        await _serve(pipe, measure)


async def _home(count: int, pipe: Connection) -> None:
    """Run a Home Assistant with so many devices."""
    async with home_assistant(FluxTiming()) as hass:
        hass.data[f"{DOMAIN}_client_key"] = ClientKey.from_pem(CLIENT_KEY.decode())
        listener = await async_get_listener(hass)
        counters = listener.counters
        heard: set[float] = set()

        def hear(update: DeviceUpdate) -> None:
            if update.status is not None:
                heard.add(update.status.timestamp)

        async def setup() -> float:
            """Return the bytes of memory of each device but the first."""
            await hass.config_entries.async_setup(_entry(hass, 0).entry_id)
            before = _memory()
            entries = [_entry(hass, each) for each in range(1, count)]
            await asyncio.gather(
                *(hass.config_entries.async_setup(it.entry_id) for it in entries)
            )
            # They are signed in to in the background, each once.
            await hass.async_block_till_done(wait_background_tasks=True)
            memory = (_memory() - before) / (count - 1)
            listener.subscribe(hear)
            return memory

        async def measure() -> Sample:
            touches = counters.touches
            sample = await _measured(hass)
            return replace(sample, touches=counters.touches - touches)

        async def told() -> tuple[set[float], Counter[str]]:
            return heard, _statuses(hass, count)

        await _serve(pipe, setup, measure, told)


def _entry(hass: HomeAssistant, number: int) -> MockConfigEntry:
    master = RsaKey.from_pem(MASTER_KEYS[0]).public_der
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"Printer {number}",
        unique_id=_uuid(number),
        data={
            "host": _address(number),
            "master_key": base64.b64encode(master).decode(),
            "serial": _serial(number),
            "model": "delta-1",
            "verified": True,
        },
    )
    entry.add_to_hass(hass)
    return entry


def _statuses(hass: HomeAssistant, count: int) -> Counter[str]:
    """Return how many devices show which status."""
    registry = er.async_get(hass)
    found = Counter[str]()
    for number in range(count):
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{_uuid(number)}_status"
        )
        state = hass.states.get(entity_id) if entity_id else None
        found[state.state if state else "missing"] += 1
    return found


def _memory() -> int:
    """Return the resident bytes of this process, without what is free again."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def _measured(hass: HomeAssistant) -> Sample:
    """Return the CPU of the next `_SECONDS`, and how late a timer was in them."""
    loop = hass.loop
    late: list[float] = []
    cpu, due = time.process_time(), loop.time()
    begin, end = due, due + _SECONDS
    while due < end:
        due += _LAG_STEP
        await asyncio.sleep(due - loop.time())
        late.append(loop.time() - due)
    share = (time.process_time() - cpu) / (loop.time() - begin)
    percentiles = quantiles(late, n=100)
    return Sample(share, percentiles[49] * 1e3, percentiles[98] * 1e3)


# -- processes


async def _serve(pipe: Connection, *answers: Answer) -> None:
    """Do what the other end asks for by name, and send what comes of it; None ends it."""
    by_name = {answer.__name__: answer for answer in answers}
    pipe.send(None)
    while (name := await asyncio.to_thread(pipe.recv)) is not None:
        pipe.send(await by_name[name]())


def _run(
    main: Callable[[int, Connection], Awaitable[None]], count: int, pipe: Connection
) -> None:
    logging.disable(logging.WARNING)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, most), most))

    async def run() -> None:
        await main(count, pipe)

    asyncio.run(run())


class _Process:
    """One of the three; what it is asked for may take a while."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def ask(self, name: str | None) -> None:
        self._pipe.send(name)

    def answer(self) -> Any:
        return self._pipe.recv()

    def do(self, name: str) -> Any:
        self.ask(name)
        return self.answer()


@contextmanager
def _process(
    main: Callable[[int, Connection], Awaitable[None]], count: int
) -> Iterator[_Process]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(main, count, there))
    process.start()
    there.close()
    try:
        other = _Process(here)
        other.answer()
        yield other
        other.ask(None)
        process.join(30)
    finally:
        if process.is_alive():
            process.kill()


class _House(NamedTuple):
    devices: _Process
    empty: _Process
    home: _Process


# -- the table


_COLUMNS = (
    "devices",
    "in a job",
    "CPU",
    "of an empty one",
    "lag p50 / p99",
    "of an empty one",
    "memory/device",
    "announced",
    "lost",
    "touches/min",
    "probes/min, idle",
    "in a job",
)


def run(sizes: Sequence[int] = SIZES) -> None:
    """Measure each size, idle and with a tenth of the devices in a job, and print."""
    print(_line(*_COLUMNS), _line(*["---"] * len(_COLUMNS)), sep="\n", flush=True)
    for count in sizes:
        with ExitStack() as stack:
            house = _House(
                *(
                    stack.enter_context(_process(main, count))
                    for main in (_devices, _empty, _home)
                )
            )
            memory = house.home.do("setup")
            time.sleep(_WARM_UP)
            print(_row(count, 0, memory, house), flush=True)
            house.devices.do("start_jobs")
            time.sleep(_WARM_UP)
            jobs = len(range(0, count, 10))
            print(_row(count, jobs, memory, house), flush=True)


def _row(count: int, jobs: int, memory: float, house: _House) -> str:
    devices, empty, home = house
    devices.do("begin")
    for each in (empty, home):
        each.ask("measure")
    bare: Sample = empty.answer()
    ours: Sample = home.answer()
    sent: Sent = devices.do("end")
    time.sleep(1.0)
    heard, statuses = home.do("told")
    expected = {"idle": count - jobs} | ({"running": jobs} if jobs else {})
    if statuses != expected:
        print(f"not as announced: {statuses}, not {expected}")
    announced = range(sent.first, sent.last + 1)
    lost = sum(number not in heard for number in announced)
    minute = 60 / _SECONDS
    # The tenth that has no job yet is counted with it.
    of_jobs = len(range(0, count, 10))
    return _line(
        count,
        jobs,
        f"{ours.cpu:.1%}",
        f"{bare.cpu:.1%}",
        f"{ours.lag_p50:.2f} / {ours.lag_p99:.2f} ms",
        f"{bare.lag_p50:.2f} / {bare.lag_p99:.2f} ms",
        f"{memory / 1e3:.0f} kB",
        len(announced),
        lost,
        f"{ours.touches * minute:.0f}",
        f"{sent.to_idle * minute / (count - of_jobs):.1f}",
        f"{sent.to_jobs * minute / of_jobs:.1f}",
    )


def _line(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
