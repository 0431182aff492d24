"""A Home Assistant with a device on real sockets; `fakes.py` has one without a wire."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN
from simulator import PATIENCE, Device
from tests.devices import MakeDevice
from tests.integration.house import SLUG, House, MakeEntry, wait_until
from tests.integration.jobs import put_job
from tests.integration.life import HEATS


@dataclass
class Wired(House):
    """A device on real sockets; it is set up, unless the fixture is `unpaired`."""

    hass: HomeAssistant
    device: Device
    caplog: pytest.LogCaptureFixture
    make_device: MakeDevice
    make_entry: MakeEntry
    slug: str = SLUG

    @property
    def entry(self) -> Any:
        uuid = self.device.config.uuid
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, uuid)
        assert entry is not None
        return entry

    async def set_up(self, **changes: Any) -> MockConfigEntry:
        """Make an entry of the device, and set it up: see `make_entry`."""
        return await self.make_entry(self.device, **changes)

    def beside(self, device: Device, slug: str = "attic") -> Wired:
        """Return another device of the same Home Assistant."""
        return replace(self, device=device, slug=slug)

    async def until(
        self, condition: Callable[[], bool], within: float = PATIENCE
    ) -> None:
        """Wait until something is so, looking whenever Home Assistant fires an event."""
        await wait_until(self.hass, condition, within)

    async def signed_in(self) -> None:
        await signed_in(self.hass, self.entry)

    # -- jobs

    async def run_job(self, name: str = "test.fc", **changes: str | None) -> str:
        """Start a job of `put_job` and wait until it is seen to run; return its path.

        Its start has been told by then, which waits for its name.
        """
        path = put_job(self.device, name, **changes)
        self.device.start_job(path)
        await self.status_is("running")
        entries = self.hass.config_entries.async_loaded_entries(DOMAIN)
        waiting = [entry.runtime_data.dispatcher for entry in entries]
        await self.until(lambda: not any(each._waiting for each in waiting))
        return path

    async def finish_job(self) -> None:
        self.device.job.finish()
        await self.status_is("completed")

    # -- power

    async def switch_off(self) -> None:
        await self.device.power_off()
        await self.status_is("offline")

    async def switch_on(self) -> None:
        await self.device.power_on()
        await self.status_is("idle")

    @asynccontextmanager
    async def out_of_contact(self) -> AsyncIterator[None]:
        """Have the device go on out of hearing, and be back in the end."""
        self.device.faults.muted = self.device.faults.silent = True
        await self.device.refuse_connections()
        await self.device.drop_connections()
        await self.status_is("offline")
        yield
        await self.device.accept_connections()
        self.device.faults.clear()

    # -- maintenance

    async def idle_and_cold(self) -> None:
        await self.device.wait_for(lambda: self.device.player.occupant() is None)
        assert self.device.nozzle.target == 0
        await self.device.wait_closed_connections()
        await self.status_is("idle")
        assert "task" not in self.look("sensor", "status").attributes

    def steps(self) -> list[dict[str, Any]]:
        """Begin to take note of the steps that the status shows."""
        seen: list[dict[str, Any]] = []

        def note() -> None:
            state = self.look("sensor", "status")
            if "task" in state.attributes:
                keys = ("task", "step", "temperature", "point")
                step = {key: state.attributes.get(key) for key in keys}
                seen.append({"status": state.state, **step})

        self.entry.runtime_data.async_add_listener(note)
        return seen

    async def shown(self, **attributes: object) -> None:
        def is_so() -> bool:
            found = self.look("sensor", "status").attributes
            return attributes.items() <= found.items()

        await self.until(is_so)

    async def under_way(self, action: str) -> None:
        await self.shown(task=action)
        if action in HEATS:
            await self.device.wait_for(lambda: self.device.nozzle.target > 0)

    async def endless(self, action: str) -> asyncio.Task[Any]:
        """Begin work that does not end by itself, and wait until it is in its middle."""
        self.device.faults.endless_work = True
        work = self.begin(action)
        await self.under_way(action)
        return work


async def signed_in(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Wait until the sign-in in the background is over, and what came of it."""
    task = entry.runtime_data.trust._task
    if task is not None:
        await asyncio.wait([task], timeout=PATIENCE)
        assert task.done()
    # The connection that asked who the device is has its settings read as well.
    if (reading := entry.runtime_data.settings._reading) is not None:
        await asyncio.wait([reading], timeout=PATIENCE)
        assert reading.done()
    await hass.async_block_till_done()


@pytest.fixture
def unpaired(
    hass: HomeAssistant,
    device: Device,
    caplog: pytest.LogCaptureFixture,
    make_device: MakeDevice,
    make_entry: MakeEntry,
) -> Wired:
    """Return the usual device, or another as `device` says, not set up yet."""
    return Wired(hass, device, caplog, make_device, make_entry)


@pytest.fixture
def wired(unpaired: Wired, entry: MockConfigEntry) -> Wired:
    """Return the device, set up and known to be there."""
    return unpaired
