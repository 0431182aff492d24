"""Filament in a paused job, which tells nothing of it but a label; and a load without end."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from simulator import Device
from tests.integration.fake_device import FakeDevice
from tests.integration.fakes import Home
from tests.integration.jobs import PATIENT, reason
from tests.integration.wired import Wired

DEVICE = {"timing": PATIENT}
LOAD = "player load_filament 0"
BUTTON = "player press_button"


async def test_filament_is_loaded_in_a_paused_job(wired: Wired, device: Device) -> None:
    await wired.run_job()
    device.job.runout()
    await wired.status_is("paused")
    assert wired.value("advice") == "load_filament"
    device.player.held.add("LOAD_FILAMENT")
    loading = wired.begin("load_filament")
    await device.wait_for(lambda: device.job.state.label == "LOAD_FILAMENT")
    received = device.received.robot
    reports = received.count("player report")
    # The second one was asked for when the first was read.
    await device.wait_for(lambda: received.count("player report") > reports + 1)
    device.player.held.clear()
    answer = await loading
    # It cools in the pause.
    assert answer["nozzle_is_hot"] is (answer["temperature"] >= 50)
    assert LOAD in device.received.robot
    assert BUTTON not in device.received.robot
    assert wired.value("status") == "paused"
    await wired.press("resume")
    await wired.status_is("running")
    assert wired.value("error") == "none"

    device.job.pause()
    await wired.status_is("paused")
    device.faults.replies["player load_filament"] = "error RESOURCE_BUSY"
    assert await reason(wired.begin("load_filament")) == "load_refused"
    device.faults.clear()
    assert await reason(wired.begin("unload_filament")) == "job_running"


@pytest.fixture
async def paused(home: Home) -> Home:
    await home.run(48, "PAUSED", seconds=3)
    home.device.received.clear()
    return home


def begin_load(home: Home) -> asyncio.Task[Any]:
    return home.begin("load_filament")


async def loads(home: Home) -> asyncio.Task[Any]:
    """Begin a load that does not end, and return once it is seen."""
    loading = begin_load(home)
    await home.advance(2)
    assert home.device.label == "LOAD_FILAMENT"
    assert not loading.done()
    return loading


async def fails(home: Home, loading: asyncio.Task[Any], within: float) -> str | None:
    await home.clock.advance(within, loading.done)
    return await reason(loading)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (None, {"nozzle_is_hot": None, "temperature": None}),
        ([48.6], {"nozzle_is_hot": False, "temperature": 49}),
        ([208.7], {"nozzle_is_hot": True, "temperature": 209}),
    ],
)
async def test_only_what_was_measured_is_answered(
    paused: Home, said: list[float] | None, answer: dict[str, object]
) -> None:
    loading = await loads(paused)
    device = paused.device
    device.run(48, "PAUSED")
    report = {"st_id": 48, "st_label": "PAUSED", "session": device.session}
    device.replies["player report"] = json.dumps(
        report | ({"rt": said} if said else {})
    )
    await paused.clock.advance(10, loading.done)
    assert await loading == answer
    assert BUTTON not in device.received


async def test_a_load_that_is_never_seen_is_not_done(paused: Home) -> None:
    paused.device.replies[LOAD] = "ok"
    assert await fails(paused, begin_load(paused), 60) == "load_not_seen"
    # In a job that does not load, the button would do something else.
    assert BUTTON not in paused.device.received


async def test_a_load_is_ended_after_ten_minutes(paused: Home) -> None:
    loading = await loads(paused)
    await paused.advance(590)
    assert not loading.done()
    assert BUTTON not in paused.device.received
    assert await fails(paused, loading, 20) == "load_timeout"
    assert paused.device.received.count(BUTTON) == 1
    assert paused.device.label == "PAUSED"


@pytest.mark.parametrize("begun", [True, False])
async def test_a_load_that_is_stopped_is_done(paused: Home, *, begun: bool) -> None:
    """Be it that the device has not begun yet: its button would do something else."""
    device = paused.device
    if not begun:
        device.replies[LOAD] = "ok"
    loading = begin_load(paused)
    await paused.advance(1)
    stopping = paused.begin("stop_loading")
    if not begun:
        await paused.advance(1)
        assert BUTTON not in device.received
        device.run(48, "LOAD_FILAMENT")
    await paused.clock.advance(10, stopping.done)
    await stopping
    assert (await loading)["temperature"] is None
    assert device.received.count(BUTTON) == 1
    assert device.label == "PAUSED"


async def test_a_load_that_is_canceled_is_ended(paused: Home) -> None:
    for wait in (0.0, 30.0):
        loading = await loads(paused)
        await paused.advance(wait)
        loading.cancel()
        await paused.clock.advance(10, loading.done)
        assert loading.cancelled()
        assert paused.device.label == "PAUSED"
    loading = await loads(paused)
    await paused.unload()
    assert await reason(loading) == "maintenance_stopped"
    assert paused.device.label == "PAUSED"


async def test_home_assistant_stops_in_a_load(paused: Home) -> None:
    loading = await loads(paused)
    await paused.hass.async_stop(force=True)
    assert paused.device.label == "PAUSED"
    await asyncio.gather(loading, return_exceptions=True)


@pytest.mark.parametrize("acts", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("cut", range(6))
async def test_a_cut_leaves_no_load(
    paused: Home, monkeypatch: pytest.MonkeyPatch, cut: int, *, acts: bool
) -> None:
    """The connection breaks at one of the requests, which the device has read or not."""
    answer: Callable[[FakeDevice, str], str | None] = FakeDevice.answer
    asked: list[str] = []

    def break_once(device: FakeDevice, command: str) -> str | None:
        if LOAD in (command, *asked):
            asked.append(command)
        if len(asked) != cut + 1:
            return answer(device, command)
        asked.append("")
        if acts:
            answer(device, command)
        raise ConnectionFailed("cut")

    monkeypatch.setattr(FakeDevice, "answer", break_once)
    loading = begin_load(paused)
    await paused.clock.advance(660, loading.done)
    with pytest.raises(HomeAssistantError):
        await loading
    assert len(asked) > cut
    assert paused.device.label == "PAUSED"


@pytest.mark.parametrize("ends", [True, False])
async def test_an_idle_load_is_ended_after_ten_minutes(
    home: Home, *, ends: bool
) -> None:
    """By closing the connection if the device does not end it."""
    home.device.replies["load_filament 0 210"] = None
    if not ends:
        home.device.replies["stop_load_filament"] = None
    loading = begin_load(home)
    await home.advance(599)
    assert not loading.done()
    assert "stop_load_filament" not in home.device.received
    assert await fails(home, loading, 1 if ends else 32) == "load_timeout"
    assert home.device.tried == (1 if ends else 2)
    after = home.device.received[home.device.received.index("stop_load_filament") :]
    assert [each for each in after if each != "player report"] == [
        "stop_load_filament",
        "position" if ends else "task maintain",
        "extruder_temp 0 0",
        "quit",
    ]
