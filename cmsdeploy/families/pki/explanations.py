"""The rules of ``pki`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.finding import Explanation

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
}
