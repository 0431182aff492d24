"""The command line: here, and from the wheel in an environment with nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from functools import partial
from importlib.metadata import distribution
import io
import json
import os
from pathlib import Path
import re
import shutil
import signal
import subprocess
import sys
from unittest.mock import Mock
import zipfile

import pytest

from custom_components.flux3dp.aioflux import (
    DEFAULT_TIMING,
    DeviceStatus,
    __main__,
    fingerprint,
)
from simulator import PATIENCE, SimulatedNetwork

from .conftest import ADDRESSES, UUID, MakeDevice

ROOT = Path(__file__).parents[2]
WHEEL = "aioflux-1.2.3-py3-none-any.whl"
KEY_FILE = Path(".local/share/aioflux/key.pem")
# What it requires comes from the environment of this test: there may be no internet.
REQUIRED = ("cryptography", "cffi", "pycparser")

type Run = Callable[..., Awaitable[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that a release makes."""
    target = tmp_path_factory.mktemp("dist")
    package = ROOT / "script" / "package"
    subprocess.run([package, "1.2.3", target / "flux3dp.zip"], check=True)
    return target / WHEEL


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command in an environment of its own."""
    uv = shutil.which("uv") or ROOT / ".tools" / "bin" / "uv"
    if not Path(uv).exists():
        (pytest.fail if "CI" in os.environ else pytest.skip)("script/uv has made no uv")
    home = tmp_path_factory.mktemp("alone")
    python = home / "bin" / "python"

    def call(*words: str | Path) -> None:
        subprocess.run([uv, *words], check=True, capture_output=True)

    call("venv", "--python", sys.executable, home)
    [site] = home.glob("lib/*/site-packages")
    for name in REQUIRED:
        for file in distribution(name).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), site / file)
    call("pip", "install", "--python", python, "--offline", "--no-deps", wheel)
    call("pip", "check", "--python", python)
    return home / "bin" / "aioflux"


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = message_from_bytes(archive.read("aioflux-1.2.3.dist-info/METADATA"))
    assert {"aioflux/py.typed", "aioflux/__main__.py"} <= names
    assert "aioflux-1.2.3.dist-info/licenses/LICENSE" in names
    assert (metadata["Name"], metadata["Version"]) == ("aioflux", "1.2.3")
    assert str(metadata.get_payload()).startswith("# aioflux")


COMMON = ("--interface", "127.0.0.1", "--timeout", "60")


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C reach what is started here, also where a shell has it ignored (`&`)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def installed(ctrl_c: None, command: Path, tmp_path: Path) -> Run:
    """Return what runs the command of the wheel and returns its output."""

    async def run(name: str, *words: object, stdin: str = "", code: int = 0) -> str:
        process = await asyncio.create_subprocess_exec(
            command,
            *(name, *COMMON, *map(str, words)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"HOME": str(tmp_path)},
        )
        first = b""
        if code == __main__.INTERRUPTED:
            assert process.stdout
            first = await process.stdout.readline()
            process.send_signal(signal.SIGINT)
        output, _ = await process.communicate(stdin.encode())
        text = (first + output).decode()
        assert process.returncode == code, text
        assert "Traceback" not in text
        return text

    return run


class Screen(io.StringIO):
    """What a person sees; `shown` once that is anything."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = asyncio.Event()

    def write(self, text: str) -> int:
        self.shown.set()
        return super().write(text)


