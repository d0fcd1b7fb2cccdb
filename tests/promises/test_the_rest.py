"""A6, A13, C4, C7, H7: locals of a crash, generated secrets, options that count, redirects,
variables of the environment."""

from __future__ import annotations

import ast
import os
import ssl
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from cmsdeploy.errors import DeviceError
from cmsdeploy.model.action import Answer, Call, Command, Upload
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.calling import Caller
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import Api, Connection
from cmsdeploy.transport.https import HttpsApi
from tests.promises.canary import canary, found
from tests.promises.numbers import reached
from tests.promises.processes import PROJECT
from tests.transport.environment import environment
from tests.transport.web import Certificate, make_certificate, web

EXAMPLES = PROJECT / "cmsdeploy" / "examples"
NAME = SecretRef("callbridge/cb1")


class _Broken:
    """A wire that breaks by an error of ours, wherever it is touched."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def breaks(*_words: object, **_named: object) -> object:
            raise RuntimeError("our own mistake")

        return breaks


def _crashes(secret: str) -> dict[str, Callable[[], object]]:
    host = Host("cb1", "127.0.0.1", 1, Login("admin", password=Secret(secret)))
    web_host = Host("cb1", "127.0.0.1", webadmin=WebAdmin("127.0.0.1", 1, password=Secret(secret)))
    secrets = {NAME: Secret(secret)}

    def session(of: Host) -> BoxSession:
        return BoxSession(
            of,
            connect=lambda _: cast("Connection", _Broken()),
            connect_api=lambda _: cast("Api", _Broken()),
            redactor=Redactor(),
        )

    asked = Command(("xmpp", "callbridge", "add-secret", "cb1"), answer=Answer("Enter", NAME))
    call = Call("PUT", "/api/v1/x", (("a", "b"),), secrets=(("sharedSecret", NAME),))
    upload = Upload("a.key", "files/a.key", "1", Secret(secret))
    return {
        "typing": lambda: session(host).perform(asked, secrets),
        "a form": lambda: session(web_host).perform(call, secrets),
        "an upload": lambda: session(host).perform(upload, secrets),
    }


@pytest.mark.parametrize("site", ["typing", "a form", "an upload"])
def test_a_crash_report_holds_no_secret(site: str, tmp_path: Path) -> None:
    """A6: what we write of a crash has places and no values, though a debugger could have more."""
    from cmsdeploy.cli.entry import _bug_report

    secret = canary()
    with pytest.raises(RuntimeError) as caught:
        _crashes(secret)[site]()
    report = _bug_report(tmp_path, caught.value).read_text()
    shown = "".join(traceback.format_exception(caught.value))
    assert found({"secret": secret}, {"report": report, "traceback": shown}) == []
    reached("A6", f"0 hits in the report of a crash while {site}")


def test_no_secret_of_boxes_is_made_by_us() -> None:
    """A13: boxes make theirs. What is random here: a key of each run, the laboratory, and keys by
    the library of certificates; ten thousand of that kind are all different and evenly drawn."""
    users = []
    for path in (PROJECT / "cmsdeploy").rglob("*.py"):
        place = str(path.relative_to(PROJECT / "cmsdeploy"))
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            users += [f"{place}: {name}" for name in names if name in ("random", "secrets")]
    allowed = (
        "lab/",
        "cli/lab",
        "cli/certificate",
        "model/secret.py",
        "inventory/",
        "transport/dns",
        "certificates/",
    )
    assert [user for user in users if not user.startswith(allowed)] == []
    assert not [user for user in users if user.endswith(": random")]
    import secrets

    made = [secrets.token_urlsafe(18) for _ in range(10_000)]
    assert len(set(made)) == len(made)
    counts = Counter("".join(made))
    expected = sum(counts.values()) / 64
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 103.4  # p = 0.001 for 63 degrees of freedom
    reached("A13", f"0 equal of {len(made)}, chi-square {chi_square:.0f} < 103.4")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("web")
    return make_certificate(folder, "good", "-addext", "subjectAltName=IP:127.0.0.1")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_nothing_elsewhere(good: Certificate, tmp_path: Path, status: int) -> None:
    """C7: an error; neither the other port nor a proxy nor .netrc gets or gives anything."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login x password y\n")

    def answer(connection: ssl.SSLSocket, _request: bytes) -> None:
        place = f"https://127.0.0.1:{other.port}/api/v1/x"
        text = f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(text.encode())

    def nothing(_connection: object, _request: bytes) -> None:
        raise AssertionError("nobody should come here")

    with web(good, nothing) as other, web(good, answer) as server:
        proxy = f"http://127.0.0.1:{other.port}"
        changed = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"), proxy)
        with environment(HOME=str(tmp_path), **changed):
            secret = Secret(canary())
            api = HttpsApi(WebAdmin("127.0.0.1", server.port, "admin", secret, good.fingerprint))
            for act in (Caller(api, Redactor()).get, _changing(api)):
                with pytest.raises(DeviceError, match="sends us to"):
                    act(Call("GET", "/api/v1/x"))
        assert len(server.requests) == 2
        assert other.requests == []
    reached("C7", f"0 requests elsewhere after {status}")


