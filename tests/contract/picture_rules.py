"""Brand pictures, as the brands repository wants them."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, UnidentifiedImageError

# Shortest side, from and to, in pixels. An icon is square.
_SIDES = {
    "icon.png": (256, 256),
    "icon@2x.png": (512, 512),
    "logo.png": (128, 256),
    "logo@2x.png": (256, 512),
}
REQUIRED = ("icon.png", "icon@2x.png")
ALLOWED = {f"{dark}{name}" for name in _SIDES for dark in ("", "dark_")}

# A picture larger than this was not optimised.
_BYTES = 100_000


def brand_problems(folder: Path) -> list[str]:
    """Return what is wrong with a folder of brand pictures."""
    names = {path.name for path in folder.iterdir()}
    problems = [f"{name} is missing" for name in REQUIRED if name not in names]
    problems += [f"{name} is no brand picture" for name in sorted(names - ALLOWED)]
    problems += [
        f"{name} has no picture of double size"
        for name in sorted(names & ALLOWED)
        if "@2x" not in name and name.replace(".png", "@2x.png") not in names
    ]
    for name in sorted(names & ALLOWED):
        problems += [f"{name}: {problem}" for problem in _problems(folder / name)]
    return problems


def _problems(path: Path) -> list[str]:
    if path.stat().st_size > _BYTES:
        return ["larger than 100 kB"]
    try:
        with Image.open(path) as picture:
            picture.load()
    except UnidentifiedImageError, OSError:
        return ["no picture"]
    if picture.format != "PNG":
        return [f"a {picture.format} and no PNG"]
    problems = []
    name = path.name.removeprefix("dark_")
    shortest, (least, most) = min(picture.size), _SIDES[name]
    if not least <= shortest <= most:
        problems.append(f"its shortest side is {shortest}, not {least} to {most}")
    if name.startswith("icon") and len(set(picture.size)) != 1:
        problems.append(f"{picture.size} is no square")
    if "A" not in picture.getbands():
        return [*problems, "no transparency"]
    alpha = picture.getchannel("A")
    if alpha.getextrema() != (0, 255):
        problems.append("nothing, or everything, is transparent")
    left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
    # One pixel is what rounding may leave.
    edges = (left, top, picture.width - right, picture.height - bottom)
    if name.startswith("logo") and max(edges) > 1:
        problems.append(f"{edges} empty pixels at its edges: not trimmed")
    if name.startswith("icon") and min(edges) > picture.width / 28:
        problems.append(f"{edges} empty pixels at every edge: not trimmed")
    return problems


def pair_problems(sizes: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return where a picture of double size is not the same one, twice as large."""
    problems = []
    for name, (width, height) in sizes.items():
        if "@2x" in name:
            continue
        double = sizes[name.replace(".png", "@2x.png")]
        # Each was trimmed for itself.
        if abs(double[0] * height / (double[1] * width) - 1) > 0.02:
            problems.append(f"{name} and its double have other proportions")
    return problems
