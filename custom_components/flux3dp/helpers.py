"""One place per direction: a device's error, and a `device_id`.

Knows how what `aioflux` raises becomes what Home Assistant shows, which device an
action means, and what an error of a job is called. All in the words of the
translations, the first two of their section `exceptions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    FluxError,
    IdentityMismatch,
    InvalidRequest,
    Kicked,
    ProtocolError,
    Unsupported,
)
from .catalogue import ErrorKey, advice_for
from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .naming import async_device_name
from .robot import DeviceOccupied, Preempted, Unloaded

# The first that fits is taken, so the more special ones come first.
_TRANSLATION_KEYS: tuple[tuple[type[FluxError], str], ...] = (
    (DeviceOccupied, "occupied"),
    (Unloaded, "unloaded"),
    (Preempted, "superseded"),
    (IdentityMismatch, "identity_mismatch"),
    (AuthenticationFailed, "not_trusted"),
    (Unsupported, "unsupported"),
    (Kicked, "kicked"),
    (CommandFailed, "refused"),
    (ProtocolError, "not_understood"),
    (ConnectionFailed, "cannot_connect"),
)

# What a refusal means, by its symbol (protocol.md sections 4 and 5).
_REFUSALS = {
    "BAD_PARAMS": "refused_values",
    "HARDWARE_FAILURE": "refused_hardware",
    "NO_TASK": "refused_no_task",
    "NOT_FOUND": "refused_not_found",
    "OPERATION_ERROR": "refused_not_ready",
    "RESOURCE_BUSY": "refused_busy",
    "SUBSYSTEM_ERROR": "refused_not_ready",
    "UNKNOWN_COMMAND": "refused_unknown_command",
    "UNKNOWN_ERROR": "refused_without_reason",
}

_TARGETS: Final = (
    ATTR_ENTITY_ID,
    ATTR_DEVICE_ID,
    ATTR_AREA_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)

# A target of triggers and conditions: it names something.
TARGET_SCHEMA: Final = vol.All(cv.TARGET_FIELDS, cv.has_at_least_one_key(*_TARGETS))


@contextmanager
def device_errors(coordinator: FluxCoordinator) -> Iterator[None]:
    """Turn a FluxError into a Home Assistant error with a translated sentence.

    ServiceValidationError for what the person can mend in the call, HomeAssistantError
    for what the device, or the way to it, refused.
    """
    try:
        yield
    except InvalidRequest as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"invalid_{err.reason}",
            translation_placeholders={"field": err.field},
        ) from err
    except FluxError as err:
        coordinator.trust.handle_error(err)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_translation_key(err, coordinator),
            translation_placeholders={
                "name": coordinator.device_name,
                "host": coordinator.host,
                "error": str(err),
            },
        ) from err


def _translation_key(err: FluxError, coordinator: FluxCoordinator) -> str:
    if isinstance(err, IdentityMismatch) and not coordinator.trust.is_broken:
        # Another device is there, or this one has just booted: nothing to decide.
        return "cannot_connect"
    if isinstance(err, CommandFailed) and err.symbol in _REFUSALS:
        return _REFUSALS[err.symbol]
    return next(
        (key for kind, key in _TRANSLATION_KEYS if isinstance(err, kind)), "refused"
    )


async def async_error_words(hass: HomeAssistant, error: ErrorKey) -> str:
    """Return what an error is and what helps, as the `error` sensor says it.

    In the language of Home Assistant: whose eyes a sentence is for is not known here.
    """
    await async_get_translations(hass, hass.config.language, "entity", {DOMAIN})
    return " ".join(part for part in async_error_sentences(hass, error) if part)


@callback
def async_error_sentences(hass: HomeAssistant, error: ErrorKey) -> tuple[str, str]:
    """Return what an error is, and what helps against it; "" where there is nothing.

    In the language of Home Assistant, whose words are loaded with the integration.
    """
    if error is ErrorKey.NONE:
        return "", ""
    words = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    sensor = f"component.{DOMAIN}.entity.sensor.error"
    said = words.get(f"{sensor}.state.{error}", error)
    advice = words.get(f"{sensor}.state_attributes.advice.state.{advice_for(error)}")
    return f"{said}.", advice or ""


@callback
def async_targeted_devices(
    hass: HomeAssistant, target: Mapping[str, object]
) -> list[dr.DeviceEntry]:
    """Return our devices that a target reaches, each once, the disabled ones too.

    `target` is that of an action, a trigger or a condition: ids of devices, areas,
    floors, labels and entities. An entity stands for its device, a group for its
    members. What the target names and does not exist is left out.
    """
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(dict(target)))
    entities = er.async_get(hass)
    device_ids = selected.referenced_devices | {
        entity.device_id
        for entity_id in selected.referenced | selected.indirectly_referenced
        if (entity := entities.async_get(entity_id)) and entity.device_id
    }
    registry = dr.async_get(hass)
    return [
        device
        for entry in hass.config_entries.async_entries(DOMAIN)
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if device.id in device_ids and (DOMAIN, entry.unique_id) in device.identifiers
    ]


@callback
def async_get_coordinator(hass: HomeAssistant, device_id: str) -> FluxCoordinator:
    """Return the device an action means; ServiceValidationError if there is none.

    Walks our own entries: what would answer in one call is deprecated in 2026.10, and
    its successor does not exist in 2026.3.
    """
    registry = dr.async_get(hass)
    entries: list[FluxConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        if _belongs(registry, device_id, entry):
            return entry.runtime_data
    for entry in hass.config_entries.async_entries(DOMAIN):
        if _belongs(registry, device_id, entry):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="device_not_loaded",
                translation_placeholders={"name": async_device_name(hass, entry)},
            )
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=(
            "device_foreign" if registry.async_get(device_id) else "device_unknown"
        ),
        translation_placeholders={"device_id": device_id},
    )


def _belongs(
    registry: dr.DeviceRegistry, device_id: str, entry: FluxConfigEntry
) -> bool:
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return any(device.id == device_id for device in devices)
