"""The runbook says everything a person needs, box by box, and nothing can break its Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.errors import InputError, OptionError, Origin
from cmsdeploy.families import families
from cmsdeploy.model.action import Action, Answer, Call, Command, Manual, Upload, Wait
from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Proof, Refusal, Risk, Sentence, Step
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.look import HostLook
from cmsdeploy.planning.stage import Stage
from cmsdeploy.report.catalogue import LANGUAGES
from cmsdeploy.report.markdown import block, code, plain
from cmsdeploy.report.runbook import TEMPLATE, runbook

SECRET = SecretRef("callbridge/cb1")
LIST = Command(("xmpp", "callbridge", "list"), shows_secrets=True)
SHOWN = Proof(Sentence("it is listed", (LIST,), lambda _: True))


def step(identity: str, action: Action, **more: Any) -> Step:
    """A step as a family would make it; ``identity`` begins with the host."""
    host, family, _ = identity.split("/", 2)
    return Step(identity, host, family, action, **{"why": "it is so", **more})


def plan_of(*steps: Step, **more: Any) -> Plan:
    return Plan(tuple(dict.fromkeys(each.host for each in steps)), steps, **more)


def section(text: str, heading: str) -> str:
    """What stands below the heading that begins so, up to the next of its kind."""
    start = re.search(rf"^(#+) {re.escape(heading)}.*$", text, re.MULTILINE)
    assert start is not None, heading
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


MADE = step(
    "cb1/xmpp/add", Command.of("xmpp", "callbridge", "add", "cb1"), makes=SECRET, proof=SHOWN
)
USED = step(
    "cb2/xmpp/add-secret",
    Command(("xmpp", "callbridge", "add-secret", "cb1"), answer=Answer("Enter it", SECRET)),
    needs=frozenset({"cb1/xmpp/add"}),
    source="TAC 217319 steps 18-25",
)
LOGIN = step(
    "cb1/callbridge/login",
    Call(
        "PUT",
        "/api/v1/system/configuration/xmpp",
        (("uniqueName", "cb1"), ("serverAddressOverride", "")),
        (("sharedSecret", SECRET),),
    ),
)


class TestSteps:
    """Each kind of action in the words of the tool that a person uses for it."""

    def test_a_command_stands_alone_in_a_block(self) -> None:
        """The command can be copied as it stands, and its reason, risk and source follow."""
        text = runbook(plan_of(USED), title="Night shift")
        assert "\n```\nxmpp callbridge add-secret cb1\n```\n" in text
        assert "**Source**: TAC 217319 steps 18-25." in text

    def test_a_step_names_what_it_waits_for_on_other_boxes(self) -> None:
        """An edge to another box is said by number and box; one to the same box is not."""
        second = step(
            "cb2/xmpp/enable", Command.of("xmpp", "enable"), needs=frozenset({USED.identity})
        )
        text = runbook(plan_of(MADE, USED, second), title="x")
        assert "**Wait first for** step 1 on cb1." in section(text, "2. ")
        assert "Wait first" not in section(text, "3. ")

    def test_a_secret_is_a_name_and_a_place(self) -> None:
        """The box that makes it, or the box that has it, with the command that shows it."""
        made = section(runbook(plan_of(MADE, USED), title="x"), "2. ")
        assert "Type the secret callbridge/cb1; cb1: `xmpp callbridge list` shows it." in made
        known = section(runbook(plan_of(USED, sources={SECRET: "cb9"}), title="x"), "1. ")
        assert "cb9: `xmpp callbridge list` shows it." in known
        assert "not seen on any box" in runbook(plan_of(USED), title="x")

    def test_a_reply_is_shown_only_where_a_reference_shows_it(self) -> None:
        """`xmpp enable` was seen; `xmpp domain` was not, so nothing is made up for it."""
        enable = step("cb1/xmpp/enable", Command.of("xmpp", "enable"))
        domain = step("cb1/xmpp/domain", Command.of("xmpp", "domain", "example.com"))
        text = runbook(plan_of(enable, domain), title="x")
        assert "SUCCESS: XMPP server enabled" in section(text, "1. ")
        assert "no reply is documented" in section(text, "2. ")

    def test_a_wait_shows_what_to_type_and_what_to_see(self) -> None:
        """A person repeats the reads until the sentence is true, or the time is over."""
        wait = Wait("it names a leader", (Command.of("xmpp", "cluster", "status"),), 90.0)
        shown = section(runbook(plan_of(step("cb1/xmpp/agreed", wait)), title="x"), "1. ")
        assert "Repeat until: it names a leader." in shown
        assert "```\nxmpp cluster status\n```" in shown
        assert "At most 90 seconds" in shown

    def test_a_call_is_the_form_of_web_admin(self) -> None:
        """The fields have the names that stand on the page; a blank one is said to be blank."""
        shown = section(runbook(plan_of(LOGIN, sources={SECRET: "cb3"}), title="x"), "1. ")
        assert "- Unique Call Bridge name: `cb1`" in shown
        assert "- Server address: leave it blank" in shown
        assert "Confirm shared secret: secret callbridge/cb1; cb3: " in shown

    def test_an_upload_is_a_put_that_sftp_reads(self) -> None:
        """A path with a blank is quoted; the box's own name is not a path."""
        put = Upload("a.cer", "my files/a.cer", "sha256:00", b"")
        shown = section(runbook(plan_of(step("cb1/pki/file-a.cer", put)), title="x"), "1. ")
        assert '```\nput "my files/a.cer" a.cer\n```' in shown
        assert "`sha256:00`" in shown

    def test_a_manual_step_and_a_confirmation(self) -> None:
        """What only a person can do is said as it is; a question wants a capital letter."""
        manual = step("cb1/x/y", Manual("turn the key"))
        asking = step("cb1/x/z", Command(("reboot",), confirmations=("Are you sure",)))
        text = runbook(plan_of(manual, asking), title="x")
        assert "turn the key" in section(text, "1. By hand")
        assert "`Are you sure`: answer with a capital `Y`" in section(text, "2. ")

    @pytest.mark.parametrize("risk", list(Risk))
    def test_every_risk_has_words(self, risk: Risk) -> None:
        """A step's risk is never left out."""
        text = runbook(plan_of(step("cb1/x/y", Command.of("reboot"), risk=risk)), title="x")
        assert re.search(rf"\*\*Risk\*\*: \*{{0,2}}{risk.value}", text)


