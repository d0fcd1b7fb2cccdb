"""The rules of ``pki`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "pki/list-unreadable": Explanation(
        "The list of files is not understood",
        "The reply to `pki list` has another layout than the known one, so it cannot be told which"
        " certificates and keys stand on the box.",
        "`pki list` does not begin with a heading and names below it.",
        "Nothing is uploaded: a file in use might be written over.",
        "Send `pki list` by hand. Where the names are there in another layout, report it.",
        "transcript of `pki list`, CMS 3.x",
    ),
    "pki/file-in-use": Explanation(
        "A file in use would be written over",
        "A service names the file, and it stands on the box with another content than here. A"
        " service that runs goes on with the old content until it is restarted, at a time that"
        " nobody chose.",
        "The status of a service names the file; read back, it differs from the local file.",
        "After a restart by chance one server presents what the others do not trust yet.",
        "Give the new files new names and name those in the inventory: they are taken into use one"
        " server at a time.",
        "Cisco TAC 214618",
        # The server cannot present what may not be put there; its own fix is refused by this one.
        explains=("xmpp/other-in-service",),
    ),
    "pki/unreadable-file": Explanation(
        "A file stands there that cannot be compared",
        "The box has a file of the wanted name, does not let it be read back, and does not say that"
        " it belongs to the certificate. It may be another key.",
        "The file is in `pki list`; a download gives nothing; `pki match` gives no SUCCESS.",
        "A key that does not belong to its certificate stops the server at its next start.",
        "Use a new name for the file, or compare by hand with `pki match KEY CERTIFICATE`.",
        "Cisco TAC 214618",
    ),
    "pki/denied": Explanation(
        "The box finds fault with files that are right here",
        "Key, certificate and bundle stand on the box byte by byte as they are here, where they"
        " passed every check; and the box itself says FAILURE to one of its own questions.",
        "`pki match KEY CERTIFICATE` or `pki verify CERTIFICATE BUNDLE` on the box.",
        "A service that is given these files may not start.",
        "Read the reply of that command. Often the box wants another form of key, or the chain in"
        " another way: have the certificate issued for a new request of the box itself.",
        "Cisco TAC 214618",
    ),
    "pki/name-taken": Explanation(
        "A request would destroy a key",
        "`pki csr` makes a key of the name that it is given, and writes over one of that name at"
        " once. A file of the name is on the box, or a service uses one, and it is not a request"
        " of ours that was cut short.",
        "`pki list`, and the status of the services.",
        "The service that uses the key stops working, and its certificate is worthless.",
        "Take a new name for the request, for example with the year in it.",
        "Cisco TAC 214618",
    ),
    "pki/request-without-key": Explanation(
        "A request is here, and its key is not on the box",
        "The request was fetched from this box in an earlier run, and the box has no key of its"
        " name now: it was reset, replaced, or somebody removed the key.",
        "The `.csr` in `files/` of the site; no `.key` of its name in `pki list`.",
        "A certificate for this request would fit no key.",
        "Take a new name for the request, and have the new one signed.",
        "Cisco TAC 214618",
    ),
    "pki/request-differs": Explanation(
        "Two requests of one name",
        "The request on the box is not the one that was fetched into the site. Somebody made it"
        " anew, and with it the key.",
        "The `.csr` on the box, read back, differs from the one in `files/` of the site.",
        "A certificate for the request in the site would not fit the key on the box.",
        "Take a new name for the request, and have the new one signed.",
        "Cisco TAC 214618",
    ),
}
