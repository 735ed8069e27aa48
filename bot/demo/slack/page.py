"""A page that shows Slack messages roughly as Slack does, for a person to open.

An approximation: Slack's own clients also collapse long sections, show emoji and know more blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any

from bot.demo.slack.mrkdwn import link, mrkdwn, plain
from bot.demo.slack.workspace import PostedMessage

_CSS = files(__package__).joinpath("page.css").read_text("utf-8")

Element = Mapping[str, Any]


def render_as_html(messages: Iterable[PostedMessage], names: Mapping[str, str] | None = None) -> str:
    """One whole page: each channel's messages, oldest first, with the replies of a thread beside its parent,
    or below it where the window is narrow.

    ``names`` gives channels a heading by id; without it the id stands there.
    """
    channels: dict[str, list[PostedMessage]] = {}
    for message in messages:
        channels.setdefault(message.channel, []).append(message)
    shown = "\n".join(_channel((names or {}).get(id_, id_), one) for id_, one in channels.items())
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Slack</title><style>\n{_CSS}</style></head>\n<body><main>\n{shown}\n</main></body></html>\n"
    )


def _channel(name: str, messages: Sequence[PostedMessage]) -> str:
    heads = [m for m in messages if m.thread_ts is None]
    known = {head.ts for head in heads}
    parts = [f"<h1>{escape(name)}</h1>"]
    for head in heads:
        parts.append(_post(head, [m for m in messages if m.thread_ts == head.ts]))
    parts += [_message(m) for m in messages if m.thread_ts is not None and m.thread_ts not in known]
    return "<section>" + "\n".join(parts) + "</section>"


def _post(head: PostedMessage, replies: Sequence[PostedMessage]) -> str:
    if not replies:
        return _message(head)
    count = f"{len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
    return (
        f'<div class="post"><div>{_message(head)}<p class="replies">{count}</p></div>'
        f'<div class="thread"><p class="panel">Thread</p>{"".join(map(_message, replies))}</div></div>'
    )


def _message(message: PostedMessage) -> str:
    sent = datetime.fromtimestamp(float(message.ts), UTC)
    blocks = message.blocks or [{"type": "section", "text": {"type": "mrkdwn", "text": message.text}}]
    edited = ' <span class="edited">(edited)</span>' if message.edits else ""
    return (
        '<div class="message"><div class="avatar">aX</div><div class="body">'
        f'<div><span class="from">arxiv-digest</span><span class="app">APP</span>'
        f'<time class="time" datetime="{sent.isoformat()}">{sent:%-d %B, %H:%M} UTC</time></div>'
        + "".join(map(_block, blocks))
        + f"{edited}</div></div>"
    )


def _block(block: Element) -> str:
    kind = block.get("type")
    if kind == "divider":
        return "<hr>"
    if kind == "header":
        return f'<div class="block header">{_text(block["text"])}</div>'
    if kind == "section":
        fields = "".join(f"<div>{_text(one)}</div>" for one in block.get("fields", ()))
        text = _text(block["text"]) if "text" in block else ""
        return (
            f'<div class="block">{text}'
            + (f'<div class="fields">{fields}</div>' if fields else "")
            + "</div>"
        )
    if kind == "context":
        return '<div class="block context">' + " ".join(map(_text, block["elements"])) + "</div>"
    if kind == "rich_text":
        return '<div class="block">' + "".join(map(_rich, block["elements"])) + "</div>"
    return f'<div class="block broken">[{escape(str(kind))} block]</div>'


def _text(text: Element) -> str:
    content = str(text.get("text", ""))
    return mrkdwn(content) if text.get("type") == "mrkdwn" else plain(content)


def _rich(element: Element) -> str:
    kind, parts = element.get("type"), element.get("elements", ())
    if kind == "rich_text_list":
        tag = "ol" if element.get("style") == "ordered" else "ul"
        indent = 26 * (1 + int(element.get("indent", 0)))
        items = "".join(f"<li>{_rich(item)}</li>" for item in parts)
        return f'<{tag} style="padding-left: {indent}px">{items}</{tag}>'
    content = "".join(map(_span, parts))
    if kind == "rich_text_quote":
        return f"<blockquote>{content}</blockquote>"
    if kind == "rich_text_preformatted":
        return f"<pre>{content}</pre>"
    return f"<div>{content}</div>"


_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}


def _span(element: Element) -> str:
    kind = element.get("type")
    shown = plain(str(element.get("text", "")))
    if kind == "link":
        shown = link(str(element.get("url", "")), shown)
    elif kind == "emoji":
        shown = f":{escape(str(element.get('name', '')))}:"
    elif kind != "text":
        shown = f'<span class="broken">[{escape(str(kind))}]</span>'
    for style, tag in _STYLES.items():
        if (element.get("style") or {}).get(style):
            shown = f"<{tag}>{shown}</{tag}>"
    return shown
