"""One file for each command; the group that holds them is made here."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMPLETION", "command_line"]

# By which a shell asks what it may put behind the cursor (click's own name for it).
COMPLETION = "_CMSDEPLOY_COMPLETE"

# Each command's module is imported when it is called: `render` needs no SSH library, and
# `--version` needs none of them. The help text of the group stands here for the same reason.
_COMMANDS = {
    "init": "Make a site folder: inventories, playbooks, templates.",
    "inventory": "Show what the inventory says.",
    "vault": "Encrypt and decrypt files as ansible-vault does.",
    "render": "Print all commands in order, from blank boxes; no network.",
    "plan": "Show what would change, from the boxes as they are.",
    "graph": "Draw a plan or its clusters: SVG, DOT, Mermaid; no network.",
    "apply": "Carry a plan out.",
    "rollback": "Show and plan what takes a run back.",
    "report": "Make an HTML report of a run or of a saved plan.",
    "journal": "Tell what a run did, in words.",
    "force-unlock": "Take the locks of a run away that hangs.",
    "verify": "Prove the promised state; find drift.",
    "watch": "Verify again and again; say what has changed.",
    "drill": "Stop the leader on purpose, time it, bring it back.",
    "doctor": "Say what is wrong, why, and how to mend it.",
    "explain": "Tell a rule at length.",
    "import": "Make a site from live boxes; they are only read.",
    "backup": "Make and fetch the backup of each box.",
    "exec": "Run one command on many boxes; reads only unless --write.",
    "certs": "Check, arrange, request and sign certificates.",
    "dns": "Check, print and update the records of the XMPP servers.",
    "hosts": "Look at host keys and trust them.",
    "doc": "Print what a task may say to a family, with an example.",
    "completion": "Print the completion script for bash, zsh or fish.",
    "schema": "Print the JSON Schema of inventories or playbooks, for an editor.",
    "lab": "Simulated boxes from your own inventory.",
    "demo": "Lab, plan, apply, verify on the example of TAC 213479, in one go.",
}


class _LazyGroup(click.Group):
    _is_completing = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        if self._is_completing:
            from cmsdeploy.cli.completion import with_names

            with_names(command)
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        # click's own main() looks whether a shell asks what it may put behind the cursor; ours is
        # another one, so it is done here.
        instruction = os.environ.pop(COMPLETION, None)
        if instruction is None:
            return super().make_context(info_name, args, parent, **extra)
        from cmsdeploy.cli.completion import completed
        from cmsdeploy.cli.console import Console

        self._is_completing = True
        Console().result(completed(self, instruction).splitlines())
        raise click.exceptions.Exit(0)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # The base class would import every command to ask for its help.
        from click.shell_completion import CompletionItem

        own = [name for name in _COMMANDS if name.startswith(incomplete)]
        items = [CompletionItem(name, help=_COMMANDS[name]) for name in own]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def command_line() -> click.Command:
    """The whole command line."""

    @click.group(
        cls=_LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    @click.version_option(__version__, prog_name="cmsdeploy", message="%(prog)s %(version)s")
    def cmsdeploy(**given: Any) -> None:
        """Deploy Cisco Meeting Server XMPP resiliency from an inventory and a playbook."""

    return cmsdeploy
