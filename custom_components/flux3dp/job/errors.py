"""What a device's error symbols mean, and what helps (protocol.md section 7)."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self


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


_FAMILIES: Final = ("HEAD_ERROR", "HARDWARE_ERROR", "USER_OPERATION")
# Laser machines join family and fault to one word; the fault is the key in capitals.
_LASER, _LASER_USER = "HARDWARE_ERROR_", "USER_OPERATION_"


class ErrorKey(StrEnum):
    """What happened: its key (a state, stable), what helps, the symbols that say so.

    A family alone is all that is known of a symbol whose second word is not.
    """

    advice: Advice | None
    symbols: tuple[str, ...]

    def __new__(cls, value: str, advice: Advice | None = None, *symbols: str) -> Self:
        """Take a line of the table."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.advice = advice
        member.symbols = tuple(
            symbol + value.upper() if symbol.endswith("_") else symbol
            for symbol in symbols
        )
        return member

    # fmt: off
    NONE = "none"
    OTHER = "other"
    HEAD_OFFLINE = "head_offline", Advice.RESEAT_CABLE, "HEAD_ERROR HEAD_OFFLINE"
    WRONG_TOOLHEAD = "wrong_toolhead", Advice.FIT_RIGHT_TOOLHEAD, "HEAD_ERROR TYPE_ERROR"
    CALIBRATION_FAILED = "calibration_failed", Advice.REATTACH_TOOLHEAD, "HEAD_ERROR CALIBRATING"
    FAN_FAILURE = "fan_failure", Advice.CLEAR_FAN, "HEAD_ERROR FAN_FAILURE"
    HEAD_RESET = "head_reset", Advice.CHECK_CONNECTOR, "HEAD_ERROR RESET"
    INTERLOCK_TRIPPED = "interlock_tripped", Advice.CHECK_RODS, "HEAD_ERROR INTLK_TRIG"
    HEAD_TILTED = "head_tilted", Advice.CHECK_BALL_JOINTS, "HEAD_ERROR TILT"
    HEAD_SHAKEN = "head_shaken", Advice.CHECK_BALL_JOINTS, "HEAD_ERROR SHAKE"
    HEATER_FAILURE = "heater_failure", Advice.CONTACT_SUPPORT, "HEAD_ERROR HARDWARE_FAILURE"
    TOOLHEAD_NOT_UNDERSTOOD = (
        "toolhead_not_understood", Advice.ATTACH_SUPPORTED_TOOLHEAD,
        "HEAD_ERROR SPEC_ERROR", "HEAD_ERROR UNKNOWN_HEAD", "UNKNOWN_HEAD",
    )
    UNKNOWN_TOOLHEAD = "unknown_toolhead", Advice.ATTACH_SUPPORTED_TOOLHEAD, "WRONG_HEAD"
    FILAMENT_RUNOUT = (
        "filament_runout", Advice.LOAD_FILAMENT,
        "HARDWARE_ERROR FILAMENT_RUNOUT", "FILAMENT_RUNOUT",
    )
    PLATE_MISSING = "plate_missing", Advice.PUT_PLATE_BACK, "HARDWARE_ERROR PLATE_MISSING"
    LEVELING_FAILED = (
        "leveling_failed", Advice.CLEAN_NOZZLE_AND_PLATE,
        "HARDWARE_ERROR ZPROBE_ERROR", "HARDWARE_ERROR CONVERGENCE_FAILED", "CONVERGENCE_FAILED",
    )
    HOME_FAILED = "home_failed", Advice.CLEAR_RAILS, "HARDWARE_ERROR HOME_FAILED"
    SENSOR_ERROR = "sensor_error", Advice.CONTACT_SUPPORT, "HARDWARE_ERROR SENSOR_ERROR"
    INTERNAL_FAILURE = (
        "internal_failure", Advice.RESTART_DEVICE,
        "HARDWARE_ERROR MAINBOARD_ERROR", "HARDWARE_ERROR SUBSYSTEM_ERROR", "SUBSYSTEM_ERROR",
    )
    NO_RESPONSE = (
        "no_response", Advice.RESTART_DEVICE,
        "MAINBOARD_OFFLINE", "NO_RESPONSE", "DEVICE_ERROR", "HARDWARE_FAILURE",
    )
    NOT_READY = "not_ready", Advice.TRY_AGAIN, "OPERATION_ERROR"
    FILE_BROKEN = "file_broken", Advice.SLICE_AGAIN, "FILE_BROKEN", "BAD_COMMAND"
    PAUSE_REQUESTED = "pause_requested", Advice.DO_AND_RESUME, "USER_OPERATION FROM_CODE"
    DOOR_OPENED = "door_opened", Advice.CLOSE_AND_RESUME, _LASER
    BOTTOM_OPENED = "bottom_opened", Advice.CLOSE_AND_RESUME, _LASER
    DRAWER_OPENED = "drawer_opened", Advice.CLOSE_AND_RESUME, _LASER
    OVER_TEMPERATURE = "over_temperature", Advice.LET_IT_COOL, _LASER
    PUMP_ERROR = "pump_error", Advice.CHECK_WATER, _LASER
    FIRE_DETECTED = "fire_detected", Advice.LOOK_AT_ONCE, _LASER
    AIR_ASSIST_ABNORMAL = "air_assist_abnormal", Advice.CHECK_AIR, _LASER
    ROTARY_NOT_DETECTED = "rotary_not_detected", Advice.CHECK_ROTARY, _LASER
    HEADTYPE_MISMATCH = "headtype_mismatch", Advice.FIT_RIGHT_MODULE, _LASER
    HEADTYPE_NONE = "headtype_none", Advice.FIT_RIGHT_MODULE, _LASER
    HEADTYPE_UNKNOWN = "headtype_unknown", Advice.FIT_RIGHT_MODULE, _LASER
    REMOTE_INTERLOCK_OPENED = "remote_interlock_opened", Advice.CLOSE_INTERLOCK, _LASER
    KEY_OFF = "key_off", Advice.TURN_KEY, _LASER
    LASER_VOLTAGE_ABNORMAL = "laser_voltage_abnormal", Advice.RESTART_DEVICE, _LASER
    LASER_TEMPERATURE_ABNORMAL = "laser_temperature_abnormal", Advice.LET_IT_COOL, _LASER
    CHANGE_TOOLHEAD = "change_toolhead", Advice.DO_AND_RESUME, _LASER_USER
    CHANGE_CARTRIDGE = "change_cartridge", Advice.DO_AND_RESUME, _LASER_USER
    REMOVE_CARTRIDGE = "remove_cartridge", Advice.DO_AND_RESUME, _LASER_USER
    HEAD_ERROR = "head_error", None, "HEAD_ERROR"
    HARDWARE_ERROR = "hardware_error", None, "HARDWARE_ERROR"
    USER_OPERATION = "user_operation", Advice.DO_AND_RESUME, "USER_OPERATION"
    # fmt: on


