"""Every key that the code uses has words, and all words are used."""

import ast
from importlib import import_module
from typing import Any

from homeassistant.components.event import EventEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.flux3dp import PLATFORMS

from .action_rules import selector_translations
from .code_reader import Code, UnresolvedError
from .files import (
    DOMAIN,
    INTEGRATION,
    TRANSLATIONS,
    library_modules,
    modules,
    read_json,
)
from .key_rules import (
    entity_problems,
    exception_problems,
    flow_problems,
    issue_problems,
)
from .used_keys import (
    EntityUse,
    Reasons,
    entity_uses,
    exception_uses,
    flow_uses,
    issue_uses,
    mentioned,
    nameless,
    selector_uses,
)


@pytest.fixture(scope="module")
def english() -> dict[str, Any]:
    strings: dict[str, Any] = read_json(TRANSLATIONS / "en.json")
    return strings


@pytest.fixture(scope="module")
def code() -> Code:
    library = {f"aioflux.{name}": tree for name, tree in library_modules().items()}
    return Code(modules(), {"reason": Reasons(Code(modules() | library))})


# What the Wi-Fi form cannot get wrong: it asks for a name, a protection and a password,
# and takes DHCP, wlan0 and joining for granted.
UNREACHABLE = {
    "missing",
    "not_an_address",
    "not_wireless",
    "outside_network",
    "own_gateway",
    "prefix_length",
    "static_only",
    "unknown_interface",
    "unknown_method",
    "unknown_wifi_mode",
    "wep_host",
}


def platform(name: str) -> Any:
    return import_module(f"custom_components.{DOMAIN}.{name}")


def test_exceptions(code: Code, english: dict[str, Any]) -> None:
    uses = exception_uses(code)
    assert len(uses) > 10
    assert exception_problems(uses, english) == []


def test_issues(code: Code, english: dict[str, Any]) -> None:
    assert issue_problems(issue_uses(code), english) == []


def test_flows(code: Code, english: dict[str, Any]) -> None:
    uses = flow_uses(code)
    assert len(uses["config"].fields) >= 6
    assert uses["config"].errors >= UNREACHABLE
    uses["config"].errors -= UNREACHABLE
    assert flow_problems(uses["config"], english["config"], "config") == []
    options = english.get("options", {})
    assert flow_problems(uses["options"], options, "options") == []
    fixes: dict[str, Any] = {}
    for issue in english.get("issues", {}).values():
        for part, words in issue.get("fix_flow", {}).items():
            fixes.setdefault(part, {}).update(words)
    assert flow_problems(uses["issues"], fixes, "fix_flow") == []


def test_entities(code: Code, english: dict[str, Any]) -> None:
    uses = [
        use for name in PLATFORMS for use in entity_uses(platform(name.value), name)
    ]
    assert len(uses) >= 10
    assert entity_problems(uses, english, mentioned(code)) == []
    for name in PLATFORMS:
        assert nameless(platform(name.value)) == [], name


def test_selectors(code: Code, english: dict[str, Any]) -> None:
    used = selector_uses(code)
    for name in ("services.yaml", "triggers.yaml", "conditions.yaml"):
        described = load_yaml_dict(str(INTEGRATION / name))
        used |= set(selector_translations(described))
    assert used == set(english["selector"])


def test_device_triggers(english: dict[str, Any]) -> None:
    named = set(english.get("device_automation", {}).get("trigger_type", {}))
    if not (INTEGRATION / "device_trigger.py").exists():
        assert named == set()
        return
    assert named == set(platform("device_trigger").TRIGGER_TYPES)


# -- and each of these can fail

SOURCE = """
ERRORS = {ValueError: "gone"}

class FluxFlow(ConfigFlow):
    async def async_step_user(self, user_input=None):
        await self.async_set_unique_id("x")
        errors = {}
        errors["base"] = ERRORS[kind]
        return self.async_show_form(
            step_id="user",
            data_schema=_SCHEMA,
            errors=errors,
            description_placeholders={"name": "x"},
        )

    async def async_step_pick(self, user_input=None):
        if done:
            return self.async_update_reload_and_abort(entry, reason="moved")
        return self.async_show_menu(step_id="pick", menu_options=["user", "pick"])

_SCHEMA = vol.Schema({vol.Required("host"): str})

def act():
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="refused",
        translation_placeholders={"name": "x"},
    )

def tell():
    ir.async_create_issue(
        hass, DOMAIN, "x",
        is_fixable=False,
        translation_key="lost",
        translation_placeholders={"name": "x"},
    )
"""
CONFIG: dict[str, Any] = {
    "step": {
        "user": {"title": "{name}", "data": {"host": "Host"}},
        "pick": {"menu_options": {"user": "User", "pick": "Pick"}},
    },
    "error": {"gone": "{name} is gone."},
    "abort": {"moved": "Moved.", "already_in_progress": "Open."},
}


@pytest.fixture(scope="module")
def example() -> Code:
    return Code({"config_flow": ast.parse(SOURCE)})


