"""Laser machines that stop by themselves: a failed job, or one that goes on."""

import pytest

from .watching import Watch, datagram, report


@pytest.mark.parametrize("st_id", [256, 512])
def test_an_alarm_in_a_job_is_a_failure(st_id: int) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    label = "HARDWARE_ERROR_FIRE_DETECTED"
    assert watch.hear(datagram(st_id, label)) == ["failed"]
    assert watch.events[0].error.advice == "look_at_once"
    # The end that follows is the same one.
    assert watch.hear(datagram(128)) == []
    assert watch.hear(datagram(0)) == []
    assert watch.state.last_job_result == "failed"


def test_an_alarm_without_a_label_is_some_error() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.hear(datagram(256)) == ["failed"]
    assert watch.events[0].error == watch.state.error == "other"
    assert watch.state.problem


def test_an_alarm_without_a_job_is_a_problem_and_no_result() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    assert watch.hear(datagram(256, "HARDWARE_ERROR_PUMP_ERROR")) == []
    assert watch.state.last_job_result is None
    assert [problem.error for problem in watch.problems] == ["pump_error"]
    assert watch.hear(datagram(0)) == []


@pytest.mark.parametrize("st_id", [256, 512])
def test_a_job_that_survives_an_alarm_goes_on(st_id: int) -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    assert watch.read(report(st_id, "ALARM")) == ["failed"]
    assert watch.read(report(516, "RECONNECTING")) == []
    assert watch.read(report(16, "RUNNING")) == ["resumed"]
    assert watch.read(report(64, "COMPLETED")) == ["completed"]
    assert watch.state.job_number == 1


def test_without_reports_a_paused_machine_after_an_alarm_has_the_same_job() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(256))
    assert watch.hear(datagram(48)) == []
    assert watch.hear(datagram(18)) == []
    assert watch.hear(datagram(16)) == ["resumed"]


def test_without_reports_a_start_after_an_alarm_is_a_new_job() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(256))
    assert watch.hear(datagram(16)) == ["started"]


@pytest.mark.parametrize("end", [128, 256, 512])
def test_a_job_that_failed_and_never_ran_again_fails_once(end: int) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.hear(datagram(256)) == ["failed"]
    assert watch.hear(datagram(48)) == []
    assert watch.hear(datagram(end)) == []
    assert watch.hear(datagram(0)) == []
    assert watch.state.last_job_result == "failed"


def test_a_job_that_ran_again_after_an_alarm_can_be_aborted() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(256))
    watch.hear(datagram(18))
    assert watch.hear(datagram(16)) == ["resumed"]
    assert watch.hear(datagram(128)) == ["aborted"]
    assert watch.state.last_job_result == "aborted"


def test_a_job_that_failed_and_is_left_has_failed() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(256))
    watch.hear(datagram(48))
    watch.hear(datagram(0))
    assert watch.state.last_job_result == "failed"


def test_an_alarm_long_after_a_failed_job_does_not_bring_it_back() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(256))
    watch.hear(datagram(0))
    watch.hear(datagram(256))
    assert watch.hear(datagram(48)) == ["started", "paused"]
    assert watch.state.job_number == 2


def test_another_session_after_an_alarm_is_another_job() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    watch.read(report(256, "ALARM"))
    assert watch.read(report(48, "PAUSED", session="bbb222")) == ["started", "paused"]
