"""Pages for people: what they point to exists, and the map has every room."""

from collections.abc import Iterable
from pathlib import Path
import re

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")
_PATH = re.compile(r"`((?:tests|script|docs|benchmarks|simulator)/[\w./*-]+)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def page_problems(page: Path, root: Path) -> list[str]:
    """Return links and paths of a page that lead nowhere."""
    text = page.read_text(encoding="utf-8")
    links = {a or b for a, b in _LINK.findall(_CODE.sub("", text))}
    problems = [
        f"{page.name}: {link} is not there"
        for link in sorted(links)
        if not re.match(r"https?:|mailto:|/", link)
        and not (page.parent / link).exists()
    ]
    return problems + [
        f"{page.name}: {path} is not there"
        for path in sorted(set(_PATH.findall(text)))
        if not any(root.glob(path.rstrip("/")))
    ]


def map_problems(text: str, rooms: Iterable[str]) -> list[str]:
    """Return rooms that a map leaves out."""
    named = set(re.findall(r"`(\w+)`", text))
    return [f"{room} is on no map" for room in sorted(set(rooms) - named)]
