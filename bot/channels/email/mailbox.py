"""Mailboxes as the configuration writes them, to addresses as SMTP takes them."""

from __future__ import annotations

from email.errors import HeaderParseError, InvalidHeaderDefect
from email.headerregistry import Address, AddressHeader
from email.policy import SMTP

from bot.channels.email.mime import idna_domain
from bot.errors import DeliveryError
from bot.models import Verdict


def envelope_address(mailbox: str) -> str:
    """``Ada Lovelace <ada@bücher.example>`` to ``ada@xn--bcher-kva.example``.

    The domain is IDNA-encoded (UTS 46); a local part beyond ASCII stays, and needs SMTPUTF8.
    DeliveryError, permanent, when ``mailbox`` is not exactly one address.
    """
    address = _single_address(mailbox)
    if address is None or not address.username or not address.domain or not _is_one_line(mailbox):
        raise _unusable(mailbox)
    if address.domain.startswith("["):
        return address.addr_spec
    try:
        domain = idna_domain(address.domain)
        return Address(username=address.username, domain=domain).addr_spec
    except ValueError as error:
        raise _unusable(mailbox) from error


def needs_smtputf8(*addresses: str) -> bool:
    return not all(address.isascii() for address in addresses)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _single_address(mailbox: str) -> Address | None:
    try:
        header = SMTP.header_factory("To", mailbox)
    except (HeaderParseError, ValueError, IndexError, RecursionError):
        return None
    if not isinstance(header, AddressHeader) or len(header.addresses) != 1:
        return None
    # The parser gives what it could make out of a broken address: the part before the fault.
    if any(isinstance(defect, InvalidHeaderDefect) for defect in getattr(header, "defects", ())):
        return None
    return header.addresses[0]


def _is_one_line(text: str) -> bool:
    return all(character.isprintable() for character in text)


def _unusable(mailbox: str) -> DeliveryError:
    remedy = "write one address: ada@example.org, or Ada Lovelace <ada@example.org>"
    return DeliveryError(f"not an e-mail address: {mailbox!r}", Verdict(permanent=True, remedy=remedy))
