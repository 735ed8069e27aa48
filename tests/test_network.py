"""Which proxy a URL is reached through, and which variables are named as of no use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.network import Proxy, Unusable, oddities, proxy_for, set_aside

ARXIV = "https://export.arxiv.org/api/query"
GOOD = "http://proxy.example.org:3128"


def via(url: str, **environ: str) -> str | None:
    """The variable that says how ``url`` is reached."""
    found = proxy_for(url, environ)
    return found.variable if found else None


def test_the_schemes_own_variable_comes_first() -> None:
    """Then the one for all; small letters before capitals, and an empty one is not set."""
    both = {"HTTPS_PROXY": GOOD, "ALL_PROXY": "socks5://127.0.0.1:1080"}
    assert via(ARXIV) is None
    assert via(ARXIV, **both) == "HTTPS_PROXY"
    assert via("http://mirror.example.org/", **both) == "ALL_PROXY"
    assert via(ARXIV, HTTP_PROXY=GOOD) is None
    assert via(ARXIV, https_proxy=GOOD, HTTPS_PROXY=f"{GOOD}1") == "https_proxy"
    assert via(ARXIV, https_proxy="", all_proxy=" ", ALL_PROXY=GOOD) == "ALL_PROXY"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8/x", "https://localhost/", "http://[::1]:8/", "http://127.8.0.1/"]
)
def test_this_machine_is_reached_directly(url: str) -> None:
    """Whatever the environment says."""
    assert via(url, HTTP_PROXY=GOOD, HTTPS_PROXY="socks5://x:1", ALL_PROXY=GOOD) is None


@pytest.mark.parametrize(
    ("no_proxy", "is_direct"),
    [
        ("*", True),
        ("export.arxiv.org", True),
        ("localhost, .arxiv.org", True),
        ("arxiv.org", True),
        ("*.ARXIV.org", True),
        ("localhost arxiv.org:443", True),
        ("arxiv.org:80", False),
        ("xiv.org", False),
        ("api.export.arxiv.org", False),
        (",,.", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy(no_proxy: str, is_direct: bool) -> None:
    """Names count with their subdomains, and with a port for that port only."""
    assert (via(ARXIV, HTTPS_PROXY=GOOD, NO_PROXY=no_proxy) is None) is is_direct


def test_no_proxy_takes_networks() -> None:
    """As curl and requests do."""
    assert via("https://10.1.2.3/", HTTPS_PROXY=GOOD, no_proxy="10.0.0.0/8") is None
    assert via("https://[fd00::1]:8443/", HTTPS_PROXY=GOOD, no_proxy="[fd00::1]:8443") is None
    assert via("https://11.1.2.3/", HTTPS_PROXY=GOOD, no_proxy="10.0.0.0/8") == "HTTPS_PROXY"


@pytest.mark.parametrize(
    ("value", "reason", "remedy"),
    [
        ("socks5://127.0.0.1:1080", "SOCKS", "http://"),
        ("socks4://127.0.0.1:1080", "SOCKS", "http://"),
        ("SOCKS5H://ada:hush@127.0.0.1:1080", "SOCKS", "http://"),
        ("ftp://proxy.example.org", "ftp://", "http://"),
        ("http://ada:hu#sh@proxy.example.org:3128", "can't be read", "%23"),
        ("http://ada:#hush@proxy.example.org:3128", "can't be read", "%23"),
        ("http://ada:hu/sh@proxy.example.org:3128", "can't be read", "%2F"),
        ("ada:hu?sh@proxy.example.org:3128", "can't be read", "%3F"),
        ("http://proxy.example.org:99999", "no proxy's address", "http://"),
        ("http://proxy.example.org:hush", "no proxy's address", "http://"),
        ("http://", "no proxy's address", "http://"),
        ("http://[::1", "no proxy's address", "http://"),
        ("http://two words:1", "no proxy's address", "http://"),
        ("//proxy.example.org:3128", "no proxy's address", "http://"),
    ],
)
def test_what_is_no_proxy_is_named_with_the_remedy(value: str, reason: str, remedy: str) -> None:
    """By its variable, and never by its value: that may hold a password."""
    found = proxy_for(ARXIV, {"ALL_PROXY": value})
    assert isinstance(found, Unusable)
    assert found.variable == "ALL_PROXY"
    assert reason in found.reason
    assert remedy in found.remedy
    assert "hush" not in str(found)
    assert oddities({"ALL_PROXY": value, "OTHER": value}) == (found,)


def test_a_proxy_without_a_scheme_is_used_and_named() -> None:
    """curl takes it for http://, and so do we."""
    found = proxy_for(ARXIV, {"HTTPS_PROXY": "proxy.example.org:3128"})
    assert isinstance(found, Proxy)
    assert found.url == GOOD
    (odd,) = oddities({"HTTPS_PROXY": "proxy.example.org:3128"})
    assert odd.variable == "HTTPS_PROXY"


def test_a_proxys_password_is_in_no_repr() -> None:
    """Nor anywhere else that a log might show."""
    found = proxy_for(ARXIV, {"HTTPS_PROXY": "http://ada:hush@proxy.example.org:3128"})
    assert isinstance(found, Proxy)
    assert "hush" not in repr(found)


def test_what_nothing_would_go_through_is_not_named() -> None:
    """Many desktops set ALL_PROXY=socks5://… beside an HTTP proxy for both schemes."""
    http = {"http_proxy": GOOD, "https_proxy": GOOD}
    assert oddities({**http, "all_proxy": "socks5://127.0.0.1:1080"}) == ()
    assert oddities({"ALL_PROXY": "socks5://127.0.0.1:1080", "NO_PROXY": "*"}) == ()
    assert oddities({}) == oddities({"HTTPS_PROXY": ""}) == ()


def test_files_that_tls_would_fail_on_are_named_and_set_aside(tmp_path: Path) -> None:
    """One line each; what can be used stays, as does everything else."""
    html, empty, pipe = tmp_path / "page.pem", tmp_path / "empty.pem", tmp_path / "pipe"
    html.write_text("<html>Not found</html>")
    empty.touch()
    os.mkfifo(pipe)
    for variable, value in [
        ("SSL_CERT_FILE", str(tmp_path / "none.pem")),
        ("SSL_CERT_FILE", str(tmp_path)),
        ("SSL_CERT_FILE", str(html)),
        ("SSL_CERT_FILE", str(empty)),
        ("SSL_CERT_FILE", str(pipe)),
        ("SSL_CERT_DIR", str(tmp_path / "none")),
        ("SSL_CERT_DIR", str(html)),
        ("SSLKEYLOGFILE", str(tmp_path / "none" / "keys.log")),
        ("SSLKEYLOGFILE", str(tmp_path)),
        ("SSLKEYLOGFILE", str(pipe)),
    ]:
        environ = {variable: value, "HOME": "/"}
        assert [odd.variable for odd in oddities(environ)] == [variable], value
        set_aside(environ)
        assert environ == {"HOME": "/"}


def test_files_that_tls_can_use_stay(tmp_path: Path) -> None:
    """An empty variable is the same as none."""
    bundle = tmp_path / "ca.pem"
    bundle.write_text("-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
    good = {
        "SSL_CERT_FILE": str(bundle),
        "SSL_CERT_DIR": f"{tmp_path / 'none'}{os.pathsep}{tmp_path}",
        "SSLKEYLOGFILE": str(tmp_path / "keys.log"),
    }
    environ = dict(good)
    assert oddities(environ) == ()
    set_aside(environ)
    assert environ == good
    environ = dict.fromkeys(good, "")
    set_aside(environ)
    assert environ == {}
