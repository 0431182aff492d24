"""The workflows, which cannot run here: what they run is pinned, and may do little."""

from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from .files import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
# owner/repository@digest, the version in a comment.
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v?\d+(\.\d+)*")
_OUTSIDE = re.compile(
    r"\$\{\{[^}]*(github\.event|github\.head_ref|github\.ref_name|inputs\.)"
)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow(path: Path) -> None:
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


def test_dependabot_keeps_the_pins() -> None:
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    kept = {update["package-ecosystem"] for update in config["updates"]}
    assert "github-actions" in kept