def test_the_examples_are_good(example: Code) -> None:
    assert flow_problems(flow_uses(example)["config"], CONFIG, "config") == []
    refused = {"exceptions": {"refused": {"message": "{name} refused."}}}
    assert exception_problems(exception_uses(example), refused) == []
    lost = {"issues": {"lost": {"title": "{name}", "description": "Lost."}}}
    assert issue_problems(issue_uses(example), lost) == []


@pytest.mark.parametrize(
    ("part", "words", "problem"),
    [
        ("step", {}, "step.user is used and has no words"),
        ("step", {"user": {"data": {}}}, "user.host is used and has no words"),
        ("step", {"user": {"data": {"port": "P"}}}, "user.port has words and no use"),
        ("step", {"user": {"title": "{host}"}}, "nobody gives {host}"),
        ("step", {"pick": {"menu_options": {}}}, "pick.user is used and has no words"),
        ("step", {"extra": {}}, "step.extra has words and no use"),
        ("error", {}, "error.gone is used and has no words"),
        ("error", {"gone": "{port}"}, "nobody gives {port}"),
        ("error", {"gone": "", "odd": ""}, "error.odd has words and no use"),
        ("abort", {}, "abort.already_in_progress is used and has no words"),
        ("abort", {"moved": ""}, "already_in_progress is used and has no words"),
        ("progress", {"scan": ""}, "progress.scan has words and no use"),
    ],
)
def test_flows_without_their_words(
    example: Code, part: str, words: dict[str, Any], problem: str
) -> None:
    problems = flow_problems(flow_uses(example)["config"], CONFIG | {part: words}, "c")
    assert any(problem in found for found in problems), problems


def test_exceptions_without_their_words(example: Code) -> None:
    uses = exception_uses(example)
    assert exception_problems(uses, {}) == [
        "exceptions.refused is used and has no words"
    ]
    odd = {"refused": {"message": "{host} refused."}, "odd": {"message": "Odd."}}
    assert exception_problems(uses, {"exceptions": odd}) == [
        "exceptions.odd has words and no use",
        "refused (config_flow.py:24): nobody gives {host}",
    ]


def test_issues_without_their_words(example: Code) -> None:
    uses = issue_uses(example)
    assert issue_problems(uses, {}) == ["issues.lost is used and has no words"]
    wrong = {"title": "{host}", "fix_flow": {}}
    assert issue_problems(uses, {"issues": {"lost": wrong}}) == [
        "lost (config_flow.py:31): fixable in only one of code and words",
        "lost (config_flow.py:31): nobody gives {host}",
    ]


def test_an_abort_without_a_reason() -> None:
    source = (
        "class F(ConfigFlow):\n    async def async_step_move(self):\n"
        "        return self.async_update_reload_and_abort(entry)"
    )
    with pytest.raises(UnresolvedError, match="name the reason"):
        flow_uses(Code({"config_flow": ast.parse(source)}))


def test_reasons_are_those_of_the_call() -> None:
    library = Code(
        {
            "names": ast.parse(
                "def check(n):\n    if not n:\n        raise InvalidRequest('n', 'a')\n"
                "    deeper(n)\n"
                "def deeper(n):\n    raise InvalidRequest('n', 'b')\n"
                "def other(n):\n    raise InvalidRequest('n', 'c')\n"
            )
        }
    )
    source = (
        "def f():\n    try:\n        check(1)\n"
        "    except InvalidRequest as err:\n        show(key=err.reason)\n"
        "def g(err):\n    show(key=err.reason)\n"
    )
    code = Code({"main": ast.parse(source)}, {"reason": Reasons(library)})
    found = [
        code.strings(call.keywords[0].value, place)
        for call, place in code.calls("show")
    ]
    assert found == [{"a", "b"}, {"a", "b", "c"}]


def test_entities_without_their_words() -> None:
    sensor = SensorEntityDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=["idle"],
    )
    event = EventEntityDescription(
        key="job", translation_key="job", event_types=["started"]
    )
    module = type(ast)("table")
    vars(module).update(SENSORS=(sensor,), OTHERS={"a": [event]})
    uses = list(entity_uses(module, "sensor"))
    assert uses == [
        EntityUse("sensor", "status", frozenset({"idle"})),
        EntityUse("sensor", "job", None, frozenset({"started"})),
    ]
    words = {
        "status": {
            "name": "Status",
            "state": {"busy": "Busy"},
            "state_attributes": {"speed": {"name": "Speed"}},
        },
        "job": {"state_attributes": {"event_type": {"state": {}}}},
        "odd": {"name": "Odd"},
    }
    assert entity_problems(uses, {"entity": {"sensor": words}}, {"idle"}) == [
        "entity.sensor.job has no name",
        "entity.sensor.job.event_type.started is used and has no words",
        "entity.sensor.odd has words and no use",
        "entity.sensor.status.busy has words and no use",
        "entity.sensor.status.idle is used and has no words",
        "entity.sensor.status: there is no attribute speed",
    ]
    vars(module).update(SENSORS=(SensorEntityDescription(key="bare"),))
    assert nameless(module) == ["bare"]
