"""Words for errors, devices for targets, and who may control them.

One table says what each error of `aioflux` is called in an action and in a dialog.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
    CONF_PASSWORD,
    ENTITY_MATCH_ALL,
    Platform,
)
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
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
    HeaterLeftOn,
    IdentityMismatch,
    InvalidRequest,
    Kicked,
    LeftBehind,
    ProtocolError,
    Unsupported,
)
from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .files import JobNotCleared, JobRunning, Offline
from .job.errors import ErrorKey
from .management import NetworkNotReturned, NetworkRolledBack
from .naming import async_device_name
from .robot import DeviceOccupied, Preempted, Unloaded

# What an error is called in an action and in a dialog. The first that fits is taken, so
# the more special ones come first.
_KEYS: Final[tuple[tuple[type[FluxError], str, str], ...]] = (
    (DeviceOccupied, "occupied", "refused"),
    (JobRunning, "job_running", "refused"),
    (JobNotCleared, "job_not_cleared", "refused"),
    (Offline, "offline", "cannot_connect"),
    (Unloaded, "unloaded", "cannot_connect"),
    (Preempted, "superseded", "refused"),
    (NetworkRolledBack, "network_rolled_back", "network_rolled_back"),
    (NetworkNotReturned, "network_not_returned", "network_not_returned"),
    (IdentityMismatch, "identity_mismatch", "identity_mismatch"),
    (AuthenticationFailed, "not_trusted", "invalid_auth"),
    (Unsupported, "unsupported", "unsupported_firmware"),
    (Kicked, "kicked", "refused"),
    (CommandFailed, "refused", "refused"),
    (ProtocolError, "not_understood", "cannot_connect"),
    (HeaterLeftOn, "heater_left_on", "cannot_connect"),
    (LeftBehind, "left_behind", "cannot_connect"),
    (ConnectionFailed, "cannot_connect", "cannot_connect"),
)

# What a refusal means, by its symbol (protocol.md sections 4 and 5).
_REFUSALS = {
    "BAD_PARAMS": "refused_values",
    "FILE_BROKEN": "refused_file_broken",
    "HARDWARE_FAILURE": "refused_hardware",
    "NOT_EXIST": "refused_not_exist",
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
def device_errors(
    coordinator: FluxCoordinator, field_names: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Turn a FluxError into a Home Assistant error with a translated sentence.

    ServiceValidationError for what the person can mend in the call, HomeAssistantError
    for what the device, or the way to it, refused. `field_names` is what the form calls
    the fields.
    """
    try:
        yield
    except InvalidRequest as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"invalid_{err.reason}",
            translation_placeholders={
                "field": (field_names or {}).get(err.field, err.field)
            },
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
                "path": err.path if isinstance(err, LeftBehind) else "",
            },
        ) from err


@contextmanager
def form_errors(
    errors: dict[str, str], entry: FluxConfigEntry | None = None
) -> Iterator[None]:
    """Turn a FluxError into an error of a form: at the field it names, or at its top.

    `entry` is that of a device that is set up.
    """
    try:
        yield
    except InvalidRequest as err:
        errors[err.field] = err.reason
    except FluxError as err:
        if entry and entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.trust.handle_error(err)
        if entry and isinstance(err, IdentityMismatch):
            errors["base"] = "key_changed"
        else:
            field = CONF_PASSWORD if isinstance(err, AuthenticationFailed) else "base"
            errors[field] = _keys(err)[1]


def _translation_key(err: FluxError, coordinator: FluxCoordinator) -> str:
    if isinstance(err, IdentityMismatch) and not coordinator.trust.is_broken:
        # Another device is there, or this one has just booted: nothing to decide.
        return "cannot_connect"
    if isinstance(err, CommandFailed) and err.symbol in _REFUSALS:
        return _REFUSALS[err.symbol]
    return _keys(err)[0]


