"""Blueprints can be imported, from where they say they are and the README links to."""

import json
from pathlib import Path
from urllib.parse import quote

from homeassistant.components import automation
from homeassistant.components.blueprint import BLUEPRINT_SCHEMA, Blueprint
from homeassistant.util.yaml import load_yaml_dict
import pytest

ROOT = Path(__file__).parents[2]
BLUEPRINTS = sorted((ROOT / "blueprints/automation/flux3dp").glob("*.yaml"))


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_it_can_be_imported(path: Path) -> None:
    blueprint = Blueprint(
        load_yaml_dict(str(path)),
        expected_domain=automation.DOMAIN,
        path=path.name,
        schema=BLUEPRINT_SCHEMA,
    )
    source = f"blob/main/{path.relative_to(ROOT)}"
    assert str(blueprint.metadata["source_url"]).endswith(source)
    assert blueprint.validate() is None
    link = quote(f"https://github.com/flux3dp-contributors/flux3dp/{source}", safe="")
    assert f"?blueprint_url={link})" in (ROOT / "README.md").read_text(encoding="utf-8")
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    assert blueprint.metadata["homeassistant"]["min_version"] == hacs["homeassistant"]
