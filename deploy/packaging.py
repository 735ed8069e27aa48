"""What only a build knows: the commit it is made from, and the addresses of the README's pictures and links.

The package index shows the README away from its checkout. Where the checkout is published is said by the forge that
builds (GitHub's workflows set GITHUB_*), so a fork's release shows the fork's pictures; in any other build they stay
as they are. Hatchling finds both classes here by pyproject.toml.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|#|mailto:)([^)\s]+)\)")


def commit(root: str) -> str:
    """The commit of a checkout; nothing where there is none."""
    if told := os.environ.get("SOURCE_COMMIT", ""):
        return told
    if not (Path(root) / ".git").exists():
        return ""
    command = ["git", "-C", root, "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def readable_anywhere(readme: str, project: str, ref: str) -> str:
    """The README with its pictures and links at their addresses of this ref."""

    def absolute(found: re.Match[str]) -> str:
        picture, words, path = found.groups()
        return f"{picture}{words}({project}/{'raw' if picture else 'blob'}/{ref}/{path})"

    return _LINK.sub(absolute, readme)


class Metadata(MetadataHookInterface):
    """The README as the package index is to show it, and the project's addresses."""

    def update(self, metadata: dict[str, Any]) -> None:
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        server, name = (os.environ.get(f"GITHUB_{word}", "") for word in ("SERVER_URL", "REPOSITORY"))
        metadata["urls"] = {}
        if server and name:
            project, ref = f"{server}/{name}", os.environ.get("GITHUB_REF_NAME") or "main"
            readme = readable_anywhere(readme, project, ref)
            metadata["urls"] = {"Source": project, "Changelog": f"{project}/blob/{ref}/CHANGELOG.md"}
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}


class Build(BuildHookInterface):  # type: ignore[type-arg]
    """The commit, in the source distribution and in the wheel, which most tools build from that."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if (Path(self.root) / "bot/commit.txt").exists():
            return  # a source distribution, which brings it along
        if made_from := commit(self.root):
            file = Path(mkdtemp()) / "commit.txt"
            file.write_text(made_from + "\n", encoding="utf-8")
            build_data["force_include"][str(file)] = "bot/commit.txt"
