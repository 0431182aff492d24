"""Sentences from our translations, in the language of Home Assistant.

Which user reads them is not known where they are built.
"""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from .const import DOMAIN
from .job.errors import ErrorKey


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
