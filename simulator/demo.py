"""Devices that stand alone, for a dashboard to look at: who they are, and what they do all day.

A vendor key of the simulator's own signs all but the beamo: a client that knows only the real
vendor finds them *unverified*, and one that knows this key too finds both kinds.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
import io
import logging
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .config import DeviceConfig, Timing
from .device import Device
from .errors import BusyError
from .files import example_job
from .job import Job
from .keys import VendorKey, generate_master_pem, generate_vendor_pem

_LOGGER = logging.getLogger(__name__)
_REST = 20.0
#: Faults a person may start a device with.
FAULTS = ("silent", "garbage", "half-image", "cut", "stall", "occupied")
CUBE, COASTER = "SD/calibration cube.fc", "SD/coaster.fc"
#: What tests look at would grow forever in a program that runs for days.
_MEMORY = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A kind of device the demo can show."""

    key: str
    #: All but where it is, and its keys.
    config: DeviceConfig
    #: The job it runs over and over.
    job: str
    #: Whether the vendor vouches for its key.
    signed: bool = True


_configured = partial(DeviceConfig, address="127.0.0.1", master_key=b"")
_PASSWORD = "flux"  # noqa: S105 - printed at the start, and worth nothing
MODELS = (
    Model(
        key="delta",
        config=_configured(
            name="FLUX Delta",
            serial="FD1A104242",
            uuid="d17a0000c0de4f7f8e21c3d4a5b60701",
            generation=1,
            password=_PASSWORD,
        ),
        job=CUBE,
    ),
    Model(
        key="beamo",
        config=_configured(
            name="beamo",
            model="fbm1",
            serial="FB1A200007",
            uuid="bea00000c0de4f7f8e21c3d4a5b60702",
            firmware="5.3.2",
            toolhead="LASER",
            beam=True,
        ),
        job=COASTER,
        signed=False,
    ),
    Model(
        key="delta+",
        config=_configured(
            name="FLUX Delta+",
            model="delta-1p",
            serial="F1K0990003",
            uuid="d17a0000c0de4f7f8e21c3d4a5b60703",
            firmware="1.9.1",
            password=_PASSWORD,
        ),
        job="SD/Küche/Löffel 'groß'.fc",
    ),
    Model(
        key="beambox",
        config=_configured(
            name="Beambox Pro",
            model="fbb1p",
            serial="FB1B300004",
            uuid="bea00000c0de4f7f8e21c3d4a5b60704",
            firmware="4.1.10",
            password=_PASSWORD,
            toolhead="LASER",
            beam=True,
        ),
        job=COASTER,
    ),
)


def fault(device: Device, name: str) -> None:
    """Give a device one of ``FAULTS``."""
    faults = device.faults
    match name:
        case "silent":
            faults.silent = faults.muted = True
        case "garbage":
            faults.garbage = True
        case "half-image":
            faults.half_image = 2000
        case "cut":
            faults.robot.cut_after = 2000
        case "stall":
            faults.robot.stall_after = 2000
        case "occupied":
            device.occupy()


def _key(folder: Path | None, name: str, generate: Callable[[], bytes]) -> bytes:
    """Return a key: that of the folder, which is made the first time, or a fresh one."""
    if folder is None:
        return generate()
    path = folder / f"{name}.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = generate()
        path.touch(mode=0o600)
        path.write_bytes(key)
    return path.read_bytes()


def configure(
    models: Iterable[Model],
    *,
    address: str,
    folder: Path | None,
    speed: float,
    multicast: bool = True,
) -> list[DeviceConfig]:
    """Return how the devices are, at addresses from this one on; makes and keeps keys.

    Blocking: a first start generates an RSA key for each device. Without a folder nothing
    outlives the run.
    """
    vendor = VendorKey(_key(folder, "vendor", generate_vendor_pem))
    network, _, host = address.rpartition(".")
    return [
        replace(
            model.config,
            address=f"{network}.{int(host) + number}",
            master_key=_key(folder, f"master-{model.key}", generate_master_pem),
            vendor_key=vendor if model.signed else None,
            state_dir=folder / model.key if folder else None,
            multicast=multicast,
            # Heating as long as it really takes would be most of what there is to see.
            timing=Timing(job_speed=speed, job_heating=15.0, job_reheating=8.0),
        )
        for number, model in enumerate(models)
    ]


async def run(devices: Sequence[Device], jobs: Sequence[str | None]) -> None:
    """Let devices do their jobs until this is cancelled."""
    for device in devices:
        # A load in a paused job lasts until the button is pressed, as in maintenance.
        device.player.held.add("LOAD_FILAMENT")
    async with asyncio.TaskGroup() as group:
        for device, job in zip(devices, jobs, strict=True):
            if job is not None:
                group.create_task(work(device, job))
        while True:
            await asyncio.sleep(_MEMORY)
            for device in devices:
                device.received.clear()


def add_jobs(device: Device) -> None:
    """Give a device jobs with pictures of what they make. Blocking: draws."""
    head = device.config.toolhead or "EXTRUDER"
    for path, seconds in ((CUBE, 180), (COASTER, 120)):
        name = Path(path).stem
        job = example_job(
            name, seconds=seconds, head=head, preview=_draw_product(path == COASTER)
        )
        device.files.write("SD", Path(path).name, job)


def _draw_product(flat: bool) -> bytes:
    """Return the picture of a job, PNG, 480 by 360: an engraved coaster if ``flat``, or a cube."""
    image = Image.new("RGB", (480, 360), "#f4f4f0")
    pen = ImageDraw.Draw(image)
    if flat:
        pen.ellipse((110, 70, 370, 330), fill="#c89f6d", outline="#8d6a3f", width=4)
        for turn in range(12):
            angle = turn * math.pi / 6
            x, y = 240 + 62 * math.cos(angle), 200 + 62 * math.sin(angle)
            pen.ellipse((x - 40, y - 40, x + 40, y + 40), outline="#5d4226", width=3)
        pen.ellipse((128, 88, 352, 312), outline="#5d4226", width=3)
    else:
        pen.polygon((240, 80, 350, 135, 240, 190, 130, 135), fill="#f3a77c")
        pen.polygon((130, 135, 240, 190, 240, 310, 130, 255), fill="#e8743b")
        pen.polygon((350, 135, 240, 190, 240, 310, 350, 255), fill="#b9531f")
        for text, place in (("X", (170, 195)), ("Y", (280, 195)), ("Z", (228, 115))):
            pen.text(place, text, "#5a2a12", ImageFont.load_default(40))
    stored = io.BytesIO()
    image.save(stored, "PNG")
    return stored.getvalue()


async def work(device: Device, path: str, rest: float = _REST) -> None:
    """Run a job, leave it for a while when it has ended, be idle for a while; forever."""
    while True:
        await asyncio.sleep(rest)
        if not device.online:
            continue
        try:
            job = device.start_job(path)
        except BusyError:
            # Another client uses the device, and may go on to.
            continue
        _LOGGER.info("%s starts %s", device.name, path)
        await device.wait_for(partial(_over, device, job), within=None)
        _LOGGER.info("%s: %s", device.name, job.state.label.lower())
        await asyncio.sleep(rest)
        if device.player.job is job:
            device.player.quit()


def _over(device: Device, job: Job) -> bool:
    announced = job.ended and bool(device.status.st_id & 192)
    return announced or device.player.job is not job
