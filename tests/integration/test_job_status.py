"""What one look at a device means: status ids, labels, toolheads, and whose word counts."""

from pathlib import Path
import subprocess
import sys
import textwrap

import pytest

from custom_components.flux3dp.aioflux.report import Report

from .watching import Watch, datagram, report

ROOT = Path(__file__).parents[2]
FAN = "HEAD_ERROR FAN_FAILURE 128"

STATUSES = {
    0: "idle",
    1: "initializing",
    4: "starting",
    6: "resuming",
    18: "resuming",
    16: "running",
    32: "paused",
    36: "paused",
    48: "paused",
    38: "pausing",
    50: "pausing",
    66: "completing",
    64: "completed",
    68: "completed",
    130: "aborting",
    128: "aborted",
    256: "alarm",
    512: "fatal",
    516: "reconnecting",
    1024: "toolhead_change",
    -1: "maintenance",
    -2: "scanning",
    -3: "sdk_control",
    -10: "raw_mode",
    -15: "motion_test",
    -17: "cartridge_access",
    7: None,
    -99: None,
    2048: None,
}
ACTIVE = {1, 4, 6, 18, 16, 32, 36, 48, 38, 50, 516, 1024, 7, 2048}
PAUSED = {32, 36, 48}
PAUSING = {38, 50}


