"""What every test needs: our `custom_components`, and a network of our own."""

import asyncio
import os
import subprocess
import traceback

from hypothesis import settings
import pytest

import custom_components

assert custom_components  # imported for its effect: not the plugin's of that name

# Debugging, asyncio notes the stack of each task and future, some fifty frames of Home
# Assistant and pytest: a third of all the work. The nearest few say where it was made.
traceback.extract_stack.__defaults__ = (None, 4)
asyncio.constants.DEBUG_STACK_DEPTH = 4

# A machine that does something else takes its time for an example, which proves nothing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker of pytest-xdist a network of its own, as script/netns has.

    Simulated devices use the real ports and multicast: two workers in one network
    would hear each other's devices.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    os.unshare(os.CLONE_NEWNET)
    for words in ("link set lo up", "route add 239.0.0.0/8 dev lo"):
        subprocess.run(["ip", *words.split()], check=True)
