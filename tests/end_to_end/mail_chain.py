"""A real mail chain on loopback: Postfix takes and signs, a second hop delivers, Dovecot logs in and shows.

Everything lives in one folder of its own: configuration, queue, mailboxes, keys and sockets. Each program
stays in the foreground and is stopped by its own process id; what the machine has installed is untouched.
"""

from __future__ import annotations

import base64
import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

HOST = "127.0.0.1"
SENDER_DOMAIN = "example.org"
SELECTOR = "digest"
USER, PASSWORD = "bot@example.org", "a mail password of the tests"
MAILBOXES = ("ada@example.org", "zoe@example.net", "zoë@example.org", "grey@example.org")
TOO_LARGE = 20_000
"""Bytes that the service `small` takes no more than."""

_UID = 65534
"""Nobody's: who owns the mailboxes."""
_POSTFIX = Path("/usr/lib/postfix/sbin")
_PATIENCE_S = 30.0

_SERVICES = {
    # What a provider offers its customers; each mail then goes on to a server that takes ASCII only.
    "submission": "content_filter=smtp:[127.0.0.1]:{next_hop},smtpd_milters={milter}",
    "next_hop": "smtpd_tls_security_level=none,smtpd_sasl_auth_enable=no,mynetworks=127.0.0.0/8,"
    "smtpd_relay_restrictions=permit_mynetworks,reject,smtpd_discard_ehlo_keywords=8bitmime,smtputf8,chunking,dsn",
    "direct": "smtpd_tls_security_level=may",
    "unencrypted": "smtpd_tls_security_level=none",
    "without_utf8": "smtputf8_enable=no",
    "small": f"message_size_limit={TOO_LARGE}",
    "full": "queue_minfree=4000000000000000",
    "slow": "smtpd_client_event_limit_exceptions=,smtpd_client_message_rate_limit=1",
    "owners": "smtpd_sender_restrictions=reject_sender_login_mismatch",
}
"""Listening services of the one Postfix, and how each differs."""

_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks =
smtputf8_enable = yes
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.org, example.net
virtual_mailbox_base = {folder}/mailboxes
virtual_mailbox_maps = texthash:{folder}/mailboxes.txt
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_transport = virtual
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = no
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.pem
smtp_tls_security_level = none
smtp_dns_support_level = disabled
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
  check_recipient_access texthash:{folder}/greylist.txt
