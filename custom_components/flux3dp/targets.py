"""Which of our devices a target reaches, and who may: those who may press their buttons.

A target is that of an action, a trigger or a condition, or a device that a page names.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    CONF_EXCLUDE,
    ENTITY_MATCH_ALL,
    Platform,
)
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
import voluptuous as vol

from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .device import async_device_name, async_registered
from .errors import invalid

# The target of a trigger or condition, which is not empty.
TARGET_SCHEMA: Final = vol.All(
    cv.TARGET_FIELDS, cv.has_at_least_one_key(*cv.ENTITY_SERVICE_FIELDS)
)


@callback
def async_coordinator(hass: HomeAssistant, uuid: str) -> FluxCoordinator | None:
    """Return the device with a uuid, None if it is not set up or not loaded."""
    entries: list[FluxConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return next(
        (entry.runtime_data for entry in entries if entry.unique_id == uuid), None
    )


@callback
def async_targeted(
    hass: HomeAssistant, target: Mapping[str, object]
) -> list[tuple[FluxConfigEntry, dr.DeviceEntry]]:
    """Return our devices that a target reaches, each once, the disabled ones too.

    `target` is that of an action, a trigger or a condition: ids of devices, areas,
    floors, labels and entities, and of those it excludes (2026.11). An entity stands
    for its device, a group for its members. What it names and does not exist is left out.
    """
    everything = target.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL
    device_ids = _device_ids(hass, target)
    # Home Assistant would leave the device there of which an entity is excluded.
    exclude = target.get(CONF_EXCLUDE)
    excluded = _device_ids(hass, exclude) if isinstance(exclude, Mapping) else set()
    entries: list[FluxConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    return [
        (entry, device)
        for entry in entries
        if (device := async_registered(hass, entry)) is not None
        and (everything or device.id in device_ids)
        and device.id not in excluded
    ]


def _device_ids(hass: HomeAssistant, target: Mapping[str, object]) -> set[str]:
    """Return the ids of the devices that a target names, or an entity of which."""
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(dict(target)))
    entities = er.async_get(hass)
    return selected.referenced_devices | {
        entity.device_id
        for entity_id in selected.referenced | selected.indirectly_referenced
        if (entity := entities.async_get(entity_id)) and entity.device_id
    }


@callback
def async_named_uuids(
    hass: HomeAssistant, target: Mapping[str, object]
) -> set[str | None]:
    """Return the uuids of the devices that a target names, or an entity of which."""
    named = {key: target.get(key) for key in (ATTR_DEVICE_ID, ATTR_ENTITY_ID)}
    if named[ATTR_ENTITY_ID] == ENTITY_MATCH_ALL:
        del named[ATTR_ENTITY_ID]
    return {entry.unique_id for entry, _ in async_targeted(hass, named)}


@callback
def async_resolve(
    hass: HomeAssistant, target: Mapping[str, object]
) -> tuple[list[FluxCoordinator], list[HomeAssistantError]]:
    """Return the devices of an action, and an error for each that it cannot be.

    One that is disabled is in neither. Raises ServiceValidationError if the target
    reaches no device of ours at all.
    """
    found: list[FluxCoordinator] = []
    problems = _foreign(hass, target)
    targeted = async_targeted(hass, target)
    for entry, device in targeted:
        if entry.disabled_by or device.disabled:
            continue
        if entry.state is ConfigEntryState.LOADED:
            found.append(entry.runtime_data)
        else:
            problems.append(_not_loaded(hass, entry))
    if not targeted:
        raise problems[0] if problems else invalid("no_device")
    return found, problems


@callback
def async_resolve_one(
    hass: HomeAssistant, target: Mapping[str, object]
) -> FluxCoordinator:
    """Return the device of an action that takes exactly one.

    Raises ServiceValidationError if the target reaches none, or several, or names
    anything else.
    """
    found, problems = async_resolve(hass, target)
    if problems:
        raise problems[0]
    if len(found) > 1:
        names = sorted(coordinator.device_name for coordinator in found)
        raise invalid("one_device", names=", ".join(names))
    if not found:
        [(entry, _), *_] = async_targeted(hass, target)
        raise _not_loaded(hass, entry)
    return found[0]


def _foreign(
    hass: HomeAssistant, target: Mapping[str, object]
) -> list[HomeAssistantError]:
    """Return an error for each device and entity that a target names and is not ours."""
    registry, errors = dr.async_get(hass), list[HomeAssistantError]()
    selection = TargetSelection(dict(target))
    for device_id in sorted(selection.device_ids):
        if not async_targeted(hass, {ATTR_DEVICE_ID: device_id}):
            known = registry.async_get(device_id)
            key = "device_foreign" if known else "device_unknown"
            errors.append(invalid(key, device_id=device_id))
    for entity_id in sorted(selection.entity_ids - {ENTITY_MATCH_ALL}):
        if not async_targeted(hass, {ATTR_ENTITY_ID: entity_id}):
            errors.append(invalid("entity_foreign", entity_id=entity_id))
    return errors


def _not_loaded(hass: HomeAssistant, entry: FluxConfigEntry) -> ServiceValidationError:
    return invalid("device_not_loaded", name=async_device_name(hass, entry))


async def async_require(
    coordinator: FluxCoordinator,
    context: Context,
    button: str | None = None,
    *,
    admin: bool = False,
) -> None:
    """Raise Unauthorized unless the user may press a button of the device.

    Without one: unless the user may see its status. `admin`: only administrators may.
    """
    if context.user_id is None:
        return  # Home Assistant itself.
    user = await coordinator.hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    if user.is_admin:
        return
    platform = Platform.BUTTON if button else Platform.SENSOR
    policy = POLICY_CONTROL if button else POLICY_READ
    entity_id = er.async_get(coordinator.hass).async_get_entity_id(
        platform, DOMAIN, f"{coordinator.uuid}_{button or 'status'}"
    )
    if (
        admin
        or entity_id is None
        or not user.permissions.check_entity(entity_id, policy)
    ):
        raise Unauthorized(context=context, entity_id=entity_id, permission=policy)
