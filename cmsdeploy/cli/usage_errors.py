"""What is wrong with the words of a command line, as we say it: one cause, one next action.

click repeats the value that it does not take. A value may be a secret that was typed in the wrong
place, so here the option is named, and what it takes.
"""

from __future__ import annotations

import difflib
import re

import click

from cmsdeploy.errors import OptionError, printable

__all__ = ["told"]

# The same in every release of click that we take; only newer ones have a class for the first.
_NO_COMMAND = re.compile(r"No such command '(.*?)'\.", re.DOTALL)
_EXTRA = "Got unexpected extra argument"
_NO_VALUE = "does not take a value"


def told(error: click.ClickException) -> OptionError:
    """``error`` in our form, with our exit code."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "cmsdeploy"
    look = f"look at: {path} --help"
    if isinstance(error, click.NoSuchOption):
        near = error.possibilities or ()
        return OptionError(f"there is no option {_shown(error.option_name)}{_hint(near)}", look)
    if isinstance(error, click.BadOptionUsage):
        return _without_value(error)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return OptionError(f"{_name(error.param)} is missing", _written(context))
    if isinstance(error, click.BadParameter) and error.param is not None:
        wanted = _wanted(error.param.type)
        if wanted is not None:
            name = _name(error.param)
            return OptionError(f"the value of {name} is not {wanted}", f"change it, or {look}")
    if context is not None and error.message.startswith(_EXTRA):
        cause = f"there are more words than {path} takes"
        return OptionError(cause, f"quote what belongs together; {_written(context)}")
    if context is not None and (found := _NO_COMMAND.match(error.message)):
        return OptionError(_no_command(found[1], context), look)
    return OptionError(printable(error.format_message()), look)


def _shown(text: str) -> str:
    return printable(text, 60)


def _hint(near: tuple[str, ...] | list[str]) -> str:
    return f"; did you mean {' or '.join(sorted(near))}?" if near else ""


def _without_value(error: click.BadOptionUsage) -> OptionError:
    name = _shown(error.option_name)
    if _NO_VALUE in error.message:
        return OptionError(f"{name} takes no value", f"write {name} alone")
    return OptionError(f"{name} has no value", f"write one behind {name}")


def _name(param: click.Parameter) -> str:
    """As the help writes it: the longest of its options, or the word of the argument."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.human_readable_name


def _wanted(kind: object) -> str | None:
    """What a value has to be, for the kinds that our options have."""
    if isinstance(kind, click.Choice):
        return f"one of {', '.join(map(str, kind.choices))}"
    number = (
        "a whole number" if isinstance(kind, (click.IntRange, click.types.IntParamType)) else ""
    )
    if isinstance(kind, (click.FloatRange, click.types.FloatParamType)):
        number = "a number"
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        low = f" {'above' if kind.min_open else 'from'} {kind.min}" if kind.min is not None else ""
        return f"{number}{low}" + (f" to {kind.max}" if kind.max is not None else "")
    return number or None


def _written(context: click.Context | None) -> str:
    if context is None:
        return "look at: cmsdeploy --help"
    pieces = context.command.collect_usage_pieces(context)
    return f"write: {' '.join([context.command_path, *pieces])}"


def _no_command(name: str, context: click.Context) -> str:
    group = context.command
    known = group.list_commands(context) if isinstance(group, click.Group) else []
    near = difflib.get_close_matches(name, known, n=1)
    return f"there is no command {_shown(name)}{_hint(near)}"
