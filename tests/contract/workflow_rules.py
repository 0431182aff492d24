"""Workflows: what they run is pinned, and what they may do is little."""

from collections.abc import Mapping
import re
from typing import Any

# owner/repository@digest, or an image by its digest; the version stands in a comment.
_ACTION = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v?\d+(\.\d+)*")
_IMAGE = re.compile(r"docker://[\w./-]+@sha256:[0-9a-f]{64} # \S+")
_USES = re.compile(r"^[\s-]*uses: *(.*?)\s*$", re.MULTILINE)
_SCOPES = {"contents": {"read", "write"}}
_OUTSIDE = re.compile(
    r"\$\{\{[^}]*(github\.event|github\.head_ref|github\.ref_name|inputs\.)"
)


def workflow_problems(text: str, workflow: Mapping[Any, Any]) -> list[str]:
    """Return what is wrong with a workflow; `text` is the same with its comments."""
    problems = [
        f"{used}: not pinned by a digest, with the version in a comment"
        for used in _USES.findall(text)
        if not (_ACTION.fullmatch(used) or _IMAGE.fullmatch(used))
    ]
    # YAML 1.1 takes `on` for a truth.
    events = workflow.get("on", workflow.get(True, {}))
    if "pull_request_target" in events:
        problems.append("pull_request_target runs strangers' code with our rights")
    if workflow.get("permissions") != {}:
        problems.append("permissions: not {} at the top")
    if set(workflow.get("concurrency", {})) != {"group", "cancel-in-progress"}:
        problems.append("concurrency: no group, or not said whether to cancel")
    for name, job in workflow["jobs"].items():
        problems += [f"{name}: {problem}" for problem in _job_problems(job)]
    return problems


def _job_problems(job: Mapping[str, Any]) -> list[str]:
    problems = []
    permissions = job.get("permissions")
    if not isinstance(permissions, dict):
        problems.append("permissions are not said")
    elif any(
        access not in _SCOPES.get(scope, ()) for scope, access in permissions.items()
    ):
        problems.append(f"permissions {permissions}: more than needed")
    if "timeout-minutes" not in job:
        problems.append("no timeout-minutes")
    if str(job.get("runs-on", "")).endswith("latest"):
        problems.append("runs-on moves by itself")
    for step in job["steps"]:
        used, command = step.get("uses", ""), step.get("run", "")
        given = step.get("with", {})
        if used.startswith("actions/checkout@") and (
            given.get("persist-credentials") is not False
        ):
            problems.append("checkout leaves the token on the disk")
        if _OUTSIDE.search(command):
            problems.append("what strangers write is run: hand it over in env")
    return problems
