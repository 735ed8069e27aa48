"""The report's filter in a real browser, where there is one: what is found is seen, and nothing stays hidden."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.channels.file import html
from tests.render import samples

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SECONDS = 120

pytestmark = pytest.mark.skipif(_CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

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
class Browser:
    folder: Path

    def run(self, script: str, shown: str = "") -> Any:
        """What ``script``, a function body run once, when the report (or ``shown``) is shown, returns."""
        report = shown or html.render(samples.morning())
        page = re.sub(r"<meta http-equiv[^>]*>", "", report).replace(
            "</body>",
            f"<pre id=result></pre><script>addEventListener('pageshow', () => {{ {_SEEN}"
            f"const result = (() => {{ {script} }})();"
            "document.getElementById('result').textContent = JSON.stringify(result); }, { once: true });"
            "</script></body>",
        )
        path = self.folder / "report.html"
        path.write_text(page, encoding="utf-8")
        assert _CHROMIUM
        dumped = subprocess.run(
            [
                *(_CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
                *(f"--user-data-dir={self.folder / 'profile'}", "--dump-dom", path.as_uri()),
            ],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        ).stdout.decode()
        found = re.search(r'<pre id="result">(.*?)</pre>', dumped, re.DOTALL)
        assert found
        return json.loads(unescape(found[1]))


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def test_a_hit_is_seen_wherever_it_stands(browser: Browser) -> None:
    """In a formula, under an accent, among the authors that are folded away; then all is as it was."""
    result = browser.run("""
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


def test_a_choice_that_the_browser_brings_back_is_obeyed(browser: Browser) -> None:
    """After "back" the form has its old choice, of which no event but ``pageshow`` tells."""
    result = browser.run("""
        form.elements.topic.value = "nickelates";
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
        return seen();
    """)
    assert result["shown"] == "4 of 12 shown"


def test_the_index_finds_papers_by_what_it_does_not_print(browser: Browser) -> None:
    """By title, author, identifier and summary; lists open for their hits, then all is as it was."""
    result = browser.run(
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


def test_bibtex_is_selected_where_there_is_no_clipboard(browser: Browser) -> None:
    """A page from a file may have none: the entry is shown and selected, and the reader told."""
    result = browser.run("""
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


def test_marks_are_kept_in_the_browser(browser: Browser) -> None:
    """Saved and read papers are filtered by, and are still marked when the page is shown again."""
    first = browser.run(
        f"{_CHOOSE} press('saved', 0); press('read', 1); press('read', 2); press('read', 2);"
        "return [choose('saved'), choose('unread'), choose('')];"
    )
    assert first == ["1 of 12 shown", "11 of 12 shown", ""]
    again = browser.run(f"{_CHOOSE} return [choose('saved'), choose('unread')];")
    assert again == ["1 of 12 shown", "11 of 12 shown"]


def test_marks_work_where_the_browser_keeps_nothing(browser: Browser) -> None:
    """Storage may throw for a file: then they last as long as the page, and nothing else breaks."""
    result = browser.run(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
        f"{_CHOOSE} press('saved', 3); return [choose('saved'), search('zzzz').shown];"
    )
    assert result == ["1 of 12 shown", "0 of 12 shown"]
