"""Notes which words are missing for what a test shows, as the tests of core do.

`tests/contract/test_keys.py` searches the code for what no test shows.
"""

from collections.abc import Callable, Mapping
from functools import wraps
import re
from typing import Any

from homeassistant.config_entries import ConfigFlow, OptionsFlow
from homeassistant.data_entry_flow import FlowHandler
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.issue_registry import IssueEntry, IssueRegistry
import pytest

from tests.contract.files import DOMAIN
from tests.contract.test_translations import ENGLISH, placeholders


def watch_words(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that takes whatever is shown without words or placeholders."""
    problems: set[str] = set()

    def check(pattern: str, given: Mapping[str, str] | None) -> None:
        """Check that there are such texts, and that they get what they need."""
        texts = [path for path in ENGLISH if re.fullmatch(pattern, path)]
        if not texts:
            problems.add(f"no words: {pattern}")
        for path in texts:
            for name in placeholders(ENGLISH[path]) - {*(given or ())}:
                problems.add(f"{path}: {{{name}}} is not given")

    def watch(owner: type, method: str, see: Callable[[Any, Any], None]) -> None:
        original = getattr(owner, method)

        @wraps(original)
        def watched(self: Any, *args: Any, **keywords: Any) -> Any:
            result = original(self, *args, **keywords)
            see(self, result)
            return result

        monkeypatch.setattr(owner, method, watched)

    def see_error(error: HomeAssistantError, _: None) -> None:
        if error.translation_domain == DOMAIN:
            path = rf"exceptions\.{error.translation_key}\.message"
            check(path, error.translation_placeholders)

    def see_issue(_: IssueRegistry, issue: IssueEntry) -> None:
        if issue.domain == DOMAIN:
            path = rf"issues\.{issue.translation_key}\.(title|description)"
            check(path, issue.translation_placeholders)

    def see_step(flow: FlowHandler[Any, Any, Any], result: Any) -> None:
        if not type(flow).__module__.startswith(f"custom_components.{DOMAIN}."):
            return
        kinds = {ConfigFlow: "config", OptionsFlow: "options"}
        own = (name for kind, name in kinds.items() if isinstance(flow, kind))
        kind = next(own, r"issues\.\w+\.fix_flow")
        given, step = result.get("description_placeholders"), result.get("step_id")
        if reason := result.get("reason"):
            check(rf"{kind}\.abort\.{reason}", given)
        elif action := result.get("progress_action"):
            check(rf"{kind}\.progress\.{action}", given)
        else:
            check(rf"{kind}\.step\.{step}\.(title|description)", given)
        for error in (result.get("errors") or {}).values():
            check(rf"{kind}\.error\.{error}", given)
        if options := result.get("menu_options"):
            fields = [rf"menu_options\.{option}" for option in options]
        else:
            schema = getattr(result.get("data_schema"), "schema", ())
            fields = [rf"(data\.{field}|sections\.{field}\..*)" for field in schema]
        for field in fields:
            check(rf"{kind}\.step\.{step}\.{field}", given)

    watch(HomeAssistantError, "__init__", see_error)
    watch(IssueRegistry, "async_get_or_create", see_issue)
    for what in ("form", "menu", "progress"):
        watch(FlowHandler, f"async_show_{what}", see_step)
    watch(FlowHandler, "async_abort", see_step)
    return problems
