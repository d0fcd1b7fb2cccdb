"""Variables of a host: lazy, magic, computed, secret; and the box that comes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, as_host, as_list, load
from cmsdeploy.model.secret import Secret

EXAMPLES = Path(__file__).parents[2] / "cmsdeploy" / "examples" / "inventories"
NAME = "CMSDEPLOY_TEST_SECRET"
FROM_ENVIRONMENT = f"ansible_password: \"{{{{ lookup('env', '{NAME}') }}}}\""


def loaded(tmp_path: Path, variables: str, *, allow_plain_secrets: bool = False) -> Inventory:
    """Two hosts, one of them with ``variables`` (lines, not indented)."""
    path = tmp_path / "hosts.yml"
    indented = "".join(f"        {line}\n" for line in variables.splitlines())
    path.write_text(f"all:\n  hosts:\n    other.example.com:\n    h:\n{indented}")
    return load([path], allow_plain_secrets=allow_plain_secrets)


def refusal(inventory: Inventory, name: str) -> InputError:
    with pytest.raises(InputError) as caught:
        inventory.variables("h")[name]
    return caught.value


def test_templates_see_the_host_and_keep_their_types(tmp_path: Path) -> None:
    inventory = loaded(
        tmp_path,
        'a: [1, 2]\nb: "{{ a }}"\nc: "{{ inventory_hostname }}/{{ b[1] }}"\n'
        "d: \"{{ hostvars['other.example.com'].inventory_hostname_short }}\"\n"
        "e: \"{{ groups['all'] }}\"\nf: {g: \"{{ c }}\"}\ni: !unsafe '{{ c }}'",
    )
    variables = inventory.variables("h")
    assert variables["b"] == [1, 2]
    assert variables["c"] == "h/2"
    assert variables["d"] == "other"
    assert variables["e"] == ["other.example.com", "h"]
    assert variables["f"] == {"g": "h/2"}
    assert variables["i"] == "{{ c }}"
    assert variables["group_names"] == ["ungrouped"]
    assert variables["inventory_dir"] == str(tmp_path.resolve())
    assert "playbook_dir" not in variables


def test_an_unused_template_cannot_fail(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, 'a: "{{ nowhere }}"\nb: 1')
    assert inventory.variables("h")["b"] == 1
    error = refusal(inventory, "a")
    assert str(error.origin) == f"{tmp_path}/hosts.yml:5:12"
    assert "'nowhere'" in error.cause


def test_an_undefined_name_is_named_where_it_stands_and_default_rescues(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, 'a: "{{ nowhere }}"\nb: "{{ a }}"\nc: "{{ a.x | default(7) }}"')
    error = refusal(inventory, "b")
    assert error.origin
    assert error.origin.line == 5
    assert inventory.variables("h")["c"] == 7


def test_a_variable_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    error = refusal(loaded(tmp_path, 'a: "{{ b }}"\nb: "{{ a }}"'), "a")
    assert error.cause == "the variable refers to itself: a > b > a"
    assert error.origin
    assert error.origin.line in {5, 6}


def test_a_chain_of_a_thousand_is_refused(tmp_path: Path) -> None:
    lines = [f'v{n}: "{{{{ v{n + 1} }}}}"' for n in range(1000)]
    error = refusal(loaded(tmp_path, "\n".join([*lines, "v1000: 1"])), "v0")
    assert "more than 30 variables" in error.cause
    assert error.origin


def test_extra_variables_win_and_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text('all: {hosts: {h: {a: 1, b: "{{ a }}"}}}\n')
    inventory = load([path], extra={"a": [3], "inventory_hostname": "x"})
    assert inventory.variables("h")["b"] == [3]
    assert inventory.variables("h")["inventory_hostname"] == "h"
    with pytest.raises(InputError, match="xmpp_domian"):
        load([path], extra={"xmpp_domian": "x"})
    with pytest.raises(InputError, match="may not be given by -e") as caught:
        load([path], extra={"ansible_password": "geheim"})
    assert "geheim" not in str(caught.value)


def test_a_secret_comes_from_the_environment_as_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FROM_ENVIRONMENT + '\ncopy: "x{{ ansible_password }}"'
    inventory = loaded(tmp_path, text)
    monkeypatch.setenv(NAME, 'a{{ b }}"\\é ')
    assert inventory.variables("h")["ansible_password"] == Secret('a{{ b }}"\\é ')
    assert "secret" in refusal(inventory, "copy").cause
    assert inventory.box("h").login.password == Secret('a{{ b }}"\\é ')


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (None, f"the environment has no variable {NAME}"),
        ("", "ansible_password is empty"),
        ("a\nb", "ansible_password holds a control character"),
    ],
)
def test_a_secret_that_cannot_be_meant_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, cause: str
) -> None:
    inventory = loaded(tmp_path, FROM_ENVIRONMENT)
    monkeypatch.delenv(NAME, raising=False)
    if value is not None:
        monkeypatch.setenv(NAME, value)
    with pytest.raises(InputError) as caught:
        inventory.box("h")
    assert caught.value.cause == cause
    assert str(caught.value.origin) == f"{tmp_path}/hosts.yml:5:27"
    assert not caught.value.excerpt


def test_an_ordinary_variable_may_be_missing_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NAME, raising=False)
    lookup = f"lookup('env', '{NAME}'"
    text = f'a: "{{{{ {lookup}) }}}}"\nb: "{{{{ {lookup}, default=\'z\') }}}}"'
    variables = loaded(tmp_path, text).variables("h")
    assert variables["a"] == ""
    assert variables["b"] == "z"


def test_a_secret_in_a_file_has_to_be_private(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "ansible_password: \"{{ lookup('file', 'pw') }}\"")
    path = tmp_path / "pw"
    path.write_text("geheimnis\n")
    path.chmod(0o644)
    with pytest.raises(InputError) as caught:
        inventory.box("h")
    assert "mode 0644: others may open it" in caught.value.cause
    assert caught.value.origin
    assert caught.value.origin.line == 5
    path.chmod(0o600)
    assert loaded(tmp_path, "ansible_password: \"{{ lookup('file', 'pw') }}\"").box(
        "h"
    ).login.password == Secret("geheimnis")
    path.write_text("geheimnis \n")
    again = loaded(tmp_path, "ansible_password: \"{{ lookup('file', 'pw') }}\"")
    with pytest.raises(InputError, match="ends with blanks"):
        again.box("h")


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        ("lookup('pipe', 'id')", "lookup 'pipe' is not supported"),
        ("lookup('file', 'nobody')", "there is no file nobody"),
        ("lookup('env')", "lookup 'env' takes one name"),
        ("lookup('env', 'A', 'B')", "lookup 'env' takes one name"),
        ("lookup('file', 'a', rstrip=false)", "lookup 'file' has no option rstrip"),
        ("query('env', 'A')", "'query' is undefined"),
    ],
)
def test_a_lookup_that_we_do_not_have_is_refused(tmp_path: Path, call: str, cause: str) -> None:
    error = refusal(loaded(tmp_path, f'a: "{{{{ {call} }}}}"'), "a")
    assert error.cause == cause
    assert error.origin
    assert error.origin.line == 5


def test_plain_secrets_may_be_allowed_and_are_warned_of(tmp_path: Path) -> None:
    text = "ansible_password: geheim\ncms_webadmin: {password: auch}\n"
    text += "cms_short_secrets: [ansible_password, cms_webadmin]"
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text)
    assert len(caught.value.others) == 1
    assert "lookup('env'" in caught.value.action
    inventory = loaded(tmp_path, text, allow_plain_secrets=True)
    assert [one.origin.line for one in inventory.warnings if one.origin] == [5, 6]
    box = inventory.box("h")
    assert box.login.password == Secret("geheim")
    assert box.webadmin
    assert box.webadmin.password == Secret("auch")
    shown = json.dumps([as_list(inventory), as_host(inventory, "h")])
    assert "geheim" not in shown
    assert "auch" not in shown
    assert shown.count("(sensitive)") == 4


@pytest.mark.parametrize("word", ["ansible_user", "cms_session", "xmpp_cluster", "ansible_port"])
def test_a_secret_elsewhere_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv(NAME, "geheim")
    inventory = loaded(tmp_path, FROM_ENVIRONMENT + f'\n{word}: "{{{{ ansible_password }}}}"')
    with pytest.raises(InputError, match="a secret") as caught:
        inventory.box("h")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("password", "webadmin", "accepted", "refused"),
    [
        ("seven77", "", "", "ansible_password"),
        ("", "seven77", "", "cms_webadmin"),
        ("seven77", "seven77", "cms_webadmin", "ansible_password"),
        ("seven77", "seven77", "ansible_password", "cms_webadmin"),
        ("é" * 3, "", "", "ansible_password"),
        ("eight888", "eight888", "", ""),
        ("seven77", "", "ansible_password", ""),
        ("1", "2", "[cms_webadmin, ansible_password]", ""),
    ],
)
def test_a_short_password_is_accepted_by_name_only(
    tmp_path: Path, password: str, webadmin: str, accepted: str, refused: str
) -> None:
    """Before any connection, with the place; what is asked for on a terminal counts as well."""
    (tmp_path / "api").write_text(webadmin)
    (tmp_path / "api").chmod(0o600)
    lines = ["cms_webadmin: {password: \"{{ lookup('file', 'api') }}\"}"] if webadmin else []
    lines += [f"cms_short_secrets: {accepted}"] if accepted else []
    inventory = loaded(tmp_path, "\n".join([*lines, "x: 1"]))
    given = Secret(password) if password else None
    if not refused:
        assert inventory.box("h", password=given).name == "h"
        return
    with pytest.raises(InputError, match=f"{refused} of h: fewer than 8") as caught:
        inventory.box("h", password=given)
    assert f"cms_short_secrets: [{refused}]" in caught.value.action
    assert "seven77" not in str(caught.value)


def test_a_box_has_the_defaults_of_the_words(tmp_path: Path) -> None:
    box = loaded(tmp_path, "x: 1").box("h")
    assert (box.address, box.port, box.login.user, box.cluster) == ("h", 22, "admin", "default")
    assert box.login.is_agent_allowed
    assert not box.is_shell_only
    assert box.host_key is None
    assert box.webadmin is None
    assert box.origin
    assert box.origin.line == 4
    webadmin = loaded(tmp_path, "cms_webadmin: {}").box("h").webadmin
    assert webadmin
    assert (webadmin.host, webadmin.port) == ("h", 443)


def test_a_box_has_what_is_written(tmp_path: Path) -> None:
    key = "SHA256:" + "A" * 43
    inventory = loaded(
        tmp_path,
        f"ansible_host: 10.0.0.1\nansible_port: '2222'\nansible_user: u\ncms_host_key: {key}\n"
        "ansible_ssh_private_key_file: ~/k\ncms_session: shell\nxmpp_cluster: paris\n"
        f"cms_webadmin: {{host: w.example.com, port: 8443, user: v, "
        f"fingerprint: '{'AB:' * 31}AB'}}",
    )
    box = inventory.box("h", password=Secret("password"), passphrase=Secret("q"), user="never")
    assert (box.address, box.port, box.login.user) == ("10.0.0.1", 2222, "u")
    assert box.login.password == Secret("password")
    assert box.login.key_passphrase == Secret("q")
    assert box.login.key_file == str(Path.home() / "k")
    assert not box.login.is_agent_allowed
    assert box.is_shell_only
    assert box.cluster == "paris"
    assert box.host_key == key
    assert box.webadmin is not None
    assert (box.webadmin.host, box.webadmin.port, box.webadmin.user) == ("w.example.com", 8443, "v")
    assert box.webadmin.fingerprint == "ab" * 32
    assert box.webadmin.password == Secret("password")


def test_an_unknown_host_is_refused(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "x: 1")
    with pytest.raises(InputError, match="no host or group is called 'hh'"):
        inventory.box("hh")
    with pytest.raises(InputError, match="is a group"):
        inventory.variables("all")


def test_what_follows_from_three_clusters() -> None:
    inventory = load([EXAMPLES / "three-clusters"])
    inventory.check()
    bridge = inventory.variables("paris-cb4")
    assert bridge["xmpp_domain"] == "paris.example.com"
    assert bridge["xmpp_cluster"] == "paris"
    assert bridge["xmpp_callbridges"] == [
        "paris-cms1", "paris-cms2", "paris-cms3", "paris-cb4", "paris-cb5"
    ]  # fmt: skip
    assert bridge["xmpp_cluster_servers"] == ["paris-cms1", "paris-cms2", "paris-cms3"]
    assert bridge["xmpp_cluster_first"] == "paris-cms1"
    assert bridge["xmpp_server_address"] == ""
    assert inventory.variables("london-cms1")["xmpp_callbridges"][-1] == "london-recording"
    assert inventory.variables("tokyo-cms2")["xmpp_listen"] == ["a", "b"]
    assert inventory.origin("tokyo-cms2", "xmpp_listen").file.endswith("host_vars/tokyo-cms2.yml")
    assert as_host(inventory, "paris-cms2")["cmsdeploy_computed"]["xmpp_address"] == "127.0.2.2"


def test_the_short_name_names_a_call_bridge(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "x: 1")
    assert inventory.variables("other.example.com")["callbridge_name"] == "other"


def test_the_example_of_the_document_has_its_addresses() -> None:
    inventory = load([EXAMPLES / "tac-213479"])
    inventory.check()
    assert inventory.variables("cb3")["ansible_host"] == "10.106.81.30"
    addresses = {str(inventory.variables(host)["xmpp_address"]) for host in inventory.hosts}
    assert addresses == {"10.106.81.30", "10.106.81.31", "10.106.81.32"}
    assert inventory.variables("cb1")["xmpp_cluster_first"] == "cb1"


def test_one_server_passes_where_it_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(
        "xmpp_servers:\n  hosts: {cb1: }\n  vars:\n    xmpp_domain: a.com\n    xmpp_listen: a\n"
        "    xmpp_certificate: {key: {name: k.key, source: s/k.key}, cert: c.cer, trust: c.cer}\n"
    )
    load([path]).check(exceptions=frozenset({"undersized"}))
    with pytest.raises(InputError, match="1 XMPP server"):
        load([path]).check()
