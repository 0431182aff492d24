"""What the camera of a simulated device sees, and what its jobs make.

The camera shows the state, in plain letters, and a running clock.

Pure and slow: callers draw in a thread.
"""

from dataclasses import dataclass
import io
import math

from PIL import Image, ImageDraw, ImageFont

_SIZE = (640, 480)
_COLORS = {"EXTRUDER": "#e8743b", "LASER": "#c0392b"}


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
    color = _COLORS.get(scene.head, "#7f8c8d")
    pen.ellipse((170, 330, 470, 430), fill="#3a444d")
    height = int(160 * done)
    pen.rectangle((260, 380 - height, 380, 380), fill=color)
    pen.polygon(
        (300, 330 - height, 340, 330 - height, 320, 372 - height), fill="#dfe6e9"
    )
    pen.text((24, 20), scene.name, "white", large)
    pen.text((24, 68), f"{scene.label}  {scene.head}", "#b2bec3", small)
    pen.text((500, 24), scene.clock, "#74b9ff", small)
    pen.rectangle((24, 450, 616, 462), outline="#b2bec3")
    pen.rectangle((24, 450, 24 + int(592 * done), 462), fill=color)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=80)
    return stored.getvalue()


def draw_product(flat: bool) -> bytes:
    """Return the picture of a job, PNG, 480 by 360: an engraved coaster if ``flat``, or a cube."""
    image = Image.new("RGB", (480, 360), "#f4f4f0")
    pen = ImageDraw.Draw(image)
    if flat:
        pen.ellipse((110, 70, 370, 330), fill="#c89f6d", outline="#8d6a3f", width=4)
        for turn in range(12):
            angle = turn * math.pi / 6
            x, y = 240 + 62 * math.cos(angle), 200 + 62 * math.sin(angle)
            pen.ellipse((x - 40, y - 40, x + 40, y + 40), outline="#5d4226", width=3)
        pen.ellipse((128, 88, 352, 312), outline="#5d4226", width=3)
    else:
        pen.polygon((240, 80, 350, 135, 240, 190, 130, 135), fill="#f3a77c")
        pen.polygon((130, 135, 240, 190, 240, 310, 130, 255), fill="#e8743b")
        pen.polygon((350, 135, 240, 190, 240, 310, 350, 255), fill="#b9531f")
        for text, place in (("X", (170, 195)), ("Y", (280, 195)), ("Z", (228, 115))):
            pen.text(place, text, "#5a2a12", ImageFont.load_default(40))
    stored = io.BytesIO()
    image.save(stored, "PNG")
    return stored.getvalue()
