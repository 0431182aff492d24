"""Jobs in tests: slow devices, job files, why something failed, and a witness."""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulator import ROBOT_PORT, Device, Timing as DeviceTiming
from simulator.fcode import build
from simulator.files import plain_png
from tests.integration.house import entity, wait_until

# A device whose states all last until Home Assistant has read them, and whose job runs
# on only when a test says so. For tests that hold the robot connection.
PATIENT = replace(DeviceTiming.fast(), job_shown=True, job_speed=0.0)

# The same in a hurry, once there was time to connect.
BRISK = replace(
    DeviceTiming.fast(), job_init=0.2, job_pausing=0.1, job_aborting=0.1, job_speed=0.0
)

TIME_COST = 600.0


def put_job(device: Device, path: str = "test.fc", **changes: str | None) -> str:
    """Put a job file of ten minutes on the device; return its path for `start_job`."""
    metadata = {
        "TIME_COST": str(TIME_COST),
        "TRAVEL_DIST": "1000.0",
        "HEAD_TYPE": "EXTRUDER",
        "CORRECTION": "N",
    } | changes
    content = build(
        {key: value for key, value in metadata.items() if value is not None},
        [picture_of(path)],
    )
    device.files.write("SD", path, content)
    return f"SD/{path}"


def picture_of(path: str) -> bytes:
    return plain_png(path)


# A job that was resumed: it heats first, for as long as it takes.
GOES_ON = {"resuming", "starting", "heating", "calibrating", "running"}


async def reason(order: Awaitable[Any]) -> str | None:
    """Wait until something has failed; return the translation key of the reason."""
    with pytest.raises(HomeAssistantError) as failed:
        await order
    return failed.value.translation_key


def connections(device: Device) -> int:
    """Return how many connections to the robot port there have been."""
    return sum(record.port == ROBOT_PORT for record in device.received.connections)


def asked(device: Device) -> list[str]:
    """Return what its robot port was sent, but for the settings that are read by the way."""
    return [
        command
        for command in device.received.robot
        if not command.startswith("config get ")
    ]


@dataclass
class Witness:
    """Every status and every event of the job, in order."""

    statuses: list[str] = field(default_factory=list)
    events: list[State] = field(default_factory=list)

    @property
    def event_types(self) -> list[str]:
        return [str(event.attributes["event_type"].value) for event in self.events]


async def events_are(hass: HomeAssistant, seen: Witness, *kinds: str) -> None:
    """Wait until just this has happened to the job: its start waits for its name."""
    with suppress(TimeoutError):
        await wait_until(hass, lambda: len(seen.events) >= len(kinds))
    assert seen.event_types == list(kinds)


def witness(hass: HomeAssistant) -> Witness:
    """Begin to take note of statuses and events."""
    seen = Witness()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None:
            return
        if new.entity_id == entity("sensor", "status"):
            if not seen.statuses or seen.statuses[-1] != new.state:
                seen.statuses.append(new.state)
        elif (
            new.entity_id == entity("event", "job")
            and new.state != "unavailable"
            # What is restored after a reload did not happen again.
            and old is not None
            and old.state != "unavailable"
        ):
            seen.events.append(new)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return seen


def unfinished(device: Device) -> list[str]:
    """Return the uploads on a device that are not whole."""
    return [name for name in device.files.entries["SD"] if name.startswith("~")]
