"""script/run: simulated devices and a Home Assistant, started and ended together.

Knows the two programs, the order they start in and how each ends. Leaves the contents of
the configuration folder to demo_config.py and the devices to ``python -m simulator``.
"""

import argparse
import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
import contextlib
import os
from pathlib import Path
import shutil
import signal
import socket
import sys
import tempfile
import textwrap

from homeassistant.const import RESTART_EXIT_CODE

import demo_config

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".run"
HOME = ROOT / "script" / "demo_home.py"
INTEGRATIONS = (
    ROOT / "custom_components" / "flux3dp",
    ROOT / "script" / "flux3dp_demo",
)

#: Seconds a program has to end by itself once asked to.
GRACE = 30.0


class Failure(Exception):
    """Why the demo does not run, as a sentence."""


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
    parser.add_argument(
        "--idle",
        action="store_true",
        help="have no device start a job by itself",
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
async def running(
    folder: Path, *command: str, stdout: int | None = None
) -> AsyncIterator[Process]:
    """Run ``command`` in ``folder``; when the block is left, it has ended, and all it started.

    It leads a process group of its own: Ctrl-C reaches only this program, which then
    ends the others in order.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        start_new_session=True,
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


async def introduction(devices: Process) -> str:
    """Return what the simulator says of its devices when all of them are there."""
    assert devices.stdout is not None  # noqa: S101 - for mypy: it was asked for
    lines: list[str] = []
    async for line in devices.stdout:
        if line.startswith(b"Ready"):
            break
        lines.append(line.decode(errors="replace"))
    return "".join(lines)


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


def welcome(options: argparse.Namespace, devices: str, known: Sequence[str]) -> str:
    """Return what to open and what to type; ``known`` are the devices that are set up."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - compared, not bound
    page = "config/integrations"
    if known:
        page = "flux-demo"
        then = f"set up before: {', '.join(known)}; script/run --fresh forgets it"
    elif options.no_yaml:
        then = "choose Add integration, FLUX: devices are looked for"
    else:
        then = "there is a card for each device: one verified, one not"
    return f"""
{textwrap.indent(devices, "    ")}
    open      http://{host}:{options.port}/{page}
    log in    {demo_config.USERNAME} / {demo_config.PASSWORD}
    then      {then}
    look      FLUX demo in the sidebar: the devices, and buttons that make things happen
    end       Ctrl-C
"""


async def run(options: argparse.Namespace, stop: asyncio.Event, control: Path) -> None:
    """Run both programs until ``stop`` is set; raise ``Failure`` when one ends first."""
    folder: Path = options.state / "devices"
    simulator = [sys.executable, "-m", "simulator", "--state", str(folder)]
    simulator += ["--control", str(control), *(["--idle"] if options.idle else [])]
    async with running(ROOT, *simulator, stdout=asyncio.subprocess.PIPE) as devices:
        introduced = asyncio.create_task(introduction(devices))
        while await run_home_assistant(options, stop, devices, introduced):
            pass


async def run_home_assistant(
    options: argparse.Namespace,
    stop: asyncio.Event,
    devices: Process,
    introduced: asyncio.Task[str],
) -> bool:
    """Run Home Assistant until it ends or ``stop`` is set; return whether to restart it.

    Raise ``Failure`` when it, or the simulator, ends unasked.
    """
    config: Path = options.state / "config"
    known = await demo_config.prepare(config, options.host, options.port)
    # The simulator makes its vendor's key before it says that it is ready.
    devices_are = await introduced
    vendor = options.state / "devices" / "vendor.pem"
    command = (sys.executable, str(HOME), str(vendor), str(config))

    async def greet() -> None:
        await served(options.host, options.port)
        print(welcome(options, devices_are, known), flush=True)

    async with running(config, *command) as process, asyncio.TaskGroup() as tasks:
        stopped = tasks.create_task(stop.wait())
        devices_ended = tasks.create_task(devices.wait())
        ended = tasks.create_task(process.wait())
        greeting = tasks.create_task(greet())
        awaited = {stopped, devices_ended, ended}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        for task in (*awaited, greeting):
            task.cancel()
    if stop.is_set():
        return False
    if devices.returncode is not None:
        raise Failure(f"the simulator ended ({devices.returncode}), see above")
    if process.returncode != RESTART_EXIT_CODE:
        raise Failure(f"Home Assistant ended ({process.returncode}), see above")
    return True


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
        # The path of a Unix socket has to be short: not in the state folder.
        with tempfile.TemporaryDirectory(prefix="flux3dp-") as folder:
            control = Path(folder) / "control"
            demo_config.write_configuration(
                options.state / "config",
                INTEGRATIONS,
                control,
                discovery=not options.no_yaml,
            )
            await run(options, stop, control)
    except Failure as err:
        print(f"script/run: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
