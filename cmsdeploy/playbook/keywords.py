"""The keywords of plays, blocks, tasks and imports: what each means, and the form it has.

A table, so that the reading, the suggestions and the schema for editors cannot drift apart. Words
borrowed from Ansible keep Ansible's meaning; ``refused.py`` has those that we do not take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

__all__ = [
    "ACTIONS",
    "BLOCK",
    "IMPORT",
    "IMPORT_TASKS",
    "KEYWORDS",
    "LOOP_CONTROL",
    "PLACES",
    "PLAY",
    "PROMPT",
    "TASK",
    "Action",
    "Keyword",
    "Shape",
]


class Shape(Enum):
    """The forms that a value may have; ``schema.py`` says each as a JSON Schema."""

    TEXT = "text"
    TEXTS = "texts"
    TAGS = "tags"
    BOOLEAN = "boolean"
    TRUE = "true"
    FALSE = "false"
    CONDITION = "condition"
    VARIABLES = "variables"
    TASKS = "tasks"
    SERIAL = "serial"
    PERCENT = "percent"
    ALLOW = "allow"
    PROMPTS = "prompts"
    FILES = "files"
    STRATEGY = "strategy"
    LOOP = "loop"
    ITEMS = "items"
    DICT = "dict"
    LOOP_CONTROL = "loop_control"
    NAME = "name"
    NUMBER = "number"
    DURATION = "duration"
    ANY = "any"
    IMPORT_TASKS = "import_tasks"


@dataclass(frozen=True)
class Keyword:
    """One word, its form, and what it means for a person who edits a playbook."""

    name: str
    shape: Shape
    meaning: str


@dataclass(frozen=True)
class Action:
    """One action that is no family. One of ``needed`` has to be there, unless it is empty."""

    name: str
    meaning: str
    parameters: Mapping[str, Keyword]
    needed: tuple[str, ...] = ()


def _table(*words: tuple[str, Shape, str]) -> dict[str, Keyword]:
    return {name: Keyword(name, shape, meaning) for name, shape, meaning in words}


_EVERYWHERE = _table(
    ("name", Shape.TEXT, "What it is for, in words."),
    ("tags", Shape.TAGS, "For --tags and --skip-tags; always and never have a meaning."),
    ("when", Shape.CONDITION, "Expressions over the inventory that all have to be true."),
    ("vars", Shape.VARIABLES, "Variables of this part."),
)
_FLAGS = _table(
    ("check_mode", Shape.TRUE, "Only prove: what would have to change is a problem."),
    ("no_log", Shape.BOOLEAN, "Never show values, not in errors either."),
    ("run_once", Shape.BOOLEAN, "Only on the first host of each batch."),
    ("any_errors_fatal", Shape.BOOLEAN, "A failed host stops every cluster, not only its own."),
)
_OF_PLAY = _table(
    ("hosts", Shape.TEXTS, "Pattern of hosts: a group, a host, callbridges:&paris."),
    ("tasks", Shape.TASKS, "What shall be so, in this order."),
    ("pre_tasks", Shape.TASKS, "Tasks before those of tasks."),
    ("post_tasks", Shape.TASKS, "Tasks after those of tasks."),
    ("serial", Shape.SERIAL, "Hosts of a batch: a number, a share, or a list of them."),
    ("max_fail_percentage", Shape.PERCENT, "More failed hosts of a batch stop every cluster."),
    ("allow", Shape.ALLOW, "Risks beyond safe, and exceptions, that this play grants."),
    ("vars_files", Shape.FILES, "Files of variables; of an inner list the first that exists."),
    ("vars_prompt", Shape.PROMPTS, "Variables that are asked for on the terminal."),
    ("gather_facts", Shape.FALSE, "Appliances have no facts: false."),
    ("strategy", Shape.STRATEGY, "Only linear, which is the default."),
)
_OF_TASK = _table(
    ("loop", Shape.LOOP, "A list; the task is done for each item."),
    ("with_items", Shape.ITEMS, "As loop; lists inside are unfolded by one level."),
    ("with_dict", Shape.DICT, "A mapping; item.key and item.value for each entry."),
    ("loop_control", Shape.LOOP_CONTROL, "Names of the loop's variables."),
)

PLAY = {**_EVERYWHERE, **_OF_PLAY, **_FLAGS}
TASK = {**_EVERYWHERE, **_FLAGS, **_OF_TASK}
BLOCK = {
    **_EVERYWHERE,
    **_FLAGS,
    **_table(("block", Shape.TASKS, "Tasks that share what stands beside this word.")),
}
IMPORT = {
    **_EVERYWHERE,
    **_table(("import_playbook", Shape.TEXT, "A playbook whose plays come here.")),
}
IMPORT_TASKS = {
    **_EVERYWHERE,
    **_FLAGS,
    **_table(("import_tasks", Shape.IMPORT_TASKS, "A file of tasks that come here.")),
}
LOOP_CONTROL = _table(
    ("loop_var", Shape.NAME, "What an item is called; else item."),
    ("index_var", Shape.NAME, "A variable with the number of the item, from 0."),
    ("label", Shape.TEXT, "What is shown of an item."),
)
PROMPT = _table(
    ("name", Shape.NAME, "The variable that gets the answer."),
    ("prompt", Shape.TEXT, "The question."),
    ("default", Shape.ANY, "The answer where none is typed."),
    ("private", Shape.BOOLEAN, "Whether typing stays hidden; else yes."),
    ("confirm", Shape.BOOLEAN, "Whether to ask twice."),
    ("unsafe", Shape.BOOLEAN, "Accepted: an answer is never a template here."),
)
# What a mapping is called when its words are refused, and where else a word may stand.
PLACES: Mapping[str, Mapping[str, Keyword]] = {
    "a play": PLAY,
    "a block": BLOCK,
    "a task": TASK,
    "import_playbook": IMPORT,
    "import_tasks": IMPORT_TASKS,
}

_ALL_ACTIONS = (
    Action(
        "assert",
        "Stop before anything is sent unless all conditions hold.",
        _table(
            ("that", Shape.CONDITION, "What has to be true."),
            ("fail_msg", Shape.TEXT, "What to say otherwise."),
            ("msg", Shape.TEXT, "The same as fail_msg."),
            ("success_msg", Shape.TEXT, "What to say where it holds."),
            ("quiet", Shape.BOOLEAN, "Accepted; what holds is not listed."),
        ),
        ("that",),
    ),
    Action(
        "debug",
        "Say a text or the value of a variable while the plan is made.",
        _table(
            ("msg", Shape.ANY, "The text."),
            ("var", Shape.TEXT, "The variable, without braces."),
            ("verbosity", Shape.NUMBER, "How many -v it takes."),
        ),
        ("msg", "var"),
    ),
    Action(
        "fail",
        "Stop before anything is sent; stands behind a when.",
        _table(("msg", Shape.TEXT, "What to say.")),
    ),
    Action(
        "pause",
        "Hold all that comes after, on every box; with neither minutes nor seconds until Enter.",
        _table(
            ("prompt", Shape.TEXT, "What a person has to do or to know meanwhile."),
            ("minutes", Shape.DURATION, "How long, in whole minutes."),
            ("seconds", Shape.DURATION, "How long, in whole seconds."),
            ("echo", Shape.BOOLEAN, "Accepted; nothing that is typed is kept."),
        ),
    ),
    Action(
        "set_fact",
        "Variables of the host for all later tasks and plays of this run.",
        {},
    ),
)
ACTIONS = {action.name: action for action in _ALL_ACTIONS}
KEYWORDS = frozenset(name for table in PLACES.values() for name in table)
