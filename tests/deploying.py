"""The files of deploy/ as Docker, a shell and the program read them, and a machine to run them on."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import click
from ruamel.yaml import YAML

from bot import app, config
from bot.cli import cli
from bot.cli.options import State
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SERVICE = "arxiv-digest"
IMAGE = "arxiv-digest-bot"

NOWHERE = 'api_url: "http://127.0.0.1:9/api"\n  rss_url: "http://127.0.0.1:9"\n  contact'


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def as_yaml(source: str) -> Any:
    return YAML(typ="safe").load(source)


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Each instruction of a Dockerfile with its arguments, continuation lines joined."""
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = (line.partition(" ") for line in joined.splitlines())
    return [(word.upper(), rest.strip()) for word, _, rest in pairs]


def unit(source: str) -> dict[str, list[str]]:
    """The settings of a systemd unit: each may stand several times."""
    found: dict[str, list[str]] = {}
    for line in source.splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def fenced(markdown: str, language: str) -> list[str]:
    """The lines of all code blocks in this language."""
    blocks = re.findall(rf"^ *```{language}\n(.*?)^ *```", markdown, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def invocations(line: str) -> Iterator[list[str]]:
    """The arguments of every call of the program in one line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    command: list[str] = []
    for word in [*lexer, ";"]:
        if word in ("{", "}") or not word.strip("();<>|&"):
            arguments = _arguments(command)
            if arguments is not None:
                yield arguments
            command = []
        else:
            command.append(word)


def _arguments(command: list[str]) -> list[str] | None:
    """What the program is given by this command; None when it is another program's."""
    words = command
    if words[:1] == ["sudo"]:
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] == "-u" else words[1:]
    if words[:1] == ["kubectl"] and "--" in words:
        return _arguments(words[words.index("--") + 1 :])
    if words[:2] == ["docker", "compose"] and words[2:3] in (["run"], ["exec"]) and SERVICE in words:
        inner = words[words.index(SERVICE) + 1 :]
        return inner if words[2] == "run" else _arguments(inner)
    if words[:2] == ["docker", "run"]:
        return words[words.index(IMAGE) + 1 :]
    if words and PurePosixPath(words[0]).name == SERVICE:
        return words[1:]
    return None


def accept(arguments: list[str]) -> None:
    """Parse a command line as the program would, without running it. click.UsageError."""
    root = click.Context(cli, info_name=SERVICE, obj=State())
    options, rest, _ = cli.make_parser(root).parse_args(list(arguments))
    if options.get("version"):
        return
    command = cli.get_command(root, rest[0]) if rest else None
    if command is None:
        raise click.UsageError(f"no such command: {arguments}")
    command.make_context(rest[0], rest[1:], parent=root)


def admitted(path: str, dockerignore: str) -> bool:
    """Whether a file reaches the build: the last pattern that matches decides."""
    verdict = True
    for line in dockerignore.splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        inside = pattern == "*" or Path(path) == Path(pattern) or Path(pattern) in Path(path).parents
        if inside or (pattern.startswith("**/") and pattern[3:] in Path(path).parts):
            verdict = line.startswith("!")
    return verdict


@dataclass(frozen=True)
class Machine:
    """A folder for what is installed, and one for the data."""

    programs: Path
    data: Path
    home: Path

    @property
    def yaml(self) -> Path:
        return self.data / "subscribers.yaml"

    @property
    def database(self) -> Path:
        return self.data / "state" / "arxiv-digest.db"

    def environ(self, **more: str) -> dict[str, str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.home), "PYTHONPATH": str(ROOT), **more}

    def configure(self) -> None:
        """The starter configuration, with an arXiv that nobody reaches."""
        self.data.mkdir(exist_ok=True)
        self.yaml.write_text(config.starter().replace("contact", NOWHERE, 1))

    def poll(self, ended: datetime, *, complete: bool = True) -> None:
        """Record a poll that ended then."""
        store = app.open_store(self.database)
        store.polls.finish(store.polls.begin(ended - timedelta(seconds=9)), ended, complete)
        store.close()


def install(folder: Path) -> Machine:
    """The program where a shell finds it, as an installation would put it there."""
    programs, home = folder / "bin", folder / "home"
    programs.mkdir()
    home.mkdir()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"]["arxiv-digest"].split(":")
    scripts = {
        "arxiv-digest": f"#!{sys.executable}\nfrom {module} import {function}\n{function}()\n",
        "python": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
        "sleep": "#!/bin/sh\n",
    }
    for name, script in scripts.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return Machine(programs, folder / "data", home)
