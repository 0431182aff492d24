"""What holds for the whole repository, and for the workflows, which cannot run here."""

from pathlib import Path
import re
import subprocess
from typing import Any

import pytest
import yaml

from .files import ROOT

FILES = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split("\0")[:-1]
# Where a package comes from is the choice of the machine: a mirror, or the usual place.
_REGISTRY = re.compile(
    rb"\b(?:registry|pypi|crates|conda)\.[\w.-]*(?:org|com|io|net)\b"
    rb"|\b(?:files|proxy|deb|ftp|mirrors?)\.\w+\.(?:org|com|io|net)\b"
    rb"|\"resolved\": \"http",
    re.IGNORECASE,
)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
# owner/repository@digest, the version in a comment.
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v?\d+(\.\d+)*")
_OUTSIDE = re.compile(
    r"\$\{\{[^}]*(github\.event|github\.head_ref|github\.ref_name|inputs\.)"
)


def test_no_registry_is_named() -> None:
    named = {
        name: found[0]
        for name in FILES
        if (path := ROOT / name).is_file()
        and (found := _REGISTRY.search(path.read_bytes()))
    }
    assert named == {}


@pytest.mark.parametrize(
    "folder", ["custom_components", "simulator", "script", "benchmarks"]
)
def test_no_module_is_too_long(folder: str) -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow(path: Path) -> None:
    """What it runs is pinned, and may do little."""
    text = path.read_text(encoding="utf-8")
    workflow: dict[Any, Any] = yaml.safe_load(text)
    used = re.findall(r"^[\s-]*uses: *(.*?)\s*$", text, re.MULTILINE)
    assert [action for action in used if not _PINNED.fullmatch(action)] == []
    # It runs the code of strangers with our rights. YAML 1.1 takes `on` for a truth.
    assert "pull_request_target" not in workflow[True]
    assert workflow["permissions"] == {}
    assert set(workflow["concurrency"]) == {"group", "cancel-in-progress"}
    for name, job in workflow["jobs"].items():
        assert set(job["permissions"]) == {"contents"}, name
        assert "timeout-minutes" in job, name
        assert not job["runs-on"].endswith("latest"), name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name
            command = step.get("run", "")
            # What strangers write is handed over in env.
            assert not _OUTSIDE.search(command), command
            for script in re.findall(r"(?:^|[\s\"(])(script/\w+)\b", command):
                assert (ROOT / script).exists()


def test_what_runs() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in WORKFLOWS}
    assert "- run: script/test\n" in texts["tests"]
    for command in ("-m script.hassfest", "-m pytest tests/contract", "script/hacs"):
        assert command in texts["validate"]
    # What is published has its zip already.
    order = ["script/package", "--draft ", "release upload", "--draft=false"]
    places = [texts["release"].index(word) for word in order]
    assert places == sorted(places)


def test_checks_that_fail_in_the_same_instant_all_say_why(tmp_path: Path) -> None:
    text = (ROOT / "script" / "test").read_text("utf-8")
    check = re.search(r"^check\(\) \{.*?^\}", text, re.DOTALL | re.MULTILINE)
    assert check is not None
    script = f"""
        set -euo pipefail
        logs={tmp_path} results={tmp_path}/results failed=0
        {check[0]}
        complain() {{ echo "why $1"; return 1; }}
        # What would be put in one place is put there when both are ready.
        mv() {{
            touch "$1.ready"
            until [[ $(ls "$logs"/*.ready | wc -l) == 2 ]]; do sleep 0.01; done
            command mv "$@"
        }}
        check first complain 1 >"$logs/first" &
        check second complain 2 >"$logs/second" &
        wait
        {text[text.index("# Where a log is cut") :]}
    """
    ended = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    for word in ("first FAILED", "why 1", "second FAILED", "why 2"):
        assert word in ended.stdout


def test_dependabot_keeps_the_pins() -> None:
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    kept = {update["package-ecosystem"] for update in config["updates"]}
    assert "github-actions" in kept
