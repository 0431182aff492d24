"""The pictures of the brand, which Home Assistant reads from the integration itself."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image
import pytest

from .files import BRAND
from .picture_rules import brand_problems, pair_problems


def disc(width: int, height: int) -> Image.Image:
    """Return a picture with transparent corners that reaches every edge."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    cross = (0, 80, 160, 255)
    picture.paste(cross, (0, height // 3, width, 2 * height // 3))
    picture.paste(cross, (width // 3, 0, 2 * width // 3, height))
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, size in {
        "icon.png": (256, 256),
        "icon@2x.png": (512, 512),
        "logo.png": (400, 128),
        "logo@2x.png": (800, 256),
    }.items():
        disc(*size).save(tmp_path / name)
    return tmp_path


def test_brand() -> None:
    assert brand_problems(BRAND) == []
    sizes = {path.name: Image.open(path).size for path in BRAND.glob("*.png")}
    assert pair_problems(sizes) == []


def test_the_examples_are_good(folder: Path) -> None:
    assert brand_problems(folder) == []


def padded(width: int, height: int) -> Image.Image:
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.paste(disc(width - 20, height - 20), (10, 10))
    return picture


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("icon.png", lambda: disc(255, 255), "shortest side is 255"),
        ("icon@2x.png", lambda: disc(512, 600), "no square"),
        ("logo.png", lambda: disc(400, 100), "shortest side is 100"),
        ("logo@2x.png", lambda: disc(800, 600), "shortest side is 600"),
        ("icon.png", lambda: Image.new("RGB", (256, 256)), "no transparency"),
        ("icon.png", lambda: Image.new("RGBA", (256, 256)), "is transparent"),
        ("icon.png", lambda: padded(256, 256), "not trimmed"),
        ("logo.png", lambda: padded(400, 128), "not trimmed"),
        ("banner.png", lambda: disc(256, 256), "no brand picture"),
        ("dark_icon.png", lambda: disc(256, 256), "no picture of double size"),
    ],
)
def test_a_broken_picture(
    folder: Path, name: str, make: Callable[[], Image.Image], problem: str
) -> None:
    make().save(folder / name)
    problems = brand_problems(folder)
    assert any(problem in found for found in problems), problems


def test_no_picture_at_all(folder: Path) -> None:
    (folder / "icon.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert brand_problems(folder) == ["icon.png: no picture"]
    disc(256, 256).convert("RGB").save(folder / "icon.png", format="JPEG")
    assert brand_problems(folder) == ["icon.png: a JPEG and no PNG"]
    (folder / "icon.png").write_bytes(bytes(200_000))
    assert brand_problems(folder) == ["icon.png: larger than 100 kB"]
    (folder / "icon.png").unlink()
    assert brand_problems(folder) == ["icon.png is missing"]


def test_a_pair_that_is_none() -> None:
    assert pair_problems({"logo.png": (400, 128), "logo@2x.png": (800, 300)})
