"""axe-core over what readers open in a browser: on a phone and a desk, light and dark."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.email import page
from bot.channels.file import html
from bot.history import OptOut
from bot.http import pages
from bot.render import parts
from tests.browser import CHROMIUM, NEEDED, Browser, opened
from tests.render import samples
from tests.samples import NOON, subscriber

_AXE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NEEDED),
    pytest.mark.skipif(
        not _AXE.exists(),
        reason=f"needs axe-core: npm install --no-save --prefix {sys.prefix} axe-core@4.14.1",
    ),
]

_RUN = """
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
"""
_PAUSED = OptOut("ada", None, NOON, NOON + timedelta(weeks=2), unsubscribed=False)
_MORNING = samples.morning()
PAGES = {
    "mail": page.html(parts.whole(_MORNING), "help@example.org"),
    "mail with contents": page.html(
        parts.whole(samples.digest(samples.thirty_six().entries[18:30])), "help@example.org"
    ),
    "empty mail": page.html(parts.whole(samples.empty()), "help@example.org"),
    "report": html.render(_MORNING),
    "index": html.index(samples.reports()),
    "unsubscribe": pages.stop(subscriber(topics=("electron-microscopy", "nickelates")), ()),
    "paused, in German": pages.stop(subscriber(language="German"), (_PAUSED,)),
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    """No fault of WCAG 2.2 AA, at 360 and 1200 pixels, light and dark."""
    _show(browser, tmp_path, PAGES[name])
    for width in (360, 1200):
        for scheme in ("light", "dark"):
            browser.look(width, scheme)
            assert browser.run(_RUN) == [], (width, scheme)


def test_axe_would_find_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    """Its rules of contrast and of WCAG 2.2 run: a page with a fault of each has both found."""
    button = "<button style='width:9px;height:9px;padding:0'>a</button>"
    pale = "<p style='color:#bbb;background:#fff'>pale</p>"
    _show(
        browser,
        tmp_path,
        f"<!DOCTYPE html><html lang=en><title>x</title><h1>x</h1>{pale}{button}{button}</html>",
    )
    faults = " ".join(browser.run(_RUN))
    assert "color-contrast" in faults
    assert "target-size" in faults


def _show(browser: Browser, folder: Path, source: str) -> None:
    path = folder / "page.html"
    path.write_text(source, encoding="utf-8")
    browser.show(path)
    browser.run(_AXE.read_text(encoding="utf-8"))
