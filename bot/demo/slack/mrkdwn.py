"""Slack's mrkdwn to HTML, as far as a bot's messages use it (docs.slack.dev: Formatting message text)."""

from __future__ import annotations

import re
from html import escape

_HELD = re.compile("\ue000(\\d+)\ue001")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LINK = re.compile(r"<([^<>|\n]+)(?:\|([^<>\n]*))?>")
_STYLES = [
    (re.compile(rf"(?<![\w{mark}]){mark}(?! )([^{mark}\n]+?)(?<! ){mark}(?![\w{mark}])"), tag)
    for mark, tag in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
]


def mrkdwn(text: str) -> str:
    """Safe HTML: whatever the text holds, only the tags of this module come out of it."""
    held: list[str] = []

    def hold(html: str) -> str:
        held.append(html)
        return f"\ue000{len(held) - 1}\ue001"

    def code(match: re.Match[str]) -> str:
        block, inline = match.groups()
        return hold(
            f"<pre>{_characters(block.strip())}</pre>" if block else f"<code>{_characters(inline)}</code>"
        )

    def anchor(match: re.Match[str]) -> str:
        target, label = match.groups()
        return hold(link(_unescaped(target), _styled(_characters(label or target))))

    text = text.replace("\ue000", "").replace("\ue001", "")
    shown = _styled(_characters(_LINK.sub(anchor, _CODE.sub(code, text))))
    while _HELD.search(shown):
        shown = _HELD.sub(lambda match: held[int(match[1])], shown)
    return shown.replace("\n", "<br>\n")


def plain(text: str) -> str:
    """Text that Slack does not parse."""
    return escape(text).replace("\n", "<br>\n")


def link(url: str, label: str) -> str:
    """``label`` is HTML; anything but a web or mail address stays a mere label, as `<!channel>` does."""
    if not url.startswith(("http://", "https://", "mailto:")):
        return f'<span class="broken">{label or escape(url)}</span>'
    return f'<a href="{escape(url)}">{label or escape(url)}</a>'


def _characters(text: str) -> str:
    return escape(_unescaped(text), quote=False)


def _unescaped(text: str) -> str:
    """Slack knows three entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _styled(html: str) -> str:
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return html
