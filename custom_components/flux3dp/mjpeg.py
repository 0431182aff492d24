"""Pictures that follow each other in one HTTP response, as browsers show them.

Pure: knows the bytes around a picture, not whose picture it is (`camera.py`).
"""

from typing import Final

_BOUNDARY: Final = "frameboundary"

CONTENT_TYPE: Final = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
BEGIN: Final = f"--{_BOUNDARY}\r\n".encode()
"""What comes before the first part."""

_END: Final = f"\r\n--{_BOUNDARY}\r\n".encode()


def part(picture: bytes, content_type: str) -> bytes:
    """Return a picture as one part, with the boundary that ends it.

    Whoever reads up to a boundary has it at once, and not with the next picture.
    """
    head = f"Content-Type: {content_type}\r\nContent-Length: {len(picture)}\r\n\r\n"
    return b"".join((head.encode(), picture, _END))
