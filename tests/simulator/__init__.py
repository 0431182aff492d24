"""The simulator itself: that it is what the recordings show."""
