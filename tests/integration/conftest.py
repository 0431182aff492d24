"""Home Assistant, simulated devices, and entries for them.

Everything a test waits for is an event: `wait_until` looks again whenever Home Assistant
has something to say.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
import functools
from ipaddress import ip_address
import logging
from pathlib import Path
import re
import socket
import tempfile
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.aioflux import ClientKey, Files
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.timing import FluxTiming
from simulator import Device, TrustedKey
from simulator.fcode import build
from simulator.files import example_job
from tests.devices import MakeDevice, making, reaching
from tests.integration.fake_device import DELTA
from tests.integration.fakes import home, new_home  # noqa: F401 - fixtures
from tests.integration.house import MakeEntry, wait_for_state, wait_until  # noqa: F401 - tests import them from here
from tests.integration.wired import (  # noqa: F401 - fixtures
    signed_in,
    unpaired,
    wired,
)
from tests.integration.words import watch_words
from tests.keys import CLIENT_KEY, MASTER_KEYS
from tests.surroundings import data_of, surroundings

ADDRESSES = [f"127.0.50.{number}" for number in range(1, 30)]
UUID = DELTA.uuid
NAME = DELTA.name
PASSWORD = "secret"
OTHER: dict[str, Any] = {
    "address": ADDRESSES[1],
    "uuid": "0123456789abcdef0123456789abcdef",
    "serial": "FD1A104243",
    "name": "Attic",
    "master_key": MASTER_KEYS[1],
}

# The device's seconds are hundredths in `DeviceTiming.fast`; ours keep the proportions,
# with a margin for a machine that does something else at the same time. What limits a
# connection is as long as in production: a test about that has a `pace` of its own.
FAST = FluxTiming(
    scan=0.3,
    scan_probe_interval=0.1,
    find=2.0,
    find_probe_interval=0.1,
    lookup=2.0,
    touch_interval=0.05,
    touch_rest=0.1,
    unheard=0.4,
    unheard_active=0.2,
    probe_interval=0.1,
    setup_wait=1.0,
    startup_grace=0.2,
    wifi_scan=2.0,
    close=0.5,
    progress_step=0.0,
    network_return=5.0,
    network_trial=1.5,
    network_settle=0.3,
    rename_return=2.0,
    report_interval=0.05,
    report_fresh=0.4,
    status_lag=0.3,
    overtaken=0.05,
    robot_retry=0.3,
    control_poll=0.02,
    toolhead_ready=0.3,
    control_confirm=2.0,
    resume_trial=0.4,
)

# A job file of ten minutes, and one that is on a device.
JOB = example_job("Boat", seconds=600)
CUBE = "SD/calibration cube.fc"

# More than a connection takes before the device reads it.
LARGE = build({"TITLE": "Ship"}, script=bytes(24 << 20))

# Deprecations, blocking calls, and whatever else `homeassistant.helpers.frame` reports.
_COMPLAINT = re.compile(r"deprecat|Detected (that|blocking|code)", re.IGNORECASE)

# A line for every event and state, thousands in a test, unread there, and
# some hold text (half a surrogate) that cannot be passed between processes.
logging.getLogger("homeassistant.core").setLevel(logging.INFO)

type Client = TestClient[Any, Any]


loopback = reaching(ADDRESSES)
make_device = making(ADDRESSES[0], UUID)


@pytest.fixture(autouse=True)
def our_integration(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on what Home Assistant has to say about our ways: it only logs it."""
    yield
    for phase in ("setup", "call"):
        for record in caplog.get_records(phase):
            if record.name == "asyncio":
                # What a slow machine was at, with all the words of Home Assistant in it.
                continue
            message = record.getMessage()
            assert not (DOMAIN in message and _COMPLAINT.search(message)), message


@pytest.fixture(autouse=True)
def words_are_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail when an error, a step or an issue has no words, or lacks a placeholder."""
    problems = watch_words(monkeypatch)
    yield
    assert problems == set()


@pytest.fixture
def pace(request: pytest.FixtureRequest) -> FluxTiming:
    """Return the pace of our side.

    `paced` makes it another for a test, `PACE` for all tests of a module.
    """
    return replace(FAST, **getattr(request.module, "PACE", {}))


@pytest.fixture(autouse=True)
def our_network(pace: FluxTiming) -> Iterator[None]:
    """Have one interface, loopback, with the vendor and the pace of the tests."""
    with surroundings(pace):
        yield


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the names the network knows, to be filled; others do not resolve."""
    known: dict[str, str] = {}
    resolve = socket.getaddrinfo

    def resolve_known(host: str, *args: Any, **kwargs: Any) -> Any:
        try:
            ip_address(host)
        except ValueError:
            if host not in known:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            host = known[host]
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_known)
    return known


