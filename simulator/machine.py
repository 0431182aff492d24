"""A device as far as it goes without a network: what it is, has, remembers and received.

The servers of its ports work on it; ``device.py`` puts both together.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
import json
import logging
import struct
from typing import Any, NamedTuple

from .config import DeviceConfig
from .faults import Faults
from .files import FileStore
from .heater import Nozzle
from .keys import ClientKey, RsaKey, Trust, TrustedKey
from .settings import Settings
from .wire import ConnectionRecord

#: Seconds to wait for what has to come: against hanging forever, not against a busy machine.
PATIENCE = 30.0
_LOGGER = logging.getLogger(__name__)
_STATUS = struct.Struct("<dif16s32s")


@dataclass(slots=True)
class Status:
    """The state of a device in datagrams; tests may set every field at any time."""

    st_id: int = 0
    #: 0.0 to 1.0; may be NaN, and may exceed 1 by a rounding error.
    progress: float = 0.0
    #: ``OFFLINE`` from boot until the first job.
    head_module: str = "OFFLINE"
    #: Words joined by spaces. What does not fit into 32 bytes is cut off.
    error_label: str = ""
    #: The address of the client that occupies the device.
    occupied_by: str = ""
    #: When this was last true, by the device's own clock.
    timestamp: float = 0.0

    def block(self) -> bytes:
        """Return the *status block*, 64 bytes."""
        label = self.occupied_by if self.st_id < 0 else self.error_label
        return _STATUS.pack(
            self.timestamp,
            self.st_id,
            self.progress,
            self.head_module.encode(),
            label.encode(),
        )


class Datagram(NamedTuple):
    """A datagram that came in, and from where."""

    data: bytes
    sender: tuple[str, int]


@dataclass(slots=True)
class Received:
    """Everything that reached a device since it was made, or since ``clear``."""

    datagrams: list[Datagram] = field(default_factory=list)
    connections: list[ConnectionRecord] = field(default_factory=list)
    #: Commands after sign-in, each as the tuple of its words.
    management: list[tuple[str, ...]] = field(default_factory=list)
    #: Commands on the robot port, as they came.
    robot: list[str] = field(default_factory=list)
    #: ``f``, ``s+``, ``s-``.
    camera: list[str] = field(default_factory=list)
    #: Passwords that were offered, right and wrong ones.
    passwords: list[str] = field(default_factory=list)

    @property
    def application_bytes(self) -> bytes:
        """Every byte that came in inside TLS or AES, on all connections together."""
        return b"".join(bytes(record.application) for record in self.connections)

    def clear(self) -> None:
        """Forget it all; open connections go on in new lists."""
        for name in self.__slots__:
            getattr(self, name).clear()


@dataclass(slots=True)
class Counters:
    """How often a device did something since it was made."""

    probes_answered: int = 0
    touches_answered: int = 0
    notifies_sent: int = 0
    broadcasts_sent: int = 0
    boots: int = 0


class Machine:
    """The state of a device, and what a client or a person does to it."""

    def __init__(self, config: DeviceConfig) -> None:
        self.config = config
        self.address = config.address
        self.generation = config.generation
        self.firmware = config.firmware
        self.name = config.name
        self.password = config.password
        self.ssid: str | None = config.ssid
        self.networks = list(config.networks)
        self.master_key = RsaKey.from_pem(config.master_key)
        self.trust = Trust()
        self.status = Status()
        self.faults = Faults()
        self.received = Received()
        self.counters = Counters()
        self.files = FileStore(config.toolhead or "EXTRUDER")
        self.settings = Settings(
            generation=config.generation, unknown=config.unknown_settings
        )
        #: The nozzle between jobs, in maintenance.
        self.nozzle = Nozzle(seconds=config.timing.maintain_heating)
        #: Whether filament is in reach, for a load.
        self.filament = True
        #: The head that is attached; ``Device.change_head`` while a job runs.
        self.toolhead = config.toolhead
        #: When it booted, and when datagrams next ask to be touched again: by the loop's clock.
        self.booted_at = 0.0
        self.touch_at: float | None = None
        #: Errors of the simulator itself. ``Device.stop`` raises the first.
        self.bugs: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._pulse = asyncio.Event()

    @property
    def uuid_bytes(self) -> bytes:
        """The uuid as datagrams carry it."""
        return bytes.fromhex(self.config.uuid)

    @property
    def master_public_der(self) -> bytes:
        """Public half of the master key, DER."""
        return self.master_key.public_der

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the master key, 64 hex digits: what a person compares."""
        return self.master_key.fingerprint

    @property
    def clock(self) -> float:
        """The device's own clock: seconds since it booted."""
        return now() - self.booted_at

    def set_status(self, **changes: float | str | None) -> None:
        """Change fields of ``Status`` by name; what is None stays as it is."""
        for name, value in {**changes, "timestamp": self.clock}.items():
            if value is not None:
                setattr(self.status, name, value)

    def ask_for_touch(self) -> None:
        """Have the next datagrams, after the usual lag, ask to be touched again."""
        self.touch_at = now() + self.config.timing.name_lag

    def rename(self, name: str) -> None:
        """Get another name; touch replies have it at once, datagrams ask for one later."""
        self.name = name
        self.ask_for_touch()
        self.changed()

    def set_password(self, password: str | None) -> None:
        """Get another password, or none. Trusted keys stay, and no datagram shows it."""
        self.password = password
        self.changed()

    def forget_trust(self) -> None:
        """Forget every trusted key."""
        self.trust.clear()
        self.changed()

    def occupy(self, st_id: int = -1, by: str = "192.168.1.77") -> None:
        """Be occupied by another client, at an address, until it is kicked."""
        self.set_status(st_id=st_id, occupied_by=by, progress=0.0, head_module="N/A")

    def free(self) -> None:
        """Throw out who occupies the device."""
        if self.status.st_id < 0:
            self.set_status(st_id=0, occupied_by="")

    # -- what runs meanwhile, and waits for it -------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something meanwhile; an error in it is the simulator's own."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.pulse()
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("Error in the simulator", exc_info=error)
            self.bugs.append(error)

    def pulse(self) -> None:
        """Have all that waits for something look again."""
        self._pulse.set()
        self._pulse.clear()

    async def wait_for(
        self, condition: Callable[[], bool], within: float | None = PATIENCE
    ) -> None:
        """Return once the condition holds; ``TimeoutError`` after ``within`` seconds."""
        async with asyncio.timeout(within):
            while not condition():
                await self._pulse.wait()

    # -- what is kept over runs ----------------------------------------------------------

    def changed(self) -> None:
        """Keep what a client changed, and wake what waits for it."""
        self.pulse()
        if (folder := self.config.state_dir) is None:
            return
        trust = [
            {
                "label": key.label,
                "access_id": key.access_id,
                "type": key.type,
                "der": key.key.der.hex() if key.key else "",
            }
            for key in self.trust.values()
        ]
        data = {"name": self.name, "password": self.password, "trust": trust}
        folder.mkdir(parents=True, exist_ok=True)
        # A run that is cut short leaves the old file or the new one.
        fresh = folder / "device.json.new"
        fresh.write_text(json.dumps(data, indent=2), encoding="utf-8")
        fresh.replace(folder / "device.json")

    def load(self) -> None:
        """Take over what an earlier run kept."""
        if (folder := self.config.state_dir) is None:
            return
        try:
            kept = json.loads((folder / "device.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        self.name, self.password = kept["name"], kept["password"]
        for entry in kept["trust"]:
            der = bytes.fromhex(entry.pop("der"))
            key = ClientKey.from_der(der) if der else None
            self.trust.add(TrustedKey(key=key, **entry))


async def cancel(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def now() -> float:
    """Return the moment by the loop's clock."""
    return asyncio.get_running_loop().time()
