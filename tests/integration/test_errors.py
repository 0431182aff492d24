"""Error symbols: every row of protocol.md section 7, cut or whole."""

import pytest

from custom_components.flux3dp.job.errors import Advice, ErrorKey, classify

# A symbol, its key, and what helps.
LINES = """
HEAD_ERROR HEAD_OFFLINE = head_offline reseat_cable
HEAD_ERROR TYPE_ERROR = wrong_toolhead fit_right_toolhead
HEAD_ERROR CALIBRATING = calibration_failed reattach_toolhead
HEAD_ERROR FAN_FAILURE = fan_failure clear_fan
HEAD_ERROR RESET = head_reset check_connector
HEAD_ERROR INTLK_TRIG = interlock_tripped check_rods
HEAD_ERROR TILT = head_tilted check_ball_joints
HEAD_ERROR SHAKE = head_shaken check_ball_joints
HEAD_ERROR HARDWARE_FAILURE = heater_failure contact_support
HARDWARE_ERROR FILAMENT_RUNOUT = filament_runout load_filament
FILAMENT_RUNOUT = filament_runout load_filament
HARDWARE_ERROR PLATE_MISSING = plate_missing put_plate_back
HARDWARE_ERROR ZPROBE_ERROR = leveling_failed clean_nozzle_and_plate
CONVERGENCE_FAILED = leveling_failed clean_nozzle_and_plate
HARDWARE_ERROR HOME_FAILED = home_failed clear_rails
HARDWARE_ERROR SENSOR_ERROR = sensor_error contact_support
HARDWARE_ERROR MAINBOARD_ERROR = internal_failure restart_device
SUBSYSTEM_ERROR = internal_failure restart_device
USER_OPERATION FROM_CODE = pause_requested do_and_resume
FILE_BROKEN = file_broken slice_again
BAD_COMMAND = file_broken slice_again
HEAD_ERROR SPEC_ERROR = toolhead_not_understood attach_supported_toolhead
UNKNOWN_HEAD = toolhead_not_understood attach_supported_toolhead
MAINBOARD_OFFLINE = no_response restart_device
NO_RESPONSE = no_response restart_device
DEVICE_ERROR = no_response restart_device
HARDWARE_FAILURE = no_response restart_device
OPERATION_ERROR = not_ready try_again
WRONG_HEAD = unknown_toolhead attach_supported_toolhead
HARDWARE_ERROR_DOOR_OPENED = door_opened close_and_resume
HARDWARE_ERROR_BOTTOM_OPENED = bottom_opened close_and_resume
HARDWARE_ERROR_DRAWER_OPENED = drawer_opened close_and_resume
HARDWARE_ERROR_OVER_TEMPERATURE = over_temperature let_it_cool
HARDWARE_ERROR_PUMP_ERROR = pump_error check_water
HARDWARE_ERROR_FIRE_DETECTED = fire_detected look_at_once
HARDWARE_ERROR_AIR_ASSIST_ABNORMAL = air_assist_abnormal check_air
HARDWARE_ERROR_ROTARY_NOT_DETECTED = rotary_not_detected check_rotary
HARDWARE_ERROR_HEADTYPE_MISMATCH = headtype_mismatch fit_right_module
HARDWARE_ERROR_HEADTYPE_NONE = headtype_none fit_right_module
HARDWARE_ERROR_HEADTYPE_UNKNOWN = headtype_unknown fit_right_module
HARDWARE_ERROR_REMOTE_INTERLOCK_OPENED = remote_interlock_opened close_interlock
HARDWARE_ERROR_KEY_OFF = key_off turn_key
HARDWARE_ERROR_LASER_VOLTAGE_ABNORMAL = laser_voltage_abnormal restart_device
HARDWARE_ERROR_LASER_TEMPERATURE_ABNORMAL = laser_temperature_abnormal let_it_cool
USER_OPERATION_CHANGE_TOOLHEAD = change_toolhead do_and_resume
USER_OPERATION_CHANGE_CARTRIDGE = change_cartridge do_and_resume
USER_OPERATION_REMOVE_CARTRIDGE = remove_cartridge do_and_resume
"""
TABLE = {
    symbol: tuple(meaning.split())
    for symbol, _, meaning in (
        line.partition(" = ") for line in LINES.split("\n") if line
    )
}


@pytest.mark.parametrize("symbol", TABLE)
def test_every_row_of_the_table(symbol: str) -> None:
    key, advice = TABLE[symbol]
    assert classify(symbol) == classify(symbol.split()) == key
    assert classify(symbol).advice == advice
    # Whatever follows is ignored.
    assert classify(f"{symbol} 128 ") == classify(f"{symbol} EXTRUDER LASER") == key
    assert classify((*symbol.split(), "512", "17")) == key
    # An announcement cuts its label to 32 bytes.
    assert classify(f"{symbol} EXTRUDER LASER 128"[:32]) == key


def test_a_label_is_completed_only_if_it_was_cut_there() -> None:
    assert classify("HARDWARE_ERROR_LASER_TEMPERATUR") == "hardware_error"
    assert classify("HARDWARE_ERROR_LASER_TEMPERATURE") == "laser_temperature_abnormal"
    assert classify("HARDWARE_ERROR_LASER_TEMPERATURX") == "hardware_error"
    # Two symbols begin alike: the beginning of nothing in particular.
    assert classify(f"{'HARDWARE_ERROR':32}") == "hardware_error"


@pytest.mark.parametrize(
    ("label", "key"),
    [
        # A laser fault is known by its ending.
        ("DOOR_OPENED", "door_opened"),
        ("HARDWARE_ERROR DOOR_OPENED", "door_opened"),
        ("SYSTEM_ERROR_DOOR_OPENED 3", "door_opened"),
        # The longest beginning wins.
        ("HEAD_ERROR HARDWARE_FAILURE 64", "heater_failure"),
        ("HARDWARE_FAILURE 64", "no_response"),
        ("HARDWARE_ERROR MOTOR_STUCK 3", "hardware_error"),
        ("HARDWARE_ERROR_SOMETHING_NEW", "hardware_error"),
        ("HEAD_ERROR", "head_error"),
        ("HEAD_ERROR TILT_SENSOR", "head_error"),
        ("USER_OPERATION WAVE", "user_operation"),
        ("OPERATION_ERROR DOOR_OPENED", "not_ready"),
        ("FILE_BROKEN PUMP_ERROR", "file_broken"),
        ("SOMETHING ELSE", "other"),
        ("HEAD_ERRORS TILT", "other"),
        ("128", "other"),
        ("fehler \ud800", "other"),
        ("", "none"),
        ("  ", "none"),
    ],
)
def test_other_symbols(label: str, key: str) -> None:
    assert classify(label) == classify((label,)) == key
    assert classify(()) == "none"


def test_every_key_and_every_advice_is_in_use() -> None:
    families = {"none", "other", "head_error", "hardware_error", "user_operation"}
    assert {key for key, _ in TABLE.values()} | families == set(ErrorKey)
    assert {advice for _, advice in TABLE.values()} == set(Advice)
    assert ErrorKey.OTHER.advice is ErrorKey.NONE.advice is None
