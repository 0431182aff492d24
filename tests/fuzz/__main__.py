"""Search for inputs that break a target, guided by the lines they reach.

Prints a row for each target: its name, inputs, seconds, findings.
"""

import argparse
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import time

from .inputs import FOLDER, escape, read_corpus, write_corpus

_TARGETS = sorted(path.stem for path in FOLDER.glob("*.txt"))
_FINDINGS = ("crash-", "timeout-", "oom-")
_LONGEST = "-max_len=6000"
_PATIENCE = "-timeout=30"  # s. An input that takes longer is a finding.
_MOST_SHOWN = 6000
_MOST_KEPT = 12_000  # Characters of a corpus file.


def main() -> None:
    """Run what was asked for, target by target."""
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(_TARGETS)}")
    parser.add_argument("--seconds", type=int, help="for each target (60)")
    parser.add_argument("--runs", type=int, help="inputs for each target")
    parser.add_argument("--seed", type=int, help="another one finds other inputs")
    parser.add_argument(
        "--keep", action="store_true", help="keep in the corpus what reaches new lines"
    )
    options = parser.parse_args()
    if unknown := set(options.targets) - set(_TARGETS):
        parser.error(f"no target is called {', '.join(sorted(unknown))}")
    limits = [f"-runs={options.runs}"] if options.runs else []
    if options.seconds or not limits:
        limits.append(f"-max_total_time={options.seconds or 60}")
    if options.seed is not None:
        limits.append(f"-seed={options.seed}")
    results = [
        _search(name, limits, keep=options.keep) for name in options.targets or _TARGETS
    ]
    sys.exit(not all(results))


def _search(name: str, limits: list[str], *, keep: bool) -> bool:
    """Search in one target; return whether it held."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, kept = Path(folder, "corpus"), Path(folder, "kept")
        for path in (corpus, kept):
            path.mkdir()
            for number, data in enumerate(read_corpus(name)):
                (path / str(number)).write_bytes(data)
        findings = f"-artifact_prefix={folder}/"
        begin = time.monotonic()
        code, log = _work(name, str(corpus), _PATIENCE, findings, *limits)
        seconds = time.monotonic() - begin
        found = [
            path for path in Path(folder).iterdir() if path.name.startswith(_FINDINGS)
        ]
        if code:
            print(log[max(log.find("=== "), len(log) - _MOST_SHOWN, 0) :])
        for path in found:
            print(f"Add a line to tests/fuzz/corpus/{name}.txt:")
            print(escape(path.read_bytes()))
        counts = re.findall(r"^(?:Done |#)(\d+)", log, re.MULTILINE)
        count = max(map(int, counts), default=0)
        print(f"| {name} | {count:,} | {seconds:.0f} | {len(found)} |", flush=True)
        if keep and not code:
            _work(name, "-merge=1", str(kept), str(corpus))
            _keep(name, [path.read_bytes() for path in kept.iterdir()])
        return not code


def _work(name: str, *arguments: str) -> tuple[int, str]:
    """Run a target; return its exit code, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", name, _LONGEST, *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return done.returncode, done.stdout


def _keep(name: str, inputs: list[bytes]) -> None:
    """Add to the corpus of a target: the shortest, while there is room."""
    kept = read_corpus(name)
    size = sum(len(escape(data)) for data in kept)
    for data in sorted(inputs, key=len):
        size += len(escape(data))
        if size > _MOST_KEPT:
            break
        kept.append(data)
    write_corpus(name, kept)


if __name__ == "__main__":
    main()
