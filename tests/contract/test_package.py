"""The zip of a release: what HACS unpacks, and the same bytes each time."""

import json
import os
from pathlib import Path
import subprocess
import zipfile

import pytest

from .files import DOMAIN, INTEGRATION, ROOT, read_json
from .manifest_rules import manifest_problems


def package(*arguments: str, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "script" / "package"), *arguments],
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def release(tmp_path: Path) -> Path:
    target = tmp_path / "flux3dp.zip"
    done = package("v1.2.3", str(target))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{target}\n"
    return target


def test_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "again.zip"
    # Where times are put in, they are those of the files, or now.
    os.utime(INTEGRATION / "manifest.json")
    assert package("1.2.3", str(again), zone="Asia/Taipei").returncode == 0
    assert again.read_bytes() == release.read_bytes()


def test_the_version(release: Path) -> None:
    before = (INTEGRATION / "manifest.json").read_bytes()
    with zipfile.ZipFile(release) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["version"] == "1.2.3"
    assert manifest_problems(manifest, DOMAIN) == []
    own = read_json(INTEGRATION / "manifest.json")
    assert manifest == own | {"version": "1.2.3"}
    assert own["version"] == "0.0.0"
    assert (INTEGRATION / "manifest.json").read_bytes() == before


def test_what_is_in_it(release: Path) -> None:
    with zipfile.ZipFile(release) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        for name in names:
            if name != "manifest.json":
                assert archive.read(name) == (INTEGRATION / name).read_bytes(), name
    assert names == sorted(names)
    assert {
        "__init__.py",
        "manifest.json",
        "services.yaml",
        "icons.json",
        "translations/en.json",
        "brand/icon.png",
        "aioflux/__init__.py",
        "aioflux/py.typed",
    } <= set(names)
    assert not [name for name in names if "__pycache__" in name or "test" in name]


@pytest.mark.parametrize("version", ["newest", "1.2", "1.2.3-dirty", "", "1.2.3\n"])
def test_what_is_no_version(version: str, tmp_path: Path) -> None:
    target = tmp_path / "flux3dp.zip"
    done = package(version, str(target))
    assert done.returncode == 2
    assert "is no version" in done.stderr
    assert not target.exists()
