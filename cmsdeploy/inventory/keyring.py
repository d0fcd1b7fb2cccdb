"""The vault passwords of a run, and the values that they open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.vault_marks import is_encrypted
from cmsdeploy.model.secret import Secret

# What opens a vault is imported where one is opened: most runs have none.
if TYPE_CHECKING:
    from cmsdeploy.inventory.vault import Envelope
    from cmsdeploy.inventory.vault_passwords import VaultPassword

__all__ = ["Keyring", "Vaulted", "vaulted"]

_HOW_TO_GIVE = "give -J, --vault-password-file FILE or --vault-id LABEL@FILE"


def _nobody(warning: InputError) -> None:
    """Nobody is warned."""


class Keyring:
    """All passwords that were named. Without any it opens nothing, and says what to give.

    ``warn`` is told what should be seen and does not stop.
    """

    def __init__(
        self,
        passwords: Sequence[VaultPassword] = (),
        warn: Callable[[InputError], None] | None = None,
    ) -> None:
        self.passwords = tuple(passwords)
        self._warn = warn or _nobody

    def warn(self, warning: InputError) -> None:
        """Say what should be seen and does not stop."""
        self._warn(warning)

    def opened(self, content: bytes, origin: Origin) -> bytes:
        """The plaintext of a whole vault. Raises :class:`InputError` at ``origin``."""
        from cmsdeploy.inventory.vault import envelope_of

        try:
            text = content.decode("ascii")
        except UnicodeDecodeError:
            raise InputError("a vault holds ASCII text only", "get it again", origin) from None
        envelope = envelope_of(text, origin)
        return self.open_envelope(envelope, origin)

    def open_envelope(self, envelope: Envelope, origin: Origin) -> bytes:
        """The plaintext, by the first password that fits; those with its label come first."""
        return self.match(envelope, origin)[1]

    def match(self, envelope: Envelope, origin: Origin) -> tuple[VaultPassword, bytes]:
        """The password that opens ``envelope``, and the plaintext."""
        from cmsdeploy.inventory.vault import opened

        label = printable(envelope.label, 40)
        if not self.passwords:
            raise InputError(
                f"it is encrypted (vault id {label}), and no vault password was given",
                _HOW_TO_GIVE,
                origin,
            )
        for password in sorted(self.passwords, key=lambda one: one.label != envelope.label):
            plaintext = opened(envelope, password.secret())
            if plaintext is not None:
                self._warn_of_label(envelope.label, password, origin)
                return password, plaintext
        tried = ", ".join(dict.fromkeys(one.label for one in self.passwords))
        raise InputError(
            f"no given vault password opens it (vault id {label}, tried {tried}): "
            "the password is another one, or the text was altered",
            "look at the password; a file that was altered has to come from its source again",
            origin,
        )

    def _warn_of_label(self, label: str, password: VaultPassword, origin: Origin) -> None:
        is_known = label in {one.label for one in self.passwords}
        if not is_known:
            self.warn(
                InputError(
                    f"its vault id {printable(label, 40)} is not among those given; "
                    f"the password of {password.label} opens it (the label proves nothing)",
                    "look who wrote it, or name that vault id",
                    origin,
                )
            )


class Vaulted:
    """One inline ``!vault`` value: opened when it is used, and then a :class:`Secret`."""

    __slots__ = ("_envelope", "_keyring", "_secret", "origin", "text")

    def __init__(self, text: str, origin: Origin, keyring: Keyring) -> None:
        from cmsdeploy.inventory.vault import envelope_of

        self.text = text
        self.origin = origin
        self._keyring = keyring
        self._envelope = envelope_of(text, origin)
        self._secret: Secret | None = None

    def secret(self) -> Secret:
        """The plaintext. Raises :class:`InputError` where no password opens it."""
        if self._secret is None:
            self._secret = Secret(self._keyring.open_envelope(self._envelope, self.origin))
        return self._secret

    def __repr__(self) -> str:
        return "Vaulted(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vaulted) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def vaulted(text: str, origin: Origin, keyring: Keyring) -> Vaulted:
    """An inline value; blanks around its lines are YAML's and do not count."""
    lines = [line.strip() for line in text.splitlines()]
    body = "\n".join(line for line in lines if line) + "\n"
    if not is_encrypted(body.encode("utf-8", "replace")):
        raise InputError(
            "!vault stands before a text that is no vault",
            "paste what cmsdeploy vault encrypt-string prints",
            origin,
        )
    return Vaulted(body, origin, keyring)
