"""The library loads where there is no Home Assistant, with nothing but cryptography."""

from pathlib import Path
import subprocess
import sys
import textwrap

LIBRARY = Path(__file__).parents[2] / "custom_components" / "flux3dp" / "aioflux"


def test_it_loads_without_home_assistant() -> None:
    program = textwrap.dedent(
        """
        import importlib.abc, sys

        class Block(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {"homeassistant", "custom_components"}:
                    raise ImportError(f"{name} is blocked")

        sys.meta_path.insert(0, Block())
        import aioflux, aioflux.__main__
        # cryptography looks for bcrypt, for keys of another kind.
        allowed = {"aioflux", "cryptography", "bcrypt"}
        loaded = {name.partition(".")[0] for name in sys.modules}
        foreign = loaded - allowed - set(sys.stdlib_module_names)
        print(sorted(name for name in foreign if not name.startswith("_")))
        print(all(hasattr(aioflux, name) for name in aioflux.__all__))
        """
    )
    site = next(path for path in sys.path if path.endswith("site-packages"))
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": f"{LIBRARY.parent}:{site}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "True"]
