"""Time zones: which are taken, and which is meant by what people write instead.

What is suggested has the offset that was written, or the summer time of the abbreviation.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # holds data, no code

from bot.config.report import did_you_mean, quoted

_WITHOUT_SUMMER_TIME = frozenset({"EST", "MST", "HST"})
"""Names that IANA keeps for old systems and that stay in winter time all year: never what is meant."""

_ABBREVIATIONS = {
    "EST": "America/New_York or, without summer time, America/Panama",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "CST": "America/Chicago, Asia/Shanghai or America/Havana",
    "CDT": "America/Chicago",
    "CT": "America/Chicago",
    "MST": "America/Denver or, without summer time, America/Phoenix",
    "MDT": "America/Denver",
    "MT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "AKST": "America/Anchorage",
    "AKDT": "America/Anchorage",
    "HST": "Pacific/Honolulu",
    "HDT": "America/Adak",
    "AST": "America/Halifax or Asia/Riyadh",
    "ADT": "America/Halifax",
    "NST": "America/St_Johns",
    "NDT": "America/St_Johns",
    "BRT": "America/Sao_Paulo",
    "ART": "America/Argentina/Buenos_Aires",
    "CLT": "America/Santiago",
    "CLST": "America/Santiago",
    "BST": "Europe/London",
    "CEST": "Europe/Berlin, Europe/Paris or Europe/Rome",
    "MEZ": "Europe/Berlin, Europe/Vienna or Europe/Zurich",
    "MESZ": "Europe/Berlin, Europe/Vienna or Europe/Zurich",
    "MEST": "Europe/Berlin",
    "WEST": "Europe/Lisbon",
    "EEST": "Europe/Athens, Europe/Helsinki or Europe/Kyiv",
    "MSK": "Europe/Moscow",
    "TRT": "Europe/Istanbul",
    "IST": "Asia/Kolkata, Europe/Dublin or Asia/Jerusalem",
    "IDT": "Asia/Jerusalem",
    "IRST": "Asia/Tehran",
    "GST": "Asia/Dubai",
    "PKT": "Asia/Karachi",
    "ICT": "Asia/Bangkok or Asia/Ho_Chi_Minh",
    "WIB": "Asia/Jakarta",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AWST": "Australia/Perth",
    "ACST": "Australia/Darwin or Australia/Adelaide",
    "ACDT": "Australia/Adelaide",
    "AEST": "Australia/Sydney, Australia/Melbourne or, without summer time, Australia/Brisbane",
    "AEDT": "Australia/Sydney or Australia/Melbourne",
    "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
    "SAST": "Africa/Johannesburg",
    "CAT": "Africa/Maputo",
    "EAT": "Africa/Nairobi",
    "WAT": "Africa/Lagos",
}

_CITIES = {
    **dict.fromkeys(
        ("munich", "hamburg", "frankfurt", "cologne", "heidelberg", "stuttgart"), "Europe/Berlin"
    ),
    **dict.fromkeys(("dresden", "leipzig", "aachen", "göttingen", "münchen", "germany"), "Europe/Berlin"),
    **dict.fromkeys(("geneva", "genf", "basel", "bern", "lausanne", "cern", "switzerland"), "Europe/Zurich"),
    **dict.fromkeys(("lyon", "grenoble", "marseille", "toulouse", "saclay", "france"), "Europe/Paris"),
    **dict.fromkeys(("oxford", "cambridge", "edinburgh", "manchester", "england", "uk"), "Europe/London"),
    **dict.fromkeys(("milan", "turin", "trieste", "florence", "naples", "italy"), "Europe/Rome"),
    **dict.fromkeys(("barcelona", "valencia", "spain"), "Europe/Madrid"),
    **dict.fromkeys(("delft", "leiden", "utrecht", "eindhoven", "netherlands"), "Europe/Amsterdam"),
    **dict.fromkeys(("krakow", "kraków", "wroclaw", "poland"), "Europe/Warsaw"),
    **dict.fromkeys(("gothenburg", "uppsala", "lund", "sweden"), "Europe/Stockholm"),
    **dict.fromkeys(("graz", "innsbruck", "austria"), "Europe/Vienna"),
    **dict.fromkeys(("st petersburg", "saint petersburg"), "Europe/Moscow"),
    **dict.fromkeys(("tel aviv", "haifa", "israel"), "Asia/Jerusalem"),
    **dict.fromkeys(("beijing", "peking", "shenzhen", "guangzhou", "hangzhou"), "Asia/Shanghai"),
    **dict.fromkeys(("wuhan", "nanjing", "hefei", "chengdu", "xian", "china"), "Asia/Shanghai"),
    **dict.fromkeys(("delhi", "new delhi", "mumbai", "bombay", "bangalore"), "Asia/Kolkata"),
    **dict.fromkeys(("bengaluru", "chennai", "hyderabad", "pune", "india"), "Asia/Kolkata"),
    **dict.fromkeys(("kyoto", "osaka", "tsukuba", "sendai", "nagoya"), "Asia/Tokyo"),
    **dict.fromkeys(("busan", "daejeon", "pohang", "korea"), "Asia/Seoul"),
    **dict.fromkeys(("hanoi", "saigon"), "Asia/Ho_Chi_Minh"),
    **dict.fromkeys(("boston", "washington", "princeton", "philadelphia", "atlanta"), "America/New_York"),
    **dict.fromkeys(("pittsburgh", "ithaca", "new haven", "miami"), "America/New_York"),
    **dict.fromkeys(("houston", "dallas", "austin", "minneapolis", "madison"), "America/Chicago"),
    **dict.fromkeys(("boulder", "santa fe", "los alamos", "salt lake city"), "America/Denver"),
    **dict.fromkeys(("san francisco", "berkeley", "stanford", "pasadena"), "America/Los_Angeles"),
    **dict.fromkeys(("seattle", "san diego", "palo alto", "santa barbara"), "America/Los_Angeles"),
    **dict.fromkeys(("ottawa", "quebec"), "America/Toronto"),
    **dict.fromkeys(("rio de janeiro", "brasilia", "campinas"), "America/Sao_Paulo"),
    "canberra": "Australia/Sydney",
    "wellington": "Pacific/Auckland",
    "cape town": "Africa/Johannesburg",
}
"""Cities and countries whose zone has another city's name."""

