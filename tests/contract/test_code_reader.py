"""The reader follows what people write, and says so where it cannot."""

import ast

import pytest

from .code_reader import Code, UnresolvedError
from .code_tree import keyword


def read(source: str, **others: str) -> set[str]:
    """Return what the keyword `key` of the call of `show` can be."""
    modules = {"main": ast.parse(source)}
    modules |= {name: ast.parse(text) for name, text in others.items()}
    code = Code(modules, {"reason": lambda _node, _place: {"empty", "too_long"}})
    return {
        found
        for call, place in code.calls("show")
        for found in code.strings(keyword(call, "key"), place)
    }


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('show(key="a")', {"a"}),
        ('show(key="a" if b else "c")', {"a", "c"}),
        ('A = "a"\nshow(key=A)', {"a"}),
        ('A = "a"\ndef f():\n    A = "b"\n    show(key=A)', {"b"}),
        ('T = {1: "a", 2: "b"}\nshow(key=T[x])', {"a", "b"}),
        ('T = {1: "a"}\nshow(key=T.get(x, "c"))', {"a", "c"}),
        (
            (
                'T = {1: "a"}\ndef f(x):\n    if (k := T.get(x)) is not None:\n'
                "        show(key=k)"
            ),
            {"a"},
        ),
        (
            (
                'T = ((ValueError, "a"), (KeyError, "b"))\n'
                'def g(e):\n    return next((k for t, k in T if t is e), "c")\n'
                "def f(e):\n    show(key=g(e))"
            ),
            {"a", "b", "c"},
        ),
        ("def f(err):\n    show(key=err.reason)", {"empty", "too_long"}),
        ("show(key=f'invalid_{e.reason}')", {"invalid_empty", "invalid_too_long"}),
        ('def f(k):\n    show(key=k)\nf("a")\nf(k="b")', {"a", "b"}),
        ('def f(*, k="d"):\n    show(key=k)\nf(k="b")', {"b", "d"}),
        (
            'class C:\n    _key = "a"\n    def f(self):\n        show(key=self._key)',
            {"a"},
        ),
        (
            (
                "class C:\n    def g(self, k):\n        show(key=k)\n"
                '    def f(self):\n        self.g("a")'
            ),
            {"a"},
        ),
        ("from homeassistant.const import CONF_HOST\nshow(key=CONF_HOST)", {"host"}),
        (
            (
                "class C:\n    def g(self):\n        self.p = ('a', 'b')\n"
                "    def f(self):\n        x, y = self.p\n        show(key=y)"
            ),
            {"b"},
        ),
        ("show(key=None)", set()),
        ("show()", set()),
    ],
)
def test_what_can_be(source: str, found: set[str]) -> None:
    assert read(source) == found


def test_what_another_module_says() -> None:
    source = "from .words import A, word\nshow(key=A)\nshow(key=word())"
    words = 'A = "a"\ndef word():\n    return "b"'
    assert read(source, words=words) == {"a", "b"}


@pytest.mark.parametrize(
    "source",
    [
        "show(key=somewhere.key)",
        "from elsewhere import KEY\nshow(key=KEY)",
        "show(key=foreign())",
        "show(key=A + B)",
    ],
)
def test_what_cannot_be_followed(source: str) -> None:
    with pytest.raises(UnresolvedError, match=r"main\.py:\d"):
        read(source)
