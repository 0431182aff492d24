"""Errors in words: which key is whose, for actions and dialogs, and what is said then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import math
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

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
from .device import NotDone, Offline, Unloaded
from .job.errors import ErrorKey

# The key of an error in an action and in a dialog. The first match counts, so the more
# special ones come first.
_KEYS: Final[tuple[tuple[type[FluxError], str, str], ...]] = (
    (Offline, "offline", "cannot_connect"),
    (Unloaded, "unloaded", "cannot_connect"),
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


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return an error for what a person can mend in the call."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def failed(key: str, **placeholders: str) -> HomeAssistantError:
    """Return an error for what a device, or the way to it, refused."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


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
        words = {"field": (field_names or {}).get(err.field, err.field)}
        if err.limit is not None:
            words["limit"] = _limit(coordinator.hass, err.reason, err.limit)
        raise invalid(f"invalid_{err.reason}", **words) from err
    except FluxError as err:
        coordinator.trust.handle_error(err)
        fault = err.fault if isinstance(err, NotDone) else ErrorKey.NONE
        raise failed(
            _translation_key(err, coordinator),
            name=coordinator.device_name,
            host=coordinator.host,
            # A device need not say who holds it.
            error=str(err) or "?",
            fault=async_error_words(coordinator.hass, fault),
            path=err.path if isinstance(err, LeftBehind) else "",
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
    except NotDone as err:
        errors["base"] = err.key
    except FluxError as err:
        if entry and entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.trust.handle_error(err)
        if entry and isinstance(err, IdentityMismatch):
            errors["base"] = "key_changed"
        else:
            field = CONF_PASSWORD if isinstance(err, AuthenticationFailed) else "base"
            errors[field] = _keys(err)[1]


def _limit(hass: HomeAssistant, reason: str, celsius: float) -> str:
    """Return the temperature that is the limit, in the unit of Home Assistant."""
    units = hass.config.units
    limit = units.temperature(celsius, UnitOfTemperature.CELSIUS)
    # Rounded to the side on which the limit holds.
    whole = math.ceil if reason == "too_cold" else math.floor
    return f"{whole(round(limit, 6))}\u00a0{units.temperature_unit}"


def _translation_key(err: FluxError, coordinator: FluxCoordinator) -> str:
    if isinstance(err, IdentityMismatch) and coordinator.trust.presented is None:
        # Another device is there, or this one has just booted: nothing to decide.
        return "cannot_connect"
    if isinstance(err, NotDone):
        is_ours = err.key == "occupied" and coordinator.data.in_maintenance
        return "in_maintenance" if is_ours else err.key
    if isinstance(err, CommandFailed) and err.symbol in _REFUSALS:
        return _REFUSALS[err.symbol]
    key = _keys(err)[0]
    # It was the shutdown that closed the connection.
    return "unloaded" if key == "cannot_connect" and coordinator.is_unloaded else key


def _keys(err: FluxError) -> tuple[str, str]:
    return next(
        ((action, dialog) for kind, action, dialog in _KEYS if isinstance(err, kind)),
        ("refused", "refused"),
    )


# -- sentences of our translations, in the language of Home Assistant: which user reads them
# -- is not known where they are built


@callback
def async_error_words(hass: HomeAssistant, error: ErrorKey) -> str:
    """Return what an error is and what helps, in the words of the sensors."""
    return " ".join(part for part in async_error_sentences(hass, error) if part)


@callback
def async_error_sentences(hass: HomeAssistant, error: ErrorKey) -> tuple[str, str]:
    """Return what an error is, and what helps against it; "" where there is nothing.

    Their words are loaded with the integration.
    """
    if error is ErrorKey.NONE:
        return "", ""
    words = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    sensor = f"component.{DOMAIN}.entity.sensor"
    said = words.get(f"{sensor}.error.state.{error}", error)
    return f"{said}.", words.get(f"{sensor}.advice.state.{error.advice}", "")


async def async_several(
    hass: HomeAssistant, problems: Sequence[HomeAssistantError]
) -> HomeAssistantError:
    """Return one error with the sentences of all."""
    if len(problems) == 1:
        return problems[0]
    sentences = [await async_sentence(hass, problem) for problem in problems]
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={"errors": " ".join(sentences)},
    )


async def async_sentence(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return the sentence of an error."""
    language = hass.config.language
    words = await async_get_translations(hass, language, "exceptions", {DOMAIN})
    sentence = words[f"component.{DOMAIN}.exceptions.{error.translation_key}.message"]
    return sentence.format(**error.translation_placeholders or {})


async def async_option(hass: HomeAssistant, selector: str, option: str) -> str:
    """Return the word for an option: where it is not in a form, too."""
    language = hass.config.language
    words = await async_get_translations(hass, language, "selector", {DOMAIN})
    return words[f"component.{DOMAIN}.selector.{selector}.options.{option}"]


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
