"""What the YAML library says of a text that is not YAML, in words for the person who wrote it."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from bot.config.report import START, Mark, Path

_SYNTAX = (
    ("'\\t' that cannot start", "a tab: YAML is indented with spaces"),
    ("cannot start any token", "not YAML: no value can begin with this character, unless it is quoted"),
    (
        "mapping values are not allowed",
        "not YAML: a ':' where no key can be; quote the text, or mend the indentation",
    ),
    ("expected <block end>", "not YAML: this line's indentation fits none of those above"),
    ("could not find expected ':'", "not YAML: a key without its ':'"),
    ("expected ',' or ']'", "not YAML: a list in [ ] that is not closed, or lacks a comma"),
    ("expected ',' or '}'", "not YAML: a mapping in { } that is not closed, or lacks a comma"),
    ("unexpected end of stream", "not YAML: a quotation mark that is not closed"),
    ("unexpected document separator", "not YAML: a quotation mark that is not closed"),
    ("unknown escape character", 'not YAML: no such escape; inside "…" write \\\\ for a backslash'),
)


def in_words(error: Exception, text: str) -> tuple[Mark, Path, str]:
    """The place and the message of an error; its path, which is always the file as a whole."""
    if isinstance(error, MarkedYAMLError):
        return _syntax(error)
    if isinstance(error, ReaderError):
        before = text[: error.position]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return mark, (), "not YAML: a control character"
    return START, (), "not YAML"


def _syntax(error: MarkedYAMLError) -> tuple[Mark, Path, str]:
    problem = str(error.problem or error.context or "")
    message = next((ours for theirs, ours in _SYNTAX if theirs in problem), f"not YAML: {problem}")
    # What is not closed is better shown where it opens than where the file ends.
    mark = error.context_mark if "not closed" in message and error.context_mark else error.problem_mark
    return (Mark(mark.line + 1, mark.column + 1) if mark else START), (), message
