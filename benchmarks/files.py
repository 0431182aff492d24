"""What files cost: up and down through both streams, memory, and the start of a job.

The CPU of our end is what is counted: the other one is a process of its own, which knows
the frames of files and no more.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import hashlib
import multiprocessing
from multiprocessing.connection import Connection
import resource
from statistics import median, quantiles
import struct
import time
from typing import override

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import DEFAULT_TIMING, Robot
from custom_components.flux3dp.aioflux.files import Files
from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers
from custom_components.flux3dp.aioflux.session import Session
from custom_components.flux3dp.client_key import async_get_client_key
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.timing import FluxTiming
from simulator import Device, DeviceConfig, Timing as DeviceTiming, TrustedKey
from simulator.files import example_job
from tests.keys import MASTER_KEYS, VENDOR_KEY

from .integration import home_assistant
from .measure import Row, medians
from .peers import (
    DEVICE,
    ECHO,
    FILES_AES_PORT,
    FILES_TLS_PORT,
    UUID,
    client_context,
    frame,
    peers,
)

VOLUMES = {"TLS": 16 * 1024 * 1024, "AES-256-CFB8": 2 * 1024 * 1024}
LARGE = 500 * 1000 * 1000
# As the integration reads a file.
_BLOCK = 256 * 1024
# Where its buffers come to lie makes a connection a tenth faster or slower.
_CONNECTIONS = 12
_PAIRS = 6

type _Work = Callable[[], Awaitable[None]]


async def rows() -> AsyncIterator[Row | str]:
    """Yield every number of files."""
    async with peers(2):
        for copy in (_Upload(), _Stored(), _Download()):
            yield await _compared(copy, "TLS")
        for copy in (_Upload(), _Download()):
            yield await _compared(copy, "AES-256-CFB8")
        yield await _memory()
    yield await _start()


async def _compared(copy: _Copy, stream: str) -> str:
    """Return the CPU of a copy beside that of the same without our code.

    They take turns, and each is compared with its neighbor: on a machine that others use,
    no two seconds are alike.
    """
    taken: list[tuple[float, float]] = []
    for _ in range(_CONNECTIONS):
        async with _connected(copy, stream) as (ours, bare):
            await ours()
            await bare()
            for number in range(_PAIRS):
                if number % 2:
                    taken.append((await _cpu(ours), await _cpu(bare)))
                else:
                    taken.append((await _cpu(bare), await _cpu(ours))[::-1])
    low, share, high = quantiles((100 * bare / ours for ours, bare in taken), n=4)
    rates = [
        f"{VOLUMES[stream] / median(seconds) / 1e6:.0f} MB/s"
        for seconds in zip(*taken, strict=True)
    ]
    floor = copy.floor if stream == "TLS" else "the cipher alone"
    return (
        f"{f'{copy.name} through {stream} (CPU)':<46}{rates[0]:>10}{'':>10}{rates[1]:>10}"
        f"{share:>8.0f}%  of {floor}; half of {len(taken)} pairs: {low:.0f} to {high:.0f} %"
    )


async def _cpu(work: _Work) -> float:
    begin = time.process_time()
    await work()
    return time.process_time() - begin


@asynccontextmanager
async def _connected(copy: _Copy, stream: str) -> AsyncIterator[tuple[_Work, _Work]]:
    """Yield a copy through a connection of ours, and one without our code."""
    volume = VOLUMES[stream]
    session = await _connect(tls=stream == "TLS")
    files = Files(session)
    update, block = copy.cipher(), bytes(_BLOCK)

    async def alone() -> None:
        for _ in range(volume // _BLOCK):
            update(block)

    try:
        if stream == "TLS":
            transport, peer = await asyncio.get_running_loop().create_connection(
                _Bare, ECHO, FILES_TLS_PORT, ssl=client_context()
            )
            try:
                yield lambda: copy.ours(files, volume), lambda: copy.bare(peer, volume)
            finally:
                transport.close()
        else:
            yield lambda: copy.ours(files, volume), alone
    finally:
        await session.close()


async def _connect(*, tls: bool) -> Session:
    port = FILES_TLS_PORT if tls else FILES_AES_PORT
    session = await Session.connect(ECHO, port, DEFAULT_TIMING)
    if tls:
        await session.start_tls(client_context(), 5)
    else:
        session.start_cipher(*stream_ciphers(bytes(SECRET_LENGTH)))
    return session


async def blocks(size: int) -> AsyncIterator[bytes]:
    """Give so many bytes, as a file on a disk does."""
    block = bytes(_BLOCK)
    while size:
        yield block[:size]
        size -= min(size, _BLOCK)


class _Copy:
    """One way of a file, and the same bytes without our code."""

    name: str
    floor = "the same copy in a bare asyncio.Protocol"

    async def ours(self, files: Files, volume: int) -> None:
        raise NotImplementedError

    async def bare(self, peer: _Bare, volume: int) -> None:
        raise NotImplementedError

    def cipher(self) -> Callable[[bytes], bytes]:
        raise NotImplementedError


class _Upload(_Copy):
    """Neither side computes an MD5, or reads a disk."""

    name = "file uploaded"

    @override
    async def ours(self, files: Files, volume: int) -> None:
        await files.upload_task(blocks(volume), volume)

    @override
    async def bare(self, peer: _Bare, volume: int) -> None:
        await self._send(peer, volume, lambda _: None)

    async def _send(
        self, peer: _Bare, volume: int, on_block: Callable[[bytes], None]
    ) -> None:
        await peer.ask(f"file upload application/fcode {volume} #", len(b"..continue"))
        async for block in blocks(volume):
            await peer.write(block)
            on_block(block)
        await peer.expect(len(b"..ok"))

    @override
    def cipher(self) -> Callable[[bytes], bytes]:
        return stream_ciphers(bytes(SECRET_LENGTH))[0].update


class _Stored(_Upload):
    """Both sides compute the MD5 by which a file that stays is checked."""

    name = "file uploaded with its MD5"
    floor = f"{_Copy.floor}, and the MD5"

    @override
    async def ours(self, files: Files, volume: int) -> None:
        await files.upload("SD/job.fc", blocks(volume), volume)

    @override
    async def bare(self, peer: _Bare, volume: int) -> None:
        digest = hashlib.md5(usedforsecurity=False)
        await self._send(peer, volume, digest.update)
        digest.hexdigest()


class _Download(_Copy):
    """Ours hands each block to a consumer, which drops it; the bare one only counts."""

    name = "file downloaded"

    @override
    async def ours(self, files: Files, volume: int) -> None:
        await files.download(f"SD/{volume}", _take)

    @override
    async def bare(self, peer: _Bare, volume: int) -> None:
        head = len(frame(b"binary application/fcode %d" % volume))
        await peer.ask(f"file download SD {volume}", head + volume + len(b"..ok"))

    @override
    def cipher(self) -> Callable[[bytes], bytes]:
        return stream_ciphers(bytes(SECRET_LENGTH))[1].update


async def _take(block: bytes) -> None:
    pass


class _Bare(asyncio.Protocol):
    """Sends what it is given, and counts what comes."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._writable = asyncio.Event()
        self._writable.set()
        self._come = asyncio.Event()
        self._left = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, command: str, size: int) -> None:
        """Send a command, and wait for so many bytes."""
        text = command.encode()
        self._transport.write(struct.pack("<H", len(text) + 2) + text)
        await self.expect(size)

    async def expect(self, size: int) -> None:
        """Wait for so many bytes."""
        self._left += size
        while self._left > 0:
            self._come.clear()
            await self._come.wait()

    async def write(self, data: bytes) -> None:
        """Send, as fast as it goes."""
        self._transport.write(data)
        await self._writable.wait()

    @override
    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left <= 0:
            self._come.set()

    @override
    def pause_writing(self) -> None:
        self._writable.clear()

    @override
    def resume_writing(self) -> None:
        self._writable.set()


