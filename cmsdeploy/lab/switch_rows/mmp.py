"""Doubts about the rest of the command line: system, services, pki, database, files."""

from __future__ import annotations

from ..switches import Row

# fmt: off
MMP: tuple[Row, ...] = (
    ("version-layout", "*bare labelled", "UNKNOWN", "mmp 8", "what version prints"),
    ("unknown-command-layout", "*with-line bare", "CODE", "mmp 1",
     "what follows the words Unknown command"),
    ("wrong-parameters-layout", "*failure-and-usage usage", "UNKNOWN", "guess",
     "what a command with too few or too many words prints"),
    ("separators", "*semicolon-and-lines lines none", "CODE", "mmp 1",
     "what parts several commands on one line"),
    ("bare-hostname", "*prints refused", "UNKNOWN", "mmp 8",
     "what hostname without a name does"),
    ("date-layout", "*labelled bare unknown-command", "RECALL", "mmp 8", "what date prints"),
    ("reboot-asks", "*yes no", "RECALL", "mmp 8",
     "whether reboot and shutdown ask and want a capital Y"),
    ("rollback-asks", "*yes no", "RECALL", "mmp 8", "whether backup rollback asks"),
    ("rollback-clustering", "*off on", "INFERRED", "mmp 4.4, TAC-214620",
     "whether XMPP clustering stays enabled after a rollback; the membership is lost in any case"),
    ("service-setter-reply", "*silent success", "INFERRED", "mmp 3",
     "what setters of other services print when they worked"),
    ("service-disable-reply", "*success silent", "UNKNOWN", "mmp 3",
     "what disabling another service prints"),
    ("webadmin-enable-lines", "*configured plain", "RECALL", "mmp 7",
     "whether webadmin enable first says that interface and port are configured"),
    ("callbridge-enable", "*known unknown-command", "DOC", "TAC-221729 against the status",
     "whether callbridge enable exists"),
    ("turn-status-password", "*clear absent", "DOC", "TAC-221729",
     "whether the status of turn shows the password"),
    ("dns-layout", "*lines table", "UNKNOWN", "mmp 8", "what dns prints"),
    ("dns-lookup-layout", "*records failure-on-none targets", "UNKNOWN", "mmp 8",
     "what dns lookup prints: records, FAILURE where there is none, or places without more"),
    ("dns-commands", "*plain app-and-mmp", "RECALL", "mmp 8",
     "whether dns wants app or mmp behind it, as on the X series"),
    ("ntp-list-layout", "*bare numbered", "UNKNOWN", "mmp 8", "what ntp server list prints"),
    ("user-password-prompt", "*short long", "UNKNOWN", "mmp 8",
     "words of the two questions of user add"),
    ("syslog-stamp", "*by-version iso classic", "SEEN",
     "syslog-mmp-command (3.9) against api-trace-401 (2.0)",
     "time stamps of log lines; the version of the change is not known"),
    ("prompt-host-name", "*as-set first-label", "SEEN", "streamer-status-2x",
     "whether the prompt shows the whole host name"),
)
PKI: tuple[Row, ...] = (
    ("pki-verdict", "*success plain", "UNKNOWN", "mmp 5", "words of pki match and pki verify"),
    ("csr-adds-cn-to-san", "*yes no", "INFERRED", "pki-inspect",
     "whether pki csr copies the CN into the names of the request"),
    ("csr-of-live-key", "*breaks-at-once at-next-start", "DOC", "TAC-214618",
     "when a service feels that pki csr replaced its key"),
    ("csr-san-types", "*dns-only addresses-too", "UNKNOWN", "guess",
     "whether an address in subjectAltName becomes an IP entry of the request"),
    ("pki-unlock", "*known unknown-command", "RECALL", "mmp 5", "whether pki unlock exists"),
    ("pub-file-grants-login", "*yes no", "RECALL", "mmp 1",
     "whether an uploaded <user>.pub lets its key in"),
)
DATABASE: tuple[Row, ...] = (
    ("database-role-words", "*primary master", "INFERRED", "mmp 6, TAC-210530",
     "Primary and Replica, or Master and Slave"),
    ("database-running-word", "*In-progress Running Started", "UNKNOWN", "mmp 6",
     "word of a command that still runs; a hyphen stands for a blank"),
    ("database-asks", "*yes no", "RECALL", "mmp 6",
     "whether database cluster initialize and join ask and want a capital Y"),
    ("database-clear-error", "*both underscore blank", "DOC", "TAC-210530",
     "spelling of database cluster clear_error"),
)
FILES: tuple[Row, ...] = (
    ("sftp-read-keys", "*yes no", "DOC", "TAC-217319, CVD12",
     "whether private keys can be read back"),
    ("sftp-overwrite-live-key", "*taken refused", "UNKNOWN", "mmp 2",
     "whether an upload over a key in use is taken"),
    ("sftp-names", "*listed-endings any-ending", "RECALL", "mmp 2",
     "which endings of file names an upload may have"),
    ("pem-needs-final-newline", "*no yes", "DOC", "TAC-214618",
     "whether a service refuses a PEM file that does not end with one newline"),
    ("files-lost-at-reboot", "*no yes", "UNKNOWN", "guess",
     "whether uploads that no service uses disappear when the box boots"),
    ("boot-json", "*absent shown", "RECALL", "mmp 2", "whether SFTP shows boot.json and audit"),
)
# fmt: on
