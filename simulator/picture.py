"""What the camera of a simulated device sees, and what its jobs make.

Pure and slow: callers draw in a thread.
"""

from functools import lru_cache
import io
import math
import zlib

from PIL import Image, ImageDraw, ImageFont

_SIZE = (640, 480)
_COLORS = {"EXTRUDER": "#e8743b", "LASER": "#c0392b"}


def draw(name: str, label: str, progress: float, head: str, clock: str) -> bytes:
    """Return the camera's picture, JPEG, 640 by 480: the state in letters, and a clock."""
    image = Image.new("RGB", _SIZE, "#20262c")
    pen = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(36), ImageFont.load_default(20)
    done = 0.0 if math.isnan(progress) else min(1.0, max(0.0, progress))
    color = _COLORS.get(head, "#7f8c8d")
    pen.ellipse((170, 330, 470, 430), fill="#3a444d")
    height = int(160 * done)
    pen.rectangle((260, 380 - height, 380, 380), fill=color)
    pen.polygon(
        (300, 330 - height, 340, 330 - height, 320, 372 - height), fill="#dfe6e9"
    )
    pen.text((24, 20), name, "white", large)
    pen.text((24, 68), f"{label}  {head}", "#b2bec3", small)
    pen.text((500, 24), clock, "#74b9ff", small)
    pen.rectangle((24, 450, 616, 462), outline="#b2bec3")
    pen.rectangle((24, 450, 24 + int(592 * done), 462), fill=color)
    return _stored(image, "JPEG")


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
    return _stored(image, "PNG")


@lru_cache
def plain_png(name: str) -> bytes:
    """Return a small picture of a vase, whose color depends on the name."""
    size = 64
    image = Image.new("RGB", (size, size), "#f4f4f0")
    pen = ImageDraw.Draw(image)
    color = f"#{zlib.crc32(name.encode()) & 0x7F7F7F:06x}"
    for row in range(size // 10, size * 9 // 10):
        half = round(size * (0.22 + 0.13 * math.sin(2 * math.pi * row / size)))
        pen.line((size // 2 - half, row, size // 2 + half, row), fill=color)
    return _stored(image, "PNG")


def _stored(image: Image.Image, form: str) -> bytes:
    stored = io.BytesIO()
    image.save(stored, form)
    return stored.getvalue()
