"""The program ``python -m simulator``, as a person starts it, and what they let happen to devices."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
import re
import signal
import sys
import tempfile

import pytest

from simulator import PATIENCE, Device, Timing, control, demo
from simulator.__main__ import main
from simulator.files import example_job
from simulator.keys import RsaKey
from tests.keys import MASTER_KEYS

from .client import Stream
from .conftest import ADDRESSES, KEY, trust
from .datagrams import decode
from .inbox import probe

ROOT = Path(__file__).parents[2]
JOB = "SD/calibration cube.fc"
MASTER_PUBLIC_DER = RsaKey.from_pem(MASTER_KEYS[0]).public_der


@asynccontextmanager
async def program(
    *arguments: str,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start the program; give it and what it printed until it was ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", *arguments),
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


async def test_two_devices_keep_keys_trust_and_names_until_a_signal(
    tmp_path: Path,
) -> None:
    arguments = ("--address", ADDRESSES[10], "--state", str(tmp_path / "state"))
    async with program(*arguments) as (process, first):
        assert re.findall(r"address +(\S+)", first) == ADDRESSES[10:12]
        assert re.findall(r"password +(\S+)", first) == ["flux", "none"]
        for address, version in zip(ADDRESSES[10:12], (1, 2), strict=True):
            data, _ = await probe(address, b"FLUX" + bytes((version, 0)) + bytes(16))
            assert decode(data)["version"] == version
        async with await Stream.sign_in(ADDRESSES[10], KEY, "flux") as stream:
            assert await stream.ask("add_trust", "ours", KEY.public_pem) == "ok"
            assert await stream.ask("rename", "Other") == "ok"
        assert await ended(process, signal.SIGTERM) == ""
    async with program(*arguments) as (process, second):
        assert second == first.replace("FLUX Delta (", "Other (")
        async with await Stream.tls(ADDRESSES[10]) as stream:
            assert await stream.ask(KEY.public_pem) == "sign"
        assert await ended(process, signal.SIGINT) == ""


async def test_devices_and_faults_are_chosen() -> None:
    arguments = ("--device", "delta+", "--fault", "delta+:occupied", "--no-multicast")
    async with program(*arguments, "--address", ADDRESSES[14]) as (_, printed):
        assert printed.count("fingerprint") == 1
        data, _ = await probe(ADDRESSES[14], b"FLUX\2\0" + bytes(16))
        assert decode(data)["status"]["st_id"] == -1


def test_a_fault_it_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--fault", "delta:flood"])
    assert "no such fault: flood" in capsys.readouterr().err


def test_the_demo_has_a_signed_and_an_unsigned_device() -> None:
    configs = demo.configure(
        demo.MODELS[:2], address="127.0.10.1", folder=None, speed=1.0
    )
    assert [config.vendor_key is not None for config in configs] == [True, False]


@pytest.mark.parametrize(
    "device", [{"timing": replace(Timing.fast(), job_speed=3600.0)}], indirect=True
)
async def test_a_working_device_runs_jobs_forever(device: Device) -> None:
    work = asyncio.create_task(demo.work(device, JOB, 0.05))
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
async def test_each_fault_changes_something(device: Device, fault: str) -> None:
    before = repr((device.faults, device.status.st_id))
    demo.fault(device, fault)
    assert repr((device.faults, device.status.st_id)) != before
    device.faults.clear()
    device.free()
    assert repr((device.faults, device.status.st_id)) == before


# -- what a person makes happen: a line on the socket --------------------------------------

type Tell = Callable[[str], asyncio.Task[str]]


@pytest.fixture
async def tell(device: Device) -> AsyncIterator[Tell]:
    """Return what sends a line to the socket of the device, whose job runs until told."""
    device.files.write("SD", Path(JOB).name, example_job("cube", seconds=1e9))

    async def send(line: str) -> str:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(f"{line}\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        return answer.rstrip("\n")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "control"
        async with control.serving(path, [(device, JOB)]):
            yield lambda line: asyncio.create_task(send(line))


HAPPENINGS: list[tuple[str, Callable[[Device], bool]]] = [
    ("start", lambda device: device.job.state.label == "RUNNING"),
    ("start finish", lambda device: device.status.st_id == 64),
    ("start finish start", lambda device: device.status.st_id == 16),
    ("start runout", lambda device: "FILAMENT" in device.status.error_label),
    ("start door", lambda device: "DOOR" in device.status.error_label),
    ("start door mend", lambda device: device.job.wrong == ()),
    ("off", lambda device: not device.online),
    ("off on", lambda device: device.online and device.counters.boots == 2),
    ("reboot", lambda device: device.online and device.counters.boots == 2),
    ("occupy", lambda device: device.status.st_id == -1),
    ("occupy free", lambda device: device.status.st_id == 0),
    ("forget", lambda device: len(device.trust) == 0),
    ("mainboard", lambda device: device.master_public_der != MASTER_PUBLIC_DER),
]


@pytest.mark.parametrize(("names", "came"), HAPPENINGS, ids=lambda case: str(case)[:20])
async def test_it_happens(
    device: Device, tell: Tell, names: str, came: Callable[[Device], bool]
) -> None:
    st_ids = {"start": 16, "finish": 64}
    trust(device)
    for name in names.split():
        assert await tell(f"{device.config.uuid} {name}") == "ok"
        if (st_id := st_ids.get(name)) is not None:
            await device.wait_for(lambda st_id=st_id: device.status.st_id == st_id)
    await device.wait_for(lambda: came(device))


async def test_its_button_ends_a_load_of_filament(device: Device, tell: Tell) -> None:
    device.player.held.add("LOAD_FILAMENT")
    for name, label in (("start", "RUNNING"), ("runout", "PAUSED")):
        assert await tell(f"{device.config.uuid} {name}") == "ok"
        await device.wait_for(lambda label=label: device.job.state.label == label)
    device.job.macro("LOAD_FILAMENT")
    assert await tell(f"{device.config.uuid} button") == "ok"
    assert device.job.state.label == "PAUSED"


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("finish", "The device has no job now."),
        ("on", "The device is on already."),
        ("off start", "The device is off."),
        ("occupy start", "The device has something else to do."),
        ("start occupy", "The device has a job, which comes first."),
        ("flood", "There is no such device, or nothing called flood."),
    ],
)
async def test_it_cannot_happen_now(
    device: Device, tell: Tell, names: str, why: str
) -> None:
    *before, last = [f"{device.config.uuid} {name}" for name in names.split()]
    for line in before:
        assert await tell(line) == "ok"
    assert await tell(last) == why


async def test_another_device_is_not_known(tell: Tell) -> None:
    assert "no such device" in await tell(f"{'0' * 32} off")


def test_all_that_can_happen_is_tried() -> None:
    tried = {name for names, _ in HAPPENINGS for name in names.split()}
    assert tried | {"button"} == set(control.HAPPENINGS)
