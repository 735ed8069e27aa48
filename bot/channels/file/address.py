"""A folder as a channel: what the YAML may say, and its traits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.channels.spec import AddressForm, ChannelSpec
from bot.settings import Settings

_VISIBLE = r"[^\u0000-\u0020\u007f]"
PATH = rf"(?=.*{_VISIBLE})[^\u0000-\u001f\u007f]{{1,1000}}"


def with_home(text: str) -> str:
    """The path, ``~`` spelt out."""
    try:
        return str(Path(text).expanduser())
    except RuntimeError:
        raise ValueError(f"nobody's home folder is known as {text.partition('/')[0]!r}") from None


def _one(folder: str) -> str:
    return folder.rstrip("/")


def _interval(settings: Settings) -> timedelta:
    return timedelta()


SPEC = ChannelSpec(
    "file",
    AddressForm(
        "A folder, or a list: one HTML and one Markdown report per digest, an index that searches them all, "
        "and `feed.atom` for feed readers.",
        PATH,
        "a path",
        meaning=with_home,
        same=_one,
        is_path=True,
    ),
    None,
    keeps_history=True,
    lags=timedelta(),
    keeps_order=False,
    may_edit=False,
    interval=_interval,
)
