"""What every test needs: our `custom_components`, and a network nobody else is in."""

import asyncio
import os
import subprocess

import pytest

import custom_components

assert custom_components  # imported for its effect: not the plugin's of that name


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


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(pytestconfig: pytest.Config) -> None:
    """Run the loop in its debug mode, but for the measurement of coverage.

    In place of the fixture of Home Assistant's plugin. The mode costs a third of the whole
    suite; script/test has it on in the run against the oldest Home Assistant.
    """
    measured = bool(pytestconfig.getoption("--cov", default=None))
    asyncio.get_running_loop().set_debug(not measured)
