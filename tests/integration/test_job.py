"""The job tracker as a table: which transitions are events, and what they say."""

import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.job.tracker import describe

from .watching import Watch, datagram, report

FAN = "HEAD_ERROR FAN_FAILURE 128"


def test_a_job_from_start_to_end() -> None:
    watch = Watch()
    assert watch.hear(datagram(0, head="OFFLINE")) == []
    assert watch.hear(datagram(1, head="N/A")) == ["started"]
    assert watch.hear(datagram(4, head="N/A")) == []
    assert watch.hear(datagram(16)) == []
    assert watch.hear(datagram(50)) == []
    assert watch.hear(datagram(48)) == ["paused"]
    assert watch.hear(datagram(18)) == []
    assert watch.hear(datagram(16)) == ["resumed"]
    assert watch.hear(datagram(66)) == []
    assert watch.hear(datagram(64)) == ["completed"]
    assert watch.hear(datagram(68)) == []
    assert watch.hear(datagram(0)) == []
    state = watch.state
    assert (state.last_job_result, state.jobs_completed) == ("completed", 1)
    assert state.job_number == 1


@pytest.mark.parametrize("begin", [1, 4, 16])
@pytest.mark.parametrize("end", [0, 64, 68, 128, -1])
def test_without_reports_a_beginning_after_an_end_is_a_new_job(
    end: int, begin: int
) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(end))
    assert watch.hear(datagram(begin)) == ["started"]
    assert watch.state.job_number == 2


def test_a_job_that_fails_to_start_has_started_and_paused() -> None:
    """With the wrong toolhead the device needs 0.2 s for both."""
    watch = Watch()
    watch.hear(datagram(0))
    label = "HEAD_ERROR TYPE_ERROR EXTRUDER L"
    assert watch.hear(datagram(36, label, head="N/A")) == ["started", "paused"]
    assert [event.error for event in watch.events] == ["none", "wrong_toolhead"]


def test_a_pause_with_an_error_is_one_event_with_the_error_in_it() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.hear(datagram(50, FAN)) == []
    assert watch.hear(datagram(48, FAN)) == ["paused"]
    assert watch.hear(datagram(48, FAN, head="N/A")) == []
    (event,) = watch.events
    assert event.attributes() == {
        "name": None,
        "toolhead": "extruder",
        "duration": None,
        "error": "fan_failure",
        "advice": "clear_fan",
    }
    (problem,) = watch.problems
    assert problem.attributes() == {
        "error": "fan_failure",
        "label": FAN,
        "advice": "clear_fan",
    }


def test_a_pause_without_an_error_has_none_in_it() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(48))
    (event,) = watch.events
    assert event.attributes()["error"] is event.attributes()["advice"] is None
    assert watch.problems == []


def test_a_resume_that_fails_at_once_is_the_same_pause() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.read(report(48, "PAUSED", FAN)) == ["paused"]
    assert watch.read(report(18, "RESUMING")) == []
    assert watch.read(report(50, "PAUSING", FAN), after=0.5) == []
    assert watch.read(report(48, "PAUSED", FAN), after=0.5) == []
    assert watch.read(report(18, "RESUMING")) == []
    assert watch.read(report(16, "RUNNING")) == ["resumed"]


def test_a_report_says_at_once_that_a_job_resumed() -> None:
    watch = Watch()
    watch.read(report(48, "PAUSED"))
    assert watch.read(report(16, "WAITING_HEAD")) == ["resumed"]


def test_a_paused_job_that_is_aborted_did_not_resume() -> None:
    """Datagrams say 16 for a second while the job is aborting."""
    by_datagram, by_report = Watch(), Watch()
    by_datagram.hear(datagram(48, FAN))
    assert by_datagram.hear(datagram(16)) == []
    assert by_datagram.hear(datagram(128)) == ["aborted"]
    by_report.read(report(48, "PAUSED", FAN))
    assert by_report.read(report(16, "ABORTING")) == []
    assert by_report.read(report(128, "ABORTED")) == ["aborted"]
    for watch in (by_datagram, by_report):
        # The abort cleared the error on the device.
        assert watch.events[0].error == "fan_failure"
        assert watch.state.error == "none"
        assert watch.state.last_job_result == "aborted"