def test_it_loads_without_home_assistant() -> None:
    """The package around it is Home Assistant's: an empty one takes its place."""
    program = textwrap.dedent(
        """
        import importlib.abc, sys, types

        class Block(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "homeassistant":
                    raise ImportError(f"{name} is blocked")

        sys.meta_path.insert(0, Block())
        package = types.ModuleType("flux3dp")
        package.__path__ = [sys.argv[1]]
        sys.modules["flux3dp"] = package
        from flux3dp.job import model, tracker
        print(tracker.track(model.INITIAL, None, None, 0.0).state.status)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ROOT / "custom_components" / "flux3dp"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "offline\n"), done.stderr


@pytest.mark.parametrize(("st_id", "status"), STATUSES.items())
def test_every_status_id(st_id: int, status: str | None) -> None:
    by_datagram, by_report = Watch(), Watch()
    by_datagram.hear(datagram(st_id))
    by_report.read(report(st_id))
    for watch in (by_datagram, by_report):
        state = watch.state
        assert (state.online, state.st_id, state.status) == (True, st_id, status)
        assert state.active is (st_id in ACTIVE)
        assert state.paused is (st_id in PAUSED)
        assert state.running is (st_id in ACTIVE - PAUSED - PAUSING)
        assert state.problem is (st_id in (256, 512))
        assert watch.events == []


@pytest.mark.parametrize(
    ("st_id", "label", "status"),
    [
        (16, "STARTING", "starting"),
        (16, "WAITING_HEAD", "heating"),
        (16, "CORRECTING", "calibrating"),
        (16, "ABORTING", "aborting"),
        (16, "RUNNING", "running"),
        (16, "SCRIPT", "running"),
        (16, "", "running"),
        (48, "LOAD_FILAMENT", "paused"),
        (48, "ABORTING", "paused"),
    ],
)
def test_a_label_refines_what_runs(st_id: int, label: str, status: str) -> None:
    watch = Watch()
    watch.read(report(st_id, label))
    assert watch.state.status == status


def test_silence_is_offline() -> None:
    watch = Watch()
    watch.hear(None)
    assert (watch.state.online, watch.state.status) == (False, "offline")
    watch.hear(datagram(16, FAN, progress=0.5))
    watch.hear(None, after=15)
    state = watch.state
    assert (state.online, state.status, state.st_id) == (False, "offline", None)
    assert (state.active, state.running, state.problem) == (False, False, False)
    assert (state.progress, state.toolhead, state.error) == (None, None, "none")


def test_a_transition_keeps_the_status() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(2))
    assert (watch.state.status, watch.state.st_id) == ("idle", 0)
    watch.read(report(16, "WAITING_HEAD"))
    watch.read(report(2))
    assert (watch.state.status, watch.state.active) == ("heating", True)


def test_a_transition_says_nothing_at_first() -> None:
    watch = Watch()
    watch.hear(None)
    watch.hear(datagram(2))
    assert (watch.state.online, watch.state.status) == (True, None)
    # What follows is the first thing that is seen.
    assert watch.hear(datagram(16)) == []
    assert watch.state.status == "running"


@pytest.mark.parametrize(
    ("head", "toolhead"),
    [
        ("EXTRUDER", "extruder"),
        ("LASER", "laser"),
        ("PRINTER", "printer"),
        ("USER/mine", "user"),
        ("USER", "user"),
        ("N/A", "none"),
        ("OFFLINE", None),
        ("", None),
        ("USERS", None),
        ("MILL", None),
    ],
)
def test_toolheads(head: str, toolhead: str | None) -> None:
    watch = Watch()
    watch.hear(datagram(16, head=head))
    assert watch.state.toolhead == toolhead


def test_a_report_without_a_toolhead_leaves_it_to_the_datagram() -> None:
    watch = Watch()
    watch.hear(datagram(1, head="LASER"))
    watch.read(report(1, "INIT", has_module=False, module=None))
    assert watch.state.toolhead == "laser"
    watch.read(report(16, module=None))
    assert watch.state.toolhead == "none"
    watch.read(report(16, module="EXTRUDER"))
    assert watch.state.toolhead == "extruder"


def test_a_toolhead_is_gone_only_where_the_device_has_looked() -> None:
    watch = Watch()
    watch.hear(datagram(0, head="N/A"))
    assert watch.state.toolhead is None
    watch.hear(datagram(1, head="N/A"))
    assert watch.state.toolhead is None
    watch.read(report(16))
    assert watch.state.toolhead == "extruder"
    # In a longer pause it is switched off, and no error says so.
    watch.read(report(48, module=None))
    assert watch.state.toolhead == "extruder"
    watch.read(report(48, error="FILAMENT_RUNOUT 1", module=None))
    assert watch.state.toolhead == "extruder"
    watch.read(report(48, error="HEAD_ERROR HEAD_OFFLINE", module=None))
    assert watch.state.toolhead == "none"
    watch.read(report(16, module=None))
    assert watch.state.toolhead == "none"


def test_a_toolhead_that_was_switched_off_in_a_pause_is_there_while_it_resumes() -> (
    None
):
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    watch.read(report(48, "PAUSED", "FILAMENT_RUNOUT 1", module=None))
    watch.read(report(18, "RESUMING", module=None))
    assert watch.state.toolhead == "extruder"
    # One that was gone is not back because its label is.
    watch.read(report(48, "PAUSED", "HEAD_ERROR HEAD_OFFLINE", module=None))
    watch.read(report(18, "RESUMING", module=None))
    assert watch.state.toolhead == "none"


def test_temperatures_need_a_toolhead_and_a_report() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.read(report(16, temperature=176.9))
    assert watch.state.nozzle_temperature == watch.state.nozzle_target == 176.9
    watch.read(report(48, module=None, temperature=25.0))
    assert watch.state.nozzle_temperature is watch.state.nozzle_target is None
    watch.read(report(16, module="LASER", temperature=25.0))
    assert watch.state.nozzle_temperature is None
    watch.read(report(16, temperature=0.0))
    assert watch.state.nozzle_temperature == 0.0
    watch.hear(datagram(16), after=5)
    assert watch.state.nozzle_temperature is None


def test_a_nozzle_that_is_never_quite_still_is_shown_once() -> None:
    watch = Watch()
    shown = []
    for measured in [199.6, 200.4, 199.7, 200.5, 199.9] * 20 + [200.6, 200.0, 199.6]:
        watch.read(report(16, temperature=measured))
        shown.append(watch.state.nozzle_temperature)
    assert shown == [199.6] * 100 + [200.6] * 2 + [199.6]
    # The target is what was set: each step of it counts.
    assert watch.state.nozzle_target == 199.6


def test_an_occupying_client_is_no_error() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(-1, "192.168.1.7", occupied_by="192.168.1.7"))
    state = watch.state
    assert (state.occupied_by, state.error, state.error_label) == (
        "192.168.1.7",
        "none",
        "",
    )
    assert not state.problem
    watch.read(report(-1, "OCCUPIED", "192.168.1.7", session=None))
    assert (watch.state.occupied_by, watch.state.error) == ("192.168.1.7", "none")
    assert watch.problems == []
    watch.hear(datagram(0), after=5)
    assert watch.state.occupied_by is None


def test_an_occupying_client_is_known_by_the_report_alone() -> None:
    """The announcement that names it comes up to three seconds later."""
    watch = Watch()
    watch.hear(datagram(0))
    occupied = Report(st_id=-1, label="OCCUPIED", occupied_by="192.168.1.7")
    watch.read(occupied, after=1)
    assert (watch.state.status, watch.state.occupied_by) == (
        "maintenance",
        "192.168.1.7",
    )
    watch.hear(datagram(-1, "192.168.1.7", occupied_by="192.168.1.7"), after=1)
    assert watch.state.occupied_by == "192.168.1.7"


def test_a_fresh_report_outweighs_datagrams() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.read(report(1, "INIT", session=None))
    watch.hear(datagram(0), after=1)
    assert watch.state.status == "initializing"
    watch.hear(None, after=3.9)
    assert watch.state.status == "initializing"
    watch.hear(datagram(16), after=0.1)
    assert watch.state.status == "running"
    assert [event.type for event in watch.events] == ["started"]


def test_an_old_report_counts_until_an_announcement_can_know_more() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.read(report(16, "RUNNING"))
    assert watch.look(after=60) == []
    assert watch.state.status == "running"
    # It may lag by a second.
    watch.read(report(48, "PAUSED"))
    watch.hear(datagram(16), after=0.9)
    watch.look(after=60)
    assert watch.state.status == "paused"
    watch.hear(datagram(64))
    assert watch.state.status == "completed"
    watch.read(report(64, "COMPLETED"))
    watch.hear(None, after=5)
    assert watch.state.status == "offline"


def test_a_report_from_the_future_counts_for_nothing() -> None:
    """The clock was set back: the datagram is at least from now."""
    watch = Watch()
    watch.read(report(16, "WAITING_HEAD"))
    watch.hear(datagram(48), after=-60)
    assert watch.state.status == "paused"


def test_an_error_comes_with_advice() -> None:
    watch = Watch()
    watch.hear(datagram(48, "FILAMENT_RUNOUT 1"))
    state = watch.state
    assert (state.error, state.error_label, state.error.advice) == (
        "filament_runout",
        "FILAMENT_RUNOUT 1",
        "load_filament",
    )
