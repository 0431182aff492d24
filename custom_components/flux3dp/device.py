"""A device as those see it that connect to it: what it is called, what is known of it, where."""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import slugify

from . import timing
from .aioflux import (
    ConnectionFailed,
    DeviceInfo,
    DeviceNotFound,
    FluxError,
    InvalidRequest,
    Listener,
    WorkStep,
)
from .availability import Availability
from .const import DOMAIN, LOGGER
from .job.errors import ErrorKey
from .job.model import INITIAL, JobState
from .job.observation import Announced, Reported
from .timing import SteadyClock

# The longest name, as Home Assistant spells it in entity ids: these have 255 characters,
# with the platform, the name of the entity and a number.
_NAME_LENGTH = 150


class Offline(ConnectionFailed):
    """The device is silent."""


class Unloaded(ConnectionFailed):
    """The entry was unloaded while something waited for its device."""


class NotDone(FluxError):
    """Something was not done: `key` of the sentence, `str()` what was found.

    `fault` is what the device itself shows as the reason.
    """

    def __init__(
        self, key: str, found: str = "", *, fault: ErrorKey = ErrorKey.NONE
    ) -> None:
        super().__init__(found)
        self.key = key
        self.fault = fault


@dataclass(frozen=True, slots=True)
class JobPicture:
    """The picture of job number `job_number`: PNG or JPEG, None if it has none."""

    job_number: int
    content: bytes | None


class Task(StrEnum):
    """What Home Assistant does with a device itself."""

    HOME = "home"
    CALIBRATE = "calibrate"
    LOAD_FILAMENT = "load_filament"
    UNLOAD_FILAMENT = "unload_filament"


@dataclass(frozen=True, slots=True)
class Work:
    """Work of ours, and how far it is: `value` is the nozzle's °C, or a point's number."""

    task: Task
    step: WorkStep | None = None
    value: int | None = None


class FluxData(NamedTuple):
    """What is known of a device, and all that its entities show.

    `host` is the address it is followed at. `device` is what it said of itself, None
    until it answered a touch of ours. `job` is what its datagrams and reports mean;
    `picture` belongs to the last job that could be asked. `clock_error` is what the
    moments in `job` lack (seconds, see `timing.py`). `work` is what we do with it,
    `settings` what it is set to, by key, None where the job decides.
    """

    host: str
    device: DeviceInfo | None = None
    job: JobState = INITIAL
    picture: JobPicture | None = None
    clock_error: float = 0.0
    work: Work | None = None
    settings: Mapping[str, bool | float | str | None] = MappingProxyType({})

    @property
    def in_maintenance(self) -> bool:
        """Whether we hold the device for work that needs it idle."""
        return self.work is not None and not self.job.active

    @property
    def preview(self) -> bytes | None:
        """The picture of the job, None if it has none or is not known yet."""
        picture = self.picture
        if picture is None or picture.job_number != self.job.job_number:
            return None
        return picture.content

    @property
    def online(self) -> bool:
        """Whether the device is heard. Silence is data, not a failed update."""
        return self.job.online


_UNAVAILABLE = object()


@dataclass(slots=True, eq=False)
class Shown:
    """What an entity shows: it is written when `value_fn` returns something new.

    Unless `always`, it shows nothing of a device that is offline.
    """

    entity: Entity
    value_fn: Callable[[FluxData], object]
    always: bool = False
    last: object = field(default_factory=object)


