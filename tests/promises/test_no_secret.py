"""A1, A3, A7, A11, A16: a whole run, every command, every verbosity, and no canary anywhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.promises.canary import found
from tests.promises.numbers import reached
from tests.promises.planted import Planted, Said, planted


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Planted]:
    with planted(tmp_path / "site") as made:
        yield made


def _journey(site: Planted, loud: str) -> dict[str, Said]:
    """All that people do with a site, in the order in which they do it."""
    plan, rows = str(site.folder / "night.plan"), {}
    playbook = site.playbook
    for words in (
        ("inventory", "--list"),
        ("inventory", "--host", "cb1"),
        ("render", playbook),
        ("render", playbook, "--format", "json"),
        ("render", playbook, "--format", "markdown"),
        ("plan", playbook),
        ("plan", playbook, "--json"),
        ("plan", playbook, "-o", plan),
        ("apply", plan),
        ("apply", playbook, "--yes", "--json"),
        ("verify", playbook),
        ("verify", playbook, "--json"),
        ("exec", "all", "--", "xmpp callbridge list"),
        ("dns", "update", "--check", "--json"),
        ("dns", "update", "--yes"),
    ):
        if words[0] == "dns":  # or there is nothing left to sign
            with site.dns.lock:
                site.dns.zone("tptac9.com").drop("cb3.tptac9.com.", "A")
        takes_loud = words[0] not in ("inventory", "render")
        own = 2 if words[0] == "dns" else 1
        given = [*words[:own], *([loud] if loud and takes_loud else []), *words[own:]]
        rows[" ".join([*words[:own], loud, *words[2:]])] = site.run(*given)
    return rows


def _texts(site: Planted, rows: dict[str, Said]) -> dict[str, str]:
    texts = {f"stdout of {words}": said.out for words, said in rows.items()}
    texts |= {f"stderr of {words}": said.err for words, said in rows.items()}
    return {**texts, **site.left_behind(), **site.device_logs()}


LOUD = [
    *(pytest.param("-" + "v" * count, marks=pytest.mark.long) for count in range(1, 4)),
    pytest.param("", marks=pytest.mark.long),
    "-vvvv",
]


@pytest.mark.parametrize("loud", LOUD)
def test_no_surface_shows_a_canary(site: Planted, loud: str) -> None:
    """A1, A11, A16: nine kinds in 17 encodings and four digests, in all that is said and left."""
    rows = _journey(site, loud)
    assert {words: said.code for words, said in rows.items() if said.code} == {}, [
        said.err for said in rows.values() if said.code
    ]
    secrets, texts = site.secrets, _texts(site, rows)
    assert len(secrets) == 11
    assert "No changes" not in rows[f"dns update {loud} --yes"].out
    assert len([name for name in texts if "/state/" in name]) >= 3
    assert found(secrets, texts) == []
    assert any("xmpp callbridge add-secret" in text for text in site.device_logs().values())
    kinds = f"{len(secrets)} secrets of 9 kinds, {len(texts)} surfaces, verbosity {len(loud[1:])}"
    reached("A1", f"0 hits: {kinds}")
    reached("A11", f"0 digests: {kinds}")
    reached("A16", f"0 hits in the boxes' own logs, verbosity {len(loud[1:])}")


class _Kept(logging.Handler):
    """Keeps what every logger says, whatever it is."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.lines.append(f"{record.name}: {record.getMessage()} {record.args!r}")
        except TypeError:
            self.lines.append(f"{record.name}: {record.msg}")


def test_loud_libraries_show_no_canary(site: Planted, capfd: pytest.CaptureFixture[str]) -> None:
    """A3: every logger at DEBUG, and the web library printing what it sends."""
    kept, root = _Kept(), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in list(root.manager.loggerDict))]
    before = [(logger, logger.level, logger.disabled) for logger in loggers]
    root.addHandler(kept)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    HTTPConnection.debuglevel = 1
    try:
        said = site.run("apply", site.playbook, "--yes", "-vvvv")
    finally:
        HTTPConnection.debuglevel = 0
        root.removeHandler(kept)
        for logger, level, is_disabled in before:
            logger.setLevel(level)
            logger.disabled = is_disabled
    assert said.code == 0, said.err
    printed = capfd.readouterr()
    texts = {"log": "\n".join(kept.lines), "out": said.out + printed.out}
    texts["err"] = said.err + printed.err
    assert any(line.startswith("paramiko") for line in kept.lines)
    assert found(site.secrets, {**texts, **site.left_behind()}) == []
    reached("A3", f"0 hits in {len(kept.lines)} lines of {len(loggers)} loggers at DEBUG")
