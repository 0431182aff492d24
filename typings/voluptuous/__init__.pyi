# Home Assistant 2026.10 replaces voluptuous by probatio when it is imported, and types the
# schemas of flows as probatio's. mypy sees only the import statements: this tells it. Used by
# script/types for the newest environment only; the floor has voluptuous itself.
from probatio import *
