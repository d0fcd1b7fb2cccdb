"""The rules of ``database`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "database/cluster": Explanation(
        "The database cluster is not well",
        "A node is not connected or not in sync, there is not exactly one primary, the status names"
        " an error, or the last command is not done. The database comes before the XMPP cluster:"
        " what is changed now may be lost when the nodes come together again.",
        "`database cluster status`, on every node: all of them have to say the same.",
        "Nothing is done to the cluster of boxes; a look goes on.",
        "Mend the database by the book first. Where that is somebody else's business, leave the"
        " task out with `--skip-tags database`.",
        "Cisco TAC 210530, TAC 213479",
    ),
    "database/alone": Explanation(
        "The box is in no database cluster",
        "The task wants one (`cluster: wanted`), and the status names none.",
        "`database cluster status`.",
        "Nothing is done to the cluster of boxes.",
        "Put the box into the database cluster, or say `cluster: optional` in the task.",
        "Cisco TAC 210530",
    ),
    "database/unseen": Explanation(
        "The database cannot be judged",
        "The reply to `database cluster status` has no status that is known. Its layout is known"
        " from one printing only.",
        "No `Status` of `Enabled`, `Error` or `Disabled` in the reply.",
        "A database that is not well stays unnoticed; nothing is stopped by it.",
        "Look at `database cluster status` by hand on every node.",
        "Cisco TAC 210530",
    ),
}
