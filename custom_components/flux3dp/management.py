"""Managing a device that is set up: its name, networks, password and trusted keys.

A change that must not stop halfway is a task of the entry, which outlives its caller.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from homeassistant.core import ServiceResponse

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    FluxError,
    InvalidRequest,
    NetworkConfig,
    WifiNetwork,
    check_name,
    check_password,
)
from .client_key import key_label
from .coordinator import FluxCoordinator
from .device import FluxData, NotDone, Unloaded
from .issues import async_network_not_returned

# A whole id opens the robot port of current firmware, so a person sees this much of it.
_SHORT_ID_LENGTH = 8

# So many probes in a row without an answer are a gap; one can get lost.
_GAP = 2


async def async_rename(coordinator: FluxCoordinator, name: str) -> bool:
    """Rename the device; return whether it announced the new name in time.

    Raises FluxError, InvalidRequest before anything is sent.
    """
    check_name(name)
    async with await coordinator.trust.async_open_manager() as manager:
        await manager.rename(name)
        coordinator.info.async_expect_name(name)
    return await _async_wait_until(
        coordinator,
        lambda data: data.device is not None and data.device.name == name,
        coordinator.timing.rename_return,
        ask=coordinator.async_touch,
    )


async def async_scan_wifi(coordinator: FluxCoordinator) -> tuple[WifiNetwork, ...]:
    """Return the networks the device sees, strongest first. Raises FluxError."""
    async with await coordinator.trust.async_open_manager() as manager:
        return await manager.scan_wifi()


async def async_list_trusted_keys(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Return the keys the device trusts, each with the beginning of its id."""
    async with await coordinator.trust.async_open_manager() as manager:
        keys = await manager.list_trust()
    return {
        "keys": [
            {
                "label": key.label,
                "type": key.type,
                "key": key.access_id[:_SHORT_ID_LENGTH],
                "ours": key.is_ours,
            }
            for key in keys
        ]
    }


