"""Inventories that nobody wrote: made from a number, the same for the same number.

Each is a folder with one or several sources in INI and YAML, with ``group_vars`` and ``host_vars``
beside the inventory and beside a playbook, and the patterns to ask it for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

__all__ = ["Made", "made"]

_GROUPS = ["alpha", "beta", "Upper", "n9", "n10", "with-dash", "dotted.name", "zeta_1"]
_HOSTS = ["h1", "h2", "h10", "Host", "cb1.example.com", "cb[1:3]", "cb[08:10].example.com"]
_HOSTS += ["r[a:c]-[1:2]", "x[1:9:3]", "10.0.0.7", "under_score"]
_ON_HOST_LINES = [
    "22", "-5", "1.5", "1e3", "0x1F", "1_000", "True", "False", "None", "true", "yes", "null",
    "0644", "3.8.1", "[1,2]", "[a,b]", "22:30", "'two words'", '"22"', "'True'", '"\'22\'"',
    "a\\ b", "x\\#y", "'a#b'", '"a\\"b"', "a=b=c", "(1,2)", "\"{'k': [1, 2]}\"", "''", "~",
    "10.0.0.1",
    "fe80::1", "1.", ".5", "00", "0o17", "0b11", "-0", "+5", "1e999", "'x'y", "é", "a/b", "u'x'",
]  # fmt: skip
_IN_VARS = [
    "22", '"22"', "'22'", "True", "true", "a#b", "a # comment", "22 # comment", "two words",
    "[1, 'x']",
    "{'k': (1, 2)}", "0644", "'it''s'", "a = b", "", "- x", "$HOME", "\\n", "'\\n'",
    "C:\\dir", "1 2",
    "None", "[", "x;y", "1 + 1", "1 - 1", "10.0.0.0/8", "'a' 'b'", "set", "\"\"\"t\"\"\"",
]  # fmt: skip
_IN_YAML = [
    "22", "'22'", "yes", "No", "on", "y", "NO", "0644", "0o644", "0899", "22:30", "12:30:45",
    "08:15",
    "11:22:33:44:55:00", "00:11:22:33:44:55", "1e3", "1.0e+3", "~", "null", "", "0b101",
    "1_000", ".5",
    "2024-01-31", "[1, a, {b: c}]", "{k: {l: [m]}}", "'it''s'",
    '"t\\tx"', "!unsafe '{{ x }}'", "a b",
    "é", "|\n{indent}  two\n{indent}  lines", ">\n{indent}  folded\n{indent}  text",
    "!!str 5", "1.",
]  # fmt: skip
_TEMPLATES = [
    "{{ inventory_hostname }}", "{{ group_names | join(',') }}", "{{ groups['all'] | length }}",
    "{{ v_plain | default('none') }}", "x{{ 1 + 1 }}y", "{{ [1, 2] + [3] }}",
    "{{ inventory_hostname_short | upper }}", "{{ groups['all'] | sort | first }}",
    "{{ 'b' in group_names }}",
    "{{ {'a': 1} | combine({'b': 2}) }}",
]  # fmt: skip
_PATTERNS = [
    "{one}", "{one}:{two}", "{one}:&{two}", "{one}:!{two}", "!{one}", "&{one}:{two}", "{one},{two}",
    "{one},!{two}", "*e*:&{one}", "~.*a.*", "[a-z]*", "?*:!{two}", "*.com,{one}", "{one}:{two}:!h1",
]  # fmt: skip
_ENDINGS = ["", ".yml", ".yaml", ".json"]


@dataclass
class Made:
    """What was written. ``patterns`` say whether Ansible fixes the order of the hosts, too."""

    sources: list[str]
    playbook_folder: Path | None
    patterns: dict[str, bool] = field(default_factory=dict)


class _Maker:
    def __init__(self, random: Random, folder: Path, is_ini_only: bool) -> None:
        self.random = random
        self.folder = folder
        self.groups = random.sample(_GROUPS, random.randint(1, 6))
        self.hosts = random.sample(_HOSTS, random.randint(1, 6))
        self.with_children: set[str] = set()
        # A port counts where the host is mentioned first; else it is refused.
        self.with_port = {"x[1:9:3]", "under_score"} if is_ini_only else set()

    def value(self, corpus: list[str]) -> str:
        return self.random.choice(corpus)

    def names(self) -> list[str]:
        return [f"v_{n}" for n in self.random.sample(range(6), self.random.randint(0, 3))]

    def children(self, group: str) -> list[str]:
        later = self.groups[self.groups.index(group) + 1 :]
        chosen = [name for name in later if self.random.random() < 0.3]
        self.with_children |= {group} if chosen else set()
        return chosen

    def some_hosts(self) -> list[str]:
        return self.random.sample(self.hosts, self.random.randint(0, min(3, len(self.hosts))))

    def ini(self) -> str:
        lines: list[str] = ["# made", "", "solo"]
        lines += [self.host_line(host) for host in self.some_hosts()]
        for group in self.groups:
            lines.append(f"[{group}]")
            lines += [self.host_line(host) for host in self.some_hosts()]
            children = self.children(group)
            if children:
                lines += [f"[{group}:children]", *children, "; a comment"]
            if self.random.random() < 0.5:
                lines.append(f"[{group}:vars]  # of the group")
                lines += [f"{name} = {self.value(_IN_VARS)}" for name in self.names()]
                if self.random.random() < 0.3:
                    lines.append(f"ansible_group_priority={self.random.randint(-2, 12)}")
        if self.random.random() < 0.3:
            lines += ["[all:vars]", f"v_0={self.value(_IN_VARS)}"]
        return "\n".join(lines) + "\n"

    def host_line(self, host: str) -> str:
        port = ":2222" if host in self.with_port else ""
        given = [f"{name}={self.value(_ON_HOST_LINES)}" for name in self.names()]
        tail = "  # comment" if self.random.random() < 0.2 else ""
        return f"{host}{port} {' '.join(given)}{tail}"

    def yaml(self) -> str:
        lines = ["---"]
        for group in self.groups:
            lines.append(f"{group}:")
            self.yaml_variables(lines, "  ")
            hosts = self.some_hosts()
            lines += ["  hosts:"] if hosts else []
            for host in hosts:
                lines.append(f"    {host!r}:")
                for name in self.names():
                    lines.append(f"      {name}: {self.yaml_value('      ')}")
            children = self.children(group)
            lines += ["  children:", *(f"    {child}:" for child in children)] if children else []
        lines += ["all:", "  hosts:", "    lonely:"]
        return "\n".join(lines) + "\n"

    def yaml_variables(self, lines: list[str], indent: str) -> None:
        names = self.names()
        priority = self.random.random() < 0.2
        if names or priority:
            lines.append(f"{indent}vars:")
        for name in names:
            lines.append(f"{indent}  {name}: {self.yaml_value(indent + '  ')}")
        if priority:
            lines.append(f"{indent}  ansible_group_priority: {self.random.randint(-2, 12)}")

    def yaml_value(self, indent: str) -> str:
        return self.value(_IN_YAML).replace("{indent}", indent)

    def variable_files(self, folder: Path, kind: str, names: list[str]) -> None:
        for name in names:
            if self.random.random() < 0.4:
                ending = self.random.choice(_ENDINGS)
                path = folder / kind / (name + ending)
                if not ending and self.random.random() < 0.5:
                    path = path / self.random.choice(["10.yml", "20", "30.json"])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.variable_file(path.suffix == ".json"), encoding="utf-8")

    def variable_file(self, is_json: bool) -> str:
        if is_json:
            return json.dumps({name: self.value(_IN_VARS) for name in self.names()}, indent=1)
        lines = [f"{name}: {self.yaml_value('')}" for name in self.names()]
        lines += [
            f'v_{n}: "{self.value(_TEMPLATES)}"' for n in self.random.sample(["six", "seven"], 1)
        ]
        lines.append("v_plain: plain")
        return "\n".join(lines) + "\n"

    def patterns(self) -> dict[str, bool]:
        names = ["all", "ungrouped", "*", *self.groups]
        plain = [name for name in self.groups if "-" not in name and "." not in name]
        found: dict[str, bool] = {}
        for _ in range(6):
            one, two = self.random.choice(names), self.random.choice(names)
            form = self.random.choice(_PATTERNS)
            found[form.format(one=one, two=two)] = False
        for group in plain:
            if group not in self.with_children:
                subscript = self.random.choice(
                    ["[0]", "[-1]", "[0:1]", "[1:]", "[2-3]", "[5]", "[:2]"]
                )
                found[group + subscript] = True
        return found


def made(number: int, folder: Path) -> Made:
    """The inventory of ``number`` below ``folder``, which is empty."""
    random = Random(number)
    kinds = random.choice(
        [["ini"], ["yml"], ["ini", "yml"], ["yml", "ini"], ["ini", "ini"], ["none"]]
    )
    maker = _Maker(random, folder, is_ini_only="yml" not in kinds)
    sources: list[str] = []
    home = folder / "inventory"
    home.mkdir()
    for place, kind in enumerate(kinds):
        name = {"ini": f"{place}.ini", "yml": f"{place}.yml", "none": f"{place}hosts"}[kind]
        text = maker.yaml() if kind == "yml" else maker.ini()
        (home / name).write_text(text, encoding="utf-8")
        sources.append(str(home / name))
    if random.random() < 0.3:
        sources = [str(home)]
    if random.random() < 0.2:
        sources.append("listed1,h1, listed2:22,")
    plays = folder / "plays" if random.random() < 0.4 else None
    for beside in filter(None, (home, plays)):
        beside.mkdir(exist_ok=True)
        maker.variable_files(beside, "group_vars", ["all", *maker.groups])
        maker.variable_files(beside, "host_vars", ["h1", "cb1", "cb09.example.com", "ra-2"])
    return Made(sources, plays, maker.patterns())
