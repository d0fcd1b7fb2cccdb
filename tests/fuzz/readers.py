"""What is read from boxes and from people, and what each reader may raise: nothing else."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.cli.commands.journal_command import _in_words
from cmsdeploy.cli.log_doctor import told
from cmsdeploy.cli.log_files import read_texts
from cmsdeploy.cli.options import Options
from cmsdeploy.cli.saved_plan import _summed, check_fresh, load_plan
from cmsdeploy.errors import CmsdeployError, HostError, InputError, Origin
from cmsdeploy.executor.journal import FIRST_SUM, line_sum, new_journal
from cmsdeploy.executor.journal_reading import open_steps, parse_journal
from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.keyring import Keyring, vaulted
from cmsdeploy.inventory.vault import sealed
from cmsdeploy.inventory.vault_marks import foreign_format, is_encrypted
from cmsdeploy.model.action import Call
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.reply_text import failures, fields, judge
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.xml_text import failure_tags
from cmsdeploy.playbook import load as load_playbook
from cmsdeploy.playbook import stages
from cmsdeploy.session.calling import Caller
from cmsdeploy.session.conversation import Conversation
from cmsdeploy.session.dialogue import Asked, Dialogue, Ready
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.session.reply import cleaned
from cmsdeploy.transport.contract import HttpAnswer
from cmsdeploy.transport.host_key import KnownHosts
from cmsdeploy.transport.known_hosts import match, warnings
from tests.families.cases import FOLDER
from tests.fuzz import replies

__all__ = ["Reader", "readers"]

TESTS = Path(__file__).parents[1]
PROJECT = TESTS.parent


@dataclass(frozen=True)
class Reader:
    """``read`` takes one input; ``share`` are its thousandths of all inputs of a campaign.

    Where ``is_growing`` an input ten times as long may take ten times as long, and no longer.
    """

    seeds: Sequence[bytes]
    read: Callable[[bytes], object]
    declared: tuple[type[Exception], ...]
    share: int
    is_growing: bool = True


def readers(folder: Path) -> dict[str, Reader]:
    """All of them. ``folder`` is for the files that they want to open."""
    os.environ.setdefault("CMSDEPLOY_LAB_PASSWORD", "the password of a lab")
    device = _of_devices()
    return {**device, **_of_people(folder), **_of_our_own(folder)}


def _of_devices() -> dict[str, Reader]:
    transcripts = [path.read_bytes() for path in sorted(FOLDER.glob("*.txt"))]
    bodies = [text for text in transcripts if text.lstrip().startswith(b"<")]
    cases = sorted((TESTS / "doctor" / "cases").glob("*.txt"))
    logs = [*transcripts, *(path.read_bytes() for path in cases)]
    states = replies.seeds()
    return {
        "replies": Reader(states, lambda c: replies.understood(replies.replies_of(c)), (), 80),
        "plans of replies": Reader(
            states, lambda c: replies.compared(replies.replies_of(c)), (), 15, is_growing=False
        ),
        "reply lines": Reader(transcripts, _reply_lines, (), 180),
        "a shell": Reader(_shells(), _talk, (), 230),
        "answers of the API": Reader([*bodies, *_XML], _answered, (HostError,), 110),
        "logs": Reader(logs, _log, (InputError,), 40),
    }


def _of_people(folder: Path) -> dict[str, Reader]:
    cases = TESTS / "inventory" / "cases"
    hosts = [path.read_bytes() for path in sorted(PROJECT.glob("inventories/*/hosts.yml"))]
    trees = [path for path in sorted(cases.rglob("*")) if path.is_file()]
    ini = [path.read_bytes() for path in trees if path.suffix == ".ini"]
    accepted = [p.read_bytes() for p in trees if "accepted" in str(p) and p.suffix == ".yml"]
    books = [path.read_bytes() for path in sorted(PROJECT.glob("playbooks/*.yml"))]
    good = [*hosts, *hosts, *accepted]
    yaml = [*hosts, *(path.read_bytes() for path in trees if path.suffix != ".ini")]
    (folder / "site").mkdir()
    (folder / "site" / "hosts.yml").write_bytes(hosts[1])
    vaults = [sealed(text, Secret("a password"), "dev").encode() for text in (b"x: 1\n", b"y" * 99)]
    return {
        "YAML": Reader(yaml, _through(folder / "a.yml", load_document), (InputError,), 50),
        "inventories": Reader(good, _through(folder / "hosts.yml", _inventory), (InputError,), 20),
        "INI": Reader(ini, _through(folder / "hosts", _inventory), (InputError,), 30),
        "playbooks": Reader(books, _playbook(folder / "site"), (InputError,), 10),
        "vaults": Reader(vaults, _vault, (InputError,), 75),
        "known_hosts": Reader(_known_hosts(), _through(folder / "known", _known), (), 90),
    }


def _of_our_own(folder: Path) -> dict[str, Reader]:
    plans = [_saved(record) for record in _RECORDS]
    return {
        "journals": Reader([_journal(folder)], _told_again, (), 40),
        "saved plans": Reader(plans, _through(folder / "plan", _plan), (CmsdeployError,), 30),
    }


def _through(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """``read`` for a file with the content in it, which only we may read."""
    path.touch(0o600)

    def of(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return of


def _reply_lines(content: bytes) -> None:
    text = cleaned(content)
    judge(text)
    failures(text)
    fields(text)


_XML = (
    b'<?xml version="1.0"?>\n<callBridges total="1"><callBridge id="a-b"><name>cb1</name>'
    b"</callBridge></callBridges>",
    b"<failureDetails><coSpaceDoesNotExist /></failureDetails>",
    b"<a><!-- x --><![CDATA[ y ]]>&lt;&#233;</a>",
)
_CALL = Call("GET", "/api/v1/callBridges")


@dataclass(frozen=True)
class _Answering:
    """An API with one answer, whatever it is asked."""

    answer: HttpAnswer

    def request(self, *_asked: object) -> HttpAnswer:
        return self.answer

    def close(self) -> None:
        """Nothing is open."""


def _answered(content: bytes) -> None:
    failure_tags(content)
    for status in (200, 404, 500):
        answer = HttpAnswer(status, {"content-type": "text/xml"}, content)
        with contextlib.suppress(HostError):
            Caller(_Answering(answer), Redactor(), pauses=()).get(_CALL)


def _shells() -> list[bytes]:
    asked = b"xmpp callbridge add-secret cb1\r\nEnter callbridge secret:"
    login = b"Welcome\r\ncb1> "
    heard = [
        b"\r\ncb1> ", b"version\r\n2.9.5\r\ncb1> ", asked, b"\r\nSUCCESS: done\r\ncb1> ",
        b"Are you sure? (Y/n)", b"\r\nFAILURE: no\r\n", b"\x1b[31m", b"cb1> cb1> ", b"y" * 5000,
    ]  # fmt: skip
    texts = [login, *heard]
    return [b"\x00".join([login, *heard[:n]]) for n in range(len(heard))] + [b"\x00".join(texts)]


def _talk(content: bytes) -> None:
    """Pieces between zero bytes, with silence behind each; a command whenever one may be sent."""
    conversation = Conversation()
    commands = iter([Dialogue("version"), Dialogue(_ASKING, "Enter callbridge secret", ("Are",))])
    for piece in content.split(b"\x00"):
        for event in (*conversation.receive(piece), *conversation.silent()):
            if isinstance(event, Asked):
                conversation.type_secret(b"the secret")
            command = next(commands, None) if isinstance(event, Ready) else None
            if command is not None:
                conversation.send(command)
    assert len(conversation.screen) <= 2 * len(content) + 100
    conversation.end()


_ASKING = "xmpp callbridge add-secret cb1"


def _log(content: bytes) -> None:
    path = Path("/proc/self/fd") / str(_memory(content))
    try:
        texts = read_texts(path)
    finally:
        os.close(int(path.name))
    told(texts, ("cb1", "cb9"), is_json=len(content) % 2 == 0, is_strict=True)


def _memory(content: bytes) -> int:
    """A file that is in no folder."""
    descriptor = os.memfd_create("log")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _inventory(path: Path) -> None:
    inventory = load_inventory([path], allow_plain_secrets=True, allow_open_files=True)
    with contextlib.suppress(InputError):
        inventory.check()
    for host in inventory.hosts[:20]:
        with contextlib.suppress(InputError):
            inventory.box(host, password=Secret("a password"))


def _playbook(folder: Path) -> Callable[[bytes], object]:
    inventory = load_inventory([folder / "hosts.yml"])

    def read(path: Path) -> object:
        book = load_playbook(path, inventory)
        return stages(book, inventory, is_content_needed=False)

    return _through(folder / "play.yml", read)


def _vault(content: bytes) -> None:
    # No password: to try one takes its ten thousand rounds, whatever the vault says.
    foreign_format(content)
    if is_encrypted(content):
        Keyring().opened(content, Origin("vault"))
    vaulted(content.decode("latin-1"), Origin("vault"), Keyring())


def _known_hosts() -> list[bytes]:
    key = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"k" * 32).decode()
    hashed = "|1|1Sj1FkEMvG1jbAQ6e8ybGVBPKrM=|tK3L3Qf1dJ3vC1U6Z4cqCqdxuyM="
    hosts = ("cb1", "cb*,!cb2", "[cb1]:2222", "10.0.0.?", hashed, "@revoked cb1", "# note")
    text = "".join(f"{host} ssh-ed25519 {key} somebody\n" for host in hosts)
    return [text.encode(), text.replace("\n", "\r\n").encode(), f"@cert-authority {text}".encode()]


def _known(path: Path) -> None:
    ((_, text),) = KnownHosts.of([path]).files
    warnings(text)
    for host, port in (("cb1", 22), ("cb1", 2222), ("CB2", 22)):
        match(text, host, port, "ssh-ed25519", b"another key")


def _journal(folder: Path) -> bytes:
    place = folder / "journals"
    with new_journal(place) as journal:
        for kind in EventKind:
            journal(Event(kind, "cb1", "cb1/xmpp/domain", "xmpp domain a.com", 0.5))
    return journal.path.read_bytes()


def _told_again(content: bytes) -> None:
    """As it is, and with sums that are right: who can alter the file can mend the sums."""
    before = FIRST_SUM
    lines = []
    for line in content.split(b"\n")[:-1]:
        body = line.rpartition(b', "sum": ')[0].decode("latin-1")
        before = line_sum(before, body)
        lines.append(f'{body}, "sum": "{before}"}}\n')
    for text in (content, "".join(lines).encode("latin-1")):
        journal = parse_journal(text)
        open_steps(journal)
        list(_in_words(Path("a journal"), journal, None))


_RECORD = {
    "format": "cmsdeploy plan", "made_at": "2026-11-23T01:02:03+00:00",
    "expires_at": "2099-11-30T01:02:03+00:00", "playbook": "/a/site.yml",
    "inventory": ["/a/hosts.yml"], "limit": None, "tags": [], "skip_tags": [],
    "start_at_task": None, "extra_vars": ["a=b"], "repair": False,
    "plan": {"version": 1, "digest": "sha256:0", "hosts": [], "facts": {}, "steps": []},
}  # fmt: skip
_RECORDS: tuple[dict[str, object], ...] = (
    {},
    {"limit": "cb1"},
    {"made_at": "2026-11-23", "tags": ["a"]},
    {"inventory": []},
)


def _saved(change: dict[str, object]) -> bytes:
    return json.dumps({**_RECORD, **change}, indent=1).encode()


def _plan(path: Path) -> None:
    """With a sum that is right: who can alter the file can mend the sum."""
    content = path.read_bytes()
    with contextlib.suppress(CmsdeployError):
        load_plan(path, Options(()))
    path.write_bytes(_summed(content))
    check_fresh(load_plan(path, Options(())))