def test_a_resume_that_no_datagram_showed_is_told_once_it_is_sure() -> None:
    watch = Watch()
    watch.hear(datagram(48))
    assert watch.hear(datagram(16)) == []
    assert watch.look(after=2) == []
    assert watch.look(after=2) == ["resumed"]


def test_a_resume_is_sure_when_the_job_gets_on() -> None:
    watch = Watch()
    watch.hear(datagram(48, progress=0.5))
    assert watch.hear(datagram(16, progress=0.51)) == ["resumed"]


def test_a_resume_that_was_none_is_waited_for_again() -> None:
    watch = Watch()
    watch.hear(datagram(48))
    assert watch.hear(datagram(16)) == []
    assert watch.hear(datagram(50)) == []
    assert watch.hear(datagram(48)) == []
    assert watch.hear(datagram(4)) == []
    assert watch.hear(datagram(4), after=4) == ["resumed"]


def test_an_error_that_was_mended_is_not_why_a_job_is_aborted_later() -> None:
    watch = Watch()
    watch.hear(datagram(48, FAN))
    watch.hear(datagram(18))
    watch.hear(datagram(16))
    watch.hear(datagram(128))
    assert [(event.type, event.error) for event in watch.events] == [
        ("resumed", "none"),
        ("aborted", "none"),
    ]


def test_an_abort_with_an_error_is_a_failure() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.hear(datagram(128, "HARDWARE_ERROR HOME_FAILED")) == ["failed"]
    (event,) = watch.events
    assert (event.error, event.error.advice) == ("home_failed", "clear_rails")
    assert watch.state.last_job_result == "failed"
    assert watch.state.problem


def test_a_device_that_rebooted_in_mid_job_leaves_no_result() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(64))
    watch.hear(datagram(16, progress=0.4))
    assert watch.hear(datagram(0, head="OFFLINE")) == []
    assert watch.state.last_job_result is None
    assert watch.state.last_job_duration is None
    assert watch.state.jobs_completed == 1


def test_a_job_that_initialises_again_is_another() -> None:
    """Its end and the new beginning fell between two datagrams."""
    watch = Watch()
    watch.hear(datagram(16, progress=0.9))
    assert watch.hear(datagram(1)) == ["started"]
    assert watch.state.last_job_result is None
    assert (watch.state.job_number, watch.state.progress) == (2, 0.0)


def test_another_session_is_another_job() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.9))
    assert watch.read(report(16, "RUNNING", session="bbb222", progress=0.1)) == [
        "started"
    ]
    assert watch.state.progress == 0.1
    assert watch.state.last_job_result is None
    assert watch.read(report(64, "COMPLETED", session="bbb222")) == ["completed"]


def test_a_session_that_comes_late_is_the_same_job() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    assert watch.read(report(1, "INIT", session=None)) == ["started"]
    assert watch.read(report(16, "STARTING")) == []
    assert watch.state.job_number == 1


def test_another_session_that_has_ended_was_not_seen() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.read(report(64, "COMPLETED", session="bbb222", running=5.0)) == []
    assert watch.state.last_job_result == "completed"
    assert watch.state.last_job_duration == 5.0
    assert watch.state.jobs_completed == 0
    assert watch.state.job_number == 2


def test_an_answer_that_was_late_does_not_bring_a_job_back() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.hear(datagram(64), after=5) == ["completed"]
    assert watch.read(report(16, "RUNNING"), after=0) == []
    assert watch.hear(datagram(64), after=5) == []
    assert watch.state.jobs_completed == 1


