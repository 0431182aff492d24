"""services.yaml, triggers.yaml and conditions.yaml, their words, and what takes them."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, service as ha_service
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components.flux3dp.condition import async_get_conditions
from custom_components.flux3dp.services import async_setup_services
from custom_components.flux3dp.trigger import async_get_triggers

from .files import DOMAIN, ENGLISH, INTEGRATION

DESCRIBED: dict[str, dict[str, Any]] = {
    kind: load_yaml_dict(str(INTEGRATION / f"{kind}.yaml"))
    for kind in ("services", "triggers", "conditions")
}
EACH = [
    pytest.param(kind, name, description, id=f"{kind}.{name}")
    for kind, descriptions in DESCRIBED.items()
    for name, description in descriptions.items()
    if not name.startswith(".")
]


def fields_of(description: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields, those in sections too."""
    for key, field in description.get("fields", {}).items():
        if "fields" in field:
            yield from fields_of(field)
        else:
            yield key, field


@pytest.mark.parametrize("kind", DESCRIBED)
def test_home_assistant_takes_it(kind: str) -> None:
    # Those of triggers and conditions are the same, in other places in each version.
    ha_service._SERVICES_SCHEMA(DESCRIBED[kind])


@pytest.mark.parametrize(("kind", "name", "description"), EACH)
def test_description(kind: str, name: str, description: dict[str, Any]) -> None:
    # A filter of devices would offer it for every entity of the house.
    assert description["target"] == {"entity": {"integration": DOMAIN}}
    assert set(description) <= {"target", "fields"}
    words, fields = ENGLISH[kind][name], dict(fields_of(description))
    assert set(words.get("fields", {})) == set(fields)
    sections = {k for k, v in description.get("fields", {}).items() if "fields" in v}
    assert set(words.get("sections", {})) == sections
    for key, field in fields.items():
        # Home Assistant's schema lets pass whatever it does not know.
        assert set(field) <= {"required", "default", "example", "filter", "selector"}
        config = next(iter(field["selector"].values())) or {}
        if options := config.get("options"):
            assert field.get("default", options[0]) in options, key
            if "translation_key" in config:
                texts = ENGLISH["selector"][config["translation_key"]]["options"]
                assert set(texts) == set(options), key


async def test_all_are_described(hass: HomeAssistant) -> None:
    async_setup_services(hass)
    there = {
        "services": hass.services.async_services_for_domain(DOMAIN),
        "triggers": await async_get_triggers(hass),
        "conditions": await async_get_conditions(hass),
    }
    for kind, names in there.items():
        described = {name for name in DESCRIBED[kind] if not name.startswith(".")}
        assert set(names) == described == set(ENGLISH[kind]), kind


async def test_actions_take_what_is_described(hass: HomeAssistant) -> None:
    async_setup_services(hass)
    target = {str(marker) for marker in cv.ENTITY_SERVICE_FIELDS}
    for name, action in hass.services.async_services_for_domain(DOMAIN).items():
        fields = dict(fields_of(DESCRIBED["services"][name]))
        taken = {
            str(marker): isinstance(marker, vol.Required)
            for marker in _markers(action.schema)
            if not isinstance(marker, vol.Remove)
        }
        assert set(taken) == {*target, *fields}, name
        required = {key for key in fields if taken[key]}
        assert required <= {k for k, v in fields.items() if v.get("required")}, name


def _markers(schema: Any) -> dict[Any, Any]:
    """Return the keys of a schema that may have further checks around it."""
    if isinstance(schema, dict):
        return schema
    if isinstance(schema, vol.Schema):
        return _markers(schema.schema)
    parts = (_markers(part) for part in getattr(schema, "validators", ()))
    return next(filter(None, parts), {})