# -- memory


async def _memory() -> str:
    """Return what a large upload takes at most, in a process that does nothing else."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_upload_alone, args=(there,))
    process.start()
    idle, peak = await asyncio.to_thread(here.recv)
    await asyncio.to_thread(process.join, 10)
    return (
        f"{f'memory of an upload of {LARGE // 10**6} MB, at most':<46}"
        f"{peak - idle:>6.1f} MB above the {idle:.0f} MB of an idle process"
    )


def _upload_alone(result: Connection) -> None:
    result.send(asyncio.run(_upload_large()))


async def _upload_large() -> tuple[float, float]:
    session = await _connect(tls=True)
    files = Files(session)
    await files.upload_task(blocks(_BLOCK), _BLOCK)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await files.upload_task(blocks(LARGE), LARGE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await session.close()
    return idle / 1000, peak / 1000


# -- the start of a job


async def _start() -> Row:
    """Return the time from `start_job` to a job that is seen to begin."""
    config = DeviceConfig(
        address=DEVICE,
        generation=2,
        uuid=UUID,
        serial="FD1A104242",
        name="Bench",
        master_key=MASTER_KEYS[0],
        vendor_key=VENDOR_KEY,
        timing=DeviceTiming(boot=0.0, job_speed=0.0),
    )
    async with Device(config) as device, home_assistant(FluxTiming()) as hass:
        device.files.write("SD", "job.fc", example_job("Bench", seconds=600))
        key = await async_get_client_key(hass)
        device.trust.add(TrustedKey.from_pem("bench", key.public_pem))
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Bench",
            unique_id=UUID,
            data={
                "host": DEVICE,
                "master_key": base64.b64encode(device.master_public_der).decode(),
                "serial": config.serial,
                "model": config.model,
                "verified": True,
            },
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        taken = [
            (
                await _ours_started(hass, device),
                await _bare_started(hass, entry, device),
            )
            for _ in range(4)
        ][1:]  # The first one loads words.
        await hass.config_entries.async_unload(entry.entry_id)
    return Row(
        "start_job, to a job that is seen to begin",
        *medians(taken),
        "start over an open connection, and reports",
    )


async def _ours_started(hass: HomeAssistant, device: Device) -> float:
    begin = time.perf_counter()
    await hass.services.async_call(
        DOMAIN,
        "start_job",
        {"entity_id": "sensor.bench_status", "path": "SD/job.fc"},
        blocking=True,
    )
    taken = time.perf_counter() - begin
    await _forget(device)
    return taken


async def _bare_started(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device
) -> float:
    info = await entry.runtime_data.async_locate()
    async with await Robot.open(info, await async_get_client_key(hass)) as robot:
        begin = time.perf_counter()
        await robot.start("SD/job.fc")
        while True:
            if (await robot.report()).label not in ("INIT", "STARTING"):
                break
            await asyncio.sleep(0.02)
        taken = time.perf_counter() - begin
    await _forget(device)
    return taken


async def _forget(device: Device) -> None:
    """Have no job again, and let that be heard."""
    await device.player.stop()
    device.set_status(st_id=0, progress=0.0, head_module="N/A", error_label="")
    device.announce()
    await asyncio.sleep(6.0)  # until reports are too old to count
