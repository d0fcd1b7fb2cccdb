"""The services that `service_specs.py` describes: their setters, enable, disable, status.

Results: SEEN `streamer-enable-success`, `webbridge-enable-success`; failures TAC-217320.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .. import certificates
from ..box_state import Service
from ..exchange import Question, Reply, failure, lines, success
from ..power import is_pair_good
from .service_specs import SPECS, Setter, Spec, spec_of
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

_INTERFACES = ("a", "b", "c", "d")


def service_of(box: Box, spec: Spec) -> Service:
    """Give the state of a service; it begins with the defaults."""
    fresh = Service(is_enabled=spec.is_enabled_at_first)
    return box.services.setdefault(spec.name, fresh)


def value(box: Box, spec: Spec, label: str) -> str:
    """Value of one line of the status."""
    return service_of(box, spec).values.get(label, spec.labels.get(label, "none"))


def _status(box: Box, _words: tuple[str, ...], name: str) -> str:
    spec = spec_of(name, box.release)
    service = service_of(box, spec)
    rows = {"Enabled": "true" if service.is_enabled else "false"}
    for label in spec.labels:
        found = value(box, spec, label)
        if not (label in spec.hides_unset and found == "none"):
            rows[label] = found
    if name == "turn" and box.world.switches["turn-status-password"] == "absent":
        del rows["Password"]
    if spec.status_line:
        runs = service.is_enabled and not service.is_broken
        rows["STATUS"] = f"{spec.status_line} {'running' if runs else 'not running'}"
    return lines(*(f"{label:{spec.pad}}: {text}" for label, text in rows.items()))


def _set(box: Box, words: tuple[str, ...], name: str, setter: Setter) -> Reply:
    values = service_of(box, spec_of(name, box.release)).values
    if setter.form == "secret":
        # SEEN uploader-password-prompt.
        return Question("Please enter password:", "service-secret", (name, *setter.labels), False)
    refusal = _fill(values, words, setter)
    if refusal:
        return failure(refusal)  # all texts of refused setters are guesses
    said = box.world.switches["service-setter-reply"] == "success"
    return success(f"{setter.labels[0]} configured") if said else ""


def _fill(values: dict[str, str], words: tuple[str, ...], setter: Setter) -> str:
    """Fill the labels; gives the reason of a refusal, or nothing."""
    if words == ("none",):
        values.update(dict.fromkeys(setter.labels, "none"))
    elif setter.form == "flag":
        if words[0] not in ("enable", "disable"):
            return "enable or disable expected"
        values[setter.labels[0]] = f"{words[0].capitalize()}d"
    elif setter.form == "joined":
        values[setter.labels[0]] = " ".join(words)
    elif setter.form == "sip":
        return _fill_sip(values, words)
    elif setter.form == "nfs":
        values.update(zip(setter.labels, words[0].split(":", 1), strict=False))
    else:
        rest = ("none",) * (len(setter.labels) - len(words))
        values.update(zip(setter.labels, (*words, *rest), strict=True))
        if setter.words == "listen" and len(words) == 1:
            values[setter.labels[-1]] = "443"
    return ""


def _fill_sip(values: dict[str, str], words: tuple[str, ...]) -> str:
    # `sip listen a 7000 7001` is `tcp a:7000, tls a:7001` (SEEN streamer-status-disabled).
    if len(words) != 3 or words[0] not in _INTERFACES:
        return "incorrect number of parameters"
    ports = [port if port == "none" else f"{words[0]}:{port}" for port in words[1:]]
    values["SIP interfaces"] = f"tcp {ports[0]}, tls {ports[1]}"
    return ""


def _take_secret(box: Box, words: tuple[str, ...], text: str) -> str:
    name, label = words
    if not text:
        return failure("No password given")  # guess
    service_of(box, spec_of(name, box.release)).values[label] = text
    return ""


def _enable(box: Box, _words: tuple[str, ...], name: str) -> str:
    spec = spec_of(name, box.release)
    service = service_of(box, spec)
    missing = [text for label, text in spec.needs if value(box, spec, label) == "none"]
    if missing:
        return failure(*missing, f"{spec.done} configuration not complete")  # TAC-217320
    said, is_good = _checked(box, spec)
    if not is_good:
        return said + failure(f"{spec.done} configuration not complete")
    service.is_enabled, service.is_broken = True, False
    if name == "webadmin" and box.world.switches["webadmin-enable-lines"] == "configured":
        said = success("TLS interface and port configured") + said  # RECALL
    return said + success(f"{spec.done} enabled")


def _checked(box: Box, spec: Spec) -> tuple[str, bool]:
    key, leaf, bundle = (value(box, spec, label) if label else "none" for label in spec.files)
    if key == "none":
        return "", True
    if not is_pair_good(box, key, leaf):
        return failure("Key and certificate pair do not match"), False  # guess
    said = success("Key and certificate pair match")
    if bundle == "none":
        return said, True
    contents = box.files.get(leaf) or b"", box.files.get(bundle) or b""
    if box.world.checks_certificates and not certificates.is_verified(*contents):
        return said + failure("certificate not verified against CA bundle"), False
    return said + success("certificate verified against CA bundle"), True


def _disable(box: Box, _words: tuple[str, ...], name: str) -> str:
    spec = spec_of(name, box.release)
    service_of(box, spec).is_enabled = False
    said = box.world.switches["service-disable-reply"] == "success"
    return success(f"{spec.done} disabled") if said else ""


def _restart(box: Box, words: tuple[str, ...], name: str) -> str:
    spec = spec_of(name, box.release)
    if not service_of(box, spec).is_enabled:
        return failure(f"{spec.done} is not enabled")  # guess
    said = _enable(box, words, name)
    if "FAILURE:" in said:
        service_of(box, spec).is_broken = True
        return said
    return success(f"{spec.done} restarted")  # guess


def is_web_admin_up(box: Box) -> bool:
    """Whether Web Admin answers at all."""
    service = service_of(box, spec_of("webadmin", box.release))
    return service.is_enabled and not service.is_broken


def _verbs() -> dict[str, Verb]:
    found: dict[str, Verb] = {}
    for spec in SPECS:
        name = spec.name
        found[name] = Verb(name, partial(_status, name=name))
        for word, run in (("enable", _enable), ("disable", _disable), ("restart", _restart)):
            verb = Verb(f"{name} {word}", partial(run, name=name), is_write=True)
            found[verb.name] = verb
        for setter in spec.setters:
            verb = Verb(
                f"{name} {setter.words}",
                partial(_set, name=name, setter=setter),
                "|".join(setter.labels),
                setter.least,
                setter.most,
                is_write=True,
            )
            found[verb.name] = verb
    return found


VERBS = tuple(_verbs().values())
ANSWERS: dict[str, Answer] = {"service-secret": _take_secret}