@pytest.fixture(scope="session")
def client_key() -> ClientKey:
    """Return the key of this Home Assistant; reading it takes as long as a handshake."""
    return ClientKey.from_pem(CLIENT_KEY.decode())


@pytest.fixture(scope="session", autouse=True)
def keys_read_once() -> Iterator[None]:
    """Read each client key once: to check one costs more than to set Home Assistant up."""
    with patch.object(ClientKey, "from_pem", functools.cache(ClientKey.from_pem)):
        yield


@pytest.fixture(autouse=True)
def stored_client_key(hass_storage: dict[str, Any]) -> None:
    """Have the client key in storage: making one costs more than most tests."""
    hass_storage[f"{DOMAIN}.identity"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.identity",
        "data": {"private_key": CLIENT_KEY.decode()},
    }


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return the usual device, of the second generation.

    `having` makes it another for a test, `DEVICE` for all tests of a module.
    """
    usual: dict[str, Any] = getattr(request.module, "DEVICE", {})
    return await make_device(**usual | getattr(request, "param", {}))


def having(*changes: dict[str, Any]) -> pytest.MarkDecorator:
    """Run a test with each of these devices."""
    return pytest.mark.parametrize("device", changes, indirect=True)


BOTH = having({"generation": 1}, {"generation": 2})


def paced(**changes: float) -> pytest.MarkDecorator:
    """Run a test at another pace of our side."""
    return pytest.mark.parametrize("pace", [replace(FAST, **changes)], ids=["paced"])


@pytest.fixture
async def make_entry(hass: HomeAssistant, client_key: ClientKey) -> MakeEntry:
    """Return what makes an entry as the config flow does, and sets it up.

    A device that is there is signed in to in the background, once: that is over then, and
    no longer among the connections the device has received.
    """

    async def make(
        device: Device,
        *,
        trusted: bool = True,
        setup: bool = True,
        hold: bool = True,
        **data: Any,
    ) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=device.name,
            unique_id=device.config.uuid,
            # Settings that were read before, from a device that has none.
            data=data_of(device)
            | {"settings": {"firmware": device.firmware, "values": {}}}
            | data,
            options={} if hold else {CONF_HOLD_CONNECTION: False},
        )
        entry.add_to_hass(hass)
        if trusted:
            pem = client_key.public_pem
            device.trust.add(TrustedKey.from_pem("Home Assistant (test home)", pem))
        if setup:
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            await signed_in(hass, entry)
            device.received.connections.clear()
            device.received.robot.clear()
        return entry

    return make


@pytest.fixture
async def entry(
    request: pytest.FixtureRequest, device: Device, make_entry: MakeEntry
) -> MockConfigEntry:
    """Return the entry of the usual device, made as `ENTRY` of a module says."""
    return await make_entry(device, **getattr(request.module, "ENTRY", {}))


@pytest.fixture
async def other(
    request: pytest.FixtureRequest, make_device: MakeDevice, make_entry: MakeEntry
) -> Device:
    other = await make_device(**getattr(request.module, "DEVICE", {}) | OTHER)
    await make_entry(other)
    return other


@pytest.fixture
async def client(entry: MockConfigEntry, hass_client: ClientSessionGenerator) -> Client:
    """Return what the owner of the usual device looks at it with."""
    return await hass_client()


@pytest.fixture
def source(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a job file in a folder that Home Assistant may use."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "boat.fc"
    path.write_bytes(JOB)
    return path


@pytest.fixture
def temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[Path]]:
    """Return what lists the temporary files of the integration."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return lambda: list(tmp_path.glob(f".{DOMAIN}-*"))


@pytest.fixture
def tidying(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have files removed slowly, as by a device that writes; return what says so."""
    tidying, remove = asyncio.Event(), Files.remove

    async def slow(files: Files, path: str) -> None:
        tidying.set()
        # Longer than Home Assistant waits for a task it cancels: the time is the subject.
        await asyncio.sleep(0.3)
        await remove(files, path)

    monkeypatch.setattr(Files, "remove", slow)
    return tidying


async def announced(device: Device, times: int) -> None:
    """Wait until a device has announced itself so often."""
    sent = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > sent + times)
