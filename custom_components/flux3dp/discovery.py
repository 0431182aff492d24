"""Discovery: the one listener of this Home Assistant, and the flows of new devices."""

import asyncio
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from itertools import chain

from homeassistant.components import network
from homeassistant.components.network.models import Adapter
from homeassistant.components.network.util import async_get_source_ip
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryChange,
    ConfigFlowContext,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.discovery_flow import DiscoveryKey
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey
import ifaddr

from . import timing
from .aioflux import ConnectionFailed, DeviceInfo, DeviceUpdate, Identity, Listener
from .aioflux.datagram import GROUP
from .const import ANY_INTERFACE, DOMAIN, LOGGER, VENDOR_KEYS

_DATA_LISTENER: HassKey[Listener] = HassKey(f"{DOMAIN}_listener")

# Anyone on the network can make up unverified devices.
MAX_UNVERIFIED_FLOWS = 5

_CONTEXT = ConfigFlowContext(source=SOURCE_INTEGRATION_DISCOVERY)

# A flow is listed as in progress only once its integration is loaded.
_FLOW_START_GRACE = 10.0


@singleton(_DATA_LISTENER, async_=True)
async def async_get_listener(hass: HomeAssistant) -> Listener:
    """Return the one listener of this Home Assistant, started and scanning.

    It lives until Home Assistant stops: entries own their subscriptions, not the
    listener. Never raises: without a socket every device is silent, which is a state
    like any other, and one line in the log.
    """
    interfaces = await _async_interfaces(hass, await _async_adapters(hass))
    listener = Listener(
        interfaces=interfaces, vendor_keys=VENDOR_KEYS, timing=timing.TIMING
    )
    try:
        await listener.start()
    except ConnectionFailed as err:
        LOGGER.error("Failed to start listening for FLUX devices: %s", err)

    flows = DiscoveryFlows(hass)
    listener.subscribe(flows.async_seen)
    async_dispatcher_connect(
        hass, SIGNAL_CONFIG_ENTRY_CHANGED, flows.async_entry_changed
    )

    stop_following = _follow_interfaces(hass, listener)

    async def close(_event: Event) -> None:
        stop_following()
        await listener.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, close)
    listener.scan()
    return listener


def _follow_interfaces(hass: HomeAssistant, listener: Listener) -> CALLBACK_TYPE:
    """Keep using the present interfaces: they come up late, and are made again."""

    async def use_interfaces(_now: datetime) -> None:
        try:
            adapters = await network.async_get_adapters(hass)
            await listener.use_interfaces(await _async_interfaces(hass, adapters))
        except (ConnectionFailed, OSError) as err:
            LOGGER.debug("Failed to listen for FLUX devices: %s", err)

    return async_track_time_interval(
        hass,
        use_interfaces,
        timedelta(seconds=timing.TIMING.interfaces),
        name="FLUX interfaces",
    )


async def async_scan(hass: HomeAssistant) -> dict[str, DeviceInfo]:
    """Listen for `Timing.scan`, and return the devices that answered, by uuid.

    The listener also remembers devices that were switched off since.
    """
    listener = await async_get_listener(hass)
    heard: set[str] = set()
    end = hass.loop.time() + listener.timing.scan
    unsubscribe = listener.subscribe(lambda update: heard.add(update.uuid))
    try:
        while (left := end - hass.loop.time()) > 0:
            listener.scan()
            await asyncio.sleep(min(left, listener.timing.scan_probe_interval))
    finally:
        unsubscribe()
    return {device.uuid: device for device in listener.devices if device.uuid in heard}


async def _async_adapters(hass: HomeAssistant) -> list[Adapter]:
    """Return the network adapters at the start; the log says what is wrong with them."""
    adapters: list[Adapter] = []
    try:
        adapters = await network.async_get_adapters(hass)
    except OSError as err:
        LOGGER.error("Failed to read the network adapters: %s", err)
    if not any(adapter["enabled"] and adapter["ipv4"] for adapter in adapters):
        LOGGER.warning(
            "No network adapter that is enabled in Home Assistant has an IPv4 address. "
            "FLUX devices are searched for on the system's default interface"
        )
    return adapters


