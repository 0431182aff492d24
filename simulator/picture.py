"""What the camera of a simulated device sees: its state, in plain letters, and a running clock.

Pure and slow: callers draw in a thread.
"""

from dataclasses import dataclass
import io
import math

from PIL import Image, ImageDraw, ImageFont

_SIZE = (640, 480)
_COLOURS = {"EXTRUDER": "#e8743b", "LASER": "#c0392b"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen."""

    name: str
    label: str
    progress: float
    head: str
    clock: str


def draw(scene: Scene) -> bytes:
    """Return the picture, JPEG, 640 by 480."""
    image = Image.new("RGB", _SIZE, "#20262c")
    pen = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(36), ImageFont.load_default(20)
    done = 0.0 if math.isnan(scene.progress) else min(1.0, max(0.0, scene.progress))
    colour = _COLOURS.get(scene.head, "#7f8c8d")
    pen.ellipse((170, 330, 470, 430), fill="#3a444d")
    height = int(160 * done)
    pen.rectangle((260, 380 - height, 380, 380), fill=colour)
    pen.polygon(
        (300, 330 - height, 340, 330 - height, 320, 372 - height), fill="#dfe6e9"
    )
    pen.text((24, 20), scene.name, "white", large)
    pen.text((24, 68), f"{scene.label}  {scene.head}", "#b2bec3", small)
    pen.text((500, 24), scene.clock, "#74b9ff", small)
    pen.rectangle((24, 450, 616, 462), outline="#b2bec3")
    pen.rectangle((24, 450, 24 + int(592 * done), 462), fill=colour)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=80)
    return stored.getvalue()
