"""Runs one target under atheris, with the arguments of libFuzzer; `script/fuzz` starts it."""

import sys

import atheris

# Only what is imported in here is watched, and nothing of it may be imported before.
with atheris.instrument_imports(include=["custom_components.flux3dp"]):
    from .conversations import CONVERSATIONS
    from .parsers import PARSERS

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    # What libFuzzer gives to a shell to start itself again.
    program = f"{sys.executable} -m tests.fuzz.guided {name}"
    atheris.Setup([program, *arguments], (PARSERS | CONVERSATIONS)[name])
    atheris.Fuzz()
