"""Event: what happens to a job (`job.transitions`), each transition once, as it is seen."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import FluxConfigEntry
from .entity import FluxEntity
from .job.model import JobEvent, JobEventType
from .job.signals import JobSignal, async_subscribe

# Nothing is fetched here: the coordinator pushes.
PARALLEL_UPDATES = 0

# More than fit into a millisecond, and an end where the clock stands still, as in tests.
_TURNS = 2_000


JOB = EventEntityDescription(
    key="job", event_types=[event_type.value for event_type in JobEventType]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event of a device."""
    # A device that comes back would be a change of state, and no event.
    async_add_entities([FluxJobEvent(entry.runtime_data, JOB, always=True)])


class FluxJobEvent(FluxEntity, EventEntity):
    """The last thing that happened to a job."""

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to what happens to the job."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_subscribe(self.hass, self._async_receive, self.coordinator.uuid)
        )

    @callback
    def _async_receive(self, signal: JobSignal) -> None:
        event = signal.event
        if not isinstance(event, JobEvent):
            return
        before = self.state
        # On 2026.3 two events of one millisecond are one state, and the second of them
        # starts no automation. Newer versions move the second on by themselves.
        for _ in range(_TURNS):
            self._trigger_event(event.type, event.attributes())
            if self.state != before:
                break
        self.async_write_ha_state()
