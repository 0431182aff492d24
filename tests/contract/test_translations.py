"""Every language says the same, in texts as hassfest wants them."""

from pathlib import Path
import re
from string import Formatter

from homeassistant.generated.languages import LANGUAGES
import pytest

from . import files
from .files import INTEGRATION, ROOT, TRANSLATIONS, leaves, read_json

FILES = sorted(TRANSLATIONS.glob("*.json"))
ENGLISH = leaves(files.ENGLISH)

_KEY = r"([a-z0-9]+(?:[_-][a-z0-9]+)*)"
_FLOW = rf"(?:config|options|issues\.{_KEY}\.fix_flow)"
# Where texts may stand, as in hassfest; the groups are the keys that we choose.
PATHS = [
    re.compile(path.replace(".", r"\.").replace("KEY", _KEY).replace("FLOW", _FLOW))
    for path in (
        "title",
        "FLOW.flow_title",
        "FLOW.(?:error|abort|progress|create_entry).KEY",
        "FLOW.step.KEY.(?:title|description|submit)",
        "FLOW.step.KEY.(?:data|data_description|menu_options).KEY",
        "FLOW.step.KEY.sections.KEY.(?:name|description)",
        "FLOW.step.KEY.sections.KEY.(?:data|data_description).KEY",
        "device_automation.(?:trigger|action|condition)_type.KEY",
        "entity.KEY.KEY.(?:name|unit_of_measurement)",
        "entity.KEY.KEY.state.KEY",
        "entity.KEY.KEY.state_attributes.KEY.name",
        "entity.KEY.KEY.state_attributes.KEY.state.KEY",
        "exceptions.KEY.message",
        "issues.KEY.(?:title|description)",
        "selector.KEY.options.KEY",
        "(?:services|triggers|conditions).KEY.(?:name|description)",
        "(?:services|triggers|conditions).KEY.(?:fields|sections).KEY.(?:name|description)",
    )
]
# Empty, space at an end, a reference of core's, HTML, a URL, '{quoted}', no name in {},
# a line that may end between a number and its unit.
_WRONG = re.compile(
    r"\A\Z|\A\s|\s\Z|[ \t]\n|\[%key|</?[a-z][^>]*>|\w://|'\{\w+\}'|\{\W*\}"
    r"|\d (?:°|mm|GiB|Gio)",
    re.IGNORECASE,
)


def placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as err:
        return {f"{err}: {text}"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_language(path: Path) -> None:
    own = leaves(read_json(path))
    assert path.stem in LANGUAGES
    assert set(own) == set(ENGLISH)
    names = {key: placeholders(text) for key, text in own.items()}
    assert names == {key: placeholders(text) for key, text in ENGLISH.items()}
    assert {key: text for key, text in own.items() if _WRONG.search(text)} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_language_is_translated(path: Path) -> None:
    """Short labels may be the same words in two languages; sentences are not."""
    own = leaves(read_json(path))
    sentences = {key for key, text in ENGLISH.items() if " " in text and len(text) > 20}
    same = {key for key in sentences if own.get(key) == ENGLISH[key]}
    assert same == (sentences if path.stem == "en" else set())


def test_shape() -> None:
    odd = [key for key in ENGLISH if not any(path.fullmatch(key) for path in PATHS)]
    assert odd == []
    # Core builds translations/ from it; a custom integration has none.
    assert not (INTEGRATION / "strings.json").exists()


def test_everything_is_described() -> None:
    fields = {key for key in ENGLISH if ".data." in key}
    described = {key for key in ENGLISH if ".data_description." in key}
    assert {key.replace(".data.", ".data_description.") for key in fields} == described
    named = re.compile(r"(services|triggers|conditions)\.\w+(\.fields\.\w+)?\.name")
    names = {key for key in ENGLISH if named.fullmatch(key)}
    assert {f"{key.removesuffix('name')}description" for key in names} <= set(ENGLISH)


def test_card_speaks_every_language() -> None:
    """`script/card --check` compares what it says in each."""
    words = {path.stem for path in (ROOT / "card/src/words").glob("*.json")}
    assert words == {path.stem for path in FILES}
    # What Media and the card both name has one name.
    for path in FILES:
        places = read_json(path)["selector"]["place"]["options"]
        card = read_json(ROOT / "card/src/words" / path.name)
        assert places == {place: card[place] for place in places}
    listed = (ROOT / "card/src/words.ts").read_text(encoding="utf-8")
    assert [name for name in words if f"./words/{name}.json" not in listed] == []
