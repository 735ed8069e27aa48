"""The frame text of digests in the reader's language: what the program itself says around the papers.

The messages are English in the source, and marked there as gettext does it; a catalogue has their
translations, the names of days and months among them, as CLDR has them. A language without one
reads English. What is logged, and what the command line says, is English for everybody.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO

from bot.languages.names import nearest

SOURCE = "en"


def noop(message: str) -> str:
    """Marks a message that is translated where it is used."""
    return message


def pnoop(context: str, message: str) -> tuple[str, str]:
    """The same with the context that tells it from an equal message."""
    return context, message


_WEEKDAYS = (
    pnoop("weekday", "Monday"),
    pnoop("weekday", "Tuesday"),
    pnoop("weekday", "Wednesday"),
    pnoop("weekday", "Thursday"),
    pnoop("weekday", "Friday"),
    pnoop("weekday", "Saturday"),
    pnoop("weekday", "Sunday"),
)
_MONTHS = (
    pnoop("month", "January"),
    pnoop("month", "February"),
    pnoop("month", "March"),
    pnoop("month", "April"),
    pnoop("month", "May"),
    pnoop("month", "June"),
    pnoop("month", "July"),
    pnoop("month", "August"),
    pnoop("month", "September"),
    pnoop("month", "October"),
    pnoop("month", "November"),
    pnoop("month", "December"),
)
_SHORT_MONTHS = (
    pnoop("short month", "Jan"),
    pnoop("short month", "Feb"),
    pnoop("short month", "Mar"),
    pnoop("short month", "Apr"),
    pnoop("short month", "May"),
    pnoop("short month", "Jun"),
    pnoop("short month", "Jul"),
    pnoop("short month", "Aug"),
    pnoop("short month", "Sep"),
    pnoop("short month", "Oct"),
    pnoop("short month", "Nov"),
    pnoop("short month", "Dec"),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's frame text. Values go into the braces of a message as ``str.format`` puts them."""

    code: str
    """BCP 47 tag of the language it is in."""
    translations: gettext.NullTranslations

    def gettext(self, message: str, **values: object) -> str:
        return self.translations.gettext(message).format(**values)

    def pgettext(self, context: str, message: str, **values: object) -> str:
        return self.translations.pgettext(context, message).format(**values)

    def ngettext(self, one: str, several: str, num: int, **values: object) -> str:
        """The form that ``num`` takes; ``{num}`` in it is the number as the language writes it."""
        return self.translations.ngettext(one, several, num).format(num=self.number(num), **values)

    def number(self, value: int) -> str:
        """``1,234`` in groups as the language has them: 1.234 in German."""
        return f"{value:,}".replace(",", self.pgettext("number", "1,234")[1:-3])

    def weekday(self, day: date) -> str:
        """``Sunday``"""
        return self.pgettext(*_WEEKDAYS[day.weekday()])

    def day(self, day: date) -> str:
        """``22 November``"""
        return self.pgettext("date", "{day} {month}", day=day.day, month=self._month(day))

    def short_day(self, day: date) -> str:
        """``22 Nov``"""
        return self.pgettext("short date", "{day} {month}", day=day.day, month=self._short_month(day))

    def short_date(self, day: date) -> str:
        """``22 Nov 2026``"""
        month = self._short_month(day)
        return self.pgettext("short date", "{day} {month} {year}", day=day.day, month=month, year=day.year)

    def long_date(self, day: date) -> str:
        """``Sunday 22 November 2026``"""
        return self.pgettext(
            "date",
            "{weekday} {day} {month} {year}",
            weekday=self.weekday(day),
            day=day.day,
            month=self._month(day),
            year=day.year,
        )

    def month(self, day: date) -> str:
        """``November 2026``"""
        return self.pgettext("date", "{month} {year}", month=self._month(day), year=day.year)

    def joined(self, names: Sequence[str]) -> str:
        """``a, b and c``"""
        if len(names) < 2:
            return "".join(names)
        return self.gettext("{names} and {last}", names=self.listed(names[:-1]), last=names[-1])

    def listed(self, names: Sequence[str]) -> str:
        """``a, b, c``"""
        return self.pgettext("between names", ", ").join(names)

    def _month(self, day: date) -> str:
        return self.pgettext(*_MONTHS[day.month - 1])

    def _short_month(self, day: date) -> str:
        return self.pgettext(*_SHORT_MONTHS[day.month - 1])


ENGLISH = Catalogue(SOURCE, gettext.NullTranslations())
TRANSLATED = ("de", "es", "fr", "ja", "zh")
"""The languages that have a catalogue: ``catalogues/de.po``, and the ``.mo`` made of it."""


def catalogue(language: str) -> Catalogue:
    """The frame text for a reader of this language, given by name or tag; English where there is none."""
    known = nearest(language)
    return _loaded(known.family) if known and known.family in TRANSLATED else ENGLISH


@cache
def _loaded(family: str) -> Catalogue:
    compiled = files("bot.languages").joinpath("catalogues", f"{family}.mo").read_bytes()
    return Catalogue(family, gettext.GNUTranslations(BytesIO(compiled)))
