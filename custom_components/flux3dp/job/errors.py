"""What a device's error symbols mean (protocol.md section 7).

Knows every symbol, which key stands for it and which advice helps. Sentences
are the translations' business; when an error counts is the package `job`'s.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final


class ErrorKey(StrEnum):
    """What happened; the values are states, translation keys and stable."""

    NONE = "none"
    OTHER = "other"
    HEAD_OFFLINE = "head_offline"
    WRONG_TOOLHEAD = "wrong_toolhead"
    CALIBRATION_FAILED = "calibration_failed"
    FAN_FAILURE = "fan_failure"
    HEAD_RESET = "head_reset"
    INTERLOCK_TRIPPED = "interlock_tripped"
    HEAD_TILTED = "head_tilted"
    HEAD_SHAKEN = "head_shaken"
    HEATER_FAILURE = "heater_failure"
    TOOLHEAD_NOT_UNDERSTOOD = "toolhead_not_understood"
    UNKNOWN_TOOLHEAD = "unknown_toolhead"
    FILAMENT_RUNOUT = "filament_runout"
    PLATE_MISSING = "plate_missing"
    LEVELING_FAILED = "leveling_failed"
    HOME_FAILED = "home_failed"
    SENSOR_ERROR = "sensor_error"
    INTERNAL_FAILURE = "internal_failure"
    NO_RESPONSE = "no_response"
    NOT_READY = "not_ready"
    FILE_BROKEN = "file_broken"
    PAUSE_REQUESTED = "pause_requested"
    DOOR_OPENED = "door_opened"
    BOTTOM_OPENED = "bottom_opened"
    DRAWER_OPENED = "drawer_opened"
    OVER_TEMPERATURE = "over_temperature"
    PUMP_ERROR = "pump_error"
    FIRE_DETECTED = "fire_detected"
    AIR_ASSIST_ABNORMAL = "air_assist_abnormal"
    ROTARY_NOT_DETECTED = "rotary_not_detected"
    HEADTYPE_MISMATCH = "headtype_mismatch"
    HEADTYPE_NONE = "headtype_none"
    HEADTYPE_UNKNOWN = "headtype_unknown"
    REMOTE_INTERLOCK_OPENED = "remote_interlock_opened"
    KEY_OFF = "key_off"
    LASER_VOLTAGE_ABNORMAL = "laser_voltage_abnormal"
    LASER_TEMPERATURE_ABNORMAL = "laser_temperature_abnormal"
    CHANGE_TOOLHEAD = "change_toolhead"
    CHANGE_CARTRIDGE = "change_cartridge"
    REMOVE_CARTRIDGE = "remove_cartridge"
    HEAD_ERROR = "head_error"
    HARDWARE_ERROR = "hardware_error"
    USER_OPERATION = "user_operation"


class Advice(StrEnum):
    """What helps; the values are translation keys and stable."""

    RESEAT_CABLE = "reseat_cable"
    FIT_RIGHT_TOOLHEAD = "fit_right_toolhead"
    REATTACH_TOOLHEAD = "reattach_toolhead"
    CLEAR_FAN = "clear_fan"
    CHECK_CONNECTOR = "check_connector"
    CHECK_RODS = "check_rods"
    CHECK_BALL_JOINTS = "check_ball_joints"
    CONTACT_SUPPORT = "contact_support"
    ATTACH_SUPPORTED_TOOLHEAD = "attach_supported_toolhead"
    LOAD_FILAMENT = "load_filament"
    PUT_PLATE_BACK = "put_plate_back"
    CLEAN_NOZZLE_AND_PLATE = "clean_nozzle_and_plate"
    CLEAR_RAILS = "clear_rails"
    RESTART_DEVICE = "restart_device"
    TRY_AGAIN = "try_again"
    SLICE_AGAIN = "slice_again"
    DO_AND_RESUME = "do_and_resume"
    CLOSE_AND_RESUME = "close_and_resume"
    LET_IT_COOL = "let_it_cool"
    CHECK_WATER = "check_water"
    LOOK_AT_ONCE = "look_at_once"
    CHECK_AIR = "check_air"
    CHECK_ROTARY = "check_rotary"
    FIT_RIGHT_MODULE = "fit_right_module"
    CLOSE_INTERLOCK = "close_interlock"
    TURN_KEY = "turn_key"


# A datagram cuts its label to this many bytes, in the middle of a word if need be.
LABEL_SIZE: Final = 32

# Whole words, as a report lists them. The three single words at the end are the
# families: all that is known of a symbol whose second word is not.
_SYMBOLS: Final[dict[str, ErrorKey]] = {
    "HEAD_ERROR HEAD_OFFLINE": ErrorKey.HEAD_OFFLINE,
    "HEAD_ERROR TYPE_ERROR": ErrorKey.WRONG_TOOLHEAD,
    "HEAD_ERROR CALIBRATING": ErrorKey.CALIBRATION_FAILED,
    "HEAD_ERROR FAN_FAILURE": ErrorKey.FAN_FAILURE,
    "HEAD_ERROR RESET": ErrorKey.HEAD_RESET,
    "HEAD_ERROR INTLK_TRIG": ErrorKey.INTERLOCK_TRIPPED,
    "HEAD_ERROR TILT": ErrorKey.HEAD_TILTED,
    "HEAD_ERROR SHAKE": ErrorKey.HEAD_SHAKEN,
    "HEAD_ERROR HARDWARE_FAILURE": ErrorKey.HEATER_FAILURE,
    "HEAD_ERROR SPEC_ERROR": ErrorKey.TOOLHEAD_NOT_UNDERSTOOD,
    "HEAD_ERROR UNKNOWN_HEAD": ErrorKey.TOOLHEAD_NOT_UNDERSTOOD,
    "UNKNOWN_HEAD": ErrorKey.TOOLHEAD_NOT_UNDERSTOOD,
    "WRONG_HEAD": ErrorKey.UNKNOWN_TOOLHEAD,
    "HARDWARE_ERROR FILAMENT_RUNOUT": ErrorKey.FILAMENT_RUNOUT,
    "FILAMENT_RUNOUT": ErrorKey.FILAMENT_RUNOUT,
    "HARDWARE_ERROR PLATE_MISSING": ErrorKey.PLATE_MISSING,
    "HARDWARE_ERROR ZPROBE_ERROR": ErrorKey.LEVELING_FAILED,
    "HARDWARE_ERROR CONVERGENCE_FAILED": ErrorKey.LEVELING_FAILED,
    "CONVERGENCE_FAILED": ErrorKey.LEVELING_FAILED,
    "HARDWARE_ERROR HOME_FAILED": ErrorKey.HOME_FAILED,
    "HARDWARE_ERROR SENSOR_ERROR": ErrorKey.SENSOR_ERROR,
    "HARDWARE_ERROR MAINBOARD_ERROR": ErrorKey.INTERNAL_FAILURE,
    "HARDWARE_ERROR SUBSYSTEM_ERROR": ErrorKey.INTERNAL_FAILURE,
    "SUBSYSTEM_ERROR": ErrorKey.INTERNAL_FAILURE,
    "MAINBOARD_OFFLINE": ErrorKey.NO_RESPONSE,
    "NO_RESPONSE": ErrorKey.NO_RESPONSE,
    "DEVICE_ERROR": ErrorKey.NO_RESPONSE,
    "HARDWARE_FAILURE": ErrorKey.NO_RESPONSE,
    "OPERATION_ERROR": ErrorKey.NOT_READY,
    "FILE_BROKEN": ErrorKey.FILE_BROKEN,
    "BAD_COMMAND": ErrorKey.FILE_BROKEN,
    "USER_OPERATION FROM_CODE": ErrorKey.PAUSE_REQUESTED,
    "HEAD_ERROR": ErrorKey.HEAD_ERROR,
    "HARDWARE_ERROR": ErrorKey.HARDWARE_ERROR,
    "USER_OPERATION": ErrorKey.USER_OPERATION,
}

# Laser machines join family and fault to one word, `HARDWARE_ERROR_DOOR_OPENED`.
_LASER_FAULTS: Final[dict[str, tuple[str, ...]]] = {
    "HARDWARE_ERROR": (
        "DOOR_OPENED",
        "BOTTOM_OPENED",
        "DRAWER_OPENED",
        "OVER_TEMPERATURE",
        "PUMP_ERROR",
        "FIRE_DETECTED",
        "AIR_ASSIST_ABNORMAL",
        "ROTARY_NOT_DETECTED",
        "HEADTYPE_MISMATCH",
        "HEADTYPE_NONE",
        "HEADTYPE_UNKNOWN",
        "REMOTE_INTERLOCK_OPENED",
        "KEY_OFF",
        "LASER_VOLTAGE_ABNORMAL",
        "LASER_TEMPERATURE_ABNORMAL",
    ),
    "USER_OPERATION": (
        "CHANGE_TOOLHEAD",
        "CHANGE_CARTRIDGE",
        "REMOVE_CARTRIDGE",
    ),
}
_FAMILIES: Final = ("HEAD_ERROR", "HARDWARE_ERROR", "USER_OPERATION")
_LASER_KEYS: Final = {
    fault: ErrorKey(fault.lower())
    for faults in _LASER_FAULTS.values()
    for fault in faults
}

# Every symbol at its full length, for a label that was cut: joined by a space or,
# as the laser machines do, by an underscore.
_SPELLINGS: Final = _SYMBOLS | {
    f"{family}{joint}{fault}": _LASER_KEYS[fault]
    for family, faults in _LASER_FAULTS.items()
    for fault in faults
    for joint in "_ "
}

_ADVICE: Final[dict[ErrorKey, Advice]] = {
    ErrorKey.HEAD_OFFLINE: Advice.RESEAT_CABLE,
    ErrorKey.WRONG_TOOLHEAD: Advice.FIT_RIGHT_TOOLHEAD,
    ErrorKey.CALIBRATION_FAILED: Advice.REATTACH_TOOLHEAD,
    ErrorKey.FAN_FAILURE: Advice.CLEAR_FAN,
    ErrorKey.HEAD_RESET: Advice.CHECK_CONNECTOR,
    ErrorKey.INTERLOCK_TRIPPED: Advice.CHECK_RODS,
    ErrorKey.HEAD_TILTED: Advice.CHECK_BALL_JOINTS,
    ErrorKey.HEAD_SHAKEN: Advice.CHECK_BALL_JOINTS,
    ErrorKey.HEATER_FAILURE: Advice.CONTACT_SUPPORT,
    ErrorKey.TOOLHEAD_NOT_UNDERSTOOD: Advice.ATTACH_SUPPORTED_TOOLHEAD,
    ErrorKey.UNKNOWN_TOOLHEAD: Advice.ATTACH_SUPPORTED_TOOLHEAD,
    ErrorKey.FILAMENT_RUNOUT: Advice.LOAD_FILAMENT,
    ErrorKey.PLATE_MISSING: Advice.PUT_PLATE_BACK,
    ErrorKey.LEVELING_FAILED: Advice.CLEAN_NOZZLE_AND_PLATE,
    ErrorKey.HOME_FAILED: Advice.CLEAR_RAILS,
    ErrorKey.SENSOR_ERROR: Advice.CONTACT_SUPPORT,
    ErrorKey.INTERNAL_FAILURE: Advice.RESTART_DEVICE,
    ErrorKey.NO_RESPONSE: Advice.RESTART_DEVICE,
    ErrorKey.NOT_READY: Advice.TRY_AGAIN,
    ErrorKey.FILE_BROKEN: Advice.SLICE_AGAIN,
    ErrorKey.PAUSE_REQUESTED: Advice.DO_AND_RESUME,
    ErrorKey.DOOR_OPENED: Advice.CLOSE_AND_RESUME,
    ErrorKey.BOTTOM_OPENED: Advice.CLOSE_AND_RESUME,
    ErrorKey.DRAWER_OPENED: Advice.CLOSE_AND_RESUME,
    ErrorKey.OVER_TEMPERATURE: Advice.LET_IT_COOL,
    ErrorKey.PUMP_ERROR: Advice.CHECK_WATER,
    ErrorKey.FIRE_DETECTED: Advice.LOOK_AT_ONCE,
    ErrorKey.AIR_ASSIST_ABNORMAL: Advice.CHECK_AIR,
    ErrorKey.ROTARY_NOT_DETECTED: Advice.CHECK_ROTARY,
    ErrorKey.HEADTYPE_MISMATCH: Advice.FIT_RIGHT_MODULE,
    ErrorKey.HEADTYPE_NONE: Advice.FIT_RIGHT_MODULE,
    ErrorKey.HEADTYPE_UNKNOWN: Advice.FIT_RIGHT_MODULE,
    ErrorKey.REMOTE_INTERLOCK_OPENED: Advice.CLOSE_INTERLOCK,
    ErrorKey.KEY_OFF: Advice.TURN_KEY,
    ErrorKey.LASER_VOLTAGE_ABNORMAL: Advice.RESTART_DEVICE,
    ErrorKey.LASER_TEMPERATURE_ABNORMAL: Advice.LET_IT_COOL,
    ErrorKey.CHANGE_TOOLHEAD: Advice.DO_AND_RESUME,
    ErrorKey.CHANGE_CARTRIDGE: Advice.DO_AND_RESUME,
    ErrorKey.REMOVE_CARTRIDGE: Advice.DO_AND_RESUME,
    ErrorKey.USER_OPERATION: Advice.DO_AND_RESUME,
}


def classify(words: str | Sequence[str]) -> ErrorKey:
    """Return what an error label (a text) or a report's error (words) stands for.

    The longest known beginning wins, whatever follows it, then the family, which
    is the first word. A label of exactly 32 bytes may have been cut in the
    middle of a word: it is completed if only one symbol begins so. An empty
    one is `NONE`, an unknown one `OTHER`.
    """
    return _classified(words if isinstance(words, str) else " ".join(words))


def advice_for(key: ErrorKey) -> Advice | None:
    """Return what helps against an error; None if nothing in particular does."""
    return _ADVICE.get(key)


# An error stays for as long as nobody mends it, and is looked at every few seconds.
@lru_cache(maxsize=32)
def _classified(label: str) -> ErrorKey:
    """Return what a label stands for."""
    parts = label.upper().split()
    if not parts:
        return ErrorKey.NONE
    symbol = next(
        (
            _SYMBOLS[known]
            for size in range(len(parts), 1, -1)
            if (known := " ".join(parts[:size])) in _SYMBOLS
        ),
        None,
    )
    return (
        symbol
        or _laser_fault(parts)
        or _completed(label)
        or _family(parts[0])
        or ErrorKey.OTHER
    )


def _laser_fault(parts: Sequence[str]) -> ErrorKey | None:
    """Return the laser machines' fault that the first or second word ends with."""
    for part in parts[: 2 if parts[0] in _LASER_FAULTS else 1]:
        # From the longest ending to the shortest: A_B_C, B_C, C.
        pieces = part.split("_")
        for start in range(len(pieces)):
            key = _LASER_KEYS.get("_".join(pieces[start:]))
            if key is not None:
                return key
    return None


def _completed(label: str) -> ErrorKey | None:
    """Return the only key whose symbol begins with a label that was cut."""
    if len(label.encode(errors="replace")) != LABEL_SIZE:
        return None
    keys = {
        key for symbol, key in _SPELLINGS.items() if symbol.startswith(label.upper())
    }
    return keys.pop() if len(keys) == 1 else None


def _family(word: str) -> ErrorKey | None:
    """Return what the first word alone stands for, or the family it begins with."""
    return _SYMBOLS.get(word) or next(
        (_SYMBOLS[name] for name in _FAMILIES if word.startswith(f"{name}_")), None
    )
