"""stdout and stderr as they may be: closed, full, or a pipe whose reader has gone. None of it stops the work."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO, cast


class Unfailing:
    """A text stream whose writes never raise OSError; `error` is the first one that would have been raised."""

    def __init__(self, stream: TextIO, told: Callable[[OSError], None] | None = None) -> None:
        self.error: OSError | None = None
        self._stream = stream
        self._told = told

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._fail(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def drop_the_rest(self) -> None:
        """Lead what is still buffered nowhere: Python would try to write it at its end, and fail."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def _fail(self, error: OSError) -> None:
        if self.error is None:
            self.error = error
            if self._told is not None:
                self._told(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def unfailing(told: Callable[[OSError], None]) -> Generator[Unfailing]:
    """Put streams that never fail in the places of stdout and stderr; yields stdout's.

    ``told`` hears at once of the first result that could not be written, once. Of a line on stderr
    nobody can be told, and what is written to it later may succeed again.
    """
    _open_the_standard_files()
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, err = Unfailing(sys.stdout or nowhere, told), Unfailing(sys.stderr or nowhere)
        for stream in before:
            if isinstance(stream, TextIOWrapper):
                # Escape what a terminal's encoding lacks, rather than fail on a name or a formula.
                stream.reconfigure(errors="backslashreplace")
        sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
        try:
            yield out
        finally:
            for stream in (out, err):
                stream.flush()
                if stream.error is not None:
                    stream.drop_the_rest()
            sys.stdout, sys.stderr = before


def is_reader_gone(error: OSError) -> bool:
    """Whether the reader of a pipe has read enough, as `head` does: nothing is wrong then."""
    return error.errno in (errno.EPIPE, errno.ESHUTDOWN)


def _open_the_standard_files() -> None:
    """A closed stdin, stdout or stderr would give its number to the next file opened: the database, say."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