def _changing(api: HttpsApi) -> Callable[[Call], object]:
    return lambda call: Caller(api, Redactor()).change(Call("PUT", call.path), {})


# Each option of security, and the test that would pass wrongly if the option did nothing.
OPTIONS = {
    "known_hosts": "tests/transport/test_ssh_openssh.py::test_an_unknown_key_stops_before",
    "cms_host_key": "tests/transport/test_ssh_openssh.py::test_a_changed_and_a_revoked_key",
    "@revoked": "tests/transport/test_known_hosts.py::test_revoked_outweighs_known",
    "cms_webadmin.fingerprint": "tests/transport/test_https.py::test_an_unknown_authority_and",
    "cms_webadmin.ca_file": "tests/transport/test_https.py::test_certificates_that_are_not",
    "ssh-agent only where nothing else": "tests/promises/test_identity.py::test_one_identity",
    "--allow-plain-secrets": "tests/e2e/test_refusals.py::test_a_wrong_inventory_is_refused",
    "--allow-open-files": "tests/inventory/test_sources.py::",
    "allow: of a play": "tests/planning/test_compare.py::test_what_is_not_safe_needs_permission",
    "allow: [shown-secrets]": "tests/e2e/test_refusals.py::test_a_shown_secret_stops_the_run",
    "--limit": "tests/planning/test_compare.py::test_a_limit_restricts_what_is_written",
    "--check": "tests/e2e/test_main_job.py::test_a_plan_sends_only_reads",
    "exec without --write": "tests/e2e/test_refusals.py::test_bad_options_have_their_codes",
    "--require-signature": "tests/promises/test_saved_plans.py::test_signed_by_the_tool_and",
    "--valid-for": "tests/promises/test_saved_plans.py::test_a_plan_that_moved_is_refused",
    "vault passwords of private files": "tests/vault/test_passwords.py::test_a_file_that_others",
}


def test_every_option_of_security_has_a_test_that_refuses() -> None:
    """C4: the list, and that each test is there; five of them were tried with the code removed."""
    for option, place in OPTIONS.items():
        path, _, name = place.partition("::")
        text = (PROJECT / path).read_text()
        assert f"def {name}" in text, option
    reached("C4", f"{len(OPTIONS)} of {len(OPTIONS)} options have a negative test")


VARIABLES = (
    "SSLKEYLOGFILE", "PYTHONPATH", "HTTPS_PROXY", "SSH_AUTH_SOCK", "TMPDIR", "LC_ALL", "TZ",
    "LANG", "PYTHONHASHSEED", "PYTHONWARNINGS", "SSH_ASKPASS", "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE", "NO_COLOR", "COLUMNS", "TERM", "ANSIBLE_CONFIG", "ANSIBLE_INVENTORY",
    "NETRC", "EDITOR",
)  # fmt: skip
VALUES: dict[str, tuple[str, str, str]] = {
    "LC_ALL": ("C", "tr_TR.UTF-8", ""),
    "LANG": ("C", "de_DE", "x"),
    "TZ": ("Pacific/Kiritimati", "UTC-3", ":bad"),
    "PYTHONHASHSEED": ("0", "1", "4294967295"),
    "PYTHONWARNINGS": ("ignore", "default", "always"),
    "COLUMNS": ("1", "0", "9999"),
    "TERM": ("dumb", "xterm", ""),
    "TMPDIR": ("{folder}", "/nonexistent", ""),
}
RENDER = """
import contextlib, hashlib, io, os, sys
from cmsdeploy.cli import main
playbook, inventory = sys.argv[1:]
out = io.StringIO()
with contextlib.redirect_stdout(out):
    code = main(["render", playbook, "-i", inventory, "--format", "json"])
print(code, hashlib.sha256(out.getvalue().encode()).hexdigest())
"""


def _rendered(folder: Path, **variables: str) -> str:
    known = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    paths = [str(PROJECT), *([variables.pop("PYTHONPATH")] if "PYTHONPATH" in variables else [])]
    known["PYTHONPATH"] = os.pathsep.join(paths)
    words = (str(EXAMPLES / "playbooks" / "site.yml"), str(EXAMPLES / "inventories" / "lab"))
    done = subprocess.run(
        [sys.executable, "-c", RENDER, *words],
        cwd=folder, env={**known, "CMSDEPLOY_LAB_PASSWORD": "x" * 12, **variables},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_environment_changes_no_byte(tmp_path: Path, is_long: bool) -> None:
    """H7: twenty variables, three values; all at once in the default run, one by one in the
    long one. No log of keys is written."""
    key_log = str(tmp_path / "keys.log")
    usual = (key_log, "/nonexistent", "")
    plain = _rendered(tmp_path)
    assert plain.startswith("0 ")
    rows = [(name, VALUES.get(name, usual)[n]) for n in range(3) for name in VARIABLES]
    rows = [(name, value.format(folder=tmp_path)) for name, value in rows]
    groups = [[row] for row in rows] if is_long else [rows[:20], rows[20:40], rows[40:]]
    same = sum(len(g) for g in groups if _rendered(tmp_path, **dict(g)) == plain)
    assert same == len(rows) == 60
    assert not Path(key_log).exists()
    reached("H7", f"same plan bytes {same} of {len(rows)}")
