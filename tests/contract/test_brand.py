"""The pictures of the brand, as the brands repository wants them."""

from PIL import Image
import pytest

from .files import INTEGRATION

BRAND = INTEGRATION / "brand"
# The shortest side, from and to, in pixels. An icon is square.
SIDES = {"icon": (256, 256), "logo": (128, 256)}


def test_names() -> None:
    names = {f"{dark}{name}" for name in SIDES for dark in ("", "dark_")}
    files = {f"{name}{double}.png" for name in names for double in ("", "@2x")}
    assert {path.name for path in BRAND.iterdir()} == files


@pytest.mark.parametrize("name", ["icon", "logo", "dark_icon", "dark_logo"])
def test_picture(name: str) -> None:
    sizes = []
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
        sizes.append(picture.width / picture.height)
    # Each was trimmed for itself.
    assert sizes[0] == pytest.approx(sizes[1], rel=0.02)
