"""Image: the picture that comes with a job."""

from operator import attrgetter
from typing import Any, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)
from homeassistant.util import dt as dt_util

from .coordinator import FluxConfigEntry, FluxCoordinator
from .entity import FluxEntity
from .files import picture_type

# Nothing is fetched here: the coordinator pushes.
PARALLEL_UPDATES = 0


PREVIEW = ImageEntityDescription(key="preview")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the picture of a device's job."""
    async_add_entities([FluxPreview(hass, entry.runtime_data, PREVIEW)])


class FluxPreview(FluxEntity, ImageEntity, RestoreEntity):
    """The picture of the job, or of the last one while it is the last.

    It changes with the job only. The device is asked again after a restart, but the
    picture is as old as it was before.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: FluxCoordinator,
        description: ImageEntityDescription,
    ) -> None:
        FluxEntity.__init__(self, coordinator, description, attrgetter("preview"))
        ImageEntity.__init__(self, hass)
        # Which job's picture, since when: kept over restarts.
        self._shown: dict[str, Any] = {}

    @override
    async def async_added_to_hass(self) -> None:
        """Remember since when the picture of which job has been shown."""
        await super().async_added_to_hass()
        if (stored := await self.async_get_last_extra_data()) is not None:
            self._shown = stored.as_dict()
        self._async_show()

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Which job's picture is shown since when."""
        return RestoredExtraData(self._shown)

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture, PNG or JPEG."""
        return self.coordinator.data.preview

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._async_show()
        super()._handle_coordinator_update()

    @callback
    def _async_show(self) -> None:
        """Update the picture, or show none for a job that has none yet."""
        if not (content := self.coordinator.data.preview):
            self._attr_image_last_updated = None
            return
        self._attr_content_type = picture_type(content)
        number = self.coordinator.data.job.job_number
        if self._shown.get("job_number") != number or not self._shown.get("since"):
            since = dt_util.utcnow().isoformat()
            self._shown = {"job_number": number, "since": since}
        self._attr_image_last_updated = dt_util.parse_datetime(self._shown["since"])
