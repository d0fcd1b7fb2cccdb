"""The HTML reports: nothing gets out of its place, and both languages say everything."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError, OptionError
from cmsdeploy.model.action import Action, Answer, Call, Command, Manual, Upload, Wait
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.event import EventKind
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Risk, Severity, Step
from cmsdeploy.planning.diagnosis import Finding
from cmsdeploy.planning.tables import tables_of
from cmsdeploy.report.catalogue import LANGUAGES, catalogue
from cmsdeploy.report.graph_topology import Bridge, Cluster, Server
from cmsdeploy.report.html import TEMPLATE, PlanReport, html_report
from cmsdeploy.report.html_page import picture_words
from cmsdeploy.report.html_run import run_report
from cmsdeploy.report.run import Moment, Outcome, Run, run_of
from cmsdeploy.template import render_document
from tests.report.hostile import PAYLOADS

CB1 = SecretRef("callbridge/cb1")
START = datetime(2026, 3, 1, 22, 0, tzinfo=timezone.utc)
WORDS = Path("cmsdeploy/examples/templates/words.j2")


def report_of(name: str) -> PlanReport:
    """A report in which every text that can be somebody's is ``name``."""
    status = Command.of("xmpp", "cluster", "status")
    actions: list[Action] = [
        Command.of("xmpp", "enable"),
        Command.of("xmpp", "callbridge", "add", "cb1"),
        Command(("reboot",), confirmations=(name, name)),
        Command(("xmpp", "callbridge", "add-secret", "cb1"), answer=Answer(name, CB1)),
        Upload("a.cer", name, name),
        Call("PUT", name, ((name, name), ("serverAddressOverride", "")), ((name, CB1),)),
        Wait(name, (status,)),
        Manual(name, ((name, name),), ((name, CB1),)),
    ]
    steps = []
    for number, action in enumerate(actions):
        before = frozenset([f"{name}/x/{number - 1}"] if number else [])
        steps.append(
            Step(
                f"{name}/x/{number}",
                f"{name}{number % 2}",
                name,
                action,
                name,
                risk=list(Risk)[number % 3],
                cluster=name,
                needs=before,
                makes=CB1 if number == 1 else None,
                source=name,
            )
        )
    hosts = tuple(dict.fromkeys(step.host for step in steps))
    plan = Plan(hosts, tuple(steps), (Refusal(name, name, name, "x"),), {name: {name: {"a": name}}})
    seen = (Evidence(name, name, name),)
    problems = (Problem(name, name, name, Severity.NOTE, name, evidence=seen, fix=name),)
    return PlanReport(plan, name, (cluster_of(name),), (name,), problems)


def cluster_of(name: str) -> Cluster:
    servers = (Server(name, name, "leader"), Server(name, name, "follower"))
    return Cluster(name, name, servers, (Bridge(name, name, "", "logged in"),))


def run_with(name: str) -> Run:
    """A run with every outcome, in which every text is ``name``."""
    moments = [Moment(START, EventKind.RUN_STARTED, text=name)]
    for number, end in enumerate(
        ("STEP_DONE", "STEP_PROVED", "STEP_FAILED", "STEP_UNKNOWN", "STEP_SKIPPED", "WAITING")
    ):
        at, step = START + timedelta(seconds=number), f"{name}/x/{number}"
        moments.append(Moment(at, EventKind.STEP_INTENDED, name, step, name))
        ended = at + timedelta(seconds=1)
        moments.append(Moment(ended, EventKind[end], name, step, name))
    moments.append(Moment(START, EventKind.WARNING, name, "", name))
    moments.append(Moment(START, EventKind.HOST_UNREACHABLE, f"{name}2", "", name))
    return run_of(moments, name)


def standing_of(name: str, kind: str) -> PlanReport:
    """A report of a verification or a diagnosis; every secret of the matrix is another one."""
    secrets = [Secret(f"s{number}") for number in range(2)]
    cells = [
        Cell(BOXES, name, name, name, name, name, is_wrong=True),
        Cell(BOXES, name, "x", "y", "z", "x"),
        *(
            Cell("keys", name, f"{name}{n}", name, name, name, secret=s)
            for n, s in enumerate(secrets)
        ),
    ]
    problem = Problem(name, name, name, risk=name, fix=name, evidence=(Evidence(name, name, name),))
    findings = (Finding(problem), Finding(problem, ((name, name),)))
    return replace(report_of(name), kind=kind, tables=tables_of(cells), findings=findings)


