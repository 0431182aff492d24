"""Discovery: which devices have a flow, and the one listener."""

import asyncio
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_INTEGRATION_DISCOVERY
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import DeviceUpdate, Listener
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import MAX_UNVERIFIED_FLOWS, async_get_listener
from tests.aioflux.updates import Updates
from tests.integration.conftest import (
    ADDRESSES,
    BOTH,
    UUID,
    MakeDevice,
    announced,
    wait_until,
)
from tests.integration.wired import Wired


def discovered(hass: HomeAssistant) -> list[str]:
    """Return the uuids of the devices that a person is shown."""
    return [
        flow["context"]["unique_id"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
    ]


async def start(hass: HomeAssistant) -> Listener:
    """Have a bare `flux3dp:` in the configuration."""
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: None})
    return await async_get_listener(hass)


async def hear(
    listener: Listener, times: int, uuid: str | None = None, name: str = ""
) -> None:
    """Wait until a device was heard so often, by this name."""
    updates = Updates(listener, uuid=uuid)

    def often(_: DeviceUpdate) -> bool:
        found = (update.device for update in updates.received)
        return sum(1 for each in found if each and name in each.name) >= times

    await updates.wait(often)
    updates.unsubscribe()


def different(number: int) -> dict[str, Any]:
    return {
        "address": ADDRESSES[number],
        "uuid": f"{number:032x}",
        "serial": f"FD1A10{number:04}",
        "name": f"Device {number}",
    }


@BOTH
async def test_a_bare_key_shows_a_new_device_as_one_flow(unpaired: Wired) -> None:
    listener = await start(unpaired.hass)
    await unpaired.until(lambda: discovered(unpaired.hass) == [UUID])

    await hear(listener, 20)
    await unpaired.hass.async_block_till_done()

    assert discovered(unpaired.hass) == [UUID]
    [flow] = unpaired.flow.async_progress_by_handler(DOMAIN)
    key = flow["context"]["discovery_key"]
    assert (key.domain, key.key, key.version) == (DOMAIN, UUID, 1)
    progress = unpaired.flow._progress[flow["flow_id"]]
    assert progress.init_data == {"uuid": UUID}


async def test_before_home_assistant_runs_flows_wait(unpaired: Wired) -> None:
    unpaired.hass.set_state(CoreState.starting)
    listener = await start(unpaired.hass)
    await hear(listener, 3)
    assert discovered(unpaired.hass) == []

    unpaired.hass.set_state(CoreState.running)
    unpaired.hass.bus.async_fire("homeassistant_started")
    await unpaired.until(lambda: discovered(unpaired.hass) == [UUID])


async def test_a_device_that_is_set_up_or_ignored_has_no_flow(unpaired: Wired) -> None:
    entry = await unpaired.set_up()
    ignored = await unpaired.make_device(**different(1))
    listener = entry.runtime_data.listener
    await unpaired.until(lambda: discovered(unpaired.hass) == [ignored.config.uuid])
    result = await unpaired.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": ignored.config.uuid, "title": "Ignored"},
    )
    assert result["type"] == "create_entry"
    await unpaired.hass.async_block_till_done()

    await hear(listener, 10, ignored.config.uuid)
    await hear(listener, 10, UUID)
    ignored.rename("Another name")
    await hear(listener, 1, ignored.config.uuid, "Another name")

    assert discovered(unpaired.hass) == []

    # A device that is no longer ignored, or was removed, is new again.
    await unpaired.hass.config_entries.async_remove(result["result"].entry_id)
    await unpaired.until(lambda: discovered(unpaired.hass) == [ignored.config.uuid])
    await unpaired.remove()
    await wait_until(
        unpaired.hass,
        lambda: sorted(discovered(unpaired.hass)) == [different(1)["uuid"], UUID],
    )


async def test_a_flow_that_was_closed_returns_when_the_device_has_changed(
    unpaired: Wired,
) -> None:
    listener = await start(unpaired.hass)
    await unpaired.until(lambda: discovered(unpaired.hass) == [UUID])
    [flow] = unpaired.flow.async_progress_by_handler(DOMAIN)
    unpaired.flow.async_abort(flow["flow_id"])

    await hear(listener, 10)
    assert discovered(unpaired.hass) == []
    unpaired.device.rename("Another name")
    await unpaired.until(lambda: discovered(unpaired.hass) == [UUID])


async def test_unverified_devices_get_a_few_flows_and_verified_ones_always(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    crowd = [
        await make_device(**different(number), vendor_key=None)
        for number in range(1, MAX_UNVERIFIED_FLOWS + 3)
    ]
    listener = await start(hass)
    for device in crowd:
        await hear(listener, 2, device.config.uuid)
    await hass.async_block_till_done()
    assert len(discovered(hass)) == MAX_UNVERIFIED_FLOWS

    await make_device()
    await wait_until(hass, lambda: UUID in discovered(hass))
    assert len(discovered(hass)) == MAX_UNVERIFIED_FLOWS + 1

    shown = set(discovered(hass))
    with patch("custom_components.flux3dp.discovery._FLOW_START_GRACE", 0.0):
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN):
            hass.config_entries.flow.async_abort(flow["flow_id"])
        await wait_until(hass, lambda: len(discovered(hass)) == 2)
    assert not shown & set(discovered(hass))


async def test_flows_of_devices_with_one_name_can_be_told_apart(
    hass: HomeAssistant, make_device: MakeDevice
) -> None:
    async def titles(*expected: str) -> None:
        def shown() -> set[str]:
            return {
                flow["context"].get("title_placeholders", {}).get("name", "")
                for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
            }

        await wait_until(hass, lambda: shown() == set(expected))

    await start(hass)
    await make_device(**different(1))
    await titles("Device 1")
    await make_device(**different(2) | {"name": "Device 1"})
    await titles("Device 1 (0001)", "Device 1 (0002)")
    await make_device(**different(3) | {"name": "Device 1", "vendor_key": None})
    await titles("Device 1 (0001)", "Device 1 (0002)", "Device 1 (0003, unverified)")


async def test_there_is_one_listener_and_it_ends_with_home_assistant(
    unpaired: Wired,
) -> None:
    first, second = await asyncio.gather(
        async_get_listener(unpaired.hass), async_get_listener(unpaired.hass)
    )
    assert first is second

    unpaired.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await unpaired.hass.async_block_till_done()
    received = first.counters.received
    await announced(unpaired.device, 5)

    assert first.counters.received == received


@pytest.mark.parametrize(
    ("adapters", "line"),
    [
        ({"return_value": []}, "No network adapter that is enabled"),
        ({"side_effect": OSError("no netlink")}, "adapters: no netlink"),
    ],
)
async def test_without_an_interface_the_default_one_is_used(
    hass: HomeAssistant,
    make_device: MakeDevice,
    caplog: pytest.LogCaptureFixture,
    adapters: dict[str, Any],
    line: str,
) -> None:
    with patch(
        "custom_components.flux3dp.discovery.network.async_get_adapters", **adapters
    ):
        listener = await async_get_listener(hass)
    assert line in caplog.text
    await make_device()
    assert (await listener.find(ADDRESSES[0])).uuid == UUID
