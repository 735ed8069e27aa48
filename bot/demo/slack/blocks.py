"""What Slack's API refuses in a message (docs.slack.dev: Block Kit reference, chat.postMessage)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_BLOCKS = 50
MAX_TEXT = 40_000
MAX_BLOCK_CHARACTERS = 13_000
"""Undocumented: all the text of a message's blocks together."""
MAX_MARKDOWN = 12_000

_SECTION, _HEADER, _FIELD, _FIELDS, _CONTEXT_ELEMENTS, _ACTIONS = 3000, 150, 2000, 10, 10, 25
_BLOCK_ID = 255
_TYPES = ("header", "section", "context", "divider", "rich_text", "image", "actions", "markdown")


class BlockRefusal(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def check_message(arguments: Mapping[str, Any]) -> None:
    """Raise `BlockRefusal` for a message that Slack would not take."""
    text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise BlockRefusal("invalid_blocks_format")
    if not text and not blocks:
        raise BlockRefusal("no_text")
    if len(text) > MAX_TEXT:
        raise BlockRefusal("msg_too_long")
    _check_metadata(arguments.get("metadata"))
    faults = [
        *_too_many(blocks),
        *(fault for i, block in enumerate(blocks) for fault in _faults(block, f"/blocks/{i}")),
    ]
    if faults:
        raise BlockRefusal(
            "invalid_blocks", errors=faults, response_metadata={"messages": [f"[ERROR] {f}" for f in faults]}
        )
    if sum(map(block_characters, blocks)) > MAX_BLOCK_CHARACTERS:
        raise BlockRefusal("msg_blocks_too_long")


def block_characters(block: object) -> int:
    """The characters of text and addresses anywhere in a block."""
    if isinstance(block, list):
        return sum(map(block_characters, block))
    if not isinstance(block, dict):
        return 0
    own = sum(len(block[key]) for key in ("text", "url") if isinstance(block.get(key), str))
    return own + sum(block_characters(value) for value in block.values())


def _check_metadata(metadata: object) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise BlockRefusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise BlockRefusal("invalid_metadata_schema")


def _too_many(blocks: list[dict[str, Any]]) -> Iterator[str]:
    if len(blocks) > MAX_BLOCKS:
        yield f"no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        yield "`block_id` must be unique [json-pointer:/blocks]"


def _faults(block: dict[str, Any], at: str) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _TYPES:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
    if len(str(block.get("block_id", ""))) > _BLOCK_ID:
        yield _longer(_BLOCK_ID, f"{at}/block_id")
    if kind == "header":
        yield from _text_faults(block.get("text"), _HEADER, f"{at}/text", ("plain_text",))
    if kind == "section":
        yield from _section_faults(block, at)
    if kind == "context":
        yield from _context_faults(block.get("elements"), at)
    if kind == "actions" and not 1 <= len(block.get("elements") or []) <= _ACTIONS:
        yield f"must have 1 to {_ACTIONS} items [json-pointer:{at}/elements]"
    if kind == "rich_text" and not block.get("elements"):
        yield f"missing required field: elements [json-pointer:{at}]"
    if kind == "image" and not (block.get("image_url") and block.get("alt_text")):
        yield f"missing required field: image_url or alt_text [json-pointer:{at}]"
    if kind == "markdown" and not 0 < len(block.get("text") or "") <= MAX_MARKDOWN:
        yield _longer(MAX_MARKDOWN, f"{at}/text")


def _section_faults(block: dict[str, Any], at: str) -> Iterator[str]:
    fields = block.get("fields") or []
    if "text" not in block and not fields:
        yield f"missing required field: text or fields [json-pointer:{at}]"
    if "text" in block:
        yield from _text_faults(block["text"], _SECTION, f"{at}/text")
    if len(fields) > _FIELDS:
        yield f"no more than {_FIELDS} items allowed [json-pointer:{at}/fields]"
    for i, entry in enumerate(fields):
        yield from _text_faults(entry, _FIELD, f"{at}/fields/{i}")


def _context_faults(elements: object, at: str) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= _CONTEXT_ELEMENTS:
        yield f"must have 1 to {_CONTEXT_ELEMENTS} items [json-pointer:{at}/elements]"
        return
    for i, element in enumerate(elements):
        if not isinstance(element, dict) or element.get("type") != "image":
            yield from _text_faults(element, _SECTION, f"{at}/elements/{i}")


def _text_faults(
    text: object, most: int, at: str, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")
) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)} [json-pointer:{at}]"
        return
    content = text.get("text")
    if not isinstance(content, str) or not content:
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    elif len(content) > most:
        yield _longer(most, f"{at}/text")


def _longer(most: int, at: str) -> str:
    return f"must be less than {most + 1} characters [json-pointer:{at}]"
