"""How many of our modules a datagram and a press run through: the ways stay short."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import sys
from types import FrameType

from tests.integration.fakes import Home

OURS = Path(__file__).parents[2] / "custom_components" / "flux3dp"


@contextmanager
def crossed() -> Iterator[set[str]]:
    """Collect the modules of the integration in which a function runs, the library apart.

    All platforms count: what each entity shows is compared.
    """
    modules: set[str] = set()

    def note(frame: FrameType, event: str, _arg: object) -> None:
        path = Path(frame.f_code.co_filename)
        if (
            event == "call"
            and path.is_relative_to(OURS)
            and path.parent.name != "aioflux"
        ):
            modules.add(str(path.relative_to(OURS)))

    sys.setprofile(note)
    try:
        yield modules
    finally:
        sys.setprofile(None)


async def test_a_datagram(new_home: Home) -> None:
    home = new_home
    # A report would win over what is announced.
    await home.setup(hold=False)
    await home.run()
    home.device.progress = 0.5
    with crossed() as modules:
        home.listener.announce()
    assert home.value("progress") == "50.0"
    assert len(modules) <= 18, sorted(modules)


async def test_a_press(home: Home) -> None:
    await home.run(seconds=3)
    with crossed() as modules:
        await home.done(home.press("pause"))
    assert home.value("status") == "paused"
    assert len(modules) <= 22, sorted(modules)
