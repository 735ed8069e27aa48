"""The recipes of deploy/: what they name exists, and what they run works, without Docker, systemd or GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import app, calendar, config, schedule
from bot.cli import cli
from bot.config import environment
from bot.settings import Secret
from tests.deploying import (
    DEPLOY,
    IMAGE,
    ROOT,
    SERVICE,
    accept,
    admitted,
    as_yaml,
    fenced,
    instructions,
    invocations,
    text,
    unit,
)

FILES = ("Dockerfile", "compose.yaml", "arxiv-digest.service", "github-actions.yaml", ".env.example", "README.md")
SECRETS = {*environment.NAMES, *(f"{name}_FILE" for name in environment.NAMES)}
VARIABLES = {*SECRETS, "ARXIV_DIGEST_CONFIG"}


# --- what the files name ---------------------------------------------------------------------------


def _command_lines() -> list[list[str]]:
    """Every call of the program in a recipe: in code, in comments that show code, in running text."""
    readme = text("README.md")
    lines = [*fenced(readme, "sh"), *(re.sub(r"^[\d* -]+  ", "", line) for line in fenced(readme, "cron"))]
    for name in FILES:
        lines += re.findall(r"^#     (.+)$", text(name), re.MULTILINE)
        lines += re.findall(rf"`((?:{'|'.join(cli.list_commands(None))}) -[^`]+)`".replace("(?:", f"(?:{SERVICE} )?(?:", 1), text(name))
        lines += re.findall(rf"`({SERVICE} [^`]+)`", text(name))
    lines += unit(text("arxiv-digest.service"))["ExecStart"]
    workflow = as_yaml(text("github-actions.yaml"))
    scripts = [step["run"] for step in workflow["jobs"]["digest"]["steps"] if "run" in step]
    for option in workflow["on"]["workflow_dispatch"]["inputs"]["command"]["options"]:
        lines += [line.replace("$COMMAND", option) for script in scripts for line in script.splitlines()]
    return [arguments for line in lines for arguments in invocations(line)]
