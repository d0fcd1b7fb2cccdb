"""The rules of ``mmp`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "mmp/gate": Explanation(
        "The box does not show what the play asks for",
        "A task of the play names a command that only reads, and words that its reply has to"
        " contain. The reply does not contain them. Without a command of its own such a task is a"
        " gate: nothing is done to the cluster while it is shut.",
        "The reply to the command under `read` of the task.",
        "Whatever the author of the play wanted to be sure of is not so.",
        "Send the command under `read` by hand, compare the reply with `shows`, and mend the box or"
        " the play.",
        "the playbook",
    ),
}
