"""The camera: stills, and the live view as MJPEG.

All viewers share one connection, see `camera_stream.py`.
"""

import asyncio
from contextlib import aclosing
from operator import attrgetter
from typing import override

from aiohttp import web
from homeassistant.components.camera import (
    Camera,
    CameraEntityDescription,
    async_get_still_stream,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aioflux import Camera as DeviceCamera, FluxError
from .camera_stream import CameraFeed
from .const import MANUFACTURER
from .coordinator import FluxConfigEntry, FluxCoordinator
from .entity import FluxEntity
from .errors import device_errors

# Requests at the same time share one connection.
PARALLEL_UPDATES = 0

_BOUNDARY = "frameboundary"


CAMERA = CameraEntityDescription(key="camera")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera of a device."""
    async_add_entities([FluxCamera(entry.runtime_data, CAMERA)])


class FluxCamera(FluxEntity, Camera):
    """The camera of a device; it connects only while pictures are wanted.

    Without the *stream* feature, the frontend shows the stills in a picture card and
    the MJPEG in a live view.
    """

    _attr_brand = MANUFACTURER

    def __init__(
        self, coordinator: FluxCoordinator, description: CameraEntityDescription
    ) -> None:
        super().__init__(coordinator, description, attrgetter("device"))
        Camera.__init__(self)
        self._attr_extra_state_attributes = {"streaming": False}
        self._parts = MjpegParts()

    @property
    @override
    def model(self) -> str | None:
        """The model's name in the shop."""
        device = self.coordinator.data.device
        return device.model_name if device else None

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes:
        """Return a picture, in the one size the device knows."""
        with device_errors(self.coordinator):
            self.coordinator.require_online()
            return await self._feed.still()

    @override
    async def handle_async_still_stream(
        self, request: web.Request, interval: float
    ) -> web.StreamResponse:
        """Serve stills, one every `interval` seconds, until there is none."""

        async def picture_or_none() -> bytes | None:
            try:
                return await self.async_camera_image()
            except HomeAssistantError:
                # An error would be too late here: the response has begun.
                return None

        return await async_get_still_stream(
            request, picture_or_none, self.content_type, interval
        )

    @override
    async def handle_async_mjpeg_stream(
        self, request: web.Request
    ) -> web.StreamResponse | None:
        """Serve the pictures as they come; None if not even the first one does.

        It ends when the browser leaves: Home Assistant cancels what serves it.
        """
        response: web.StreamResponse | None = None
        try:
            self.coordinator.require_online()
            async with aclosing(self._feed.watch()) as pictures:
                async for picture in pictures:
                    data = self._parts.part(picture, self.content_type)
                    if response is None:
                        response = await self._begin(request)
                        # Chromium shows a picture when the next one has come.
                        await response.write(data)
                    # A browser that reads nothing for so long is gone.
                    async with asyncio.timeout(self.coordinator.timing.camera_linger):
                        await response.write(data)
        except FluxError:
            return response
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        return response

    @override
    async def async_added_to_hass(self) -> None:
        """Take a feed, which ends when it is removed: another entity id adds it again."""
        coordinator = self.coordinator
        self._feed = CameraFeed(
            coordinator.name,
            coordinator.timing,
            open_camera=lambda: coordinator.trust.async_open(DeviceCamera.open),
            start_task=lambda run: coordinator.create_task(run, "camera"),
            on_streaming=self._async_set_streaming,
        )
        await super().async_added_to_hass()

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Close the connection, and end what is being watched."""
        await self._feed.close()
        await super().async_will_remove_from_hass()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Drop the connection to a device that is offline, before it stalls."""
        if not self.coordinator.data.online:
            self._feed.drop()
        super()._handle_coordinator_update()

    @callback
    def _async_set_streaming(self, streaming: bool) -> None:
        # As the state, it would be two lines in Activity for each look at a dashboard.
        self._attr_extra_state_attributes = {"streaming": streaming}
        self.async_write_ha_state()

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(request)
        await response.write(f"--{_BOUNDARY}\r\n".encode())
        return response


class MjpegParts:
    """What browsers get of the newest picture: put together once for all of them."""

    def __init__(self) -> None:
        self._picture = self._part = b""

    def part(self, picture: bytes, content_type: str) -> bytes:
        """Return a picture with the boundary that ends it.

        A browser that reads up to a boundary shows it at once, not with the next picture.
        """
        # Not a cache of the standard library, which reads all of a picture for its hash.
        if picture is not self._picture:
            head = f"Content-Type: {content_type}\r\nContent-Length: {len(picture)}"
            end = f"\r\n--{_BOUNDARY}\r\n"
            parts = (head.encode(), b"\r\n\r\n", picture, end.encode())
            self._picture, self._part = picture, b"".join(parts)
        return self._part
