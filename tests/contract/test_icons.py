"""icons.json: everything that has a name has an icon, and the other way round."""

import re
from typing import Any

import pytest

from .files import INTEGRATION, TRANSLATIONS, leaves, read_json

ENGLISH: dict[str, Any] = read_json(TRANSLATIONS / "en.json")
ICONS: dict[str, Any] = read_json(INTEGRATION / "icons.json")


def test_icons_are_icons() -> None:
    shape = re.compile(
        r"entity\.\w+\.\w+\.(state_attributes\.\w+\.)?(default|state\.\w+)|services\.\w+\.service"
        r"|triggers\.\w+\.trigger|conditions\.\w+\.condition"
    )
    odd = {
        key: icon
        for key, icon in leaves(ICONS).items()
        if not (
            shape.fullmatch(key) and re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", icon)
        )
    }
    assert odd == {}


@pytest.mark.parametrize("kind", ["services", "triggers", "conditions"])
def test_each_has_an_icon(kind: str) -> None:
    assert set(ICONS[kind]) == set(ENGLISH[kind])


@pytest.mark.parametrize("platform", ENGLISH["entity"])
def test_entities_have_icons(platform: str) -> None:
    icons, words = ICONS["entity"][platform], ENGLISH["entity"][platform]
    assert set(icons) == set(words)
    for key, icon in icons.items():
        assert "default" in icon, key
        known = (
            {"on", "off"}
            if platform == "binary_sensor"
            else words[key].get("state", {})
        )
        assert set(icon.get("state", {})) <= set(known), key
