"""The rules of planning itself at length; each family tells its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS", "explanations_of"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "inventory/servers": Explanation(
        "A cluster of an unusual number of servers",
        "A majority of two is two, and an even number can split into halves; of one server there is"
        " no other if it is lost. Doctor and verify look all the same.",
        "The servers of the cluster in the inventory.",
        "`plan` and `apply` refuse it before they connect, unless the play allows `undersized`; two"
        " servers are never allowed.",
        "Let the cluster have three or five servers.",
        "Cisco Meeting InfoHub FAQ 68/500",
    ),
    "unreachable": Explanation(
        "The box could not be looked at",
        "There was no connection, no login, or no reply in time. What the box does is not known.",
        "The words of the SSH or API client: refused, timed out, host key, password, channel.",
        "Nothing is done to the whole cluster, because half of it cannot be judged.",
        "See to address, port, host key, user and password of this box; then look again.",
    ),
    "host/identity": Explanation(
        "Somebody answered who is not the box that was named",
        "The host key or the certificate is not the one that is known. No password was sent.",
        "The SSH or TLS handshake.",
        "Whoever answers there would get the password of the box.",
        "Compare the fingerprint on the console of the box; then `cmsdeploy hosts trust`.",
    ),
    "host/silent": Explanation(
        "The box did not reply in time",
        "There is a connection, and a command got no reply before the deadline.",
        "The command that is named in the finding.",
        "Nothing is done to the whole cluster, because half of it cannot be judged.",
        "Log in by hand and send the same command. A box under load may need another minute.",
    ),
    "host/refuses": Explanation(
        "The box refused to be looked at",
        "The box answered and did not take a read: it refused a channel, or its reply was odd.",
        "The words of the box. Real boxes refuse channels that are opened too fast; they are opened"
        " ever slower, and this is what is left after that.",
        "Nothing is done to the whole cluster, because half of it cannot be judged.",
        "Close other sessions to the box. If it goes on, set `cms_session: shell` for it, so that"
        " one channel is used for everything.",
    ),
    "log/refused": Explanation(
        "The box refused a command",
        "A log shows a command that the box did not carry out.",
        "The words of a failure in the reply. Only the first words of the command are shown here:"
        " what was typed behind them may be a secret.",
        "What was meant to be set is not set, and later commands may rest on it.",
        "Read the words of the box at the place in the log, and send the command again when its"
        " cause is gone.",
    ),
    "plan/differs": Explanation(
        "The playbook asks for something that is not so",
        "A sentence of the playbook does not hold, and no rule of a family knows it as a fault. It"
        " may be a change that nobody has rolled out yet.",
        "The finding names the sentence, and the command that shows it.",
        "The box is not as it was promised. It may be the cause of what else was found, or of"
        " nothing at all.",
        "It is no part of `doctor --fix`. Look with `cmsdeploy plan`, and carry it out with"
        " `cmsdeploy apply`.",
    ),
    "version/unknown": Explanation(
        "The version is not understood",
        "The version is the first fact: it decides whether the commands of a family exist.",
        "The reply to `version` holds nothing that reads like a version.",
        "Nothing is done to the cluster.",
        "Send `version` by hand. A play may go on with `allow: [unknown-version]`.",
    ),
    "version/outside": Explanation(
        "This CMS version is not for this task",
        "The family's commands do not exist in this version, or are not for production.",
        "The reply to `version`.",
        "Nothing is asked of the box and nothing is done to its cluster.",
        "Take the box out of the play, or bring it to a version that has what the task asks for.",
        "Cisco TAC 217062",
    ),
    "permission/disruptive": Explanation(
        "The play does not allow a step that costs logins",
        "The step stops or takes something in use away, and the play did not grant that.",
        "The plan has a step marked disruptive.",
        "Nothing is done to the cluster.",
        "Choose a time for it, and let the play have `allow: [disruptive]`.",
    ),
    "permission/destructive": Explanation(
        "The play does not allow a step that cannot be taken back",
        "The step loses something that is nowhere else, and the play did not grant that.",
        "The plan has a step marked destructive.",
        "Nothing is done to the cluster.",
        "Make sure that it is meant, and let the play have `allow: [destructive]`.",
    ),
    "permission/outage": Explanation(
        "The play does not allow an outage of the whole cluster",
        "The change stops all servers of a cluster that serves logins now, and the play did not"
        " grant that.",
        "The plan has a step marked outage; it says about how long the cluster is down.",
        "Nothing is done to the cluster.",
        "Choose a window that is long enough, and let the play have `allow: [outage]` beside what"
        " else it allows.",
    ),
    "limit/needed": Explanation(
        "The limit leaves out a step that is needed",
        "`--limit` narrows what is written. A step that is left needs one on a box that is not.",
        "The refusal names both steps.",
        "Nothing is done to the cluster.",
        "Widen the limit by the named box.",
    ),
    "secret/unfound": Explanation(
        "Nobody has the secret that a step needs",
        "A secret is made on one box and read there. No box of this play has it or makes it.",
        "The refusal names the step and the secret.",
        "Nothing is done to the cluster.",
        "Let the play have the boxes that hold the secret.",
    ),
    "play/too-many-failed": Explanation(
        "The play stops for every cluster when hosts are refused",
        "The play says `any_errors_fatal` or `max_fail_percentage`, and too many hosts of a batch"
        " were refused at the first look.",
        "The other refusals name those hosts.",
        "Nothing is done, also to clusters that nothing speaks against.",
        "See to the refused hosts first, or take the two words out of the play.",
    ),
}


def explanations_of(families: Iterable[Mapping[str, Explanation]]) -> dict[str, Explanation]:
    """Every rule of planning, and of the ``explanations`` of families, by id."""
    found = dict(EXPLANATIONS)
    for explanations in families:
        found.update(explanations)
    return dict(sorted(found.items()))
