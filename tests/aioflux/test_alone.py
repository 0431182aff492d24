"""The library stands alone: no Home Assistant, no upward import, typed."""

from pathlib import Path
import subprocess
import sys
import textwrap

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "custom_components" / "flux3dp" / "aioflux"


def test_it_loads_without_home_assistant() -> None:
    program = textwrap.dedent(
        """
        import importlib.abc, sys

        class Block(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {"homeassistant", "custom_components"}:
                    raise ImportError(f"{name} is blocked")

        sys.meta_path.insert(0, Block())
        import aioflux
        # cryptography looks for bcrypt, for keys of another kind.
        allowed = {"aioflux", "cryptography", "bcrypt"}
        loaded = {name.partition(".")[0] for name in sys.modules}
        foreign = loaded - allowed - set(sys.stdlib_module_names)
        print(sorted(name for name in foreign if not name.startswith("_")))
        print(all(hasattr(aioflux, name) for name in aioflux.__all__))
        """
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": f"{LIBRARY.parent}:{site_packages()}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "True"]


def site_packages() -> str:
    return next(path for path in sys.path if path.endswith("site-packages"))


def test_it_is_typed() -> None:
    assert (LIBRARY / "py.typed").exists()


def test_nothing_crosses_between_simulator_and_integration() -> None:
    simulator = [*(ROOT / "simulator").rglob("*.py")]
    integration = [*(ROOT / "custom_components").rglob("*.py")]
    assert len(simulator) > 10
    assert len(integration) > 10
    for path in simulator:
        assert "custom_components" not in path.read_text()
        assert "aioflux" not in path.read_text()
    for path in integration:
        assert "simulator" not in path.read_text()
