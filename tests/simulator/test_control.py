"""What a person makes happen to devices that run: a line on the socket, and what comes of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
import tempfile

import pytest

from simulator import Device, control, demo
from simulator.files import example_job

from .conftest import MakeDevice

PATH = "SD/calibration cube.fc"


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    device = await make_device()
    # Runs until something happens to it.
    long = example_job("calibration cube", seconds=1e9)
    device.files.write("SD", Path(PATH).name, long)
    return device


@pytest.fixture
async def socket(device: Device) -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "control"
        async with control.serving(path, [(device, PATH)]):
            yield path


async def tell(socket: Path, line: str) -> str:
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(f"{line}\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer.rstrip("\n")


CASES: list[tuple[list[str], Callable[[Device], bool]]] = [
    (["start"], lambda device: device.job.state.label == "RUNNING"),
    (["start", "finish"], lambda device: device.status.st_id == 64),
    (["start", "finish", "start"], lambda device: device.status.st_id == 16),
    (["start", "runout"], lambda device: "FILAMENT" in device.status.error_label),
    (["start", "door"], lambda device: "DOOR" in device.status.error_label),
    (["start", "door", "mend"], lambda device: device.job.wrong == ()),
    (["off"], lambda device: not device.online),
    (["off", "on"], lambda device: device.online and device.counters.boots == 2),
    (["reboot"], lambda device: device.online and device.counters.boots == 2),
    (["occupy"], lambda device: device.status.st_id == -1),
    (["occupy", "free"], lambda device: device.status.st_id == 0),
]


@pytest.mark.parametrize(
    ("names", "came"),
    CASES,
    ids=lambda case: "-".join(case) if isinstance(case, list) else "",
)
async def test_it_happens(
    device: Device,
    socket: Path,
    names: list[str],
    came: Callable[[Device], bool],
) -> None:
    for name in names:
        assert await tell(socket, f"{device.config.uuid} {name}") == "ok"
        if name == "start":
            await device.wait_for(lambda: device.status.st_id == 16)
        if name == "finish":
            await device.wait_for(lambda: device.status.st_id == 64)
    await device.wait_for(lambda: came(device))


@pytest.mark.parametrize("name", ["forget", "mainboard"])
async def test_the_device_trusts_no_key_then(
    device: Device, socket: Path, name: str
) -> None:
    before = device.fingerprint
    assert await tell(socket, f"{device.config.uuid} {name}") == "ok"
    assert len(device.trust) == 0
    assert (device.fingerprint == before) == (name == "forget")


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["finish"], "The device has no job now."),
        (["on"], "The device is on already."),
        (["off", "start"], "The device is off."),
        (["occupy", "start"], "The device has something else to do."),
        (["start", "occupy"], "The device has a job, which comes first."),
        (["flood"], "There is no such device, or nothing called flood."),
    ],
)
async def test_it_cannot_happen_now(
    device: Device, socket: Path, names: list[str], why: str
) -> None:
    *before, last = [f"{device.config.uuid} {name}" for name in names]
    for line in before:
        assert await tell(socket, line) == "ok"
    assert await tell(socket, last) == why


async def test_another_device_is_not_known(socket: Path) -> None:
    assert "no such device" in await tell(socket, f"{'0' * 32} off")


def test_all_that_can_happen_is_tried() -> None:
    tried = {name for names, _ in CASES for name in names}
    assert tried | {"forget", "mainboard"} == set(control.HAPPENINGS)


def test_the_demo_has_a_signed_and_an_unsigned_device() -> None:
    configs = demo.configure(
        demo.MODELS[:2], address="127.0.10.1", folder=None, speed=1.0
    )
    assert [config.vendor_key is not None for config in configs] == [True, False]
