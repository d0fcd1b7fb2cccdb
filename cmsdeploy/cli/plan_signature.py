"""A second person signs a saved plan: by ``ssh-keygen -Y``, with the keys that people have anyway.

The signature is detached and speaks of the very bytes of the file, in a namespace of its own, so
that a signature of something else never passes for one of a plan. OpenSSH does the signing and the
checking; it gets the bytes that we have read, not the name of a file that may change in between.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cmsdeploy.cli.private_file import write_private
from cmsdeploy.errors import InputError, OptionError, RefusedError, printable

__all__ = ["NAMESPACE", "Approval", "sign_plan", "signature_of", "signature_options"]

NAMESPACE = "cmsdeploy-plan"
_SECONDS = 120
# What ssh-keygen needs: its agent, a terminal for a passphrase, and nothing that changes its mind.
_PASSED_ON = ("PATH", "HOME", "TERM", "SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY", "USER")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Approval:
    """What must have been signed, and by whom. ``signature`` is beside the plan where not named."""

    allowed_signers: Path | None = None
    signer: str | None = None
    signature: Path | None = None
    is_required: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Approval:
        """Take it from the options. Raises ``OptionError`` where half of it is missing."""
        made = cls(
            given.get("allowed_signers"),
            given.get("signer"),
            given.get("signature"),
            bool(given.get("require_signature")),
        )
        if made.is_wanted and made.allowed_signers is None:
            raise OptionError(
                "a signature is to be checked, and nobody is named who may sign",
                "name a file with --allowed-signers (`man ssh-keygen`, ALLOWED SIGNERS)",
            )
        return made

    @property
    def is_wanted(self) -> bool:
        """Whether a plan without a signature may not be carried out."""
        return self.is_required or any((self.allowed_signers, self.signer, self.signature))

    def check_is_plan(self, path: Path, is_saved: bool) -> None:
        """Raise ``RefusedError`` where something else than a saved plan would be carried out."""
        if self.is_wanted and not is_saved:
            raise RefusedError(
                f"{path} is no saved plan, and only a signed plan may be carried out here",
                "make one with `cmsdeploy plan PLAYBOOK -o FILE` and have it signed",
            )

    def check(self, path: Path, content: bytes) -> str | None:
        """Who signed ``content``, the bytes of the plan at ``path``; None where nobody had to.

        Raises ``RefusedError`` unless somebody who may has signed exactly these bytes.
        """
        if not self.is_wanted or self.allowed_signers is None:
            return None
        signature = self.signature or signature_of(path)
        for file in (signature, self.allowed_signers):
            if not file.is_file():
                raise RefusedError(
                    f"{path} cannot be shown to be signed: there is no {file}",
                    f"sign it: ssh-keygen -Y sign -n {NAMESPACE} -f KEY {path}",
                )
        allowed, shown = str(self.allowed_signers.absolute()), str(signature.absolute())
        signer = self.signer or _principal(allowed, shown)
        words = ("-Y", "verify", "-n", NAMESPACE, "-f", allowed, "-I", signer, "-s", shown)
        if not signer or _keygen(words, content).returncode != 0:
            who = printable(signer, 100) if signer else "anybody whom the file allows"
            raise RefusedError(
                f"{path} is not signed by {who}: these bytes, this signature and"
                f" {self.allowed_signers} do not belong together",
                "do not carry it out; let the plan be looked at and signed again",
            )
        return signer


def signature_of(path: Path) -> Path:
    """Where ``ssh-keygen -Y sign`` puts the signature of ``path``."""
    return path.with_name(path.name + ".sig")


def sign_plan(path: Path, key: Path) -> Path:
    """Sign the plan at ``path`` with an SSH key, or with its public half and the agent.

    Raises ``InputError`` where ssh-keygen cannot, with what it says.
    """
    done = _keygen(("-Y", "sign", "-n", NAMESPACE, "-f", str(key.absolute())), path.read_bytes())
    text = done.stdout.decode("ascii", "replace")
    if done.returncode != 0 or not text.startswith("-----BEGIN SSH SIGNATURE-----"):
        raise InputError(
            f"{path} is saved and not signed: ssh-keygen says"
            f" {printable(done.stderr.decode('utf-8', 'replace').strip() or 'nothing', 300)}",
            f"check the key {printable(str(key), 200)}; the agent has to hold it if it is a .pub",
        )
    signature = signature_of(path)
    write_private(signature, text)
    return signature


def _principal(allowed: str, signature: str) -> str:
    """The first name that the file gives to whoever signed; empty where it knows nobody."""
    done = _keygen(("-Y", "find-principals", "-n", NAMESPACE, "-f", allowed, "-s", signature), b"")
    names = done.stdout.decode("utf-8", "replace").splitlines()
    return names[0] if done.returncode == 0 and names else ""


def _keygen(words: Sequence[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen", path=_absolute(os.environ.get("PATH", os.defpath)))
    if program is None:
        raise InputError("there is no ssh-keygen", "install OpenSSH 8.1 or newer")
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 - one program of the system, no shell, words checked
            [program, *words],
            input=content,
            capture_output=True,
            env={**kept, "LC_ALL": "C"},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"ssh-keygen does not work: {type(error).__name__}", "try it") from None


def _absolute(path: str) -> str:
    """PATH without the places that depend on where we stand: a site is no place for programs."""
    return os.pathsep.join(place for place in path.split(os.pathsep) if os.path.isabs(place))


def signature_options(function: F) -> F:
    """Options by which ``apply`` takes signed plans only."""
    for option in reversed(
        (
            click.option("--require-signature", is_flag=True, help="Carry out signed plans only."),
            click.option(
                "--allowed-signers", type=click.Path(path_type=Path), help="Who may sign, by key."
            ),
            click.option("--signer", help="The name that must have signed, as that file has it."),
            click.option(
                "--signature", type=click.Path(path_type=Path), help="Instead of FILE.sig."
            ),
        )
    ):
        function = option(function)
    return function
