"""A home with a device without a wire, and a clock that is turned by hand.

For tests whose subject is what the integration does, and when: they open no socket and
wait for no real time.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
import heapq
from itertools import count
from typing import Any, cast
from unittest.mock import patch

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey, Manager, Robot
from custom_components.flux3dp.aioflux.session import Session
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.timing import TIMING, SteadyClock
from tests.integration.fake_device import (
    FakeDevice,
    FakeListener,
    FakeManager,
    FakeSession,
)
from tests.integration.house import House


class ManualClock(SteadyClock):
    """A clock that stands still until `advance` turns it."""

    def __init__(self, hass: HomeAssistant | None = None) -> None:
        self.time = dt_util.utcnow().timestamp()
        self._start = 0.0
        self.due: list[tuple[float, int, Callable[[], None]]] = []
        self._canceled: set[int] = set()
        self._ids = count()

    def now(self) -> float:
        return self.time

    def error(self) -> float:
        return 0.0

    def call_later(self, seconds: float, wake: Callable[[], None]) -> CALLBACK_TYPE:
        timer = next(self._ids)
        heapq.heappush(self.due, (self.time + seconds, timer, wake))
        return lambda: self._canceled.add(timer)

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        limit = asyncio.timeout(None)

        def expire() -> None:
            with suppress(RuntimeError):  # It is over.
                limit.reschedule(asyncio.get_running_loop().time())

        if seconds is not None:
            self.call_later(seconds, expire)
        return limit

    def turn(self, until: float) -> None:
        """Turn the clock to a moment, for code that waits for nothing else."""
        while self.due and self.due[0][0] <= until:
            due, timer, wake = heapq.heappop(self.due)
            self.time = max(self.time, due)
            if timer not in self._canceled:
                wake()
        self.time = until

    async def advance(
        self, seconds: float, until: Callable[[], bool] = lambda: False
    ) -> None:
        """Turn the clock, and have everything done that is due, or until it is so."""
        end = self.time + seconds
        await settle()
        while not until() and self.due and self.due[0][0] <= end:
            self.turn(self.due[0][0])
            await settle()
        if not until():
            self.time = end


async def settle() -> None:
    """Have everything done that waits for no time."""
    loop = asyncio.get_running_loop()
    for _ in range(50):
        await asyncio.sleep(0)
        if not loop._ready:
            return


@dataclass
class Home(House):
    """A device that is set up without a wire, by a clock that is turned by hand."""

    hass: HomeAssistant
    clock: ManualClock
    device: FakeDevice
    listener: FakeListener
    entry: MockConfigEntry
    caplog: pytest.LogCaptureFixture

    async def setup(self, *, hold: bool = True) -> None:
        """Set the entry up, and have all done that follows at once.

        `hold`: hold the robot connection in jobs.
        """
        if not hold:
            self.hass.config_entries.async_update_entry(
                self.entry, options={CONF_HOLD_CONNECTION: False}
            )
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await self.announce()

    async def announce(self) -> None:
        """Have the device announce itself, and all done that follows at once."""
        self.listener.announce()
        await settle()

    async def run(
        self,
        st_id: int = 16,
        label: str = "RUNNING",
        error: str = "",
        *,
        seconds: float = 0,
    ) -> None:
        """Have a job, or have it go on to a state; announce it, and let time pass."""
        self.device.run(st_id, label, error)
        await self.announce()
        if seconds:
            await self.advance(seconds)

    async def until(self, condition: Callable[[], bool], within: float = 120.0) -> None:
        """Turn the clock until something is so."""
        await self.clock.advance(within, condition)
        assert condition()

    async def advance(self, seconds: float) -> None:
        """Turn the clock by so much."""
        await self.clock.advance(seconds)

    async def done[T](self, work: Coroutine[Any, Any, T], within: float = 60.0) -> T:
        """Turn the clock until something is done, and return what it returns."""
        task = asyncio.ensure_future(work)
        await self.clock.advance(within, task.done)
        assert task.done()
        return task.result()


@pytest.fixture
async def new_home(
    hass: HomeAssistant,
    client_key: ClientKey,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Home]:
    """Return a device without a wire that is not set up yet."""
    device, clock = FakeDevice(), ManualClock()
    listener = FakeListener(device, TIMING)

    async def open_robot(*_args: object, **_kwargs: object) -> Robot:
        device.tried += 1
        await asyncio.sleep(0)
        if device.stalls:
            device.stalls -= 1
            await asyncio.Event().wait()
        if device.refuses is not None:
            raise device.refuses
        device.sessions.append(FakeSession(device))
        robot = Robot(cast(Session, device.sessions[-1]), device.info)
        robot._open_again = open_robot
        return robot

    async def open_manager(*_args: object, **_kwargs: object) -> FakeManager:
        device.sign_ins += 1
        if device.refuses_manager is not None:
            raise device.refuses_manager
        return FakeManager(device)

    monkeypatch.setattr(Robot, "open", open_robot)
    monkeypatch.setattr(Manager, "open", open_manager)
    monkeypatch.setattr(
        "custom_components.flux3dp.device.SteadyClock", lambda _hass: clock
    )
    hass.data[f"{DOMAIN}_listener"] = listener
    hass.data[f"{DOMAIN}_client_key"] = client_key
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=device.info.name,
        unique_id=device.info.uuid,
        data={
            "host": device.info.host,
            "master_key": base64.b64encode(device.info.master_key).decode(),
            "serial": device.info.serial,
            "model": device.info.model,
            "verified": True,
            "settings": {"firmware": device.info.firmware, "values": {}},
        },
    )
    entry.add_to_hass(hass)
    with patch("custom_components.flux3dp.timing.TIMING", TIMING):
        yield Home(hass, clock, device, listener, entry, caplog)
    # What still waits would keep Home Assistant from stopping.
    await clock.advance(60.0)


@pytest.fixture
async def home(new_home: Home) -> Home:
    """Return a device without a wire that is set up and idle."""
    await new_home.setup()
    new_home.device.received.clear()
    new_home.device.sessions.clear()
    new_home.device.tried = 0
    return new_home


def reports(device: FakeDevice) -> int:
    """Return how often a device was asked for a report."""
    return device.received.count("player report")


async def read(home: Home, number: int = 2) -> None:
    """Wait until a device was asked for some more reports."""
    asked = reports(home.device)
    await home.until(lambda: reports(home.device) >= asked + number)
