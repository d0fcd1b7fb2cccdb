"""Chromium opens the reports: no error, no request, buttons that copy, readable for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cmsdeploy.report.html import html_report
from cmsdeploy.report.html_run import run_report
from tests.promises.numbers import reached
from tests.report.chromium import Page, browser
from tests.report.hostile import PAYLOADS
from tests.report.test_html import documents, report_of, run_with

CHECK = (Path(__file__).parent / "accessibility.js").read_text(encoding="utf-8")
Opened = Callable[[str], Page]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Opens a text as a page; all pages share one browser."""
    folder = tmp_path_factory.mktemp("chromium")
    with ExitStack() as stack:
        of = stack.enter_context(browser(folder / "profile"))
        count = iter(range(1000))

        def open_text(text: str) -> Page:
            path = folder / f"page{next(count)}.html"
            path.write_text(text, encoding="utf-8")
            return stack.enter_context(Page(of, path))

        yield open_text


def quiet(page: Page) -> None:
    assert page.errors == []
    assert page.requests == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("which", range(5), ids=["plan", "run", "verify", "doctor", "filled"])
def test_everybody_can_read_it(opened: Opened, which: int, language: str) -> None:
    """Landmarks, headings, headers of tables, names of buttons; contrast in light and dark."""
    page = opened(documents("cb1", language)[which])
    assert page.value(CHECK) == []
    page.media("screen", "dark")
    assert page.value("matchMedia('(prefers-color-scheme: dark)').matches") is True
    assert page.value(CHECK) == []
    quiet(page)


def test_the_check_finds_what_it_looks_for(opened: Opened) -> None:
    """One planted fault of each kind."""
    good = documents("cb1")[0]
    for planted, word in (
        (good.replace("--dim: #57606a", "--dim: #9a9a9a"), "contrast"),
        (good.replace(' scope="col"', "", 1), "a header of nothing"),
        (good.replace('<html lang="en">', "<html>"), "no language"),
        (good.replace("</main>", "<h6>x</h6></main>"), "skips"),
        (good.replace('id="commands"', 'id="glance"'), "stands twice"),
        (good.replace(' tabindex="0"', "", 1), "keyboard"),
    ):
        assert planted != good
        # The policy names the style by its hash; the changed one has to count.
        faults = opened(planted.replace("style-src", "style-src 'unsafe-inline' data:; x")).value(
            CHECK
        )
        assert word in str(faults), word


def test_a_button_copies_its_command(opened: Opened) -> None:
    """By mouse and by keyboard; what was done is said, and the button comes back."""
    page = opened(html_report(report_of("cb1")))
    page.allow_clipboard()
    page.click("button[data-copies=c1]")
    read = "new Promise(done => setTimeout(() => done(navigator.clipboard.readText()), 50))"
    assert page.value(read) == "xmpp enable"
    assert page.value("document.getElementById('said').textContent") == "Copied"
    page.value("document.querySelector('button[data-copies=c2]').focus()")
    page.press("Enter")
    assert page.value(read) == "xmpp callbridge add cb1"
    back = "new Promise(done => setTimeout(done, 2200)).then(() => document.body.innerText)"
    assert "Copied" not in str(page.value(back))
    quiet(page)


def test_the_keyboard_reaches_everything(opened: Opened) -> None:
    """Tab goes through links, regions and buttons; what has the focus is framed."""
    page = opened(html_report(report_of("cb1")))
    page.press("Tab")
    assert page.value("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.press("Tab")
        frame = "getComputedStyle(document.activeElement).outlineStyle"
        tag = str(page.value("document.activeElement.tagName"))
        if tag != "BODY":
            assert page.value(frame) == "solid", tag
        reached.add(tag)
    assert {"A", "DIV", "BUTTON"} <= reached


def test_hostile_names_do_nothing(opened: Opened) -> None:
    """The elements that Chromium makes of all thirty are those of plain names."""
    page = opened(documents("plain")[0])
    count = "new DOMParser().parseFromString({}, 'text/html').querySelectorAll('*').length"

    def counted(name: str) -> list[object]:
        return [page.value(count.format(json.dumps(text))) for text in documents(name)]

    plain = counted("plain")
    assert [name for name in PAYLOADS if counted(name) != plain] == []
    reached("B9", f"{len(PAYLOADS)} hostile names in {len(plain)} pages of HTML: 0 elements more")
    for name in PAYLOADS[:3]:
        for text in documents(name):
            quiet(opened(text))


def test_paper_shows_what_was_folded(opened: Opened, tmp_path: Path) -> None:
    """Evidence is printed, buttons and links to places are not."""
    page = opened(run_report(run_with("cb1"), title="x"))
    page.print(tmp_path / "run.pdf")
    assert (tmp_path / "run.pdf").stat().st_size > 10_000
    page.media("print")
    assert page.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    folded = "document.querySelector('details').open"
    assert page.value(f"dispatchEvent(new Event('beforeprint')), {folded}") is True


def test_a_page_that_is_not_quiet_is_found_out(opened: Opened) -> None:
    """A request, a script and a style that the policy stops are all seen."""
    good = documents("cb1")[1]
    image = opened(good.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'))
    assert image.errors != []
    script = opened(good.replace("</main>", "<p onclick='x()' id=p>x</p></main>"))
    script.value("document.getElementById('p').click()")
    assert script.errors != []
    free = good.replace("Content-Security-Policy", "x-nothing")
    loud = opened(free.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'))
    assert loud.requests == ["http://127.0.0.1:9/x.png"]
