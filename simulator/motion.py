"""Where the toolhead of a job is: on circles that rise."""

import math


def position(distance: float, fraction: float) -> dict[str, float]:
    """Return mm after so many mm of the job, and after so much of it."""
    angle = distance / 10
    return {
        "X": 30 * math.cos(angle),
        "Y": 30 * math.sin(angle),
        "Z": 10 + fraction * 10,
    }


#: Before the toolhead has gone home.
UNKNOWN = {"X": math.nan, "Y": math.nan, "Z": math.nan}
