"""The YAML and the environment as `Settings`, or as one ConfigError with every fault and its place.

The text is read into a tree that remembers its lines (`yaml_reader`, `tree`), judged key by key
(`document`, made of `kinds` and `fields`) and as a whole (`rules`); what is odd but no fault becomes a
warning (`hints`). The JSON Schema comes from the same `document`. The YAML library stays inside.

No pydantic: importing it and building its models costs more than all the rest of `arxiv-digest check`,
and its errors would have to be put into our words and places one by one.
"""

from bot.config.loading import load, parse
from bot.config.schema import schema
from bot.config.starter import starter

__all__ = ["load", "parse", "schema", "starter"]
