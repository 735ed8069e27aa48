"""The documents tell the truth: every key of the YAML is in the README's table, and the examples load."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot import config
from tests.conftest import ROOT

SECRETS = {"SLACK_BOT_TOKEN": "xoxb-1", "SMTP_PASSWORD": "secret", "GEMINI_API_KEY": "key"}


def keys(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every key of the JSON Schema: its path, default and description."""
    definitions = config.schema().get("$defs", {})
    for alternative in [node, *node.get("anyOf", []), *node.get("oneOf", [])]:
        if "$ref" in alternative:
            alternative = definitions[alternative["$ref"].rsplit("/", 1)[-1]]
        for name, below in alternative.get("properties", {}).items():
            resolved = dict(definitions[below["$ref"].rsplit("/", 1)[-1]]) if "$ref" in below else {}
            resolved |= below
            yield f"{path}{name}", _default(resolved), resolved.get("description", "")
            if name != "defaults":
                yield from keys(resolved, f"{path}{name}.")
        if isinstance(alternative.get("additionalProperties"), dict):
            yield from keys(alternative["additionalProperties"], f"{path}NAME.")
        if "items" in alternative:
            yield from keys(alternative["items"], path.removesuffix(".") + "[].")


def _default(node: dict[str, Any]) -> str:
    value = node.get("default", "")
    if value == "" or isinstance(value, (list, dict)):
        return ""
    return f"`{json.dumps(value)}`" if value is None or isinstance(value, bool) else f"`{value}`"


def table() -> str:
    rows = ["| key | default | what it is |", "|---|---|---|"]
    rows += [
        f"| `{path}` | {default} | {description.replace('|', chr(92) + '|')} |"
        for path, default, description in keys(config.schema())
        if description
    ]
    return "\n".join(dict.fromkeys(rows))


def test_the_readme_s_table_has_every_key_of_the_schema() -> None:
    """A key that is added or changed shows in the README. (On failure: this table goes in there.)"""
    assert table() in (ROOT / "README.md").read_text(encoding="utf-8"), table()


def test_the_example_loads(tmp_path: Path) -> None:
    """subscribers.example.yaml is valid, given the secrets it speaks of."""
    text = (ROOT / "subscribers.example.yaml").read_text(encoding="utf-8")
    path = tmp_path / "subscribers.yaml"
    path.write_text(text, encoding="utf-8")
    settings = config.load(path, SECRETS)
    assert [subscriber.name for subscriber in settings.subscribers] == ["em-group", "ada", "archive"]


def test_the_yaml_blocks_of_the_readme_load(tmp_path: Path) -> None:
    """What a newcomer copies is accepted as it stands."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block, encoding="utf-8")
        assert config.load(path, SECRETS).subscribers


def test_the_first_block_of_the_readme_holds_the_demo_and_the_tests() -> None:
    """Two lines that do all their own set-up."""
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    demo, tests = block[1].strip().splitlines()
    assert demo.startswith("python3 -m venv")
    assert demo.endswith("arxiv-digest demo")
    assert tests.startswith("python3 -m venv")
    assert tests.endswith("pytest")


def test_links_between_the_documents_lead_somewhere() -> None:
    """No dead relative link."""
    for document in ("README.md", "CONTRIBUTING.md", "deploy/README.md"):
        folder = (ROOT / document).parent
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", (ROOT / document).read_text("utf-8")):
            assert (folder / target).exists(), (document, target)


def test_the_classifiers_are_the_pythons_that_are_tested() -> None:
    """What the package index shows, what the workflow runs and what `.ci/run` looks for are the same versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = [found[1] for text in project["classifiers"] if (found := re.fullmatch(r".*:: (3\.\d+)", text))]
    workflow = YAML(typ="safe").load((ROOT / ".github/workflows/ci.yaml").read_text())
    sought = re.search(r"for minor in ([\d. ]+);", (ROOT / ".ci/run").read_text())
    assert sought is not None
    assert told == workflow["jobs"]["tests"]["strategy"]["matrix"]["python"] == sought[1].split()
    assert project["requires-python"] == f">={told[0]}"
