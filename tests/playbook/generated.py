"""Playbooks made by chance, of everything that decides which task is for which host and item."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

__all__ = ["INVENTORY", "SELECTIONS", "Generated", "generated"]

INVENTORY = """\
all:
  hosts:
    h1: {n: 1, own: [x, y], v1: host}
    h2: {n: 2, own: []}
    h3: {n: 3, own: [z, [deep, [deeper]]]}
    h4: {n: 4}
  vars: {v1: all, v2: all}
even:
  hosts: {h2: , h4: }
  vars: {v2: even}
odd:
  hosts: {h1: , h3: }
"""
# What --tags and --skip-tags say.
SELECTIONS: tuple[tuple[str, str], ...] = (
    ("", ""),
    ("a", ""),
    ("b,c", "a"),
    ("tagged", ""),
    ("untagged", "c"),
    ("never", ""),
    ("all", "always"),
    ("", "tagged"),
)
_HOSTS = ("all", "odd", "even", "h3:h1", "all:!h2", "even,h1", "odd:&all", "h?")
_SERIAL = ("", "1", "2", "3", "'50%'", "[1, 2]", "[1, '100%']", "'30%'")
_TAGS = ("a", "b", "c", "[a, b]", "always", "never", "[never, c]", "[always, a]", "'b,c'")
_WHEN = (
    "n > 1",
    "n is defined and n % 2 == 0",
    "[n < 4, inventory_hostname != 'h2']",
    "inventory_hostname in groups['odd']",
    "false",
    "true",
    "v1 == 'play'",
    "own is defined",
    "not (own is defined and own | length > 0)",
    "ansible_play_batch | length > 1",
)
_LOOPS: tuple[tuple[str, str], ...] = (
    ("loop: [1, two, '{{ n }}']", ""),
    ("loop: []", ""),
    ("loop: '{{ own }}'", "own is defined"),
    ("loop: '{{ nowhere }}'", "false"),
    ("loop: [x, y, z]", "item != 'y'"),
    ("loop: [3, 4, 5]", "item > n"),
    ("with_items: [1, [2, [3]], '{{ [4, [5]] }}']", ""),
    ("with_items: '{{ own | default([7]) }}'", ""),
    ("with_items: '{{ n }}'", ""),
    ("with_dict: {k1: 1, k2: '{{ n }}'}", ""),
    ("with_dict: '{{ {\"only\": inventory_hostname} }}'", "n != 3"),
)


@dataclass
class Generated:
    """``text`` has the word ACTION where the action stands; ``files`` are those of tasks."""

    number: int
    text: str
    selection: tuple[str, str]
    files: dict[str, str] = field(default_factory=dict)

    def playbook(self, action: str, parameter: str) -> str:
        """The playbook with tasks of ``action``, which are told their mark as ``parameter``."""
        return self._filled(self.text, action, parameter)

    def imported(self, action: str, parameter: str) -> dict[str, str]:
        """The files of tasks, likewise."""
        return {name: self._filled(text, action, parameter) for name, text in self.files.items()}

    def _filled(self, text: str, action: str, parameter: str) -> str:
        return text.replace("ACTION", action).replace("PARAMETER", parameter)


def generated(number: int) -> Generated:
    """The playbook of this number: always the same."""
    return _Maker(number).made()


class _Maker:
    def __init__(self, number: int) -> None:
        self._random = Random(number)
        self._number = number
        self._tasks = 0
        self._files: dict[str, str] = {}
        self._facts: list[str] = []

    def made(self) -> Generated:
        plays = [self._play() for _ in range(self._random.randint(1, 3))]
        # Every tag that is asked for has to be somewhere: an unknown one is refused here.
        known = "".join(self._debug("    ", [f"tags: {tag}"], "") for tag in "abc")
        plays.append("- hosts: h1\n  gather_facts: false\n  tasks:\n" + known)
        # And every fact is looked at in the end.
        values = [f"{name} | default('-')" for name in self._facts]
        shown = self._debug("    ", ["tags: always"], "", values)
        plays.append("- hosts: all\n  gather_facts: false\n  tasks:\n" + shown)
        # Half of them run whole.
        odd = self._number // 2 % len(SELECTIONS) if self._number % 2 else 0
        selection = SELECTIONS[odd]
        return Generated(self._number, "".join(plays), selection, self._files)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _play(self) -> str:
        choice = self._random.choice
        lines = [f"- hosts: '{choice(_HOSTS)}'", "  gather_facts: false"]
        serial = choice(_SERIAL)
        lines += [f"  serial: {serial}"] if serial else []
        lines += ["  vars: {v1: play, v3: '{{ v2 }}-play'}"] if self._chance(0.5) else []
        lines += [f"  tags: {choice(_TAGS)}"] if self._chance(0.2) else []
        lines += ["  run_once: true"] if self._chance(0.05) else []
        body = self._list("    ", 0)
        return "\n".join(lines) + "\n  tasks:\n" + body

    def _list(self, indent: str, depth: int) -> str:
        count = self._random.randint(1, 3)
        return "".join(self._entry(indent, depth) for _ in range(count))

    def _entry(self, indent: str, depth: int) -> str:
        drawn = self._random.random()
        if drawn < 0.25 and depth < 2:
            return self._block(indent, depth)
        if drawn < 0.33 and depth < 2:
            return self._import(indent, depth)
        if drawn < 0.45:
            return self._fact(indent)
        return self._task(indent)

    def _attributes(self) -> list[str]:
        choice = self._random.choice
        found = [f"tags: {choice(_TAGS)}"] if self._chance(0.3) else []
        found += ["run_once: true"] if self._chance(0.12) else []
        if self._chance(0.25):
            found.append(f"vars: {{v1: {self._random.randint(1, 9)}, v4: '{{{{ v1 }}}}'}}")
        return found

    def _condition(self) -> str:
        if self._facts and self._chance(0.15):
            return f"{self._random.choice(self._facts)} is defined"
        return self._random.choice(_WHEN) if self._chance(0.4) else ""

    def _block(self, indent: str, depth: int) -> str:
        when = self._condition()
        lines = [*self._attributes(), *([f"when: {when}"] if when else []), "block:"]
        first = f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"
        return first + self._list(indent + "    ", depth + 1)

    def _import(self, indent: str, depth: int) -> str:
        name = f"tasks-{self._number}-{len(self._files)}.yml"
        self._files[name] = ""
        self._files[name] = self._list("", depth + 1)
        lines = [f"import_tasks: {name}", *self._attributes()]
        when = self._condition()
        lines += [f"when: {when}"] if when else []
        return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"

    def _fact(self, indent: str) -> str:
        name = f"f{self._number}_{len(self._facts)}"
        self._facts.append(name)
        value = "{{ inventory_hostname }}"
        lines = self._attributes()
        if self._chance(0.3) and "run_once: true" not in lines:
            lines.append("run_once: true")
        if self._chance(0.3):
            lines.append("loop: [1, 2, 3]")
            value = f"{{{{ {name} | default([]) + [item] }}}}"
        when = self._condition()
        lines += [f"when: {when}"] if when else []
        lines.insert(0, f"set_fact: {{{name}: '{value}'}}")
        return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"

    def _task(self, indent: str) -> str:
        when, item, lines = self._condition(), "", self._attributes()
        if self._chance(0.35):
            loop, own = self._random.choice(_LOOPS)
            item, when = "item", own or when
            lines.append(loop)
            if self._chance(0.4):
                item = "one"
                when = when.replace("item", "one")
                lines.append("loop_control: {loop_var: one, index_var: place}")
        lines += [f"when: {when}"] if when else []
        return self._debug(indent, lines, item)

    def _debug(
        self, indent: str, lines: list[str], item: str, more: list[str] | None = None
    ) -> str:
        self._tasks += 1
        values = [f"v{number} | default('-')" for number in (1, 2, 3, 4)]
        values += [f"{name} | default('-')" for name in self._facts[-2:]]
        values += [*(more or []), *([item] if item else [])]
        values += ["place"] if any("index_var" in line for line in lines) else []
        values += ["hostvars['h1'].v1", "ansible_play_hosts | length"]
        shown = "|".join(f"{{{{ {value} }}}}" for value in values)
        head = f"{self._number}|T{self._tasks}|{{{{ ansible_play_batch | join('+') }}}}"
        mark = f"@@{head}|{{{{ inventory_hostname }}}}|{shown}@@"
        quoted = mark.replace('"', '\\"')
        parts = [f"name: T{self._tasks}", f'ACTION: {{PARAMETER: "{quoted}"}}', *lines]
        return f"{indent}- " + f"\n{indent}  ".join(parts) + "\n"