async def _async_interfaces(hass: HomeAssistant, adapters: list[Adapter]) -> list[str]:
    """Return the IPv4 addresses of the interfaces to use now.

    Home Assistant reads `adapters` once, at start: the system is asked for the present
    addresses. One that is gone keeps the address it had, and may come back with it. With
    automatic settings the default interface, which can come late, is used too.
    """
    try:
        found = await hass.async_add_executor_job(ifaddr.get_adapters)
    except OSError as err:
        LOGGER.debug("Failed to read the network interfaces: %s", err)
        found = ()
    current = {
        adapter.nice_name: [ip.ip for ip in adapter.ips if isinstance(ip.ip, str)]
        for adapter in found
    }
    addresses = {
        address
        for adapter in adapters
        if adapter["enabled"]
        for address in current.get(
            adapter["name"], [each["address"] for each in adapter["ipv4"]]
        )
    }
    if all(adapter["enabled"] is adapter["auto"] for adapter in adapters):
        if default := async_get_source_ip(GROUP):
            addresses.add(default)
        elif not addresses:
            addresses = {it for it in chain(*current.values()) if _is_external(it)}
    # The system's default interface, whatever that is when it is used.
    return sorted(addresses) or [ANY_INTERFACE]


def _is_external(address: str) -> bool:
    """Whether a device can reach the address."""
    parsed = IPv4Address(address)
    return not (parsed.is_loopback or parsed.is_link_local)


class DiscoveryFlows:
    """One discovery flow per device that a person has not decided about.

    A flow holds the uuid only, and asks the listener for address and name when it is
    opened, because they may have changed by then.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._decided: set[str] = set()
        self._unverified: dict[str, float] = {}

    @callback
    def async_seen(self, update: DeviceUpdate) -> None:
        """Show a device that answered our own touch, once."""
        device = update.device
        if device is None or device.identity is Identity.MISMATCH:
            return
        if device.uuid in self._decided and not update.changed:
            return
        entries = self._hass.config_entries
        if entries.async_entry_for_domain_unique_id(DOMAIN, device.uuid):
            # Set up, or ignored.
            self._decided.add(device.uuid)
            return
        if device.identity is Identity.UNVERIFIED and not self._has_room(device.uuid):
            return
        self._decided.add(device.uuid)
        discovery_flow.async_create_flow(
            self._hass,
            DOMAIN,
            context=_CONTEXT,
            data={"uuid": device.uuid},
            discovery_key=DiscoveryKey(domain=DOMAIN, key=device.uuid, version=1),
        )

    @callback
    def async_entry_changed(
        self, change: ConfigEntryChange, entry: ConfigEntry
    ) -> None:
        """Show a device again after its entry, set up or ignored, was removed."""
        if (
            change is ConfigEntryChange.REMOVED
            and entry.domain == DOMAIN
            and entry.unique_id is not None
        ):
            self._decided.discard(entry.unique_id)

    def _has_room(self, uuid: str) -> bool:
        """Whether one more unverified device may be shown, and count it if so."""
        now = self._hass.loop.time()
        if self._hass.is_running:
            # Until then flows are only queued, and none can have ended.
            self._unverified = {
                shown: since
                for shown, since in self._unverified.items()
                if now - since < _FLOW_START_GRACE
                or self._hass.config_entries.flow.async_has_matching_discovery_flow(
                    DOMAIN, _CONTEXT, {"uuid": shown}
                )
            }
        if uuid not in self._unverified:
            if len(self._unverified) >= MAX_UNVERIFIED_FLOWS:
                return False
            self._unverified[uuid] = now
        return True
