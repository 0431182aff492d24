"""The program: ``python -m simulator``, as a person starts it."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
import re
import signal
import sys

import pytest

from simulator import Timing, demo
from simulator.__main__ import main
from simulator.waiting import PATIENCE
from tests.keys import CLIENT_KEY

from .client import Key, sign_in
from .conftest import ADDRESSES, MakeDevice
from .datagrams import decode
from .inbox import probe

ROOT = Path(__file__).parents[2]
KEY = Key(CLIENT_KEY)


@asynccontextmanager
async def program(
    *arguments: str,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start the program; give it and what it printed until it was ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *arguments,
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(2 * PATIENCE):
            printed = await process.stdout.readuntil(b"Ready. Ctrl-C ends it.\n")
        yield process, printed.decode()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process, number: signal.Signals) -> str:
    """End it by a signal; what it had to say on the way out."""
    process.send_signal(number)
    async with asyncio.timeout(PATIENCE):
        _, errors = await process.communicate()
    assert process.returncode == 0
    return errors.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_two_devices_until_a_signal(number: signal.Signals) -> None:
    async with program("--address", ADDRESSES[10]) as (process, printed):
        assert re.findall(r"address +(\S+)", printed) == ADDRESSES[10:12]
        assert re.findall(r"password +(\S+)", printed) == ["flux", "none"]
        versions = []
        for address, version in zip(ADDRESSES[10:12], (1, 2), strict=True):
            data, _ = await probe(address, b"FLUX" + bytes((version, 0)) + bytes(16))
            versions.append(decode(data)["version"])
        assert versions == [1, 2]
        assert await ended(process, number) == ""


async def test_keys_trust_and_names_are_kept(tmp_path: Path) -> None:
    arguments = ("--address", ADDRESSES[12], "--state", str(tmp_path / "state"))
    async with program(*arguments) as (process, first):
        stream = await sign_in(ADDRESSES[12], KEY, "flux")
        async with stream:
            assert await stream.ask("rename", "Other") == "ok"
        assert await ended(process, signal.SIGTERM) == ""
    async with program(*arguments) as (process, second):
        assert second == first.replace("FLUX Delta (", "Other (")


async def test_devices_and_faults_are_chosen(tmp_path: Path) -> None:
    arguments = ("--device", "delta+", "--fault", "delta+:occupied", "--no-multicast")
    async with program(*arguments, "--address", ADDRESSES[14]) as (_, printed):
        assert printed.count("fingerprint") == 1
        data, _ = await probe(ADDRESSES[14], b"FLUX\2\0" + bytes(16))
        assert decode(data)["status"]["st_id"] == -1


def test_a_fault_it_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--fault", "delta:flood"])
    assert "no such fault: flood" in capsys.readouterr().err


async def test_a_working_device_runs_jobs_for_ever(make_device: MakeDevice) -> None:
    device = await make_device(timing=replace(Timing.fast(), job_speed=3600.0))
    work = asyncio.create_task(demo.work(device, "SD/calibration cube.fc", 0.05))
    sessions: set[str] = set()
    ids: set[int] = set()

    def enough() -> bool:
        ids.add(device.status.st_id)
        if (job := device.player.job) is not None:
            sessions.add(job.session)
        return len(sessions) == 3

    await device.wait_for(enough)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert {0, 1, 16, 64} <= ids


@pytest.mark.parametrize("fault", demo.FAULTS)
async def test_each_fault_changes_something(
    make_device: MakeDevice, fault: str
) -> None:
    device = await make_device()
    before = repr((device.faults, device.status.st_id))
    demo.fault(device, fault)
    assert repr((device.faults, device.status.st_id)) != before
    device.faults.clear()
    device.free()
    assert repr((device.faults, device.status.st_id)) == before