async def async_remove_trusted_key(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> None:
    """Have the device forget the key whose id begins with `data["key"]`; never ours.

    Raises FluxError, InvalidRequest if no key, more than one, or ours is meant.
    """
    short_id: str = data["key"]
    unknown = InvalidRequest("key", "unknown_key", f"{short_id!r} is no key's id")
    if len(short_id) < _SHORT_ID_LENGTH:
        raise unknown
    async with await coordinator.trust.async_open_manager() as manager:
        meant = [
            key
            for key in await manager.list_trust()
            if key.access_id.startswith(short_id.lower())
        ]
        if len(meant) != 1:
            raise unknown
        if meant[0].is_ours:
            raise InvalidRequest("key", "own_key", "this is the key we sign in with")
        await manager.remove_trust(meant[0].access_id)


async def async_change_password(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> None:
    """Change `old_password` to `new_password`, and stay trusted; "" removes it.

    With `forget_trusted` the device forgets every other key. Raises FluxError,
    InvalidRequest before anything is sent or if the old password is wrong.
    """
    old, new = data["old_password"], data["new_password"]
    forget_trusted: bool = data["forget_trusted"]

    async def change() -> None:
        async with await coordinator.trust.async_open_manager() as manager:
            try:
                await manager.change_password(old, new, forget_trusted=forget_trusted)
                if forget_trusted:
                    await manager.add_trust(key_label(coordinator.hass))
            except AuthenticationFailed as err:
                # Our key is trusted, or we would not be here.
                reason = "wrong_password"
                raise InvalidRequest("old_password", reason, str(err)) from err
            except FluxError:
                # In between, the device may have forgotten us.
                coordinator.trust.async_check()
                raise

    check_password("old_password", old, allow_empty=True)
    check_password("new_password", new, allow_empty=True)
    await _async_complete(coordinator, change(), "password")


async def async_change_network(
    coordinator: FluxCoordinator, config: NetworkConfig
) -> None:
    """Send the device to another network, and wait until it is found by its uuid.

    Raises FluxError: InvalidRequest before anything is sent; NotDone if it could not join
    and is back with its old settings, or if it no longer answers, which is a repair too
    until the device is heard, as is an entry that is unloaded meanwhile (Unloaded).
    CommandFailed soon after another change: two in a row undo the first (protocol.md
    section 4).
    """
    config.validate()
    if coordinator.clock.now() < coordinator.network_settles_at:
        raise CommandFailed("RESOURCE_BUSY", ("NETWORK",))
    await _async_complete(
        coordinator, _async_change_network(coordinator, config), "network"
    )


async def _async_complete(
    coordinator: FluxCoordinator, change: Coroutine[Any, Any, None], what: str
) -> None:
    """Complete a change, also if its caller is canceled: a dialog, a script.

    Raises what the change raises, Unloaded if the entry is unloaded.
    """
    task = coordinator.create_task(change, f"{what} change")
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.add_done_callback(partial(_log_failure, coordinator, what))
        raise
    if task.cancelled():
        raise Unloaded("the entry was unloaded")
    task.result()


def _log_failure(
    coordinator: FluxCoordinator, what: str, task: asyncio.Task[None]
) -> None:
    """Log why a change failed that nothing waits for."""
    if task.cancelled() or (err := task.exception()) is None:
        return
    coordinator.logger.warning(
        "Failed to change the %s of %s: %s", what, coordinator.device_name, err
    )


async def _async_change_network(
    coordinator: FluxCoordinator, config: NetworkConfig
) -> None:
    """Change the network, and wait until the device returns. Raises FluxError."""
    clock, timing = coordinator.clock, coordinator.timing
    async with await coordinator.trust.async_open_manager() as manager:
        old_host = coordinator.host
        coordinator.network_settles_at = clock.now() + timing.network_settle
        try:
            await manager.set_network(config)
            began = clock.now()
            returned = await _async_returned(coordinator, old_host, config.ip_address)
        except CommandFailed:
            # Nothing was changed, so there is nothing to wait for.
            coordinator.network_settles_at = clock.now()
            raise
        except Unloaded, asyncio.CancelledError:
            async_network_not_returned(coordinator.hass, coordinator.config_entry)
            raise
    if not returned and not coordinator.data.online:
        async_network_not_returned(coordinator.hass, coordinator.config_entry)
        raise NotDone("network_not_returned")
    if coordinator.host != old_host:
        return
    # The same lease again, as in a home with one router, is soon back: a device that
    # could not join is still trying.
    was_trying = config.is_wireless and clock.now() - began >= timing.network_trial
    if was_trying or config.ip_address not in (None, old_host):
        raise NotDone("network_rolled_back")


async def _async_returned(
    coordinator: FluxCoordinator, old_host: str, new_host: str | None
) -> bool:
    """Wait for a device that is about to leave; False if it is still away.

    It is followed to another address by the coordinator, once the old one is silent
    and the new one has proved its key. What is heard from the old address counts only
    after a gap: until then it has not left. Raises Unloaded.
    """
    clock, listener = coordinator.clock, coordinator.listener
    timing, heard, missed = coordinator.timing, asyncio.Event(), 0
    unsubscribe = listener.subscribe(
        lambda _: heard.set(), uuid=coordinator.uuid, host=old_host
    )
    try:
        async with clock.timeout(timing.network_return):
            while coordinator.host == old_host:
                coordinator.ensure_loaded()
                heard.clear()
                coordinator.async_probe()
                listener.scan()
                if new_host is not None:
                    listener.probe(new_host)
                await clock.sleep(timing.find_probe_interval)
                if not heard.is_set():
                    missed += 1
                elif missed < _GAP:
                    missed = 0
                else:
                    break
            return await _async_wait_until(
                coordinator,
                lambda data: data.online and data.host == coordinator.host,
                timing.network_return,
                ask=coordinator.async_probe,
            )
    except TimeoutError:
        return missed < _GAP
    finally:
        unsubscribe()


async def _async_wait_until(
    coordinator: FluxCoordinator,
    condition: Callable[[FluxData], bool],
    timeout: float,
    *,
    ask: Callable[[], None],
) -> bool:
    """Call `ask` until the device meets a condition; False if it does not in time.

    Raises Unloaded.
    """
    clock, changed = coordinator.clock, asyncio.Event()
    remove_listener = coordinator.async_add_listener(changed.set)
    try:
        async with clock.timeout(timeout):
            while not condition(coordinator.data):
                coordinator.ensure_loaded()
                ask()
                changed.clear()
                await clock.wait(changed, coordinator.timing.find_probe_interval)
    except TimeoutError:
        return False
    finally:
        remove_listener()
    return True
