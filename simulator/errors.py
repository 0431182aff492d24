"""How a command fails, and a connection ends."""


class RobotError(Exception):
    """The device answers ``error`` and these words."""


class BusyError(RobotError):
    """The device, or its job, is in no state for that."""

    def __init__(self, words: str = "RESOURCE_BUSY") -> None:
        super().__init__(words)


class HangUpError(ConnectionError):
    """The device closes the connection without another word, or the client did."""