smtpd_sender_login_maps = texthash:{folder}/owners.txt
in_flow_delay = 0
"""

_MASTER_CF = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

_DOVECOT = """\
base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
mail_location = maildir:{folder}/mailboxes/%u
first_valid_uid = {uid}
auth_failure_delay = 0
auth_mechanisms = plain login
auth_username_chars =
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/mailboxes/%u
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  unix_listener {folder}/queue/private/auth {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

_OPENDKIM = """\
Domain {domain}
Selector {selector}
KeyFile {folder}/dkim.pem
Socket inet:{milter_port}@127.0.0.1
Mode s
Canonicalization simple/simple
OversignHeaders From
RequireSafeKeys no
Syslog no
MacroList daemon_name|ORIGINATING
"""


def missing() -> str:
    """Why there can be no chain on this machine; empty where there can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "Postfix starts as root only"
    programs = {"postfix": shutil.which("postfix"), "dovecot-imapd": shutil.which("dovecot")}
    absent = [package for package, found in programs.items() if found is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def can_sign() -> bool:
    return shutil.which("opendkim") is not None


@dataclass(frozen=True, slots=True)
class MailChain:
    """A chain that runs; see `mail_chain`."""

    folder: Path
    ports: dict[str, int]
    ca_file: Path
    dns: dict[bytes, bytes] = field(default_factory=dict)
    """The TXT records that a receiver would look up."""

    def received(self, mailbox: str, number: int = 1) -> list[bytes]:
        """The mails of ``mailbox`` as IMAP shows them, once there are ``number``; afterwards it is empty."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL(HOST, self.ports["imaps"], ssl_context=context, timeout=10) as client:
            client.authenticate("PLAIN", lambda _: f"\0{mailbox}\0{PASSWORD}".encode())
            ends = time.monotonic() + _PATIENCE_S
            while int(client.select()[1][0] or b"0") < number:
                if time.monotonic() > ends:
                    raise AssertionError(f"{mailbox} received nothing:\n{self.log()}")
                time.sleep(0.02)
            found = [part[1] for part in client.fetch("1:*", "(RFC822)")[1] if isinstance(part, tuple)]
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        return found

    def log(self) -> str:
        """What the programs said."""
        logs = (self.folder / "mail.log", self.folder / "dovecot.log")
        return "\n".join(path.read_text("utf-8", "replace") for path in logs if path.exists())


@contextmanager
def mail_chain() -> Iterator[MailChain]:
    """The chain, for as long as the block lasts. Needs root."""
    # A folder of pytest's own is root's alone, and its path may be too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="mail-"))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        folder.chmod(0o755)
        chain = _install(folder)
        for commands, ready in ((_helpers(folder), _await_helpers), (_postfix(folder), _await_greetings)):
            processes += [_start(command) for command in commands]
            ready(chain)
        yield chain
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            _wait(process)
        shutil.rmtree(folder, ignore_errors=True)


def _helpers(folder: Path) -> Iterator[list[str]]:
    """What Postfix asks. It comes first: a service that finds nobody to check passwords ends, and Postfix's master
    lets its clients wait for a minute before the next attempt."""
    yield ["dovecot", "-F", "-c", str(folder / "dovecot.conf")]
    if can_sign():
        yield ["opendkim", "-f", "-x", str(folder / "opendkim.conf")]


def _postfix(folder: Path) -> Iterator[list[str]]:
    yield [str(_POSTFIX / "master"), "-c", str(folder / "postfix"), "-s"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: the whole process group is ended, by us and by Postfix's master.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:  # Dovecot grants its processes six seconds, with nothing left to save
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _install(folder: Path) -> MailChain:
    names = [*_SERVICES, "imaps", *(["milter"] if can_sign() else [])]
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    chain = MailChain(folder, ports, folder / "ca.pem")
    _write_dovecot(chain)
    if can_sign():
        _write_opendkim(chain)
    _write_postfix(chain)
    return chain


def _write_postfix(chain: MailChain) -> None:
    folder, ports = chain.folder, chain.ports
    config = folder / "postfix"
    config.mkdir()
    for name in ("queue", "mailboxes"):
        (folder / name).mkdir()
    os.chown(folder / "mailboxes", _UID, _UID)
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "mailboxes.txt").write_text("".join(f"{name} {name}/\n" for name in MAILBOXES), "utf-8")
    (folder / "greylist.txt").write_text("grey@example.org DEFER 4.7.1 Greylisted for 300 seconds\n")
    (folder / "owners.txt").write_text("bot@example.org somebody.else@example.org\n")
    (config / "main.cf").write_text(_MAIN_CF.format(folder=folder, uid=_UID))
    values = {
        "next_hop": ports["next_hop"],
        "milter": f"inet:{HOST}:{ports['milter']}" if can_sign() else "",
    }
    lines = [_MASTER_CF]
    for name, options in _SERVICES.items():
        lines.append(f"{HOST}:{ports[name]} inet n - n - - smtpd\n")
        lines += [f"  -o {{{option}}}\n" for option in _options(options.format(**values))]
    (config / "master.cf").write_text("".join(lines))
    # Makes the queue's folders, with the owners that the daemons insist on.
    subprocess.run(["postfix", "-c", str(config), "check"], check=True, capture_output=True)


def _options(text: str) -> list[str]:
    """``a=1,b=2,3`` as ``a=1`` and ``b=2,3``."""
    found: list[str] = []
    for piece in text.split(","):
        if "=" in piece:
            found.append(piece)
        else:
            found[-1] += f",{piece}"
    return found


def _write_dovecot(chain: MailChain) -> None:
    people = (USER, *MAILBOXES)
    (chain.folder / "passwords").write_text(
        "".join(f"{name}:{{PLAIN}}{PASSWORD}\n" for name in people), "utf-8"
    )
    (chain.folder / "dovecot.conf").write_text(
        _DOVECOT.format(folder=chain.folder, uid=_UID, imaps=chain.ports["imaps"])
    )


def _write_opendkim(chain: MailChain) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = chain.folder / "dkim.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = f"{SELECTOR}._domainkey.{SENDER_DOMAIN}.".encode()
    chain.dns[record] = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    (chain.folder / "opendkim.conf").write_text(
        _OPENDKIM.format(
            domain=SENDER_DOMAIN, selector=SELECTOR, folder=chain.folder, milter_port=chain.ports["milter"]
        )
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _await_helpers(chain: MailChain) -> None:
    """Until Dovecot offers ways to log in, and the other ports take connections."""
    authentication = chain.folder / "queue" / "private" / "auth"
    _until(chain, "dovecot", lambda: _says(str(authentication), b"DONE\n"))
    for name in chain.ports.keys() - _SERVICES:
        _until(chain, name, partial(_says, (HOST, chain.ports[name]), b""))


def _await_greetings(chain: MailChain) -> None:
    """Until each of Postfix's services greets its clients."""
    for name in _SERVICES:
        _until(chain, name, partial(_says, (HOST, chain.ports[name]), b"220 "))


def _says(address: str | tuple[str, int], words: bytes) -> bool:
    """Whether a server says so of its own accord."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(_PATIENCE_S)
        client.connect(address)
        said = b""
        while words not in said:
            if not (more := client.recv(4096)):
                return False
            said += more
    return True


def _until(chain: MailChain, name: str, ready: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while True:
        with suppress(OSError):
            if ready():
                return
        if time.monotonic() > ends:
            raise AssertionError(f"{name} did not start:\n{chain.log()}")
        time.sleep(0.02)
