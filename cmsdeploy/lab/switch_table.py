"""The table of switches. Adding a doubt about real boxes is adding a row here.

Sources: `mmp N` is section N of the MMP reference; a name such as `xmpp-enable-success` is a
transcript; TAC-nnnnnn is a Cisco document; `guess` is ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from .switches import Mark, Switch, Switches

# name | positions, the default marked with a star | mark | source | what it decides
# fmt: off
_ROWS: tuple[tuple[str, str, Mark, str, str], ...] = (
    # --- call bridge records -------------------------------------------------------------
    ("callbridge-add-needs-running", "*no yes", "UNKNOWN", "TAC-213479 against TAC-217319",
     "whether callbridge add and add-secret are refused while the XMPP server is stopped"),
    ("callbridge-add-reply", "*record line silent", "RECALL", "mmp 4.1",
     "how callbridge add shows the new secret"),
    ("add-secret-echo", "*off on", "UNKNOWN", "mmp 4.1", "whether the typed secret is echoed"),
    ("add-secret-prompt", "*plain colon", "DOC",
     "xmpp-callbridge-add-secret-prompt against TAC-217319",
     "whether the question for the secret ends with a colon"),
    ("add-secret-reply", "*silent success record", "UNKNOWN", "mmp 4.1",
     "what is printed once the secret was given"),
    # --- the server ----------------------------------------------------------------------
    ("setter-reply", "*silent success", "INFERRED", "mmp 3",
     "what xmpp domain, listen, certs and cluster trust print when they worked"),
    ("settings-while-enabled", "*refused accepted", "UNKNOWN", "mmp 4.1",
     "whether domain, listen and trust may change while the server runs (certs never may)"),
    ("enable-when-enabled", "*success failure", "UNKNOWN", "guess",
     "whether enabling an enabled server succeeds"),
    ("disable-when-disabled", "*success failure", "UNKNOWN", "guess",
     "whether disabling a disabled server succeeds"),
    ("reset-while-enabled", "*allowed refused", "UNKNOWN",
     "TAC-217319 resets at once, TAC-217062 disables first",
     "whether xmpp reset is taken while the server runs"),
    ("reset-clears-certs-and-domain", "*no yes", "INFERRED", "TAC-217062",
     "whether reset forgets certificates and domain too"),
    ("xmpp-status-layout", "*padded unpadded minimal", "RECALL", "mmp 4.1",
     "layout of the xmpp status; minimal has neither Clustered, sessions nor STATUS"),
    ("xmpp-status-shows-clustered", "*yes no", "RECALL", "mmp 4.1",
     "whether the xmpp status has a Clustered line"),
    # --- the cluster ---------------------------------------------------------------------
    ("cluster-reply", "*success silent", "UNKNOWN", "mmp 4.1",
     "what cluster enable, disable, initialize, join and remove print when they worked"),
    ("initialize-asks", "*no yes", "UNKNOWN", "mmp 4.1",
     "whether cluster initialize asks and wants a capital Y"),
    ("initialize-again", "*refused new-cluster no-change", "UNKNOWN", "guess",
     "what cluster initialize does on a node that is a member already"),
    ("join-asks", "*no yes", "UNKNOWN", "mmp 4.1",
     "whether cluster join asks and wants a capital Y"),
    ("join-again", "*refused success", "UNKNOWN", "guess",
     "what cluster join does on a live member of that cluster"),
    ("secrets-compared-on-join", "*no yes", "UNKNOWN", "guess",
     "whether join is refused when the call bridge records differ"),
    ("trust-checked-on-join", "*yes no", "INFERRED", "TAC-213479 step 4",
     "whether join needs each trust bundle to hold the other node's leaf certificate"),
    ("trust-needed-before-enable", "*yes no", "INFERRED", "TAC-217319 order",
     "whether enabling a clustered server without a trust bundle is refused"),
    ("cluster-status-when-disabled", "*failure line settings", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status while the server is stopped"),
    ("cluster-status-when-not-clustered", "*failure line", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status while clustering is not enabled"),
    ("cluster-status-when-alone", "*candidate follower failure", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status of a running node that neither initialised nor joined"),
    ("cluster-status-without-majority", "*itself all-peers", "DOC", "TAC-213479 Verify",
     "which peers a member lists that lost the majority"),
    ("cluster-status-padding", "*single column", "UNKNOWN", "mmp 4.2",
     "blanks before the colon in the last three lines of xmpp cluster status"),
    # --- Web Admin and logins ------------------------------------------------------------
    ("api-shows-secret", "*no yes", "UNKNOWN", "mmp 9",
     "whether GET of the xmpp settings gives the shared secret back"),
    ("api-xmpp-alarm", "*shown absent", "UNKNOWN", "guess",
     "whether a configured call bridge that is not logged in raises an alarm"),
    ("login-without-address", "*any first", "UNKNOWN", "TAC-213479 scenario 1",
     "whether a refused call bridge tries the other servers of its domain"),
    # --- other MMP texts -----------------------------------------------------------------
    ("version-layout", "*bare labelled", "UNKNOWN", "mmp 8", "what version prints"),
    ("pki-verdict", "*success plain", "UNKNOWN", "mmp 5", "words of pki match and pki verify"),
    # --- the wire ------------------------------------------------------------------------
    ("sftp-read-keys", "*yes no", "DOC", "TAC-217319, CVD12",
     "whether private keys can be read back"),
    ("stderr-for-failures", "*no yes", "UNKNOWN", "mmp 1",
     "whether failures of exec channels come on standard error"),
    ("exit-status", "*always-zero one-on-failure", "UNKNOWN", "mmp 1",
     "exit status of an exec channel whose command was refused"),
    ("channel-pacing-ms", "*0 50 500", "CODE", "mmp 1",
     "milliseconds between two channels of one connection, below which the second is refused"),
    ("shell-line-ends", "*crlf lf", "UNKNOWN", "mmp 1", "line ends of a shell on a terminal"),
    ("login-banner", "*absent shown", "UNKNOWN", "mmp 1",
     "whether a shell prints lines before its first prompt"),
)
# fmt: on


def _read(rows: tuple[tuple[str, str, Mark, str, str], ...]) -> Mapping[str, Switch]:
    table: dict[str, Switch] = {}
    for name, positions, mark, source, decides in rows:
        words = positions.split()
        default = next(word[1:] for word in words if word.startswith("*"))
        plain = tuple(word.lstrip("*") for word in words)
        table[name] = Switch(name, plain, default, mark, source, decides)
    return table


SWITCHES: Mapping[str, Switch] = _read(_ROWS)


def choose(chosen: Mapping[str, str] | None = None) -> Switches:
    """Positions of all switches: the defaults, with the `chosen` ones turned.

    Raises `UnknownSwitchError` or `UnknownPositionError`, with a suggestion.
    """
    return Switches(SWITCHES, chosen)
