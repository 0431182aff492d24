"""Actions: which device they mean, who may call them, and that a call can be ended."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
)
import voluptuous as vol

from custom_components.flux3dp.const import DOMAIN
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.life import PROGRESS, STATUS, act, registered
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


async def scan(hass: HomeAssistant, **target: object) -> Any:
    """Call an action that takes exactly one device, on a target."""
    return await hass.services.async_call(
        DOMAIN,
        "scan_wifi",
        {},
        target=target,
        blocking=True,
        return_response=True,
    )


async def test_one_device_is_found_by_any_target(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    ours = registered(hass, await make_entry(device))
    area = ar.async_get(hass).async_create("Workshop")
    label = lr.async_get(hass).async_create("Hot")
    dr.async_get(hass).async_update_device(
        ours.id, area_id=area.id, labels={label.label_id}
    )
    for target in (
        {"device_id": ours.id},
        {"device_id": [ours.id]},
        {"area_id": [area.id]},
        {"label_id": label.label_id},
        {"entity_id": STATUS},
        {"entity_id": [STATUS, PROGRESS], "device_id": ours.id},
        {"entity_id": "all"},
    ):
        assert (await scan(hass, **target))["networks"], target


async def test_a_target_of_none_of_ours_or_of_several_is_an_error(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    other = await make_device(address=ADDRESSES[1], uuid="2" * 32, name="Other")
    ours = [registered(hass, await make_entry(each)).id for each in (device, other)]
    empty = ar.async_get(hass).async_create("Attic")

    async def key(**target: object) -> str | None:
        with pytest.raises(ServiceValidationError) as refused:
            await scan(hass, **target)
        return refused.value.translation_key

    assert await key(area_id=empty.id) == "no_device"
    assert await key(entity_id="light.lamp") == "entity_foreign"
    assert await key(device_id=[ours[0], "0" * 32]) == "device_unknown"
    assert await key(device_id=ours) == "one_device"
    with pytest.raises(vol.Invalid):
        await scan(hass)
    assert device.received.connections == other.received.connections == []


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
