"""What a shell may put behind the cursor: commands and options, and the names of a site.

A shell asks with ``_CMSDEPLOY_COMPLETE`` in the environment. Completion is not the place to say
what is wrong, to ask for a password or to run anything: a file that cannot be read, or needs a
vault password, gives no names, without a word.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import (
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)
from click.types import StringParamType

from cmsdeploy.cli.commands import COMPLETION

__all__ = ["SHELLS", "completed", "script", "with_names"]

_PROGRAM = "cmsdeploy"
_MOST = 2000

# Of our own, because click's goes by COMP_WORDS, which bash splits at every `:` of a pattern.
_BASH = r"""_cmsdeploy_completion() {
    local kind value quote=${COMP_WORDS[COMP_CWORD]:0:1}
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain)
                if [[ $quote == [\"\'] ]]; then
                    # Inside quotes nothing can be written so that no shell acts on it.
                    [[ $value == *[\"\'\\\`\$\!]* ]] && continue
                elif [[ $value == *[!A-Za-z0-9_.,:/@=+%-]* ]]; then
                    printf -v value %q "$value"
                fi
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" \
        _CMSDEPLOY_COMPLETE=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F _cmsdeploy_completion cmsdeploy 2>/dev/null ||
    complete -F _cmsdeploy_completion cmsdeploy
"""


class _Bash(ShellComplete):
    """Bash, by the line as it was typed."""

    name = "bash"
    source_template = _BASH

    def source(self) -> str:
        return _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)
        is_begun = bool(line) and not line[-1].isspace()
        return (words[1:-1], words[-1]) if is_begun else (words[1:], "")

    def complete(self) -> str:
        words, incomplete = self.get_completion_args()
        there = _already_there(os.environ.get("COMP_LINE", ""), incomplete)
        found = self.get_completions(words, incomplete)
        return "\n".join(self.format_completion(_without(item, there)) for item in found)

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{item.value}"


def _already_there(line: str, incomplete: str) -> int:
    """How much of a value bash keeps: it replaces what stands behind the last ``:`` or ``=``,
    unless that is inside quotes."""
    value = incomplete.partition("=")[2] if incomplete.startswith("--") else incomplete
    is_quoted = line.rpartition(" ")[2][:1] in ("'", '"')
    return 0 if is_quoted else value.rfind(":") + 1


def _without(item: CompletionItem, length: int) -> CompletionItem:
    return CompletionItem(item.value[length:], item.type) if item.type == "plain" else item


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": FishComplete}


def script(shell: str, group: click.Command) -> str:
    """What a start-up file of ``shell`` has to evaluate."""
    return SHELLS[shell](group, {}, _PROGRAM, COMPLETION).source()


def completed(group: click.Command, instruction: str) -> str:
    """Give the answer to a shell; ``instruction`` is ``bash_complete`` and the like.

    Nothing that goes wrong is said: the person is in the middle of a line.
    """
    shell, _, what = instruction.partition("_")
    if what != "complete" or shell not in SHELLS:
        return ""
    try:
        return SHELLS[shell](group, {}, _PROGRAM, COMPLETION).complete()
    except Exception:
        return ""


class _Names(StringParamType):
    """A text of which a site has a list. In ``separators`` stand the marks between several."""

    name = "text"

    def __init__(
        self, names: Callable[[click.Context], Iterable[str]], separators: str = ""
    ) -> None:
        self._names = names
        self._separators = separators

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        start = 1 + max((incomplete.rfind(mark) for mark in self._separators), default=-1)
        given, begun = incomplete[:start], incomplete[start:]
        try:
            names = dict.fromkeys(self._names(ctx))
        except Exception:
            return []
        fitting = [name for name in names if name.startswith(begun) and _is_plain(name)]
        return [CompletionItem(given + name) for name in fitting[:_MOST]]


def _is_plain(name: str) -> bool:
    """Whether the name stays one line and moves no cursor."""
    return all(unicodedata.category(character)[0] != "C" for character in name)


def with_names(command: click.Command) -> click.Command:
    """Let the parameters of ``command``, and of those below it, know the names of a site."""
    for parameter in command.params:
        if parameter.name in _KNOWN:
            parameter.type = _KNOWN[parameter.name]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_names(below)
    return command


def _sources(context: click.Context) -> list[Path]:
    given = context.params.get("inventory") or ()
    if given:
        return [Path(one) for one in given]
    named = os.environ.get("CMSDEPLOY_INVENTORY", "")
    beside = [Path("inventory.yml")] if Path("inventory.yml").exists() else []
    return [Path(one) for one in named.split(os.pathsep) if one] or beside


def _tree_names(context: click.Context) -> tuple[list[str], list[str]]:
    """Groups and hosts of the inventory. A vault stays closed: there is no password."""
    from cmsdeploy.inventory.source import read_source
    from cmsdeploy.inventory.tree import Tree

    tree = Tree()
    for source in _sources(context):
        read_source(source, tree)
    tree.settle()
    return list(tree.groups), list(tree.hosts_in("all"))


def _patterns(context: click.Context) -> list[str]:
    groups, hosts = _tree_names(context)
    return [*groups, *hosts]


def _hosts(context: click.Context) -> list[str]:
    return _tree_names(context)[1]


def _playbook_words(context: click.Context) -> Iterator[tuple[str, frozenset[str]]]:
    """The title and the tags of each task."""
    from cmsdeploy import playbook as playbooks

    # An option that still waits for its value keeps click from naming the arguments.
    given = [context.params.get("playbook"), *context.args]
    path = next(Path(str(one)) for one in given if one and Path(str(one)).is_file())
    book = playbooks.load(path)
    for _, tasks in playbooks.list_tasks(book, tags=("all", "never"), skip_tags=(), start_at=None):
        yield from ((task.title, task.tags) for task in tasks)


def _tags(context: click.Context) -> list[str]:
    return sorted({tag for _, tags in _playbook_words(context) for tag in tags})


def _titles(context: click.Context) -> list[str]:
    return [title for title, _ in _playbook_words(context)]


def _rules(context: click.Context) -> list[str]:
    from cmsdeploy.families import families
    from cmsdeploy.planning.explanations import explanations_of

    return sorted(explanations_of(family.explanations for family in families().values()))


def _families(context: click.Context) -> list[str]:
    from cmsdeploy.families import families

    return sorted(families())


def _words(context: click.Context) -> list[str]:
    from cmsdeploy.inventory.words import WORDS

    return sorted(WORDS)


_FILE = click.Path()
_KNOWN: dict[str, StringParamType | click.Path] = {
    "explain": _Names(_words),
    "family": _Names(_families),
    "host": _Names(_hosts),
    "inventory": _FILE,
    "known_hosts": _FILE,
    "limit": _Names(_patterns, ",:&!"),
    "pattern": _Names(_patterns, ",:&!"),
    "patterns": _Names(_patterns, ",:&!"),
    "rule": _Names(_rules),
    "skip_tags": _Names(_tags, ","),
    "start_at_task": _Names(_titles),
    "tags": _Names(_tags, ","),
    "vault_password_file": _FILE,
}