@pytest.fixture
def here(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return what runs a command in this process and returns its output."""
    monkeypatch.setattr(__main__, "_KEY_FILE", tmp_path / KEY_FILE)

    async def run(name: str, *words: object, stdin: str = "", code: int = 0) -> str:
        arguments = [name, *COMMON, *map(str, words)]
        options = __main__._parser().parse_args(arguments)
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        options.password = __main__._read_password(options)
        if code != __main__.INTERRUPTED:
            assert await __main__.run(options) == code
            return "".join(capsys.readouterr())
        with monkeypatch.context() as patched:
            screen = Screen()
            patched.setattr(sys, "stdout", screen)
            running = asyncio.ensure_future(__main__.run(options))
            async with asyncio.timeout(PATIENCE):
                await screen.shown.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        return screen.getvalue()

    return run


@pytest.mark.parametrize("where", ["here", "installed"])
async def test_every_command(
    where: str, make_device: MakeDevice, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    aioflux: Run = request.getfixturevalue(where)
    away = SimulatedNetwork(ssid="New", key="long enough", address=ADDRESSES[1])
    device = await make_device(networks=[away])
    host = device.address

    found: list[dict[str, object]] = []
    while not found:
        found = json.loads(await aioflux("discover", "--json", "--seconds", "1"))
    assert [each["uuid"] for each in found] == [UUID]

    info = await aioflux("info", host)
    assert re.search(r"^name +Delta in der Werkstatt ♥$", info, re.MULTILINE)
    assert json.loads(await aioflux("info", host, "--json")) == found[0]

    # FLUX has not signed it: its fingerprint has to be accepted, once.
    refused = await aioflux("trust", host, stdin="secret\n", code=5)
    accept = refused.split()[-2:]
    assert accept == ["--fingerprint", found[0]["fingerprint"]]
    assert device.received.connections == []
    # From a file made on Windows.
    await aioflux("trust", host, *accept, stdin="guess\r\n", code=4)
    assert "now" in await aioflux("trust", host, *accept, stdin="secret\n")
    assert "already" in await aioflux("trust", host, stdin="\n")
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600

    device.set_status(st_id=16, progress=0.25)
    status = json.loads(await aioflux("status", host, "--json"))
    assert (status["state"], status["progress"]) == ("active", 0.25)
    watched = await aioflux("status", host, "--watch", code=__main__.INTERRUPTED)
    assert "state=active" in watched

    await aioflux("rename", host, "Attic")
    assert device.name == "Attic"
    assert '"ssid": "New"' in await aioflux("scan-wifi", host, "--json")
    await aioflux("camera", host, tmp_path / "plate.jpg")
    assert (tmp_path / "plate.jpg").read_bytes().startswith(b"\xff\xd8")

    await aioflux("set-network", host, "--ssid", "New", stdin="long enough\n")
    await device.wait_for(lambda: device.address == ADDRESSES[1] and device.online)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("rename {host} x", 5, "--fingerprint"),
        ("rename {host} x --fingerprint 12:34", 5, "another fingerprint"),
        ("rename {host} x --fingerprint {fingerprint}", 4, "aioflux trust {host}"),
        ("camera {host} x --fingerprint {fingerprint}", 4, "aioflux trust {host}"),
        (
            "rename {host} x --fingerprint {fingerprint} --key {broken}",
            1,
            "holds no key",
        ),
        ("info 127.0.40.9 --timeout 0.2", 3, "no FLUX device answers at 127.0.40.9"),
        (f"rename {{host}} {'x' * 129}", 2, "at most 128 bytes"),
        ("set-network {host} --ssid a=b", 2, "ssid has no ="),
        ("set-network {host} --address 10.0.0.2/24", 2, "gateway is needed"),
    ],
)
async def test_what_fails_says_why_and_exits_with_its_code(
    *,
    words: str,
    code: int,
    says: str,
    make_device: MakeDevice,
    here: Run,
    tmp_path: Path,
) -> None:
    device = await make_device()
    values = {
        "host": device.address,
        "fingerprint": fingerprint(device.master_public_der),
        "broken": tmp_path / "broken.pem",
    }
    (tmp_path / "broken.pem").write_text("no key")
    said = await here(*(word.format(**values) for word in words.split()), code=code)
    assert said.startswith("aioflux: ")
    assert says.format(**values) in said
    assert device.received.application_bytes in (b"", None) or code == 4


def test_a_password_is_not_shown_where_it_is_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And Ctrl-C at the question is no traceback."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "getpass", ask)
    monkeypatch.setattr(sys, "stdin", Mock(isatty=lambda: True))
    # With a factory, asyncio leaves the thread's current loop alone, which fixtures need.
    run = partial(asyncio.run, loop_factory=asyncio.new_event_loop)
    monkeypatch.setattr(asyncio, "run", run)
    assert __main__.main(["trust", "127.0.40.9"]) == __main__.INTERRUPTED
    assert asked == ["Password of the device: "]


@pytest.mark.parametrize(
    ("st_id", "state"),
    [(0, "idle"), (16, "active"), (48, "paused"), (64, "ended"), (-1, "occupied")],
)
def test_states(st_id: int, state: str) -> None:
    status = DeviceStatus(0.0, st_id, None, "EXTRUDER", "", "")
    assert __main__._state(status)["state"] == state


async def test_a_device_that_falls_silent_is_offline(
    make_device: MakeDevice, here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await make_device()
    monkeypatch.setattr(
        __main__, "DEFAULT_TIMING", replace(DEFAULT_TIMING, unheard_active=0.5)
    )
    shown = __main__._state

    def fall_silent(status: DeviceStatus | None) -> dict[str, object]:
        device.faults.silent = device.faults.muted = True
        if status is None:
            raise OSError("seen")
        return shown(status)

    monkeypatch.setattr(__main__, "_state", fall_silent)
    assert "state=idle" in await here("status", device.address, "--watch", code=1)


def test_ctrl_c_while_our_key_is_made_leaves_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctrl_c = Mock(side_effect=KeyboardInterrupt)
    monkeypatch.setattr(__main__.ClientKey, "generate", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        __main__._load_key(tmp_path / "key.pem")
    assert not (tmp_path / "key.pem").exists()