def _keys(err: FluxError) -> tuple[str, str]:
    """Return what an error is called in an action and in a dialog."""
    return next(
        ((action, dialog) for kind, action, dialog in _KEYS if isinstance(err, kind)),
        ("refused", "refused"),
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
    sensor = f"component.{DOMAIN}.entity.sensor"
    said = words.get(f"{sensor}.error.state.{error}", error)
    return f"{said}.", words.get(f"{sensor}.advice.state.{error.advice}", "")


@callback
def async_coordinator(hass: HomeAssistant, uuid: str) -> FluxCoordinator | None:
    """Return the device with a uuid, None if it is not set up or not loaded."""
    entries: list[FluxConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return next(
        (entry.runtime_data for entry in entries if entry.unique_id == uuid), None
    )


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
    everything = target.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL
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
        if (everything or device.id in device_ids)
        and (DOMAIN, entry.unique_id) in device.identifiers
    ]


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
    devices = async_targeted_devices(hass, target)
    for device in devices:
        entry = _entry_of(hass, device)
        if entry.state is ConfigEntryState.LOADED and not device.disabled:
            found.append(entry.runtime_data)
        elif not (entry.disabled_by or device.disabled):
            problems.append(_not_loaded(hass, entry))
    if not devices:
        raise problems[0] if problems else _invalid("no_device", {})
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
        raise _invalid("one_device", {"names": ", ".join(names)})
    if not found:
        [device, *_] = async_targeted_devices(hass, target)
        raise _not_loaded(hass, _entry_of(hass, device))
    return found[0]


def _entry_of(hass: HomeAssistant, device: dr.DeviceEntry) -> FluxConfigEntry:
    """Return the entry of one of our devices."""
    entries: list[FluxConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    return next(
        entry for entry in entries if (DOMAIN, entry.unique_id) in device.identifiers
    )


def _foreign(
    hass: HomeAssistant, target: Mapping[str, object]
) -> list[HomeAssistantError]:
    """Return an error for each device and entity that a target names and is not ours."""
    registry, errors = dr.async_get(hass), list[HomeAssistantError]()
    selection = TargetSelection(dict(target))
    for device_id in sorted(selection.device_ids):
        if not async_targeted_devices(hass, {ATTR_DEVICE_ID: device_id}):
            key = (
                "device_foreign" if registry.async_get(device_id) else "device_unknown"
            )
            errors.append(_invalid(key, {"device_id": device_id}))
    for entity_id in sorted(selection.entity_ids - {ENTITY_MATCH_ALL}):
        if not async_targeted_devices(hass, {ATTR_ENTITY_ID: entity_id}):
            errors.append(_invalid("entity_foreign", {"entity_id": entity_id}))
    return errors


def _not_loaded(hass: HomeAssistant, entry: FluxConfigEntry) -> ServiceValidationError:
    return _invalid("device_not_loaded", {"name": async_device_name(hass, entry)})


def _invalid(key: str, placeholders: dict[str, str]) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@callback
def require_control(
    hass: HomeAssistant,
    user: User,
    coordinator: FluxCoordinator,
    *,
    button: str = "pause",
    admin: bool = False,
    context: Context | None = None,
) -> None:
    """Raise Unauthorized unless a person may press a button of the device.

    `admin`: what is wanted is for administrators only.
    """
    if user.is_admin:
        return
    entity_id = er.async_get(hass).async_get_entity_id(
        Platform.BUTTON, DOMAIN, f"{coordinator.uuid}_{button}"
    )
    may = entity_id and user.permissions.check_entity(entity_id, POLICY_CONTROL)
    if admin or not may:
        raise Unauthorized(
            context=context, entity_id=entity_id, permission=POLICY_CONTROL
        )


async def async_several(
    hass: HomeAssistant, problems: Sequence[HomeAssistantError]
) -> HomeAssistantError:
    """Return one error that says all of these, in the language of Home Assistant."""
    if len(problems) == 1:
        return problems[0]
    sentences = [await async_sentence(hass, problem) for problem in problems]
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={"errors": " ".join(sentences)},
    )


async def async_sentence(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return what an error says, in the language of Home Assistant."""
    language = hass.config.language
    words = await async_get_translations(hass, language, "exceptions", {DOMAIN})
    sentence = words[f"component.{DOMAIN}.exceptions.{error.translation_key}.message"]
    return sentence.format(**error.translation_placeholders or {})


async def async_field_names(hass: HomeAssistant, action: str) -> dict[str, str]:
    """Return what the form of an action calls its fields, for errors that name one."""
    language = hass.config.language
    words = await async_get_translations(hass, language, "services", {DOMAIN})
    prefix, suffix = f"component.{DOMAIN}.services.{action}.fields.", ".name"
    return {
        key.removeprefix(prefix).removesuffix(suffix): name
        for key, name in words.items()
        if key.startswith(prefix) and key.endswith(suffix)
    }
