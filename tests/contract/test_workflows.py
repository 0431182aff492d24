"""The workflows, which cannot run here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .files import ROOT, WORKFLOWS
from .workflow_rules import workflow_problems

WORKFLOW = """
on: [push]
permissions: {}
concurrency: {group: tests, cancel-in-progress: true}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1.2.3
        with:
          persist-credentials: false
      - run: script/test
"""


def problems(text: str) -> list[str]:
    return workflow_problems(text, yaml.safe_load(text))


def commands(path: Path) -> str:
    jobs: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    return "\n".join(step.get("run", "") for step in steps)


@pytest.mark.parametrize(
    "path", sorted(WORKFLOWS.glob("*.y*ml")), ids=lambda path: path.stem
)
def test_a_workflow(path: Path) -> None:
    assert problems(path.read_text()) == []


def test_what_runs() -> None:
    assert "script/test" in commands(WORKFLOWS / "tests.yml").splitlines()
    validate = commands(WORKFLOWS / "validate.yml")
    assert "-m script.hassfest" in validate
    # Its plugins look for ruff there.
    assert 'PATH="$GITHUB_WORKSPACE/.venv/bin:$PATH"\n' in validate
    assert "-m pytest tests/contract" in validate
    assert 'script/hacs "$PAGE"' in validate
    release = commands(WORKFLOWS / "release.yml")
    assert 'script/package "$TAG"' in release
    # What is published has its zip already.
    order = ["release create", "--draft ", "release upload", "--draft=false"]
    places = [release.index(word) for word in order]
    assert places == sorted(places)
    assert yaml.safe_load((WORKFLOWS / "release.yml").read_text())[True] == {
        "push": {"tags": ["v*"]}
    }
    for path in WORKFLOWS.glob("*.yml"):
        for word in commands(path).split():
            if word.startswith("script/") and "." not in word:
                assert (ROOT / word).exists(), f"{path.name}: {word}"


def test_dependabot_keeps_the_pins() -> None:
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
    kept = {update["package-ecosystem"] for update in config["updates"]}
    assert "github-actions" in kept


def test_the_example_is_good() -> None:
    assert problems(WORKFLOW) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("0123456789012345678901234567890123456789", "v1", "not pinned"),
        ("9 # v1.2.3", "9", "not pinned"),
        ("# v1.2.3", "# newest", "not pinned"),
        ("permissions: {}", "permissions: read-all", "not {} at the top"),
        ("permissions: {}\n", "", "not {} at the top"),
        ("contents: read", "packages: write", "more than needed"),
        ("    permissions:\n      contents: read\n", "", "are not said"),
        (", cancel-in-progress: true", "", "concurrency"),
        ("    timeout-minutes: 5\n", "", "timeout-minutes"),
        ("ubuntu-24.04", "ubuntu-latest", "moves by itself"),
        ("credentials: false", "credentials: true", "leaves the token"),
        ("[push]", "[pull_request_target]", "strangers' code"),
        ("script/test", "echo ${{ github.event.issue.title }}", "strangers write"),
        ("actions/checkout@", "docker://alpine:3 # ", "not pinned"),
        ("actions/checkout@", "./.fetched # ", "not pinned"),
    ],
)
def test_a_broken_workflow(old: str, new: str, problem: str) -> None:
    assert old in WORKFLOW
    found = problems(WORKFLOW.replace(old, new))
    assert any(problem in line for line in found), found