class TestDocument:
    """The document as a whole."""

    def test_refusals_come_before_any_step(self) -> None:
        """Who reads from the top learns first that a cluster is left alone."""
        refusal = Refusal("cb2", "xmpp/majority", "bring the others back", "default")
        text = runbook(plan_of(MADE, refusals=(refusal,)), title="x")
        assert text.index("bring the others back") < text.index("add cb1")

    def test_an_empty_plan_says_so(self) -> None:
        """Nothing to do is an answer."""
        assert "Nothing is to be done." in runbook(plan_of(), title="x")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_language_has_every_word(self, language: str) -> None:
        """Undefined words fail, so a rendering of every kind of step is the proof."""
        wait = Wait("it is so", (Command.of("xmpp", "cluster", "status"),))
        put = Upload("a.cer", "a.cer", "", b"")
        others = (step("cb1/x/wait", wait), step("cb1/x/put", put), step("cb1/x/m", Manual("look")))
        refusal = Refusal("cb2", "x", "y")
        assert runbook(
            plan_of(MADE, USED, LOGIN, *others, refusals=(refusal,)), title="x", language=language
        )

    def test_another_language_is_refused(self) -> None:
        """No silent English."""
        with pytest.raises(OptionError, match="no runbook in 'de'"):
            runbook(plan_of(), title="x", language="de")

    def test_a_site_has_its_own_template(self, tmp_path: Path) -> None:
        """The first folder of the search that has the file wins; values arrive escaped."""
        (tmp_path / TEMPLATE).write_text(
            "{% for s in order %}{{ s.box }}: {{ s.line }}{% endfor %}"
        )
        text = runbook(plan_of(step("c*b/x/y", Command.of("reboot"))), title="x", search=[tmp_path])
        assert text == r"c\*b: reboot"

    def test_a_broken_template_is_an_input_error(self, tmp_path: Path) -> None:
        """A person wrote it, so a person is told."""
        (tmp_path / TEMPLATE).write_text("{{ nobody }}")
        with pytest.raises(InputError, match="nobody"):
            runbook(plan_of(MADE), title="x", search=[tmp_path])