@cache
def documents(name: str, language: str = "en") -> tuple[str, str, str, str, str]:
    plan = html_report(report_of(name), language=language)
    run = run_report(run_with(name), title=name, language=language)
    verify, doctor = (
        html_report(standing_of(name, kind), language=language) for kind in ("verify", "doctor")
    )
    filled = html_report(replace(report_of(name), run=run_with(name)), language=language)
    return plan, run, verify, doctor, filled


@dataclass
class Elements(HTMLParser):
    """The elements of a document with the names of their attributes, in order."""

    found: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", ()))

    def handle_decl(self, decl: str) -> None:
        self.found.append((decl, ()))


def elements(text: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Elements()
    parser.feed(text)
    return parser.found


class TestHostile:
    """B9: what a name holds is text, and nothing else."""

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_no_element_more_than_with_a_plain_name(self, payload: str) -> None:
        """The same elements with the same attributes, in the same order."""
        for plain, hostile in zip(documents("plain"), documents(payload), strict=True):
            assert elements(hostile) == elements(plain)

    def test_the_check_sees_an_element_more(self, tmp_path: Path) -> None:
        """A template that trusts a name is found out."""
        (tmp_path / TEMPLATE).write_text("<p>{{ title | safe }}</p>")
        shown = [html_report(report_of(name), search=[tmp_path]) for name in ("x", "<b>x</b>")]
        assert elements(shown[0]) != elements(shown[1])

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_no_line_speaks_to_a_build_server(self, payload: str) -> None:
        """A line that begins with two colons would be a command to it."""
        for text in documents(payload):
            assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]

    def test_nothing_is_loaded_from_anywhere(self) -> None:
        """No address but places of the page itself, and a policy that forbids the rest."""
        for text in documents("x"):
            assert re.findall(r'(?:href|src|action)="([^#][^"]*)"', text) == []
            assert "default-src &#39;none&#39;" in text
            assert "unsafe" not in text
            assert " style=" not in text
            assert text.isascii()


class TestStanding:
    """Reports of verify and doctor."""

    def test_secrets_are_fingerprints_of_this_process(self) -> None:
        """Equal where the secrets are equal; no digest that anybody could guess against."""
        text = documents("cb1")[2]
        marks = re.findall(r"<code>([0-9a-f]{8})</code>", text)
        assert marks == [Secret(f"s{n}").fingerprint().hex()[:8] for n in range(2)]
        for secret in ("s0", "s1"):
            for method in ("md5", "sha1", "sha256", "sha512"):
                assert hashlib.new(method, secret.encode()).hexdigest()[:8] not in text
        assert ">s0<" not in text

    def test_what_is_wrong_is_marked_by_a_character(self) -> None:
        """Not by colour alone; a cause is named where something follows from it."""
        text = documents("cb1")[3]
        assert '<span class="tag error">! cb1</span>' in text
        assert "<strong>Follows from</strong>: cb1 [cb1]" in text
        assert "would do about it" in text
        assert "would do about it" not in documents("cb1")[0]


class TestFindings:
    """What the text says once, the page says once."""

    def test_what_is_the_same_on_several_boxes_is_one_row(self) -> None:
        """With all the boxes; what follows from it says only that."""
        seen = (Evidence("cb1", "ntp", "no peer"),)
        same = [
            Finding(Problem(box, "clock/skew", "wrong", risk="r", fix="set `ntp`", evidence=seen))
            for box in ("cb1", "cb2", "cb3")
        ]
        follows = Finding(
            Problem("cb4", "x/y", "so", risk="no", fix="no"), (("cb1", "clock/skew"),)
        )
        report = PlanReport(Plan((), ()), "x", findings=(*same, follows), kind="doctor")
        text = html_report(report)
        rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text, re.DOTALL)
        assert [box for box, _ in rows] == ["cb1, cb2, cb3", "cb4"]
        assert "<code>ntp</code>" in rows[0][1]
        assert rows[0][1].count("no peer") == 1
        assert "cb1 [clock/skew]" in rows[1][1]
        assert "no</td>" not in rows[1][1]