# A datagram cuts its label to this many bytes, in the middle of a word if need be.
LABEL_SIZE: Final = 32

_SYMBOLS: Final = {symbol: key for key in ErrorKey for symbol in key.symbols}
_LASER_FAULTS: Final = {
    symbol.removeprefix(family): key
    for symbol, key in _SYMBOLS.items()
    for family in (_LASER, _LASER_USER)
    if symbol.startswith(family)
}
# Every symbol at its full length, for a label that was cut: also with a space for the
# laser machines' underscore.
_SPELLINGS: Final = _SYMBOLS | {
    symbol.replace(f"_{fault}", f" {fault}"): key
    for fault, key in _LASER_FAULTS.items()
    for symbol in key.symbols
}


def classify(words: str | Sequence[str]) -> ErrorKey:
    """Return what an error label (a text) or a report's error (words) stands for.

    The longest known beginning wins, then the family, which is the first word. A label
    of exactly 32 bytes may have been cut: it is completed if only one symbol begins so.
    """
    return _classified(words if isinstance(words, str) else " ".join(words))


# An error stays until it is mended, and is looked up every few seconds.
@lru_cache(maxsize=32)
def _classified(label: str) -> ErrorKey:
    parts = label.upper().split()
    if not parts:
        return ErrorKey.NONE
    beginnings = (" ".join(parts[:size]) for size in range(len(parts), 1, -1))
    return (
        next((_SYMBOLS[known] for known in beginnings if known in _SYMBOLS), None)
        or _laser_fault(parts)
        or _completed(label)
        or _family(parts[0])
        or ErrorKey.OTHER
    )


def _laser_fault(parts: Sequence[str]) -> ErrorKey | None:
    """Return the laser machines' fault that the first or second word ends with."""
    for part in parts[: 2 if f"{parts[0]}_" in (_LASER, _LASER_USER) else 1]:
        # From the longest ending to the shortest: A_B_C, B_C, C.
        pieces = part.split("_")
        for start in range(len(pieces)):
            if key := _LASER_FAULTS.get("_".join(pieces[start:])):
                return key
    return None


def _completed(label: str) -> ErrorKey | None:
    """Return the only key whose symbol begins with a label that was cut."""
    if len(label.encode(errors="replace")) != LABEL_SIZE:
        return None
    begin = label.upper()
    keys = {key for symbol, key in _SPELLINGS.items() if symbol.startswith(begin)}
    return keys.pop() if len(keys) == 1 else None


def _family(word: str) -> ErrorKey | None:
    """Return what the first word alone stands for, or the family it begins with."""
    family = next((name for name in _FAMILIES if word.startswith(f"{name}_")), word)
    return _SYMBOLS.get(word) or _SYMBOLS.get(family)