def test_the_datagram_that_lags_behind_a_finished_job_starts_nothing() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.read(report(64, "COMPLETED")) == ["completed"]
    assert watch.hear(datagram(16), after=0.5) == []
    assert watch.state.status == "completed"
    assert watch.hear(datagram(64), after=5) == []


def test_a_job_that_ran_between_two_looks_leaves_a_result() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    assert watch.hear(datagram(64)) == []
    assert watch.state.last_job_result == "completed"
    assert watch.hear(datagram(0)) == []
    assert watch.hear(datagram(128, "MAINBOARD_OFFLINE")) == []
    assert watch.state.last_job_result == "failed"
    assert watch.state.jobs_completed == 0


def test_a_job_first_seen_while_it_completes_is_seen_to_complete() -> None:
    watch = Watch()
    assert watch.hear(datagram(66)) == []
    assert watch.hear(datagram(64)) == ["completed"]


def test_another_session_that_is_ending() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.read(report(66, "COMPLETING", session="bbb222")) == []
    assert watch.state.job_number == 2
    assert watch.read(report(64, "COMPLETED", session="bbb222")) == ["completed"]
    assert watch.read(report(66, "COMPLETING", session="ccc333")) == []
    assert watch.state.last_job_result == "completed"
    assert watch.read(report(128, "ABORTED", session="ccc333")) == ["aborted"]


def test_a_problem_that_changes_is_another_one() -> None:
    watch = Watch()
    watch.hear(datagram(48, FAN))
    assert watch.problems == []
    watch.hear(datagram(48, "HEAD_ERROR HEAD_OFFLINE", head="N/A"))
    watch.hear(datagram(48, "HEAD_ERROR HEAD_OFFLINE 3", head="N/A"))
    assert [problem.error for problem in watch.problems] == ["head_offline"]


def test_a_name_is_given_to_the_job_that_was_expected() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.expect("boat.fc")
    watch.hear(datagram(1))
    assert watch.state.job_name == watch.events[0].name == "boat.fc"
    watch.hear(datagram(64))
    watch.hear(datagram(0))
    assert watch.state.job_name == "boat.fc"
    # The next one is somebody else's.
    watch.hear(datagram(1))
    assert watch.state.job_name is None


def test_a_job_that_was_given_up_or_came_too_late_has_no_name() -> None:
    given_up, late = Watch(), Watch()
    given_up.hear(datagram(0))
    given_up.expect("boat.fc")
    given_up.expect(None)
    given_up.hear(datagram(1))
    assert given_up.state.job_name is None
    late.hear(datagram(0))
    late.expect("boat.fc")
    late.hear(datagram(1), after=61)
    assert late.state.job_name is None


def test_what_was_learnt_about_an_old_job_is_not_the_new_ones() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    old = watch.state.job_number
    watch.describe(JobInfo(title="old.fc"))
    assert watch.state.job_name == "old.fc"
    watch.hear(datagram(1))
    before = watch.state
    assert watch.state.job_name is None
    assert describe(watch.state, old, JobInfo(title="old.fc")) == before


def test_a_transition_of_an_occupied_device_shows_no_error() -> None:
    watch = Watch()
    watch.hear(datagram(-1))
    watch.hear(datagram(2, "192.168.1.7"))
    assert (watch.state.status, watch.state.problem) == ("maintenance", False)


def test_a_name_from_the_future_is_nobodys() -> None:
    """The clock was set back since the job was to start."""
    watch = Watch()
    watch.hear(datagram(0))
    watch.expect("boat.fc")
    watch.hear(datagram(1), after=-3600)
    assert watch.state.job_name is None


def test_a_resume_waits_no_longer_when_the_clock_is_set_back() -> None:
    watch = Watch()
    watch.hear(datagram(48))
    assert watch.hear(datagram(16)) == []
    assert watch.hear(datagram(16), after=-3600) == []
    assert watch.hear(datagram(16), after=4) == ["resumed"]
