"""Buttons and the commands behind them: when they apply, and what a press comes to."""

import asyncio

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from custom_components.flux3dp.commands import applicable_commands
from simulator import Device
from tests.integration.fake_device import FakeDevice
from tests.integration.fakes import Home, settle
from tests.integration.house import BUTTONS
from tests.integration.jobs import PATIENT, entity
from tests.integration.watching import Watch, datagram
from tests.integration.wired import Wired

DEVICE = {"timing": PATIENT}
# What the device gets of a command.
WORDS = {
    "pause": "player pause",
    "resume": "player resume",
    "cancel": "player abort",
    "clear": "player quit",
}


@pytest.fixture
async def running(home: Home) -> FakeDevice:
    """Return a device whose job runs, with its connection held."""
    await home.run()
    await home.until(lambda: home.value("job_duration") != "unknown")
    return home.device


def pressed(home: Home, command: str) -> asyncio.Task[None]:
    return asyncio.ensure_future(home.press(command))


async def reason(home: Home, pressing: asyncio.Task[None]) -> str | None:
    """Return the translation key of why a press failed; None if it did not."""
    try:
        await home.done(pressing)
    except HomeAssistantError as err:
        return err.translation_key
    return None


async def outcome(home: Home, command: str) -> str | None:
    """Press a button; return the reason why that failed, None if it did not."""
    return await reason(home, pressed(home, command))


# -- which apply


@pytest.mark.parametrize(
    ("st_ids", "expected"),
    [
        ((4, 6, 16, 20, 34, 258, 516, 1026, 2048, 7), ["pause", "cancel"]),
        ((36, 48, 256, 1024), ["resume", "cancel"]),
        ((38, 50, 512), ["cancel"]),
        ((64, 128), ["clear"]),
        ((1, 2, 66, 68, 130, -1, 0), []),
    ],
)
def test_commands_are_for_the_states_that_take_them(
    st_ids: tuple[int, ...], expected: list[str]
) -> None:
    for st_id in st_ids:
        watch = Watch()
        watch.hear(datagram(1))
        watch.hear(datagram(st_id))
        assert applicable_commands(watch.state) == expected, st_id


async def test_what_does_not_apply_fails_in_words(home: Home) -> None:
    async def fails(*names: str) -> None:
        for name in names:
            assert await outcome(home, name) == f"nothing_to_{name}"

    for word in WORDS.values():
        home.device.replies[word] = "error RESOURCE_BUSY"
    await fails("pause", "resume", "cancel", "clear")
    await home.run()
    await fails("clear")
    await home.run(64, "COMPLETED", seconds=3)
    await fails("pause", "resume", "cancel")


async def test_the_buttons_are_there_while_the_device_is(home: Home) -> None:
    def available() -> set[str]:
        states = {each: home.value(key, "button") for each, key in BUTTONS.items()}
        return {each for each, state in states.items() if state != "unavailable"}

    assert available() == set(BUTTONS)
    assert home.commands == set()
    await home.run()
    assert home.commands == {"pause", "cancel"}
    home.listener.silent = True
    home.device.refuses = ConnectionFailed()
    home.device.sessions[-1].abort()
    await home.advance(30)
    assert available() == home.commands == set()


@pytest.mark.parametrize("target", ["device", "area", "entities"])
async def test_a_press_that_reaches_several_buttons_presses_none(
    home: Home, running: FakeDevice, target: str
) -> None:
    data: dict[str, object] = {
        "device": {"device_id": home.registered.id},
        "area": {"area_id": home.put_in_workshop()["area_id"]},
        "entities": {"entity_id": [entity("button", key) for key in BUTTONS.values()]},
    }[target]
    with pytest.raises(ServiceValidationError) as refused:
        await home.hass.services.async_call("button", "press", data, blocking=True)

    assert refused.value.translation_key == "pressed_together"
    assert "Pause job" in str(refused.value)
    assert not set(running.received) & set(WORDS.values())