class TestWords:
    """One catalogue, complete in both languages."""

    def texts(self) -> dict[str, dict[str, object]]:
        """The words of the templates by language, as a rendering has them."""
        template = '{% from "words.j2" import texts with context %}{{ texts | tojson }}'
        folder = WORDS.parent
        name = "all-words.j2"
        (self.folder / name).write_text(template)
        found: dict[str, dict[str, object]] = {}
        for language in LANGUAGES:
            words = catalogue(language, "report")
            variables = {"language": language, "translated": words.words}
            found |= json.loads(render_document(name, variables, search=[self.folder, folder]))
        return found

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def test_no_english_sentence_stands_in_a_french_report(self) -> None:
        """Whatever the English report says of itself, the French one says in French."""

        def sentences(texts: object) -> set[str]:
            if isinstance(texts, dict):
                return {one for each in texts.values() for one in sentences(each)}
            if isinstance(texts, list):
                return {one for each in texts for one in sentences(each)}
            return {str(texts)}

        english, french = (sentences(self.texts()[language]) for language in LANGUAGES)
        foreign = {one for one in english - french if " " in one and "`" not in one}
        assert len(foreign) > 60
        for text in documents("x", "fr"):
            shown = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
            assert [one for one in foreign if one in shown] == []

    def test_pictures_speak_french(self) -> None:
        """Every word of the pictures is in the catalogue, with the same places for names."""
        asked: list[str] = []
        say = picture_words(catalogue("fr", "picture"))

        def heard(english: str) -> str:
            asked.append(english)
            return say(english)

        from cmsdeploy.report.graph import graph_of
        from cmsdeploy.report.graph_lanes import lanes
        from cmsdeploy.report.graph_time import time_line
        from cmsdeploy.report.graph_topology import topology

        lanes(graph_of(report_of("x").plan), heard)
        topology([cluster_of("x"), Cluster("y", servers=(Server("s", is_founder=True),))], heard)
        topology([], heard)
        time_line(run_with("x"), heard)
        # The lines of machines are the same in every language.
        lines = {
            step.action.line for step in report_of("x").plan.steps if step.action.kind != "wait"
        }
        told = {one for one in asked if one not in ("", "x", "leader", *lines)}
        assert [one for one in told if say(one) == one] == []
        assert [one for one in told if ("{" in one) != ("{" in say(one))] == []
        assert len(told) > 12

    def test_another_language_is_refused(self) -> None:
        """Exit code 5, with those that there are."""
        with pytest.raises(OptionError, match="no report in 'de'"):
            html_report(report_of("x"), language="de")


def test_a_form_to_fill_in_by_hand_is_shown() -> None:
    """The field, its value, and the secret by its name and place."""
    form = Manual("set the login", (("Unique Call Bridge name", "cb1"),), (("Secret", CB1),))
    step = Step("cb1/x/1", "cb1", "x", form, "it logs in")
    text = html_report(PlanReport(Plan(("cb1",), (step,), sources={CB1: "cb9"}), "x"))
    assert "<li>Unique Call Bridge name: <code>cb1</code></li>" in text
    assert "<li>Secret: secret <strong>callbridge/cb1</strong>; cb9: " in text


class TestSite:
    """A site's own files replace ours, one by one."""

    def test_a_style_of_the_site_is_allowed_by_the_policy(self, tmp_path: Path) -> None:
        """The hash is of the style that stands in the page."""
        (tmp_path / "report.css").write_text("body { color: red; }")
        own, ours = html_report(report_of("x"), search=[tmp_path]), html_report(report_of("x"))
        policies = [re.findall(r"style-src ([^;]*;[^;]*);", text) for text in (own, ours)]
        assert "color: red" in own
        assert policies[0] != policies[1]

    def test_a_script_that_cannot_be_written_so_is_refused(self, tmp_path: Path) -> None:
        """A reference means nothing inside a script."""
        (tmp_path / "report.js").write_text("alert('é')")
        with pytest.raises(InputError, match=r"report\.js holds a character outside ASCII"):
            html_report(report_of("x"), search=[tmp_path])


class TestRun:
    """What a journal says."""

    def test_every_outcome(self) -> None:
        """In the order of the steps; what only waited has no end."""
        assert [step.outcome for step in run_with("x").steps] == [
            Outcome.DONE,
            Outcome.PROVED,
            Outcome.FAILED,
            Outcome.UNKNOWN,
            Outcome.SKIPPED,
            Outcome.BEGUN,
        ]

    def test_a_run_without_an_end_is_cut(self) -> None:
        """Whatever the last event was; a look without an apply is no run."""
        started = Moment(START, EventKind.RUN_STARTED)
        assert run_of([started]).is_cut
        assert not run_of([started, Moment(START, EventKind.RUN_ENDED)]).is_cut
        assert not run_of([Moment(START, EventKind.HOST_READ, "cb1")]).is_cut
