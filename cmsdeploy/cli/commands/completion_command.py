"""``completion bash|zsh|fish``: the script by which a shell completes our command lines."""

from __future__ import annotations

import click

from cmsdeploy.cli.console import Console

__all__ = ["command"]


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script for SHELL; it completes hosts, groups, tags, tasks and rules, too.

    \b
    bash   eval "$(cmsdeploy completion bash)"    in ~/.bashrc
    zsh    eval "$(cmsdeploy completion zsh)"     in ~/.zshrc, after compinit
    fish   cmsdeploy completion fish | source     in ~/.config/fish/config.fish
    """
    from cmsdeploy.cli.completion import script

    Console().result(script(shell, context.find_root().command).splitlines())
    return 0