async def test_the_presses_of_one_script_are_not_one_press(
    home: Home, running: FakeDevice
) -> None:
    pause, resume = (
        {"action": "button.press", "target": {"entity_id": entity("button", key)}}
        for key in ("pause", "resume")
    )
    assert await async_setup_component(
        home.hass, "script", {"script": {"twice": {"sequence": [pause, pause, resume]}}}
    )
    await home.done(home.hass.services.async_call("script", "twice", blocking=True))

    told = [each for each in running.received if each in WORDS.values()]
    assert told == ["player pause", "player pause", "player resume"]


async def test_one_button_each_of_two_devices_is_pressed(
    wired: Wired, other: Device
) -> None:
    await wired.run_job()
    await wired.beside(other).run_job()
    await wired.hass.services.async_call(
        "button",
        "press",
        {"entity_id": [entity("button", "pause"), "button.attic_pause"]},
        blocking=True,
    )
    for each in (wired.device, other):
        assert each.received.robot.count("player pause") == 1


# -- what a press comes to


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("error RESOURCE_BUSY", "refused_busy"),
        ("error NO_TASK", "refused_no_task"),
        ("error SUBSYSTEM_ERROR", "refused_not_ready"),
        ("er BAD_PARAMS x", "refused_values"),
        ("error SOMETHING_NEW", "refused"),
        ("error KICKED", "kicked"),
        ("what", "not_understood"),
    ],
)
async def test_a_refusal_fails_in_words(
    home: Home, running: FakeDevice, reply: str, expected: str
) -> None:
    running.replies["player pause"] = running.replies["player quit"] = reply
    assert await outcome(home, "pause") == expected
    await home.run(64, "COMPLETED", seconds=40)
    assert await outcome(home, "clear") == expected


@pytest.mark.parametrize(
    ("command", "st_id", "expected"),
    [
        ("pause", 16, "not_paused"),
        ("cancel", 16, "not_aborted"),
        ("resume", 48, "not_resumed"),
        ("clear", 64, "not_cleared"),
        # It is heating again, for as long as that takes.
        ("resume", 18, None),
    ],
)
async def test_what_is_accepted_and_not_carried_out(
    home: Home, running: FakeDevice, command: str, st_id: int, expected: str | None
) -> None:
    await home.run(st_id, "")
    running.replies[WORDS[command]] = "ok"
    assert await outcome(home, command) == expected


async def test_a_resume_with_the_fault_still_there_names_it(
    home: Home, running: FakeDevice
) -> None:
    await home.run(48, "PAUSED", "FILAMENT_RUNOUT")
    resuming = pressed(home, "resume")
    running.replies["player resume"] = "ok"
    assert await reason(home, resuming) == "paused_again"


@pytest.mark.parametrize(
    ("command", "busy", "then"),
    [
        ("resume", (38, "PAUSING"), (48, "PAUSED")),
        ("cancel", (1, "INIT"), (16, "RUNNING")),
        # Its announcements lag behind the end.
        ("clear", (64, "COMPLETED"), (64, "COMPLETED")),
    ],
)
async def test_what_is_refused_for_a_moment_is_sent_again(
    home: Home,
    running: FakeDevice,
    command: str,
    busy: tuple[int, str],
    then: tuple[int, str],
) -> None:
    if busy[0] == 1:
        running.session = "another"
    await home.run(*busy)
    running.replies[WORDS[command]] = "error RESOURCE_BUSY"
    pressing = pressed(home, command)
    await home.advance(1)
    assert not pressing.done()

    running.run(*then)
    del running.replies[WORDS[command]]
    assert await reason(home, pressing) is None
    assert home.value("status") in ("running", "aborted", "idle")


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("pause", 16, 48),
        ("resume", 48, 16),
        ("resume", 48, 18),
        ("cancel", 16, 128),
        ("clear", 64, 0),
    ],
)
async def test_what_another_client_does_first_is_done(
    home: Home, running: FakeDevice, command: str, before: int, after: int
) -> None:
    await home.run(before, "", seconds=3)
    running.run(after, "")
    running.replies[WORDS[command]] = "error RESOURCE_BUSY"
    # What is so already is done, too, where the job is still there.
    for _ in range(2 if after in (16, 48) else 1):
        assert await outcome(home, command) is None
    assert running.st_id == after