_WINDOWS = {
    "gmt": "Europe/London",
    "w. europe": "Europe/Berlin",
    "central europe": "Europe/Budapest",
    "central european": "Europe/Warsaw",
    "romance": "Europe/Paris",
    "e. europe": "Europe/Chisinau",
    "fle": "Europe/Kyiv",
    "gtb": "Europe/Bucharest",
    "russian": "Europe/Moscow",
    "turkey": "Europe/Istanbul",
    "israel": "Asia/Jerusalem",
    "arabian": "Asia/Dubai",
    "arab": "Asia/Riyadh",
    "iran": "Asia/Tehran",
    "india": "Asia/Kolkata",
    "china": "Asia/Shanghai",
    "taipei": "Asia/Taipei",
    "singapore": "Asia/Singapore",
    "se asia": "Asia/Bangkok",
    "tokyo": "Asia/Tokyo",
    "korea": "Asia/Seoul",
    "w. australia": "Australia/Perth",
    "e. australia": "Australia/Brisbane",
    "aus eastern": "Australia/Sydney",
    "cen. australia": "Australia/Adelaide",
    "new zealand": "Pacific/Auckland",
    "atlantic": "America/Halifax",
    "newfoundland": "America/St_Johns",
    "eastern": "America/New_York",
    "us eastern": "America/Indiana/Indianapolis",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "us mountain": "America/Phoenix",
    "pacific": "America/Los_Angeles",
    "alaskan": "America/Anchorage",
    "hawaiian": "Pacific/Honolulu",
    "e. south america": "America/Sao_Paulo",
    "argentina": "America/Argentina/Buenos_Aires",
    "south africa": "Africa/Johannesburg",
    "egypt": "Africa/Cairo",
}
"""``W. Europe Standard Time`` and its like, by CLDR's windowsZones, the last two words left out."""

