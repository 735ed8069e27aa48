"""The JSON Schema of the YAML, for editors and for `arxiv-digest schema`."""

from __future__ import annotations

from bot.config.document import DOCUMENT
from bot.config.kinds import Schema
from bot.config.zones import zones


def schema() -> Schema:
    """A JSON Schema (draft 2020-12) that admits what the loader admits, as far as a schema can tell.

    It can't tell what refers to something else: topics, targets and names that occur elsewhere in the
    file, category codes, arXiv's query grammar, the order of a cron range, secrets, the disk.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "arxiv-digest configuration",
        **DOCUMENT.schema(),
        "$defs": {"timezone": {"enum": list(zones())}},
    }
