"""The report's filter in a real browser, where there is one: what is found is seen, and nothing stays hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.channels.file import html
from tests.browser import CHROMIUM, NEEDED, Browser, opened
from tests.render import samples

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NEEDED)

_SEEN = """
    const seen = () => ({
      marks: [...document.querySelectorAll("mark")].filter((m) => m.checkVisibility()).map((m) => m.textContent),
      open: document.querySelectorAll("details[open]").length,
      papers: document.querySelectorAll("article:not([hidden])").length,
      shown: document.getElementById("shown").textContent,
      reset: document.getElementById("all").checkVisibility(),
    });
    const search = (words) => {
      form.elements.words.value = words;
      form.dispatchEvent(new Event("input"));
      return seen();
    };
    const form = document.getElementById("filter");
"""


@dataclass(frozen=True)
class Page:
    browser: Browser
    path: Path

    def run(self, script: str, shown: str = "") -> Any:
        """What ``script``, a function's body, returns on the report (or ``shown``) when it has been opened."""
        self.path.write_text(shown or html.render(samples.morning()), encoding="utf-8")
        self.browser.show(self.path)
        return self.browser.run(_SEEN + script)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Page:
    """A page that nothing is kept for: files share what a browser keeps."""
    page = Page(chromium, tmp_path / "report.html")
    page.run("localStorage.clear();")
    return page


def test_a_hit_is_seen_wherever_it_stands(page: Page) -> None:
    """In a formula, under an accent, among the authors that are folded away; then all is as it was."""
    result = page.run("""
        const papers = () => document.querySelector("main").innerHTML;
        const before = papers();
        const found = ["LA3NI2O7", "penalver", "nothing at all"].map(search);
        document.getElementById("all").click();
        return { found, same: papers() === before, after: seen() };
    """)
    formula, author, nothing = result["found"]
    assert "".join(formula["marks"]) == "La3Ni2O7"
    assert formula["open"] == 0
    assert author["marks"] == ["Peñalver"]
    assert author["open"] == 1
    assert (author["shown"], author["reset"]) == ("1 of 12 shown", True)
    assert (nothing["shown"], nothing["reset"]) == ("0 of 12 shown", True)
    assert result["after"] == {"marks": [], "open": 0, "papers": 10, "shown": "", "reset": False}
    assert result["same"]


def test_a_choice_that_the_browser_brings_back_is_obeyed(page: Page) -> None:
    """After "back" the form has its old choice, of which no event but ``pageshow`` tells."""
    result = page.run("""
        form.elements.topic.value = "nickelates";
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
        return seen();
    """)
    assert result["shown"] == "4 of 12 shown"


def test_the_index_finds_papers_by_what_it_does_not_print(page: Page) -> None:
    """By title, author, identifier and summary; lists open for their hits, then all is as it was."""
    result = page.run(
        """
        const list = () => document.querySelector(".digests").outerHTML;
        const hits = () => [...document.querySelectorAll("[data-more]")].filter((p) => p.checkVisibility()).length;
        const before = list();
        const found = ["La3Ni2O7 nothing", "villanueva", "2611.13555", "isotropic"].map((words) => {
          search(words);
          return [hits(), document.querySelectorAll(".digests > li:not([hidden])").length];
        });
        document.getElementById("all").click();
        return { found, same: list() === before, months: document.querySelectorAll("section[hidden]").length };
        """,
        html.index(samples.reports()),
    )
    assert result["found"] == [[0, 0], [1, 1], [1, 1], [1, 1]]
    assert result["same"]
    assert result["months"] == 0


def test_bibtex_is_selected_where_there_is_no_clipboard(page: Page) -> None:
    """A page from a file may have none: the entry is shown and selected, and the reader told."""
    result = page.run("""
        const paper = document.querySelector("article");
        const bib = paper.querySelector(".bib");
        const hidden = bib.hidden;
        Object.defineProperty(navigator, "clipboard", { value: undefined });
        document.execCommand = () => false;
        [...paper.querySelectorAll("button")].find((one) => one.textContent === "Copy BibTeX").click();
        return { hidden, selected: String(getSelection()), told: paper.querySelector("output").textContent };
    """)
    assert result["hidden"]
    assert result["selected"].startswith("@misc{")
    assert result["told"].startswith("Selected")


_CHOOSE = """
    const choose = (choice) => {
      form.elements.marks.value = choice;
      form.dispatchEvent(new Event("input"));
      return seen().shown;
    };
    const press = (kind, index) => document.querySelectorAll(`[data-kind=${kind}]`)[index].click();
"""


def test_marks_are_kept_in_the_browser(page: Page) -> None:
    """Saved and read papers are filtered by, and are still marked when the page is shown again."""
    first = page.run(
        f"{_CHOOSE} press('saved', 0); press('read', 1); press('read', 2); press('read', 2);"
        "return [choose('saved'), choose('unread'), choose('')];"
    )
    assert first == ["1 of 12 shown", "11 of 12 shown", ""]
    again = page.run(f"{_CHOOSE} return [choose('saved'), choose('unread')];")
    assert again == ["1 of 12 shown", "11 of 12 shown"]


def test_marks_work_where_the_browser_keeps_nothing(page: Page) -> None:
    """Storage may throw for a file: then they last as long as the page, and nothing else breaks."""
    result = page.run(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
        f"{_CHOOSE} press('saved', 3); return [choose('saved'), search('zzzz').shown];"
    )
    assert result == ["1 of 12 shown", "0 of 12 shown"]