class TestMarkdown:
    """No name can become a table, a tag or a heading."""

    def test_a_hostile_name_stays_a_name(self) -> None:
        """A host, a file and a sentence that try."""
        put = Upload("a.cer", "x|y<b>\n```\n# z", "", b"")
        bad = Step("x", "cb1|<script>", "pki", put, "a | b\n# c <img src=x>")
        text = runbook(plan_of(bad), title="<h1>|")
        outside = re.sub(r"(?ms)^(`{3,})\n.*?\n\1$|(`+)[^\n]*?[^`]\2(?!`)", "", text)
        assert not re.search(r"<\w", outside)
        rows = [line for line in outside.splitlines() if line.startswith("|")]
        assert {row.count("|") for row in rows} == {5}
        assert "\n# c" not in text
        assert "\n# z" not in text

    @given(st.text())
    def test_plain_text_has_nothing_that_acts(self, text: str) -> None:
        """One line, no tag, no cell, no unescaped mark."""
        shown = plain(text)
        assert not re.search(r"[<>|\n\r\x1b]", shown)
        assert not re.search(r"(?<!\\)[`*_\[\]~$!]", shown)
        assert not re.match(r"\s*(#|[-+=:]|\d+[.)])", shown)

    @given(st.text())
    def test_code_is_closed_by_its_own_fence_only(self, text: str) -> None:
        """A run of backticks inside is always shorter than the fence."""
        span, lines = code(text), block(text).split("\n")
        fence = re.match("`+", span)
        assert fence is not None
        assert fence[0] not in span[len(fence[0]) : -len(fence[0])].replace("` ", " ").strip("`")
        assert len(lines) == 3
        assert lines[0] == lines[2]
        assert lines[0] not in lines[1]


@dataclass(frozen=True)
class Place:
    """The site of a task, without files."""

    host: str
    cluster: str = "default"
    origin: Origin = field(default_factory=lambda: Origin("site.yml"))

    def local_file(self, name: str, source: str | None) -> LocalFile:
        raise AssertionError(name)

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        raise AssertionError(order)


def blank_plan() -> Plan:
    """Three boxes out of the carton, as a rendering plans them."""
    registry, hosts = families(), ("cb1", "cb2", "cb3")
    names = {"key": "c.key", "cert": "c.cer", "bundle": "ca.cer", "trust": "c.cer"}
    common = {"domain": "example.com", "listen": ["a"], "certificate": names, "first": "cb1"}
    xmpp = registry["xmpp"]
    desired = {
        host: xmpp.spec(
            {**common, "address": f"10.0.0.{number}", "callbridges": list(hosts)}, Place(host)
        )
        for number, host in enumerate(hosts, start=1)
    }
    stage = Stage("xmpp", "cluster", desired, dict.fromkeys(hosts, "default"))
    look: Mapping[str, HostLook] = {
        host: HostLook(states={"xmpp": xmpp.blank(spec)}, is_blank=True)
        for host, spec in desired.items()
    }
    return compare([stage], look, registry).plan


class TestWholeJob:
    """The main job from blank boxes."""

    def test_every_command_stands_under_its_box_in_order(self) -> None:
        """Box by box, the blocks are exactly the plan's lines; waits show their reads."""
        plan = blank_plan()
        text = runbook(plan, title="XMPP")
        for host in plan.hosts:
            typed = re.findall(
                r"^```\n(xmpp [^\n]*)\n```$", section(text, f"Box {host}"), re.MULTILINE
            )
            wanted = [
                each.action.reads[0].line if isinstance(each.action, Wait) else each.action.line
                for each in plan.steps
                if each.host == host
            ]
            assert typed == wanted

    def test_no_secret_and_no_reset(self) -> None:
        """Secrets are names; the one dangerous command is only warned of."""
        text = runbook(blank_plan(), title="XMPP")
        assert repr(Secret("x")) not in text
        assert "```\nxmpp reset" not in text
        assert "the box makes it in step 6" in text
