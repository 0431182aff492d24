"""The files of the devices under *Media*: storages, folders, and jobs with a picture."""

from typing import override

from homeassistant.components.media_player.const import MediaClass
from homeassistant.components.media_player.errors import BrowseError
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_translate_state

from .aioflux import STORAGES, FileInfo
from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .errors import async_option, async_sentence, device_errors, failed
from .files import RECENT, picture_type, title_of
from .job.model import JobStatus
from .job.status_table import toolhead_of
from .targets import async_coordinator
from .views import preview_url

# Folders that are called as on the card; others have the name they have on the device.
_PLACES = {"SD": "memory_card", RECENT: "recent"}


async def async_get_media_source(hass: HomeAssistant) -> FluxMediaSource:
    """Return the one media source for all devices."""
    return FluxMediaSource(hass)


class FluxMediaSource(MediaSource):
    """Shows the files of the devices; identifiers are `<uuid>/<path>`."""

    name = "FLUX"

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(DOMAIN)
        self.hass = hass

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return the picture of a job: there is nothing else to play."""
        uuid, _, path = item.identifier.partition("/")
        try:
            coordinator = self._coordinator(uuid)
            with device_errors(coordinator):
                info = await coordinator.files.info(path)
            if not info.previews:
                raise failed("no_preview", name=title_of(path, info))
        except HomeAssistantError as err:
            raise Unresolvable(await async_sentence(self.hass, err)) from err
        return PlayMedia(preview_url(uuid, path), picture_type(info.previews[0]))

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """Return the devices, the storages of one, or a folder."""
        if not item.identifier:
            return self._root()
        uuid, _, path = item.identifier.rstrip("/").partition("/")
        try:
            coordinator = self._coordinator(uuid)
            with device_errors(coordinator):
                if path:
                    return await self._folder(coordinator, path)
                coordinator.require_online()
        except HomeAssistantError as err:
            raise BrowseError(await async_sentence(self.hass, err)) from err
        storages = _directory(uuid, coordinator.device_name)
        storages.children = [
            await self._directory(uuid, storage) for storage in STORAGES
        ]
        return storages

    def _coordinator(self, uuid: str) -> FluxCoordinator:
        """Return a device; HomeAssistantError if it is not set up or not loaded."""
        if (coordinator := async_coordinator(self.hass, uuid)) is None:
            raise failed("media_device_unknown")
        return coordinator

    def _root(self) -> BrowseMediaSource:
        root = _directory(None, self.name)
        entries: list[FluxConfigEntry] = self.hass.config_entries.async_loaded_entries(
            DOMAIN
        )
        root.children = []
        for coordinator in (entry.runtime_data for entry in entries):
            title = coordinator.device_name
            if not coordinator.data.online:
                title = f"{title} ({_state(self.hass, 'status', JobStatus.OFFLINE)})"
            root.children.append(_directory(coordinator.uuid, title))
        return root

    async def _folder(
        self, coordinator: FluxCoordinator, path: str
    ) -> BrowseMediaSource:
        """Return a folder with the titles and pictures of its jobs. Raises FluxError."""
        entries = await coordinator.files.entries(path)
        paths = [f"{path}/{entry.name}" for entry in entries if not entry.is_folder]
        infos = {path: info async for path, info in coordinator.files.infos(paths)}
        folder = await self._directory(coordinator.uuid, path)
        folder.children = [
            await self._directory(coordinator.uuid, f"{path}/{entry.name}")
            for entry in entries
            if entry.is_folder
        ]
        folder.children += [_job(coordinator, it, infos.get(it)) for it in paths]
        return folder

    async def _directory(self, uuid: str, path: str) -> BrowseMediaSource:
        """Return a folder of a device, without what is in it."""
        title = path.rpartition("/")[2]
        if (place := _PLACES.get(path)) is not None:
            title = await async_option(self.hass, "place", place)
        return _directory(f"{uuid}/{path}", title)


def _directory(identifier: str | None, title: str) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=identifier,
        media_class=MediaClass.DIRECTORY,
        media_content_type="",
        title=title,
        can_play=False,
        can_expand=True,
        children_media_class=MediaClass.DIRECTORY,
    )


def _job(
    coordinator: FluxCoordinator, path: str, info: FileInfo | None
) -> BrowseMediaSource:
    """Return a job with its picture; duration and toolhead are in the title."""
    title = title_of(path, info)
    if info is not None:
        toolhead = toolhead_of(info.info.head_type or "")
        details = [
            *([_duration(info.info.time_cost)] if info.info.time_cost else []),
            *([_state(coordinator.hass, "toolhead", toolhead)] if toolhead else []),
        ]
        if details:
            title = f"{title} ({', '.join(details)})"
    has_picture = info is not None and bool(info.previews)
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=f"{coordinator.uuid}/{path}",
        media_class=MediaClass.IMAGE,
        media_content_type="image/png",
        title=title,
        can_play=has_picture,
        can_expand=False,
        thumbnail=preview_url(coordinator.uuid, path) if has_picture else None,
    )


def _state(hass: HomeAssistant, sensor: str, state: str) -> str:
    """Return the word for a state of a sensor."""
    return async_translate_state(hass, state, Platform.SENSOR, DOMAIN, sensor, None)


def _duration(seconds: float) -> str:
    """Return a duration as hours and minutes, in signs that every language has."""
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}:{minutes % 60:02d}\u00a0h"
