"""Actions: which device they mean, who may call them, and that a call can be ended."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
)

from custom_components.flux3dp.const import DOMAIN
from tests.integration.conftest import MakeDevice, MakeEntry, wait_for_state
from tests.integration.life import STATUS, act, registered
from tests.integration.networks import STATIC


async def test_without_multicast_a_device_is_managed_all_the_same(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)

    assert await act(hass, entry, "rename", name="Attic") == {"name": "Attic"}
    assert (await act(hass, entry, "scan_wifi"))["networks"]


async def test_unknown_foreign_and_unloaded_devices_are_three_errors(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    ours = registered(hass, entry).id
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}
    )

    async def key(of: str) -> str | None:
        with pytest.raises(ServiceValidationError) as refused:
            await hass.services.async_call(
                DOMAIN,
                "scan_wifi",
                {"device_id": of},
                blocking=True,
                return_response=True,
            )
        return refused.value.translation_key

    assert await key("0" * 32) == "device_unknown"
    assert await key(foreign.id) == "device_foreign"
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert await key(ours) == "device_not_loaded"
    assert device.received.connections == []


@pytest.mark.parametrize(
    ("action", "data"), [("rename", {"name": "Attic"}), ("set_network", STATIC)]
)
async def test_only_an_administrator_may_change_a_device(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    hass_read_only_user: MockUser,
    *,
    action: str,
    data: dict[str, Any],
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": registered(hass, entry).id, **data},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )

    assert device.received.connections == []


async def test_an_action_can_be_called_off(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["scan_wifi"] = None  # never answered

    call = asyncio.ensure_future(act(hass, entry, "scan_wifi"))
    await device.wait_command("scan_wifi")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    await device.wait_closed_connections()
    assert async_capture_events(hass, EVENT_STATE_CHANGED) == []
    await wait_for_state(hass, STATUS, "idle")
