"""A device: what it is, whether it is on the network, and what happens to it.

Ties the rooms together and owns every task and socket. ``async with Device(config)`` is a
device that is switched on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
import hashlib
import logging
from pathlib import Path
import ssl
from types import TracebackType
from typing import Self

from . import store
from .beacon import Beacon
from .config import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT, DeviceConfig
from .discovery import Discovery
from .faults import Faults
from .files import FileStore
from .heater import Nozzle
from .job import Job
from .keys import RsaKey
from .player import Player
from .ports import Ports
from .received import Counters, Received
from .robot import RobotSession
from .settings import Settings
from .status import Status
from .tls import ServerContexts
from .trust import Trust
from .waiting import PATIENCE, Signal
from .wifi import Wifi

_LOGGER = logging.getLogger(__name__)


class Device:
    """A simulated FLUX device."""

    def __init__(self, config: DeviceConfig) -> None:
        """Build a device that is switched off."""
        self.config = config
        self.address = config.address
        self.generation = config.generation
        self.firmware = config.firmware
        self.name = config.name
        self.password = config.password
        self.ssid: str | None = config.ssid
        self.networks = list(config.networks)
        self.trust = Trust()
        self.status = Status()
        self.faults = Faults()
        self.received = Received()
        self.counters = Counters()
        self.signal = Signal()
        self.beacon = Beacon(self)
        self.master_key = RsaKey.from_pem(config.master_key)
        #: Errors of the simulator itself. ``stop`` raises the first: no test passes over one.
        self.bugs: list[BaseException] = []
        self.player = Player(self)
        self.files = FileStore(config.toolhead or "EXTRUDER")
        self.settings = Settings(
            generation=config.generation, unknown=config.unknown_settings
        )
        #: The nozzle between jobs, in maintenance.
        self.nozzle = Nozzle(seconds=config.timing.maintain_heating)
        #: Whether filament is in reach, for a load.
        self.filament = True
        #: The head that is attached; ``change_head`` while a job runs.
        self.toolhead = config.toolhead
        self.robot_sessions: set[RobotSession] = set()
        self.wifi = Wifi(self)
        self._discovery = Discovery(self)
        self._ports = Ports(self)
        self._contexts = ServerContexts(config.uuid, config.serial, old=config.old_tls)
        self._tasks: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Lock()
        self._saver: asyncio.Task[None] | None = None
        self._unsaved = False
        #: Whether the device is on the network.
        self.online = False
        self._loaded = config.state_dir is None

    # -- who it is ---------------------------------------------------------------------

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
        return hashlib.sha256(self.master_public_der).hexdigest()

    async def tls_context(self) -> ssl.SSLContext:
        """Return what the ports serve TLS with: the master key, or a fault's key."""
        wrong = self.faults.wrong_certificate
        return await self._contexts.get(
            self.master_key if wrong is None else RsaKey.from_pem(wrong)
        )

    # -- on and off --------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Switch on."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take away."""
        await self.stop()

    async def start(self) -> None:
        """Switch on, without waiting as long as a boot takes."""
        if not self._loaded and self.config.state_dir is not None:
            kept = await asyncio.to_thread(store.load, self.config.state_dir)
            self._loaded = True
            if kept is not None:
                self.name, self.password = kept.name, kept.password
                for key in kept.trust:
                    self.trust.add(key)
        try:
            async with self._moving:
                await self._boot()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every socket, end every task; raise what went wrong inside the simulator."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.player.stop()
        await self._leave()
        if self._saver is not None:
            await self._saver
        if self.bugs:
            raise self.bugs.pop(0)

    async def power_off(self) -> None:
        """Pull the plug."""
        async with self._moving:
            await self._leave()
            await self.player.stop()

    async def power_on(self) -> None:
        """Plug in, and wait for the boot."""
        async with self._moving:
            await self._leave()
            await asyncio.sleep(self.config.timing.boot)
            await self._boot()

    async def reboot(self) -> None:
        """Restart: new slave key, session and clock."""
        await self.power_on()

    async def upgrade(self, *, firmware: str, generation: int | None = None) -> None:
        """Install a firmware, which may speak the other generation, and restart."""
        async with self._moving:
            await self._leave()
            self.firmware = firmware
            self.generation = generation or self.generation
            await asyncio.sleep(self.config.timing.boot)
            await self._boot()

    async def move(self, address: str) -> None:
        """Get another address (127.x), as by DHCP; connections die."""
        async with self.away():
            await self.arrive(address)

    async def swap_master_key(self, pem: bytes) -> None:
        """Get another mainboard: another master key under the same uuid."""
        async with self._moving:
            await self._leave()
            self.master_key = RsaKey.from_pem(pem)
            await self._boot()

    async def _boot(self) -> None:
        await self.player.stop()
        self.status = Status()
        await self.beacon.boot()
        self.status.timestamp = self.beacon.clock
        await self.tls_context()
        self.counters.boots += 1
        await self.arrive(self.address)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Be off the network meanwhile, and after it unless it arrives."""
        async with self._moving:
            await self._leave()
            yield

    async def arrive(self, address: str) -> None:
        """Come onto the network, at an address."""
        if address != self.address:
            self.beacon.address_changed()
        self.address = address
        await self._ports.open(address)
        await self._discovery.open(address)
        self.online = True
        self.signal.pulse()

    async def _leave(self) -> None:
        self.online = False
        await self._discovery.close()
        await self._ports.close()
        self.signal.pulse()

    # -- what others do to it ----------------------------------------------------------

    def set_status(
        self,
        *,
        st_id: int | None = None,
        progress: float | None = None,
        head_module: str | None = None,
        error_label: str | None = None,
        occupied_by: str | None = None,
    ) -> None:
        """Change what the next datagrams say; what is None stays as it is."""
        self.status.change(
            st_id=st_id,
            progress=progress,
            head_module=head_module,
            error_label=error_label,
            occupied_by=occupied_by,
            timestamp=self.beacon.clock,
        )

    def announce(self) -> None:
        """Send a notify at once."""
        self._discovery.announce()

    def rename(self, name: str) -> None:
        """Get another name; touch replies have it at once, datagrams tell of it later."""
        self.name = name
        self.beacon.renew_soon()
        self.changed()

    def set_password(self, password: str | None) -> None:
        """Get another password, or none. Trusted keys stay, and no datagram tells of it."""
        self.password = password
        self.changed()

    def forget_trust(self) -> None:
        """Forget every trusted key."""
        self.trust.clear()
        self.changed()

    @property
    def job(self) -> Job:
        """The job, to let something happen to it; ``LookupError`` without one."""
        if (job := self.player.job) is None:
            raise LookupError("the device has no job")
        return job

    def start_job(self, path: str = "SD/calibration cube.fc") -> Job:
        """Start a job, as somebody does with the vendor's app or the button."""
        entry, _, name = path.partition("/")
        return self.player.start(self.files.read(entry, name))

    def change_head(self, toolhead: str | None) -> None:
        """Attach another head, or none."""
        self.toolhead = toolhead
        if (job := self.player.job) is not None:
            job.change_head(toolhead)

    def occupy(self, st_id: int = -1, by: str = "192.168.1.77") -> None:
        """Be occupied by another client, at an address, until somebody kicks it."""
        self.set_status(st_id=st_id, occupied_by=by, progress=0.0, head_module="N/A")

    def free(self) -> None:
        """Throw out who occupies the device."""
        if self.status.st_id < 0:
            self.set_status(st_id=0, occupied_by="")

    def press_button(self) -> None:
        """Press the button on the device, which ends a load of filament."""
        for session in self.robot_sessions:
            if session.task is not None:
                session.task.press_button()

    async def kick_sessions(self) -> None:
        """Throw out everybody on the robot port: an unsolicited ``error KICKED``, and closed."""
        for session in list(self.robot_sessions):
            await session.kick()

    async def refuse_connections(self, *ports: int) -> None:
        """Close the listening sockets of these ports, or of all."""
        for port in ports or (MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT):
            await self._ports.refuse(port)

    async def accept_connections(self, *ports: int) -> None:
        """Undo ``refuse_connections``."""
        for port in ports or (MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT):
            await self._ports.listen(port)

    async def drop_connections(self) -> None:
        """Cut every open connection."""
        await self._ports.drop_connections()

    def strand_connections(self, *ports: int) -> None:
        """Leave what is open on these ports, or on all, half open; new ones are served.

        Nothing passes in either direction any more, and neither side hears of the other's end.
        """
        for port in ports or (MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT):
            self._ports.strand(port)

    # -- watching it -------------------------------------------------------------------

    @property
    def connections(self) -> dict[int, int]:
        """Return how many connections are open, by port."""
        return self._ports.open_connections

    async def wait_for(
        self, condition: Callable[[], bool], within: float | None = PATIENCE
    ) -> None:
        """Return once the condition holds; ``TimeoutError`` after ``within`` seconds."""
        await self.signal.wait_for(condition, within)

    async def wait_closed_connections(self, within: float = PATIENCE) -> None:
        """Return once no connection is open."""
        await self.wait_for(lambda: not any(self.connections.values()), within)

    async def wait_command(self, command: str, within: float = PATIENCE) -> None:
        """Return once a command beginning so was received on any port since ``clear``."""

        def came() -> bool:
            said = [" ".join(words) for words in self.received.management]
            said += self.received.robot + self.received.camera
            return any(text.startswith(command) for text in said)

        await self.wait_for(came, within)

    async def wait_online(self, within: float = PATIENCE) -> None:
        """Return once the device is on the network."""
        await self.wait_for(lambda: self.online, within)

    # -- for the rooms -----------------------------------------------------------------

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Do something in the background, as long as the device exists."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def changed(self) -> None:
        """Keep what a client changed, and wake whoever waits for it."""
        self.signal.pulse()
        if (folder := self.config.state_dir) is None:
            return
        self._unsaved = True
        if self._saver is None or self._saver.done():
            self._saver = asyncio.create_task(self._save(folder))

    def report_bug(self, error: BaseException) -> None:
        """Take note of an error that is the simulator's own."""
        _LOGGER.error("Error in the simulator", exc_info=error)
        self.bugs.append(error)

    async def _save(self, folder: Path) -> None:
        while self._unsaved:
            self._unsaved = False
            kept = store.Kept(
                name=self.name, password=self.password, trust=tuple(self.trust)
            )
            await asyncio.to_thread(store.save, folder, kept)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report_bug(error)
