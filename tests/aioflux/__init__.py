"""Tests of the client library, against bytes of real firmware and the simulator."""
