"""Doubts about SSH, SFTP and HTTPS themselves; only the wire obeys these."""

from __future__ import annotations

from ..switches import Row

# fmt: off
ROWS: tuple[Row, ...] = (
    ("stderr-for-failures", "*no yes", "UNKNOWN", "mmp 1",
     "whether failures of exec channels come on standard error"),
    ("exit-status", "*always-zero one-on-failure", "UNKNOWN", "mmp 1",
     "exit status of an exec channel whose command was refused"),
    ("channel-pacing-ms", "*0 50 500", "CODE", "mmp 1",
     "milliseconds between two channels of one connection, below which the second is refused"),
    ("sessions-per-user", "*unlimited 5 1", "UNKNOWN", "mmp 1",
     "how many connections of one user stand at the same time"),
    ("shell-line-ends", "*crlf lf", "UNKNOWN", "mmp 1", "line ends of a shell on a terminal"),
    ("shell-wraps", "*no yes", "UNKNOWN", "mmp 1",
     "whether a shell breaks long lines at the width of the terminal"),
    ("shell-pages", "*no yes", "UNKNOWN", "mmp 1",
     "whether a shell stops with --More-- at the height of the terminal"),
    ("login-banner", "*absent shown escapes", "UNKNOWN", "mmp 1",
     "whether a shell prints lines before its first prompt, maybe with terminal codes"),
    ("ssh-banner", "*absent shown escapes", "UNKNOWN", "mmp 1",
     "whether SSH sends a banner before the log-in, maybe with terminal codes"),
    ("ssh-algorithms", "*modern legacy", "UNKNOWN", "mmp 1",
     "what SSH offers; legacy is group14-sha1, ssh-rsa, aes128-cbc and hmac-sha1 alone"),
    ("ssh-idle-seconds", "*never 300 1", "UNKNOWN", "mmp 1",
     "seconds of silence after which a shell is closed"),
    ("first-login", "*taken asks-new-password", "DOC", "TAC-213821, NOTE23",
     "whether a shell of a box that still has its first password asks for a new one"),
    ("sftp-renames", "*unsupported works", "UNKNOWN", "mmp 2", "whether a file can be renamed"),
    ("sftp-modes", "*rw-r--r-- rw------- absent", "UNKNOWN", "mmp 2",
     "permissions that SFTP shows for a file"),
    ("client-port", "*starttls tls", "UNKNOWN", "mmp 4.4, RFC 6120",
     "whether port 5222 begins with a stream that offers STARTTLS, or with TLS"),
    ("component-port", "*tls starttls", "UNKNOWN", "mmp 4.4",
     "whether port 5223 begins with TLS, or with a stream that offers STARTTLS"),
    ("server-port", "*closed starttls", "UNKNOWN", "mmp 4.4, RFC 6120",
     "whether port 5269 is there for other XMPP servers"),
    ("api-busy", "*never every-third", "CODE", "mmp 9",
     "whether the API answers 503 now and then, as it does under load"),
)
# fmt: on
