"""The filters of Ansible over lists and mappings, in plain Python.

What Ansible gives in the order of a set, which changes from run to run, comes here in the order of
first mention.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.template_limits import iterated

__all__ = ["COLLECTION_FILTERS", "listed"]


def listed(value: Any) -> list[Any]:
    """``value`` as a list; a text or a mapping is none. Raises :class:`InputError`."""
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        raise InputError(f"a list is wanted, this is {type(value).__name__}", "give it a list")
    return list(iterated(value))


def _mapped(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise InputError(
            f"a mapping is wanted, this is {type(value).__name__}", "give it a mapping"
        )
    return value


def _distinct(values: Iterable[Any]) -> list[Any]:
    try:
        return list(dict.fromkeys(values))
    except TypeError:  # of lists and mappings
        found: list[Any] = []
        for value in iterated(values):
            if value not in found:
                found.append(value)
        return found


def _union(one: Any, two: Any) -> list[Any]:
    return _distinct([*listed(one), *listed(two)])


def _intersect(one: Any, two: Any) -> list[Any]:
    others = listed(two)
    return _distinct([value for value in listed(one) if value in others])


def _difference(one: Any, two: Any) -> list[Any]:
    others = listed(two)
    return _distinct([value for value in listed(one) if value not in others])


def _symmetric_difference(one: Any, two: Any) -> list[Any]:
    return [*_difference(one, two), *_difference(two, one)]


def _unique(value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    found: list[Any] = []
    keys: list[Any] = []
    for item in listed(value):
        key = item[attribute] if attribute is not None else item
        key = key.lower() if isinstance(key, str) and not case_sensitive else key
        if key not in keys:
            keys.append(key)
            found.append(item)
    return found


def _flatten(value: Any, levels: int | None = None, skip_nulls: bool = True) -> list[Any]:
    return list(_flat(listed(value), levels, skip_nulls))


def _flat(values: list[Any], levels: int | None, skip_nulls: bool) -> Iterator[Any]:
    for value in iterated(values):
        if isinstance(value, (list, tuple)) and levels != 0:
            yield from _flat(list(value), None if levels is None else levels - 1, skip_nulls)
        elif not (skip_nulls and (value is None or value in ("None", "null"))):
            yield value


def _zip(*lists: Any) -> list[Any]:
    return [list(row) for row in zip(*map(listed, lists), strict=False)]


def _zip_longest(*lists: Any, fillvalue: Any = None) -> list[Any]:
    return [list(row) for row in itertools.zip_longest(*map(listed, lists), fillvalue=fillvalue)]


def _product(*lists: Any) -> list[Any]:
    return [list(row) for row in iterated(itertools.product(*map(listed, lists)))]


def _dict2items(value: Any, key_name: str = "key", value_name: str = "value") -> list[Any]:
    return [{key_name: key, value_name: item} for key, item in _mapped(value).items()]


def _items2dict(value: Any, key_name: str = "key", value_name: str = "value") -> dict[Any, Any]:
    return {item[key_name]: item[value_name] for item in listed(value)}


def _combine(*given: Any, recursive: bool = False, list_merge: str = "replace") -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    _merged_lists([], [], list_merge)  # says that it cannot be
    for value in _flat(list(given), None, skip_nulls=False):
        merged = _merge(merged, _mapped(value), recursive, list_merge)
    return merged


def _merge(
    weak: Mapping[Any, Any], strong: Mapping[Any, Any], recursive: bool, list_merge: str
) -> dict[Any, Any]:
    merged = dict(weak)
    for key, value in strong.items():
        known = merged.get(key)
        if recursive and isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _merge(known, value, recursive, list_merge)
        elif isinstance(known, list) and isinstance(value, list):
            merged[key] = _merged_lists(known, value, list_merge)
        else:
            merged[key] = value
    return merged


def _merged_lists(weak: list[Any], strong: list[Any], how: str) -> list[Any]:
    forms: dict[str, Callable[[], list[Any]]] = {
        "replace": lambda: strong,
        "keep": lambda: weak,
        "append": lambda: weak + strong,
        "prepend": lambda: strong + weak,
        "append_rp": lambda: [one for one in weak if one not in strong] + strong,
        "prepend_rp": lambda: strong + [one for one in weak if one not in strong],
    }
    if how not in forms:
        raise InputError(f"list_merge cannot be {printable(how, 40)!r}", f"use {', '.join(forms)}")
    return forms[how]()


def _subelements(value: Any, name: str, skip_missing: bool = False) -> list[Any]:
    rows: list[Any] = []
    for item in _mapped(value).values() if isinstance(value, Mapping) else listed(value):
        found: Any = item
        for part in name.split("."):
            if skip_missing and part not in found:
                found = []
                break
            found = found[part]
        rows += [[item, one] for one in listed(found)]
    return rows


COLLECTION_FILTERS: Mapping[str, Callable[..., Any]] = {
    "combine": _combine,
    "dict2items": _dict2items,
    "difference": _difference,
    "flatten": _flatten,
    "intersect": _intersect,
    "items2dict": _items2dict,
    "product": _product,
    "subelements": _subelements,
    "symmetric_difference": _symmetric_difference,
    "union": _union,
    "unique": _unique,
    "zip": _zip,
    "zip_longest": _zip_longest,
}
