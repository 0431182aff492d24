"""Tests: of the library, of the integration, and of the simulator they talk to."""