_FAMILIAR = (
    "America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage "
    "Pacific/Honolulu America/Halifax America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires "
    "America/Bogota America/Mexico_City Atlantic/Azores Atlantic/South_Georgia Atlantic/Cape_Verde "
    "Europe/London Europe/Lisbon Africa/Abidjan Europe/Berlin Europe/Paris Europe/Madrid Africa/Lagos "
    "Europe/Athens Europe/Helsinki Africa/Johannesburg Asia/Jerusalem Europe/Moscow Europe/Istanbul "
    "Africa/Nairobi Asia/Riyadh Asia/Tehran Asia/Dubai Asia/Kabul Asia/Karachi Asia/Tashkent Asia/Kolkata "
    "Asia/Kathmandu Asia/Dhaka Asia/Yangon Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh Asia/Shanghai "
    "Asia/Singapore Asia/Taipei Australia/Perth Australia/Eucla Asia/Tokyo Asia/Seoul Australia/Darwin "
    "Australia/Adelaide Australia/Brisbane Australia/Sydney Australia/Lord_Howe Pacific/Noumea "
    "Pacific/Auckland Pacific/Chatham Pacific/Tongatapu Pacific/Kiritimati Pacific/Marquesas "
    "Pacific/Pago_Pago Pacific/Gambier Pacific/Pitcairn"
).split()
"""Of each offset a zone or two that people live in."""

_OFFSET = r"(?:GMT|UTC|UT|Z)?\s*([-+−])\s*(\d{1,2})(?::?([0-5]\d))?"
_POSIX = r"Etc/GMT([-+])([1-9]\d?)"
_WINTERS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


@cache
def zones() -> tuple[str, ...]:
    """The IANA time zones that are taken, by the list of the tzdata package."""
    listed = Path(tzdata.__file__).with_name("zones").read_text(encoding="ascii").split()
    return tuple(name for name in listed if name not in _WITHOUT_SUMMER_TIME)


def complaint(text: str) -> str:
    """What is wrong with a text that is not one of the zones, and what is meant by it."""
    plain = " ".join(text.replace("_", " ").split())
    if instead := _ABBREVIATIONS.get(plain.upper()):
        return f"{quoted(text)} is an abbreviation, which says nothing of summer time: write {instead}"
    if offset := re.fullmatch(_OFFSET, plain, re.I):
        return _of_offset(text, offset)
    meant = _by_place(plain.lower())
    hint = f" (did you mean {quoted(meant)}?)" if meant else did_you_mean(text, zones())
    return f"unknown time zone {quoted(text)}{hint}"


def warning(zone: str) -> str:
    """What a person may have missed of a zone that is taken; empty for most."""
    posix = re.fullmatch(_POSIX, zone)
    if not posix:
        return ""
    sign = "-" if posix[1] == "+" else "+"
    return (
        f"{zone} is UTC{sign}{posix[2]}: the sign of these names is reversed, as in POSIX; "
        "a zone by its city says what is meant"
    )


def _of_offset(text: str, written: re.Match[str]) -> str:
    minutes = int(written[2]) * 60 + int(written[3] or 0)
    offset = timedelta(minutes=minutes if written[1] == "+" else -minutes)
    said = f"{quoted(text)} is an offset, not a time zone"
    if not offset:
        return f"{said}: write UTC"
    found = [zone for zone in _FAMILIAR if _winter_time(zone) == offset][:3]
    if not found:
        return f"{said}, and no zone is at that offset in winter: write the zone's IANA name, such as Europe/Berlin"
    listed = " or ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
    return f"{said}: write {listed}"


def _winter_time(zone: str) -> timedelta:
    """Without summer time, which is ahead on either half of the globe."""
    return min(ZoneInfo(zone).utcoffset(moment) or timedelta() for moment in _WINTERS)


def _by_place(name: str) -> str | None:
    windows = name.removesuffix(" standard time").removesuffix(" daylight time").removesuffix(" summer time")
    if windows != name and windows in _WINDOWS:
        return _WINDOWS[windows]
    parts = [part.strip() for part in re.split("[/,]", name) if part.strip()]
    for part in reversed(parts):
        if place := _cities().get(part) or _CITIES.get(part):
            return place
    return None


@cache
def _cities() -> dict[str, str]:
    named = (zone for zone in reversed(zones()) if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return {zone.rpartition("/")[2].lower().replace("_", " "): zone for zone in named}
