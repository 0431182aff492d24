"""A device without a wire: its job, its connections, and the listener that hears it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import json

from custom_components.flux3dp.aioflux import (
    ConnectionFailed,
    DeviceInfo,
    DeviceStatus,
    DeviceUpdate,
    FluxError,
    Identity,
    Kicked,
    NetworkConfig,
    TrustedKey,
    WifiNetwork,
)
from custom_components.flux3dp.aioflux.frames import decode_reply
from custom_components.flux3dp.aioflux.listener import Counters
from custom_components.flux3dp.timing import TIMING, FluxTiming

type Reply = str | None

DELTA = DeviceInfo(
    uuid="1d0c7e5ab2f84c03a6e1f4b8d92c5a70",
    serial="FD1A104242",
    name="Delta in der Werkstatt ♥",
    model="delta-1",
    firmware="1.6.95",
    has_password=True,
    host="127.0.50.1",
    version=2,
    master_key=b"master",
    identity=Identity.PINNED,
)


@dataclass
class FakeDevice:
    """A device and its job. `replies` answer commands instead of it: None is no answer."""

    info: DeviceInfo = DELTA
    metadata: bytes = b'{"TIME_COST": "600.0", "HEAD_TYPE": "EXTRUDER"}'
    st_id: int = 0
    label: str = ""
    error: str = ""
    progress: float = 0.25
    session: str | None = None
    timestamp: float = 0.0
    prefix: bytes = b""
    replies: dict[str, Reply] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    """Commands, but for readings of settings."""
    settings: dict[str, str] = field(default_factory=dict)
    """Those it knows, by key."""
    sessions: list[FakeSession] = field(default_factory=list)
    """Every robot connection that was opened, the last one last."""
    refuses: Exception | None = None
    """What keeps robot connections from being opened."""
    stalls: int = 0
    """How many of the next ones are not opened until they are canceled."""
    tried: int = 0
    """How many robot connections were tried."""
    refuses_manager: Exception | None = None
    sign_ins: int = 0
    """How often a management connection was tried."""
    authorized_by: str = "key"
    answers_manager: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, it answers nothing on a management connection."""
    refuses_management: FluxError | None = None
    """What it answers there, if not yes."""
    networks: tuple[WifiNetwork, ...] = ()
    networks_set: list[NetworkConfig] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers_manager.set()

    def run(self, st_id: int = 16, label: str = "RUNNING", error: str = "") -> None:
        """Have a job, or have it go on to a state."""
        self.st_id, self.label, self.error = st_id, label, error
        self.session = self.session or "aaa111"

    @property
    def status(self) -> DeviceStatus:
        """What it announces."""
        return DeviceStatus(
            timestamp=self.timestamp,
            st_id=self.st_id,
            progress=self.progress,
            head_module="EXTRUDER",
            error_label=self.error,
            occupied_by="192.168.1.77" if self.st_id < 0 else "",
        )

    def answer(self, command: str) -> Reply:
        """Carry out a command of the robot port, and answer it."""
        if command.startswith("config get "):
            value = self.settings.get(command.removeprefix("config get "))
            return "error BAD_PARAMS" if value is None else f"ok VAL {value}"
        self.received.append(command)
        if command in self.replies:
            return self.replies[command]
        match command:
            case "deviceinfo":
                info = self.info
                return f"ok\nversion:{info.firmware}\nmodel:{info.model}\nnickname:{info.name}"
            case "player info":
                return f"binary text/json {len(self.metadata)}"
            case "player report":
                report = {
                    "st_id": self.st_id,
                    "st_label": self.label,
                    "session": self.session,
                    "error": self.error.split(),
                    "prog": self.progress,
                    "module": "EXTRUDER",
                }
                return json.dumps(report)
            case "task maintain" if self.st_id:
                return "error RESOURCE_BUSY PlayTask"
            case "headinfo":
                return 'ok {"TYPE": "EXTRUDER", "MAX_TEMPERATURE": "235.0"}'
            case "headstatus":
                return 'ok {"module": "EXTRUDER", "rt": [209.5]}'
            case "player load_filament 0":
                self.run(48, "LOAD_FILAMENT")
            case "player press_button":
                self.run(48, "PAUSED")
            case "player pause":
                self.run(48, "PAUSED")
            case "player resume":
                self.run()
            case "player abort":
                self.run(128, "ABORTED")
            case "player quit":
                self.run(0, "IDLE")
                self.session = None
        return "ok"


