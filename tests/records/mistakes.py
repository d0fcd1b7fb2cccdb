"""What a family says to each value that a parameter cannot have, and what it makes of the others.

Here sentences stand in whole: for somebody who has made a mistake they are all there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from cmsdeploy.errors import InputError
from cmsdeploy.families import families
from tests.contract.deployment import Deployment
from tests.contract.registration import REGISTERED

__all__ = ["mistakes"]

_LONG = "a" * 300
VALUES: tuple[object, ...] = (
    None, "", 7, -1, 1.5, True, [], ["a", "a"], ["a", 1], {"a": 1}, {}, [{"a": 1}], "a b", "a;b",
    "-a", "x.example.com", "10.0.0.1", "list", "absent", "yes", _LONG, [_LONG], {_LONG: "a"},
    "a\nb", "10.0.0.1#0", ["10.0.0.1#5353"], "always",
    "10.0.0.1:5222", "[fd00::1]:5223", "a:0", "a:65535", "a:65536", "none", 1, 86400, "3600",
    [_LONG, _LONG], "10.0.0.1#65535", "10.0.0.1#65536", "10.0.0.1#x",
)  # fmt: skip
# Entries of mappings that a parameter is made of.
INNER: Mapping[str, tuple[str, ...]] = {
    "certificate": ("key", "cert", "bundle", "trust", "names", "other"),
    "csr": ("name", "where", "CN", "O", "subjectAltName", "other"),
    "key": ("name", "secret", "algorithm", "other"),
    "hosts": ("host", "name", "addresses", "other"),
}


def mistakes(family: str) -> Iterator[str]:
    """Every parameter with every value, one at a time; then without it, and one of no such name."""
    wanted = Deployment()
    good = dict(REGISTERED[family].parameters(wanted, "cb1"))
    known = [parameter.name for parameter in families()[family].parameters]
    for field, value in _spec(family, good).items():
        yield f"well: {field}={_plain(value)}"
    for name in known:
        yield f"{name}: left out: {_said(family, {n: v for n, v in good.items() if n != name})}"
        for value in VALUES:
            yield f"{name}: {_short(repr(value))}: {_said(family, {**good, name: value})}"
        for entry in INNER.get(name, ()):
            for value in VALUES:
                given = {**good, name: _with_entry(good.get(name), entry, value)}
                yield f"{name}, {entry}: {_short(repr(value))}: {_said(family, given)}"
    for stranger in ("domian", _LONG, "zzz"):
        yield f"{_short(stranger)}: {_said(family, {**good, stranger: 1})}"


def _with_entry(of: object, entry: str, value: object) -> object:
    if isinstance(of, list):
        first, *others = of
        return [{**first, entry: value}, *others]
    return {**of, entry: value} if isinstance(of, Mapping) else {entry: value}


def _spec(family: str, given: Mapping[str, object]) -> Mapping[str, object]:
    spec: object = families()[family].spec(given, Deployment().site("cb1"))
    return vars(spec)


def _said(family: str, given: Mapping[str, object]) -> str:
    """The mistake and what to do; of a value that is taken, what it makes of the spec."""
    was = _spec(family, REGISTERED[family].parameters(Deployment(), "cb1"))
    try:
        found = _spec(family, given)
    except InputError as error:
        return f"{error.cause}; {error.action}"
    changed = [f"{name}={_plain(value)}" for name, value in found.items() if value != was[name]]
    return f"taken: {', '.join(changed) or 'the same'}"


def _plain(value: object) -> str:
    return _short(repr(sorted(value) if isinstance(value, frozenset) else value), 300)


def _short(value: object, limit: int = 60) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)})"


SCENES = {f"mistakes, {family}": partial(mistakes, family) for family in REGISTERED}
