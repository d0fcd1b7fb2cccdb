"""Further variants of the rows of bad inventories; ``cases/refused`` has a file for most rows."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import load
from tests.ending import ends_within

HOSTS = """\
all:
  children:
    xmpp_servers:
      hosts:
        cb1: {ansible_host: 127.9.0.1}
        cb2: {ansible_host: 127.9.0.2}
        cb3: {ansible_host: 127.9.0.3}
      vars:
        xmpp_domain: example.com
        xmpp_listen: a
        xmpp_certificate: {key: a.key, cert: a.cer, trust: a.cer}
    callbridges:
      hosts:
        cb1: {%s}
"""
BRIDGE = "callbridge_name: "
REFUSED = {
    "iY2 country": 'xmpp_domain: NO',
    "iY2 yes": "xmpp_domain: yes",
    "iY2 on": "callbridge_name: on",
    "iY3 octal": BRIDGE + "010",
    "iY3 hexadecimal": BRIDGE + "0x1F",
    "iY3 underscores": BRIDGE + "1_000",
    "iY3 decimal": BRIDGE + "1.10",
    "iY3 sexagesimal": BRIDGE + "22:22",
    "iY3 date": BRIDGE + "2024-01-31",
    "iY4 infinite": "ansible_port: .inf",
    "iY4 no number": "ansible_port: .nan",
    "iY4 exponent": "ansible_port: 1e3",
    "iY4 too large": "ansible_port: 65536",
    "iY11 escape": BRIDGE + r'"\e[31m"',
    "iY11 bell": BRIDGE + r'"\x07"',
    "iY11 right to left": BRIDGE + r'"\u202e"',
    "iY11 zero width": BRIDGE + '"a\\u200bb"',
    "iY12 newline": BRIDGE + r'"cb1\nxmpp reset"',
    "iY12 return": BRIDGE + r'"cb1\rxmpp reset"',
    "iY12 line separator": BRIDGE + r'"cb1\u2028x"',
    "iY12 next line": BRIDGE + r'"cb1\u0085x"',
    "iY13 blank": BRIDGE + "'a b'",
    "iY13 quote": BRIDGE + '"a\'b"',
    "iY13 double quote": BRIDGE + "'a\"b'",
    "iY13 separator": BRIDGE + "'a;b'",
    "iY13 second command": BRIDGE + "'a ; xmpp reset'",
    "iY13 question": BRIDGE + "'a?'",
    "iY13 backslash": BRIDGE + "'a\\b'",
    "iY13 star": BRIDGE + "'a*'",
    "iY13 leading dash": BRIDGE + "'-a'",
    "iY13 leading dot": BRIDGE + "'.a'",
    "iY13 empty": BRIDGE + "''",
    "iY13 300 characters": BRIDGE + "a" * 300,
    "iY13 all": BRIDGE + "all",
    "iY13 list": BRIDGE + "list",
    **{
        f"iY15 {address}": f"ansible_host: '{address}'"
        for address in (
            "10.1", "0177.0.0.1", "10.0.0.1/24", "2130706433", "::1%eth0", "[::1]", "0.0.0.0",
            "255.255.255.255", "224.0.0.1",
        )
    },
    "iY19 password": "ansible_password: geheim",
}  # fmt: skip


@pytest.mark.parametrize("row", REFUSED)
def test_a_value_that_cannot_be_meant_is_refused(row: str, tmp_path: Path) -> None:
    """Exit code 3 with the place of the value, one cause and one next action, and soon."""
    path = tmp_path / "hosts.yml"
    path.write_text(HOSTS % REFUSED[row])
    with ends_within(2), pytest.raises(InputError) as caught:
        load([path]).check()
    error = caught.value
    assert error.exit_code == 3
    assert error.origin is not None
    assert (error.origin.file, error.origin.line) == (str(path), 14)
    assert error.origin.column > 14
    assert error.action
    assert "geheim" not in str(error)
    assert all(character.isprintable() or character == "\n" for character in str(error))


def test_the_longest_name_passes(tmp_path: Path) -> None:
    """iY13: 63 characters, as a label of DNS; one more does not."""
    path = tmp_path / "hosts.yml"
    path.write_text(HOSTS % (BRIDGE + "a" * 63))
    load([path]).check()
    path.write_text(HOSTS % (BRIDGE + "a" * 64))
    with pytest.raises(InputError, match="at most 63"):
        load([path]).check()


def test_an_address_with_a_scope_is_for_links_only(tmp_path: Path) -> None:
    """iY15."""
    path = tmp_path / "hosts.yml"
    path.write_text(HOSTS % "ansible_host: 'fe80::1%eth0'")
    assert load([path]).box("cb1").address == "fe80::1%eth0"


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "x\n", "- a\n", "---\n...\n"])
def test_an_inventory_of_nothing_is_refused(text: str, tmp_path: Path) -> None:
    """iY5."""
    path = tmp_path / "hosts.yml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load([path])
    assert caught.value.origin is not None
    assert caught.value.action


def test_a_line_of_ten_megabytes_is_refused_and_memory_stays_small(tmp_path: Path) -> None:
    """iY6, iY8: by the cap of the file; what was in memory before is not counted."""
    path = tmp_path / "hosts.yml"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in (f"all: {{hosts: {{a: {{b: {'x' * 10_000_000}}}}}}}\n", _bomb()):
        path.write_text(text)
        with ends_within(1), pytest.raises(InputError):
            load([path])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024, f"{grown} KiB more"


def _bomb() -> str:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    for number in range(1, 6):
        inner = ",".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} [{inner}]")
    return "\n".join(lines) + "\n"


def test_twenty_thousand_keys_are_read(tmp_path: Path) -> None:
    """iY8."""
    path = tmp_path / "hosts.yml"
    lines = "".join(f"    k{number}: {number}\n" for number in range(20_000))
    path.write_text(f"all:\n  hosts: {{h: }}\n  vars:\n{lines}")
    assert load([path]).variables("h")["k19999"] == 19_999
