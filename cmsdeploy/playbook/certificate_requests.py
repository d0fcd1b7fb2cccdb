"""Requests for certificates as files of the site: which are here, what they ask for, new ones.

A request of a box is ``files/HOST-NAME.csr``: two boxes may make keys of the same name. One that is
made here is ``files/NAME.csr``, with ``files/NAME.key`` (0600) beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.errors import DeviceError, InputError, printable
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.model.certificate_order import FoundRequest, RequestOrder

# What reads and writes requests is imported where it is used: most tasks ask for none.
if TYPE_CHECKING:
    from cmsdeploy.certificates.reading import Reading
    from cmsdeploy.certificates.requests import Wanted
    from cmsdeploy.model.secret import Secret
    from cmsdeploy.playbook.site import FileRoom

__all__ = ["RequestDesk"]

_LIMIT = 64 << 10
# The order in which Cisco TAC 214618 prints them.
_FIELDS = ("CN", "OU", "O", "L", "ST", "C")


@dataclass
class RequestDesk:
    """Finds and makes requests in the ``files/`` folders of a site."""

    files: FileRoom
    _digests: dict[str, str] = field(default_factory=dict)

    def found(
        self, host: str, order: RequestOrder, domain: str, names: Sequence[str]
    ) -> FoundRequest:
        """The request of ``order``; ``names`` are the servers', for where it says none."""
        from cmsdeploy.certificates.requests import Wanted
        from cmsdeploy.certificates.server_names import is_name

        common = order.fields.get("CN") or domain or next(iter(names), "")
        if not common:
            raise InputError(
                f"the request {order.name} has no common name", "give csr a CN: and subjectAltName:"
            )
        # An address may become a name or an address in the request of a box: nobody knows.
        own = order.names or tuple(name for name in (domain, *names) if name and is_name(name))
        every = tuple(dict.fromkeys((common, *own)))
        fields = {word: order.fields[word] for word in _FIELDS if order.fields.get(word)}
        words = tuple(f"{word}:{value}" for word, value in {"CN": common, **fields}.items())
        file = f"{order.name}.csr" if order.is_here else _file_of(host, order)
        path = self.files.place(file, None)
        target = path or self.files.new_folder / file
        wanted = Wanted(
            common, every[1:], {word: value for word, value in fields.items() if word != "CN"}
        )
        return FoundRequest(
            (*words, f"subjectAltName:{','.join(every)}"),
            self.files.shown(target),
            None if path is None else read_bytes(path, _LIMIT, is_link_allowed=False),
            partial(_is_as_wanted, common, order.names),
            partial(_keep, target, common, order.names),
            partial(_make, order.name, target.parent, wanted),
        )

    def known(self, host: str, name: str) -> RequestOrder | None:
        """The request of this name that was asked for earlier; None where none is here."""
        for order in (RequestOrder(name), RequestOrder(name, is_here=True)):
            file = f"{name}.csr" if order.is_here else _file_of(host, order)
            if name and self.files.place(file, None) is not None:
                return order
        return None

    def shown(self, host: str, order: RequestOrder) -> str:
        """The file of a request that is here, as people know it."""
        file = f"{order.name}.csr" if order.is_here else _file_of(host, order)
        return self.files.shown(self.files.place(file, None) or self.files.new_folder / file)

    def digest(self, request: FoundRequest) -> str:
        """The digest of the key that the request is for. Raises :class:`InputError`."""
        from cmsdeploy.certificates.pool import request_digest

        content = request.content or b""
        if request.target not in self._digests:
            self._digests[request.target] = request_digest(request.target, content)
        return self._digests[request.target]

    def digests_of(self, host: str, order: RequestOrder) -> list[str]:
        """Of the keys for which requests of another host of the same task are here."""
        from cmsdeploy.certificates.pool import request_digest

        if order.is_here:
            names = [f"{order.name}.csr"]
        else:
            # The same name, as a task mostly gives all its hosts; else whatever was asked for.
            own = _file_of(host, order)
            folder = self.files.new_folder
            every = sorted(path.name for path in folder.glob(f"{host}-*.csr"))
            names = [own] if self.files.place(own, None) is not None else every
        found = []
        for name in names:
            path = self.files.place(name, None)
            if path is not None:
                content = read_bytes(path, _LIMIT, is_link_allowed=False)
                found.append(request_digest(self.files.shown(path), content))
        return found

    def key(self, request: FoundRequest) -> Reading:
        """The private key beside a request that was made here. Raises :class:`InputError`."""
        name = Path(request.target).stem + ".key"
        if self.files.place(name, None) is None:
            raise InputError(
                f"{request.target} is here, and its key {name} is not",
                "bring the key back, or take a new name for the request",
            )
        return self.files.reading(name, None)


def _file_of(host: str, order: RequestOrder) -> str:
    return f"{host}-{order.name}.csr"


def _is_as_wanted(common: str, names: Sequence[str], content: Secret) -> bool:
    from cmsdeploy.certificates.pool import is_request_for
    from cmsdeploy.certificates.private_keys import unsealed

    text = unsealed(content)
    return text is not None and is_request_for(text, common, names)


def _keep(target: Path, common: str, names: Sequence[str], content: Secret | None) -> None:
    """Store a request that a box made, born 0600: it says who we are and what we have."""
    from cmsdeploy.certificates.new_files import write_new_files
    from cmsdeploy.certificates.pool import is_request_for
    from cmsdeploy.certificates.private_keys import unsealed

    text = None if content is None else unsealed(content)
    if text is None or not is_request_for(text, common, names):
        raise DeviceError(
            f"what the box has for {printable(target.name)} is not the request that it was asked"
            " for",
            "look with: pki list and pki inspect; a new request needs a new name",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_new_files({target: text}, {})


def _make(name: str, folder: Path, wanted: Wanted, _: Secret | None) -> None:
    from cmsdeploy.certificates.requests import make_request

    folder.mkdir(parents=True, exist_ok=True)
    make_request(name, folder, wanted)
