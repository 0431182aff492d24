"""script/run: simulated devices and a Home Assistant, started and ended together.

Knows the two programs, the order they start in and how each ends. Leaves the contents of
the configuration folder to demo_config.py and the devices to ``python -m simulator``.
"""

import argparse
import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
import contextlib
import os
from pathlib import Path
import shutil
import signal
import socket
import sys

from homeassistant.const import RESTART_EXIT_CODE

import demo_config

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".run"

#: Seconds a program has to end by itself once asked to.
GRACE = 30.0


class Failure(Exception):
    """What a person is told when it does not work."""


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="script/run",
        description="Start simulated FLUX devices and a Home Assistant to pair them "
        "with. Ctrl-C ends all of it; what was set up is there the next time.",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget what was set up before"
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=STATE,
        help="folder to keep it in (%(default)s)",
    )
    parser.add_argument(
        "--no-yaml",
        action="store_true",
        help="leave out the flux3dp: key, so that nothing is discovered before the "
        "first device was added by hand",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to serve on; anyone who reaches it can log in (%(default)s)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=int(os.environ.get("HASS_PORT", "8123")),
        help="port to serve on (%(default)s, or $HASS_PORT)",
    )
    options = parser.parse_args()
    options.state = options.state.absolute()
    return options


def check_port(host: str, port: int) -> None:
    """Raise ``Failure`` when Home Assistant could not serve on ``host`` and ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as err:
            raise Failure(
                f"Home Assistant cannot serve on {host} port {port}: {err.strerror}.\n"
                f"Is another one running? Choose a port: script/run --port {port + 1}"
            ) from err


@contextlib.asynccontextmanager
async def running(folder: Path, *command: str) -> AsyncIterator[Process]:
    """Run ``command`` in ``folder``; when the block is left, it has ended, and all it started.

    It leads a process group of its own: Ctrl-C reaches only this program, which then
    ends the others in order.
    """
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), GRACE)
            except TimeoutError:
                print(f"script/run: {command[2]} does not end; killed", flush=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def served(host: str, port: int) -> None:
    """Return once Home Assistant's frontend answers."""
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"GET /manifest.json HTTP/1.0\r\n\r\n")
                status = await reader.readuntil(b"\r\n")
            finally:
                writer.close()
            if b" 200 " in status:
                return
        await asyncio.sleep(0.2)


def welcome(options: argparse.Namespace) -> str:
    """Return what to open and what to type."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - compared, not bound
    find = (
        "Settings > Devices & services > Add integration > FLUX"
        if options.no_yaml
        else "Settings > Devices & services: a card for each device"
    )
    return f"""
    open      http://{host}:{options.port}
    log in    {demo_config.USERNAME} / {demo_config.PASSWORD}
    then      {find}
    devices   as the simulator says above
    end       Ctrl-C
"""


async def run(options: argparse.Namespace, stop: asyncio.Event) -> None:
    """Run both programs until ``stop`` is set; raise ``Failure`` when one ends first."""
    python = sys.executable
    config = options.state / "config"
    hass = (python, "-m", "homeassistant", "--config", str(config))
    simulator = (python, "-m", "simulator", "--state", str(options.state / "devices"))
    stopped = asyncio.create_task(stop.wait())
    async with (
        running(ROOT, *simulator) as devices,
        contextlib.AsyncExitStack() as restarts,
    ):
        devices_ended = asyncio.create_task(devices.wait())
        greeting = True
        while not stop.is_set():
            process = await restarts.enter_async_context(running(config, *hass))
            hass_ended = asyncio.create_task(process.wait())
            awaited = {stopped, devices_ended, hass_ended}
            if greeting:
                ready = asyncio.create_task(served(options.host, options.port))
                await asyncio.wait(
                    awaited | {ready}, return_when=asyncio.FIRST_COMPLETED
                )
                if ready.done():
                    print(welcome(options), flush=True)
                    greeting = False
                ready.cancel()
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if devices_ended.done():
                raise Failure(f"the simulator ended ({devices.returncode})")
            if hass_ended.done() and process.returncode != RESTART_EXIT_CODE:
                raise Failure(f"Home Assistant ended ({process.returncode})")


async def main() -> int:
    """Prepare, run, and return the exit status."""
    options = arguments()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        check_port(options.host, options.port)
        if options.fresh:
            for part in ("config", "devices"):
                shutil.rmtree(options.state / part, ignore_errors=True)
        config = options.state / "config"
        demo_config.write_configuration(
            config, ROOT / "custom_components", discovery=not options.no_yaml
        )
        await demo_config.prepare(config, options.host, options.port)
        await run(options, stop)
    except Failure as err:
        print(f"script/run: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
