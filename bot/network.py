"""What the environment's variables mean for connections: the proxy for a URL, and what can't be used.

The environment is an argument. Every HTTP client here gets its proxy from `proxy_for`: left to
themselves the libraries disagree on ALL_PROXY, NO_PROXY and what they do with a URL that they can't read.
No message made here holds a variable's value, which may hold a password.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST = re.compile(r"[^\s%\\^|<>{}\"`,;!$&'()*+=\x00-\x1f]+")
_CUT_SHORT = re.compile(r"[^#/?]*[#/?].*@")
"""A password whose own character ends the address too early."""
_PEM = b"CERTIFICATE-----"
_LARGEST_BUNDLE = 16 * 2**20

_HTTP_PROXY = (
    "set it to an http:// proxy such as http://proxy.example.org:3128, unset it, "
    "or list the hosts that need no proxy in NO_PROXY"
)
_ESCAPE = "write # as %23, / as %2F and ? as %3F in its user name and password"


class Unusable(NamedTuple):
    """A variable that can't be used as it is."""

    variable: str
    reason: str
    remedy: str

    @property
    def fault(self) -> str:
        """What is wrong, for those who say the remedy by themselves."""
        return f"{self.variable}: {self.reason}"

    def __str__(self) -> str:
        return f"{self.fault}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy and the variable that names it. Its URL may hold a password: it is in no repr."""

    variable: str
    url: str = field(repr=False)


# --- proxies -------------------------------------------------------------------------------------


def proxy_for(url: str, environ: Mapping[str, str]) -> Proxy | Unusable | None:
    """The proxy for ``url``; None when it is reached directly, as this machine itself always is.

    ``https_proxy`` or ``http_proxy``, after the URL's scheme, then ``all_proxy``; each in small letters
    before capitals, and an empty one counts as not set. A proxy without a scheme is an ``http://`` one,
    as to curl.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or _is_exempt(host, _port_of(parts), environ):
        return None
    found = _variable(parts.scheme, environ)
    return _judged(*found) if found else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _variable(scheme: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    for name in (f"{scheme}_proxy", "all_proxy"):
        for variable in (name, name.upper()):
            if value := environ.get(variable, "").strip():
                return variable, value
    return None


def _judged(variable: str, value: str) -> Proxy | Unusable:
    url = value if _SCHEME.match(value) else f"http://{value}"
    scheme = url.partition("://")[0].lower()
    if scheme.startswith("socks"):
        return Unusable(variable, "a SOCKS proxy can't be used", _HTTP_PROXY)
    if scheme not in _PORTS:
        return Unusable(variable, f"a proxy of the kind {scheme}:// can't be used", _HTTP_PROXY)
    if _CUT_SHORT.match(url.partition("://")[2]):
        return Unusable(variable, "can't be read as a proxy's address", _ESCAPE)
    try:
        parts = urlsplit(url)
        usable = parts.port != 0 and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:  # a port that is none, or half a bracket
        usable = False
    return Proxy(variable, url) if usable else Unusable(variable, "is no proxy's address", _HTTP_PROXY)


def _is_exempt(host: str, port: int | None, environ: Mapping[str, str]) -> bool:
    """NO_PROXY: names with their subdomains, addresses, networks, each with or without a port; or ``*``."""
    listed = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return any(_covers(entry.strip().lower(), host.lower(), port) for entry in re.split(r"[,\s]+", listed))


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit() and (":" not in name or name.endswith("]")):
        if int(digits) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").removeprefix(".")
    if not entry:
        return False
    if host == entry or host.endswith(f".{entry}"):
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _port_of(parts: SplitResult) -> int | None:
    try:
        return parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None


# --- what is said, and what is left aside --------------------------------------------------------


def oddities(environ: Mapping[str, str]) -> tuple[Unusable, ...]:
    """Every variable that a connection would fail on, or that is left aside, once each."""
    return (*dict.fromkeys(_odd_proxies(environ)), *_unusable_files(environ))


def set_aside(environ: MutableMapping[str, str]) -> None:
    """Take out what TLS libraries would fail on, so that they use the machine's own certificates.

    aiohttp reads these variables when it is imported, and google-genai when a client is made: both give
    up. Certificates are verified all the same.
    """
    for unusable in _unusable_files(environ):
        del environ[unusable.variable]
    for variable in CERTIFICATES:
        if environ.get(variable) == "":
            del environ[variable]


def _odd_proxies(environ: Mapping[str, str]) -> Iterator[Unusable]:
    """Those that some host would be reached through."""
    if _covers_all(environ):
        return
    for scheme in ("https", "http"):
        found = _variable(scheme, environ)
        if found is None:
            continue
        variable, value = found
        judged = _judged(variable, value)
        if isinstance(judged, Unusable):
            yield judged
        elif judged.url != value:
            yield Unusable(variable, "has no scheme and is taken for http://", "write http:// in front of it")


def _covers_all(environ: Mapping[str, str]) -> bool:
    return "*" in re.split(r"[,\s]+", environ.get("no_proxy") or environ.get("NO_PROXY") or "")


def _unusable_files(environ: Mapping[str, str]) -> Iterator[Unusable]:
    """Looks at the files that the variables name."""
    judges = (_fault_of_bundle, _fault_of_folders, _fault_of_log)
    for variable, judge in zip(CERTIFICATES, judges, strict=True):
        value = environ.get(variable)
        if value and (reason := judge(value)):
            remedy = "unset it, or let it name " + _MEANT[variable] + "; it is left aside"
            yield Unusable(variable, reason, remedy)


_MEANT = {
    "SSL_CERT_FILE": "a file of PEM certificates",
    "SSL_CERT_DIR": "a folder of certificates",
    "SSLKEYLOGFILE": "a file that can be written",
}


def _fault_of_bundle(path: str) -> str:
    if os.path.isdir(path):
        return "names a folder"
    if os.path.exists(path) and not os.path.isfile(path):
        return "names no file"  # a pipe would keep us waiting
    try:
        with open(path, "rb") as file:
            return "" if _PEM in file.read(_LARGEST_BUNDLE) else "names a file without a PEM certificate"
    except (OSError, ValueError) as error:
        return _no_file(error)


def _fault_of_folders(paths: str) -> str:
    return "" if any(map(os.path.isdir, paths.split(os.pathsep))) else "names no folder that exists"


def _fault_of_log(path: str) -> str:
    """Opened as the TLS library would, which makes the file; but never waiting for a pipe's reader."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600))
    except (OSError, ValueError) as error:
        return _no_file(error)
    return ""


def _no_file(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"names a file that can't be used ({reason or type(error).__name__})"