class FakeSession:
    """A robot connection to a fake device, as `aioflux.robot` uses its session."""

    version = 2
    timing = TIMING

    def __init__(self, device: FakeDevice) -> None:
        self.hangs = False
        """Whether it answers nothing from now on."""
        self._device = device
        self._reply: Reply = None
        self._lock = asyncio.Lock()
        self._answered = asyncio.Event()
        self._lost = False

    @property
    def is_open(self) -> bool:
        return not self._lost

    def abort(self) -> None:
        self._lost = True
        self._answered.set()

    async def close(self) -> None:
        self.abort()

    def answer(self) -> None:
        """Answer now what it hung at."""
        self.hangs = False
        self._answered.set()

    def say(self, reply: str) -> None:
        """Give the answer that it owes."""
        self._reply = reply
        self._answered.set()

    async def exchange[T](
        self, request: bytes, read: Callable[[], Awaitable[T]], timeout: float = 0
    ) -> T:
        async with self._lock:
            try:
                self._require_open()
                if self.hangs:
                    await self._wait()
                self._reply = self._device.answer(request.decode())
                return await read()
            except asyncio.CancelledError, ConnectionFailed, Kicked:
                self.abort()
                raise

    async def write(self, data: bytes) -> None:
        """Take a frame in the middle of an exchange."""
        self._reply = self._device.answer(data[2:].decode())
        self._answered.set()

    def extend(self, timeout: float) -> None:
        """Give no more time, as none passes by itself."""

    async def read_reply(self) -> str:
        if self._reply is None:
            await self._wait()
        reply = self._reply or ""
        if reply.startswith("binary"):
            self._reply = "ok"
        return decode_reply(reply.encode())

    async def _wait(self) -> None:
        self._answered.clear()
        await self._answered.wait()
        self._require_open()

    def _require_open(self) -> None:
        if self._lost:
            raise ConnectionFailed("the connection is closed")

    async def read_exactly(self, size: int) -> bytes:
        return self._device.metadata


class FakeManager:
    """A signed-in management connection to a fake device."""

    def __init__(self, device: FakeDevice) -> None:
        self.authorized_by = device.authorized_by
        self._device = device

    async def _reply(self) -> None:
        """Answer as the device does now."""
        await self._device.answers_manager.wait()
        if self._device.refuses_management is not None:
            raise self._device.refuses_management

    async def set_network(self, config: NetworkConfig) -> None:
        await self._reply()
        self._device.networks_set.append(config)

    async def scan_wifi(self) -> tuple[WifiNetwork, ...]:
        await self._reply()
        return self._device.networks

    async def rename(self, name: str) -> None:
        await self._reply()

    async def list_trust(self) -> tuple[TrustedKey, ...]:
        return ()

    async def __aenter__(self) -> FakeManager:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None


class FakeListener:
    """The one listener, on a network with fake devices."""

    def __init__(self, device: FakeDevice, timing: FluxTiming) -> None:
        self.timing = timing
        self.device = device
        self.counters = Counters()
        self.others: tuple[DeviceInfo, ...] = ()
        self.silent = False
        self.nameless = False
        """Whether the device announces what it does, and not who it is."""
        self.probes = 0
        self.probed_version: int | None = None
        self.touches = self.scans = 0
        self.subscribers: list[Callable[[DeviceUpdate], None]] = []
        self.subscribed = asyncio.Event()
        self.pins: dict[str, bytes] = {}

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        return (self.device.info, *self.others)

    def get(self, uuid: str, host: str | None = None) -> DeviceInfo | None:
        return None if self.nameless else self.device.info

    async def find(self, host: str, timeout: float | None = None) -> DeviceInfo:
        return self.device.info

    async def refresh(self, device: DeviceInfo) -> DeviceInfo:
        return self.device.info

    def subscribe(
        self, callback: Callable[[DeviceUpdate], None], **_only: str | None
    ) -> Callable[[], None]:
        self.subscribers.append(callback)
        self.subscribed.set()
        return lambda: self.subscribers.remove(callback)

    def pin(self, uuid: str, master_key: bytes, host: str | None = None) -> None:
        self.pins[uuid] = master_key

    def unpin(self, uuid: str) -> None:
        del self.pins[uuid]

    def probe(self, host: str, version: int | None = None) -> None:
        """Have the device announce itself, if it is on."""
        self.probes += 1
        self.probed_version = version
        asyncio.get_running_loop().call_soon(self.announce)

    def scan(self) -> None:
        self.scans += 1

    def touch(self, uuid: str, host: str) -> None:
        self.touches += 1

    def announce(self) -> None:
        """Hear an announcement of the device, unless it is silent."""
        if self.silent:
            return
        info = self.device.info
        update = DeviceUpdate(
            uuid=info.uuid,
            host=info.host,
            version=info.version,
            device=None if self.nameless else info,
            status=self.device.status,
            prefix=self.device.prefix,
        )
        for subscriber in tuple(self.subscribers):
            subscriber(update)
