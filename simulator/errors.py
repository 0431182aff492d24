"""How a command on the robot port may fail."""


class RobotError(Exception):
    """The device answers ``error`` and these words."""


class HangUpError(Exception):
    """The device closes the connection without another word."""
