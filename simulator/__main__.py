"""Run simulated devices until Ctrl-C: ``python -m simulator``."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
import errno
import logging
from pathlib import Path
import signal
import sys

from . import control, demo
from .device import Device

_DESCRIPTION = """\
FLUX devices in software, on the real ports (1901 UDP and TCP, 23811, 23812), each at a
127.x address of its own. Both generations of the protocol; jobs that heat, run, pause,
run out of filament and finish; files; a camera; names, passwords, trusted keys and Wi-Fi.
Devices announce themselves by multicast on the loopback interface, and answer probes.
They are signed by a vendor key of the simulator's own: clients that know only FLUX's key
see unverified devices.
"""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--device",
        dest="devices",
        action="append",
        choices=[model.key for model in demo.MODELS],
        help="a device to start, may be given again (default: delta and beamo)",
    )
    add(
        "--address",
        default="127.0.10.1",
        help="address of the first device, the others follow it (default: %(default)s)",
    )
    add(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep keys, trusted keys, names and passwords here (default: nowhere)",
    )
    add(
        "--speed",
        type=float,
        default=1.0,
        help="how much faster than real jobs run (default: %(default)s)",
    )
    add("--idle", action="store_true", help="start no jobs: the devices wait for some")
    add(
        "--control",
        type=Path,
        metavar="SOCKET",
        help="listen here for what happens to the devices: lines such as 'UUID runout', "
        f"with one of {', '.join(control.HAPPENINGS)}",
    )
    add(
        "--no-multicast",
        action="store_true",
        help="announce nothing, only answer probes, as behind a Docker bridge",
    )
    add(
        "--fault",
        dest="faults",
        action="append",
        default=[],
        type=_fault,
        metavar="DEVICE:FAULT",
        help=f"start a device with a fault: {', '.join(demo.FAULTS)}",
    )
    add("--verbose", action="store_true", help="log what the devices do")
    return parser.parse_args(arguments)


def _fault(text: str) -> tuple[str, str]:
    device, _, fault = text.partition(":")
    if fault not in demo.FAULTS:
        raise argparse.ArgumentTypeError(f"no such fault: {fault or text}")
    return device, fault


def _introduce(devices: Sequence[Device]) -> None:
    for device in devices:
        password = "none" if device.password is None else device.password
        print(
            f"{device.name} ({device.config.model}, generation {device.generation})\n"
            f"  address     {device.address}\n"
            f"  serial      {device.config.serial}\n"
            f"  password    {password}\n"
            f"  fingerprint {bytes.fromhex(device.fingerprint).hex(':').upper()}"
        )
    print("Ready. Ctrl-C ends it.", flush=True)


async def _main(options: argparse.Namespace) -> None:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    wanted = options.devices or ["delta", "beamo"]
    models = [model for model in demo.MODELS if model.key in wanted]
    configs = await asyncio.to_thread(
        demo.configure,
        models,
        address=options.address,
        folder=options.state,
        speed=options.speed,
        multicast=not options.no_multicast,
    )
    devices = [Device(config) for config in configs]
    jobs = [model.job for model in models]
    async with AsyncExitStack() as stack:
        if options.control is not None:
            served = list(zip(devices, jobs, strict=True))
            await stack.enter_async_context(control.serving(options.control, served))
        for device, model in zip(devices, models, strict=True):
            await asyncio.to_thread(demo.add_jobs, device)
            await stack.enter_async_context(device)
            for key, fault in options.faults:
                if model.key == key:
                    demo.fault(device, fault)
        _introduce(devices)
        await demo.run(devices, [None] * len(jobs) if options.idle else jobs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    options = _arguments(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(message)s",
    )
    try:
        with suppress(asyncio.CancelledError):
            asyncio.run(_main(options))
    except OSError as err:
        if err.errno != errno.EADDRINUSE:
            raise
        print(f"A port is taken, by another simulator? {err.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
