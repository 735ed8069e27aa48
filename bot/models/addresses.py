"""How an e-mail address is written, as patterns in the dialect that Python and JSON Schema (ECMA-262) share."""

from __future__ import annotations

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
"""One label of a domain, in ASCII."""
_ANY_LABEL = LABEL.replace("A-Za-z0-9", r"A-Za-z0-9\u0080-\uffff")
ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@(?:{LABEL}(?:\.{LABEL})+|localhost)"
"""``ada@example.org``"""
ANY_ADDRESS = ADDRESS.replace(LABEL, _ANY_LABEL)
"""With a domain in any script: whoever sends the mail translates it."""
_DISPLAY = r"(?:[^<>()@,;:\\\u0022\[\]\u0000-\u001f\u007f]+|\u0022[^<>\\\u0022\u0000-\u001f\u007f]+\u0022 ?)"
MAILBOX = rf"(?:{ANY_ADDRESS}|(?:{_DISPLAY})?<{ANY_ADDRESS}>)"
"""``Ada Lovelace <ada@example.org>``, or an address alone."""


def bare_address(mailbox: str) -> str:
    """``ada@example.org`` of ``Ada Lovelace <ada@example.org>``."""
    return mailbox.rpartition("<")[2].rstrip(">")