class FluxDevice(DataUpdateCoordinator[FluxData]):
    """One device: its entry, its clock, its address, and what it said last.

    `FluxCoordinator` is the whole. What that consists of sees this much of it, so that
    no imports form a ring.
    """

    config_entry: ConfigEntry
    availability: Availability

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, listener: Listener
    ) -> None:
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, always_update=False
        )
        if TYPE_CHECKING:
            assert entry.unique_id is not None  # Every flow sets it.
        self.uuid = entry.unique_id
        self.listener = listener
        self.timing = timing.TIMING
        self.clock = SteadyClock(hass)
        self.resolved = ("", "")  # A host name, and the address it stands for.
        self.announced: Announced | None = None
        """The latest announcement, None in silence."""
        self.reported: Reported | None = None
        """The latest report, however old."""
        self.data = FluxData(host=self.host)

    @property
    def host(self) -> str:
        """The address the device is followed at; its host name until that is resolved.

        Read from the entry each time: it is where a flow puts a new one.
        """
        host: str = self.config_entry.data[CONF_HOST]
        name, address = self.resolved
        return address if name == host else host

    @property
    def device_name(self) -> str:
        """What the device is called now: `name` is what it was called at setup."""
        return async_device_name(self.hass, self.config_entry)

    @property
    def is_disabled(self) -> bool:
        """Whether a person has disabled the device: its entry stays loaded then."""
        registered = async_registered(self.hass, self.config_entry)
        return registered is not None and registered.disabled

    @property
    def is_occupied(self) -> bool:
        """Whether the device announces that another client holds it."""
        return self.announced is not None and self.announced.status.is_occupied

    @property
    def is_unloaded(self) -> bool:
        """Whether this was shut down, with its entry or with Home Assistant."""
        return self._shutdown_requested

    def ensure_loaded(self) -> None:
        """Raise Unloaded after a shutdown."""
        if self.is_unloaded:
            raise Unloaded("the entry was unloaded")

    def require_online(self) -> None:
        """Raise Offline for a device that is silent: to connect to it takes seconds."""
        if not self.data.online:
            raise Offline("the device is off")

    def create_task(
        self, work: Coroutine[None, None, None], name: str
    ) -> asyncio.Task[None]:
        """Do something in the background until the entry is unloaded."""
        return self.config_entry.async_create_background_task(
            self.hass, work, f"{self.name} {name}", eager_start=False
        )

    async def async_locate(self) -> DeviceInfo:
        """Return the device at its address, asked for if it has not answered there.

        Raises Unloaded, and DeviceNotFound, also for a host name that does not resolve.
        """
        self.ensure_loaded()
        known = self.data.device
        if known is not None and known.host == self.host:
            return known
        try:
            return await self.listener.find(self.host)
        except InvalidRequest as err:
            raise DeviceNotFound(str(err)) from err

    @callback
    def async_probe(self) -> None:
        """Probe the device for its status; silence from now on counts."""
        self.availability.async_probe()

    @callback
    def async_touch(self) -> None:
        """Ask the device for its name and firmware."""
        self.listener.touch(self.uuid, self.host)

    @callback
    def async_show_work(self, work: Work | None) -> None:
        """Show what we do with the device."""
        self.async_reevaluate(self.data._replace(work=work))

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Call the listeners, but of the entities only those whose value changed.

        Compared here: to ask each of some thirty entities costs twice as much.
        """
        data, online = self.data, self.data.online
        for update, shown in list(self._listeners.values()):
            try:
                if isinstance(shown, Shown):
                    is_available = online or shown.always
                    value = shown.value_fn(data) if is_available else _UNAVAILABLE
                    if value == shown.last:
                        continue
                    shown.last = value
                update()
            except Exception:
                # The others, and what happened to the job, follow after this one.
                name = shown.entity.entity_id if isinstance(shown, Shown) else update
                self.logger.exception("%s was not updated", name)

    @callback
    @abstractmethod
    def async_reevaluate(self, known: FluxData | None = None) -> None:
        """Work out what it all means now, and update what depends on it."""


def display_name(device: DeviceInfo) -> str:
    """Return what a device is called: its own name, or its model if that shows nothing."""
    return fitting(device.display_name)


def fitting(name: str) -> str:
    """Return a name cut to what leaves room for the rest of an entity id.

    An entity id spells a character of Chinese in up to six.
    """
    name = name[:_NAME_LENGTH]
    while len(slugify(name)) > _NAME_LENGTH:
        name = name[:-1]
    return name.rstrip()


@callback
def async_registered(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry | None:
    """Return an entry's device in the registry, None before the first setup."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(
        (each for each in devices if (DOMAIN, entry.unique_id) in each.identifiers),
        None,
    )


@callback
def async_device_name(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return what an entry's device is called now, or was when it was paired."""
    registered = async_registered(hass, entry)
    if registered is None:
        return entry.title
    return registered.name_by_user or registered.name or entry.title
