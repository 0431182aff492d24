"""The zip of a release: what HACS unpacks, and the same bytes each time."""

from argparse import ArgumentTypeError
import json
import os
from pathlib import Path
from runpy import run_path
import subprocess
import zipfile

import pytest

from .files import INTEGRATION, ROOT, read_json


def package(*arguments: str, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "script" / "package"), *arguments],
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )


def test_release(tmp_path: Path) -> None:
    first, again = tmp_path / "flux3dp.zip", tmp_path / "elsewhere" / "again.zip"
    done = package("v1.2.3", str(first))
    wheel = tmp_path / "aioflux-1.2.3-py3-none-any.whl"
    assert (done.returncode, done.stdout) == (0, f"{first}\n{wheel}\n"), done.stderr
    # Where times are put in, they are those of the files, or now.
    os.utime(INTEGRATION / "manifest.json")
    assert package("1.2.3", str(again), zone="Asia/Taipei").returncode == 0
    assert again.read_bytes() == first.read_bytes()
    assert (again.parent / wheel.name).read_bytes() == wheel.read_bytes()

    with zipfile.ZipFile(first) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert list(content) == sorted(content)
    manifest = read_json(INTEGRATION / "manifest.json")
    assert manifest["version"] == "0.0.0"
    assert json.loads(content.pop("manifest.json")) == manifest | {"version": "1.2.3"}
    assert content == {name: (INTEGRATION / name).read_bytes() for name in content}
    assert {
        *("__init__.py", "services.yaml", "icons.json", "translations/en.json"),
        *("brand/icon.png", "www/flux3dp-card.js", "aioflux/py.typed"),
    } <= set(content)
    assert not [name for name in content if "__pycache__" in name or "test" in name]


def test_not_a_version(tmp_path: Path) -> None:
    target = tmp_path / "flux3dp.zip"
    done = package("1.2.3-dirty", str(target))
    assert done.returncode == 2
    assert "is no version" in done.stderr
    assert not target.exists()
    version = run_path(str(ROOT / "script" / "package"))["version"]
    for text in ("newest", "1.2", "", "1.2.3\n"):
        with pytest.raises(ArgumentTypeError):
            version(text)
