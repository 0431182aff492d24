"""Maintenance and settings as real firmware answered them (`maintenance.json`)."""

from collections import defaultdict

import pytest

from custom_components.flux3dp.aioflux import (
    SETTINGS,
    CommandFailed,
    Kicked,
    Maintenance,
    Settings,
    ToolheadStatus,
    WorkProgress,
    WorkStep,
)
from tests.vectors import MAINTENANCE

from .conftest import Line


class Recorded(Line):
    """A line to a device that answers as in a recorded session, and to nothing else."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.replies: dict[str, list[list[str]]] = defaultdict(list)
        replies: list[str] = []
        for _, who, text in MAINTENANCE[name]:
            if who == "client":
                self.replies[text].append(replies := [])
            elif who == "device":
                replies.append(text)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self.say(*self.replies[bytes(data[2:]).decode()].pop(0))


@pytest.fixture
async def task(request: pytest.FixtureRequest) -> Maintenance:
    """Return the task of a recorded session, entered."""
    line = Recorded(request.param)
    # Not every recorded client turned the heater off.
    line.replies["extruder_temp 0 0"].append(["ok"])
    task = Maintenance(line.session)
    await task.enter()
    return task


def session(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("task", [name], indirect=True)


@session("home")
async def test_home(task: Maintenance) -> None:
    await task.home()
    await task.leave()


@session("calibration, one round")
async def test_one_round(task: Maintenance) -> None:
    heard: list[WorkProgress] = []
    assert await task.calibrate(heard.append) == (0.01, 0.01, 0.01)
    points = [0, 0, 1, 1, 1, 2, 2]
    assert heard == [WorkProgress(WorkStep.PROBING, point) for point in points]
    await task.leave()


@session("calibration until it converges")
async def test_until_it_converges(task: Maintenance) -> None:
    assert await task.calibrate(threshold=0.05) == (0.01, 0.01, 0.01)
    assert await task.probe_height() == 0.01
    await task.leave()


@session("load filament, stopped")
async def test_load(task: Maintenance) -> None:
    heard: list[WorkProgress] = []
    await task.load_filament(200, heard.append)
    temperatures = [25.0, 64.1, 104.0, 144.0, 183.9]
    assert heard == [WorkProgress(WorkStep.HEATING, each) for each in temperatures]
    status = ToolheadStatus(type="EXTRUDER", temperature=200.0, target=200.0)
    assert await task.toolhead_status() == status
    await task.leave()


@session("unload filament")
async def test_unload(task: Maintenance) -> None:
    heard: list[WorkProgress] = []
    await task.unload_filament(200, heard.append)
    assert heard == [WorkProgress(WorkStep.HEATING, 200.0)]
    await task.leave()


@session("enter, info, leave")
async def test_what_the_toolhead_is(task: Maintenance) -> None:
    info = await task.toolhead_info()
    assert (info.type, info.version, info.max_temperature) == ("EXTRUDER", "1.0.0", 235)
    status = ToolheadStatus(type="EXTRUDER", temperature=25.0, target=0.0)
    assert await task.toolhead_status() == status
    await task.leave()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("load with a laser", "HEAD_ERROR TYPE_ERROR EXTRUDER LASER"),
        ("load without a toolhead", "HEAD_ERROR TYPE_ERROR EXTRUDER N/A"),
    ],
    indirect=["task"],
)
async def test_no_extruder(task: Maintenance, words: str) -> None:
    with pytest.raises(CommandFailed) as caught:
        await task.load_filament(200)
    assert str(caught.value) == words
    task.has_heated = False
    if words.endswith("N/A"):
        assert (await task.toolhead_info()).type is None
        assert (await task.toolhead_status()).type is None
    await task.leave()


@session("cable out while heating")
async def test_the_cable_comes_out(task: Maintenance) -> None:
    heard: list[WorkProgress] = []
    with pytest.raises(CommandFailed, match="HEAD_ERROR HEAD_OFFLINE"):
        await task.load_filament(220, heard.append)
    assert len(heard) == 5


@session("kicked")
async def test_kicked(task: Maintenance) -> None:
    # It came with the reply to the last command, in the middle of nothing.
    with pytest.raises(Kicked):
        await task.home()


async def test_refused() -> None:
    for name, words in (
        ("a second client meanwhile", "RESOURCE_BUSY 127.77.0.1@MaintainTask"),
        ("boards dead", "SUBSYSTEM_ERROR"),
    ):
        with pytest.raises(CommandFailed) as caught:
            await Maintenance(Recorded(name).session).enter()
        assert str(caught.value) == words


async def test_settings() -> None:
    line = Recorded("settings")
    settings = Settings(line.session)
    assert await settings.read() == dict.fromkeys(SETTINGS) | {
        "backlash": "A:10.0000 C:10.0000 B:10.0000",
        "leveling": "H:230.0000 R:96.7000 Y:-0.0000 X:-0.0000 Z:-0.0000",
    }
    with pytest.raises(CommandFailed, match="BAD_PARAMS"):
        await settings.get("no_such_key")
    await settings.set("correction", "H")
    assert await settings.get("correction") == "H"
    await settings.set("zoffset", 0.25)
    assert await settings.get("zoffset") == "0.25"
    await settings.set("filament_detect", "N")
    assert await settings.get("filament_detect") == "N"
    for key in ("filament_detect", "correction", "zoffset"):
        await settings.reset(key)
    assert await settings.get("filament_detect") is None