# -- commands that meet each other


async def test_a_cancel_waits_for_no_other_command_and_has_them_give_up(
    home: Home, running: FakeDevice
) -> None:
    running.replies["player pause"] = "ok"
    first = pressed(home, "pause")
    await settle()
    second = pressed(home, "pause")
    await home.advance(1)
    began = home.clock.now()

    assert await outcome(home, "cancel") is None
    assert home.clock.now() - began < 0.5
    assert await reason(home, first) == await reason(home, second) == "superseded"
    assert running.received.count("player pause") == 1
    assert home.clock.now() - began < 0.5


@pytest.mark.parametrize(
    ("command", "expected"), [("pause", "job_over"), ("cancel", None)]
)
async def test_the_end_of_the_job_overtakes_a_command(
    home: Home, running: FakeDevice, command: str, expected: str | None
) -> None:
    running.replies[WORDS[command]] = "ok"
    pressing = pressed(home, command)
    await home.advance(1)
    running.run(64, "COMPLETED")
    began = home.clock.now()

    assert await reason(home, pressing) == expected
    assert home.clock.now() - began < 0.5
    assert home.value("status") == "completed"


# -- connections that hang or break


@pytest.mark.parametrize("command", ["pause", "cancel"])
async def test_a_connection_that_hangs_delays_no_command(
    home: Home, running: FakeDevice, command: str
) -> None:
    running.sessions[0].hangs = True
    await home.advance(5)
    began = home.clock.now()

    assert await outcome(home, command) is None
    assert home.clock.now() - began < 2
    assert running.received.count(WORDS[command]) == 1
    if command == "cancel":
        return
    # Reports go on over another one.
    await home.until(lambda: len(running.sessions) == 3)
    asked = running.received.count("player report")
    await home.run(16)
    await home.until(lambda: running.received.count("player report") > asked + 2)


@pytest.mark.parametrize("other_was_first", [False, True])
async def test_announcements_confirm_what_no_report_does(
    home: Home, running: FakeDevice, other_was_first: bool
) -> None:
    running.replies["player report"] = None
    if other_was_first:
        running.run(48, "PAUSED")
        running.replies["player pause"] = "error RESOURCE_BUSY"
    assert await outcome(home, "pause") is None
    assert home.value("status") == "paused"


async def test_a_cancel_waits_for_no_handshake_of_another_command(
    new_home: Home,
) -> None:
    home = new_home
    await home.setup(hold=False)
    await home.run()
    home.device.stalls = 1
    pausing = pressed(home, "pause")
    await settle()

    assert await outcome(home, "cancel") is None
    assert home.device.received.count("player abort") == 1
    assert not pausing.done()
    pausing.cancel()


async def test_a_command_that_cannot_arrive_is_tried_once_more(home: Home) -> None:
    home.device.refuses = ConnectionFailed()
    assert await outcome(home, "pause") == "cannot_connect"
    assert home.device.tried == 2


async def test_the_answer_of_a_connection_that_hung_is_too_old(
    home: Home, running: FakeDevice
) -> None:
    link = home.entry.runtime_data.robot
    hung = running.sessions[0]
    async with link.connection() as robot, link.own_connection() as other:
        hung.hangs = True
        late = asyncio.ensure_future(link.async_report(robot))
        await home.advance(0.1)
        await link.async_report(other)
        newest = home.entry.runtime_data.reported
        running.st_id = 0
        hung.answer()
        await late
    assert home.entry.runtime_data.reported is newest
