"""Brand, icons, blueprints and quality scale: what stands beside the code."""

from pathlib import Path
import re
from typing import Any
from urllib.parse import quote

from homeassistant import components
from homeassistant.components import automation
from homeassistant.components.blueprint import BLUEPRINT_SCHEMA, Blueprint
from homeassistant.helpers import config_validation as cv
from homeassistant.util.yaml import load_yaml_dict
from PIL import Image
import pytest

from .files import ENGLISH, INTEGRATION, ROOT, leaves, read_json

BRAND = INTEGRATION / "brand"
# The shortest side, from and to, in pixels. An icon is square.
SIDES = {"icon": (256, 256), "logo": (128, 256)}
BRANDS = [f"{dark}{name}" for name in SIDES for dark in ("", "dark_")]

ICONS: dict[str, Any] = read_json(INTEGRATION / "icons.json")
_ICON_PATH = re.compile(
    r"entity\.\w+\.\w+\.(state_attributes\.\w+\.)?(default|state\.\w+)"
    r"|services\.\w+\.service|triggers\.\w+\.trigger|conditions\.\w+\.condition"
)

BLUEPRINTS = sorted((ROOT / "blueprints/automation/flux3dp").glob("*.yaml"))
SCALE = INTEGRATION / "quality_scale.yaml"


def test_brand_names() -> None:
    files = {f"{name}{double}.png" for name in BRANDS for double in ("", "@2x")}
    assert {path.name for path in BRAND.iterdir()} == files


@pytest.mark.parametrize("name", BRANDS)
def test_brand_picture(name: str) -> None:
    ratios = []
    for factor, suffix in ((1, ""), (2, "@2x")):
        path = BRAND / f"{name}{suffix}.png"
        assert path.stat().st_size < 100_000
        with Image.open(path) as picture:
            picture.load()
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
        assert picture.getchannel("A").getextrema() == (0, 255)
        least, most = SIDES[name.removeprefix("dark_")]
        assert least * factor <= min(picture.size) <= most * factor
        assert "logo" in name or picture.width == picture.height
        ratios.append(picture.width / picture.height)
    # Each was trimmed for itself.
    assert ratios[0] == pytest.approx(ratios[1], rel=0.02)


def test_icons() -> None:
    for path, icon in leaves(ICONS).items():
        assert _ICON_PATH.fullmatch(path), path
        assert re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", cv.icon(icon)), path
    for kind in ("services", "triggers", "conditions"):
        assert set(ICONS[kind]) == set(ENGLISH[kind])
    assert set(ICONS["entity"]) == set(ENGLISH["entity"])


@pytest.mark.parametrize("platform", ENGLISH["entity"])
def test_entity_icons(platform: str) -> None:
    icons, words = ICONS["entity"][platform], ENGLISH["entity"][platform]
    assert set(icons) == set(words)
    for key, icon in icons.items():
        assert "default" in icon, key
        states = (
            ("on", "off")
            if platform == "binary_sensor"
            else words[key].get("state", ())
        )
        assert set(icon.get("state", ())) <= set(states), key


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprint(path: Path) -> None:
    """It can be imported, from where it says it is and the README links to."""
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
    assert f"?blueprint_url={link})" in (ROOT / "README.md").read_text("utf-8")
    floor = read_json(ROOT / "hacs.json")["homeassistant"]
    assert blueprint.metadata["homeassistant"]["min_version"] == floor


def test_quality_scale() -> None:
    core = Path(components.__file__).parent / "wled" / "quality_scale.yaml"
    rules: dict[str, Any] = load_yaml_dict(str(SCALE))["rules"]
    # The oldest supported Home Assistant does not have the last two yet.
    known = {*load_yaml_dict(str(core))["rules"], "docs-conditions", "docs-triggers"}
    assert set(rules) == known
    for rule, value in rules.items():
        if value != "done":
            assert set(value) == {"status", "comment"}, rule
            assert value["status"] in ("done", "todo", "exempt"), rule
            assert value["comment"], rule
    paths = re.findall(r"[\w.]+(?:/[\w.]+)+|\w+\.\w{2,4}\b", SCALE.read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []
