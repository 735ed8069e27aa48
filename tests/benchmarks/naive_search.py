"""arXiv's search as its observed behaviour describes it, done the slow and obvious way.

A second opinion for `bot.query` and `bot.matching`, of which it uses nothing: characters are read one by
one, the grammar is plain recursion, and nothing is done for speed but keeping what was computed.
"""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import snowballstemmer

from bot.models import Paper
from bot.tex import to_text

FIELD_NAMES = ["ti", "title", "au", "abs", "co", "jr", "cat", "rn", "id", "doi", "all"]
DATE_NAMES = ["submittedDate", "lastUpdatedDate"]
OPERATOR_NAMES = ["AND", "OR", "ANDNOT", "NOT"]
ALIASES = {"math.mp": "math-ph", "cs.sy": "eess.sy", "q-fin.ec": "econ.gn", "stat.th": "math.st"}
ALIASES |= {"cs.na": "math.na", "math.it": "cs.it"}
ALIASES |= {there: here for here, there in ALIASES.items()}
STOP = """a an and are as at be but by for if in into is it no not of on or such that the their then there
these they this to was will with""".split()
LIGATURES = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
    "ŋ": "n",
}

as_read = cache(to_text)
porter = snowballstemmer.stemmer("porter")


class Refused(Exception):
    """arXiv would answer 400, or not understand it."""


# --- reading a query ----------------------------------------------------------------------------


@dataclass
class Item:
    kind: str
    """field, text, quoted, operator, ( or )"""
    text: str


def items_of(query: str) -> list[Item]:
    items = []
    i = 0
    while i < len(query):
        if query[i].isspace():
            i += 1
        elif query[i] in "()":
            items.append(Item(query[i], query[i]))
            i += 1
        elif query[i] == '"':
            end = query.find('"', i + 1)
            if end > 0:
                items.append(Item("quoted", query[i + 1 : end]))
                i = end
            i += 1
        else:
            end = i
            while end < len(query) and not query[end].isspace() and query[end] not in '()"':
                end += 1
            name = query[i:end].split(":")[0]
            if ":" in query[i:end] and name in FIELD_NAMES:
                items.append(Item("field", "ti" if name == "title" else name))
                i += len(name) + 1
            elif ":" in query[i:end] and name in DATE_NAMES:
                items.append(Item("field", "date"))
                i += len(name) + 1
                if query[i : i + 1] == "[" and "]" in query[i:]:
                    items.append(Item("quoted", query[i + 1 : query.index("]", i)]))
                    i = query.index("]", i) + 1
            else:
                items.append(Item("operator" if query[i:end] in OPERATOR_NAMES else "text", query[i:end]))
                i = end
    return items


def read(query: str) -> Any:
    """Nested tuples: (operator, left, right), ("not", it), (field, text, quoted) or ("date", from, to)."""
    items = items_of(query)
    first, second = [*items, Item("", ""), Item("", "")][:2]
    if first == Item("field", "au") and second.kind in ("text", "quoted") and "_" in second.text:
        items[1] = Item("quoted", second.text.replace("_", " "))
    tree, rest = read_chain(items, None)
    if rest:
        raise Refused("a parenthesis too many")
    return tree


def read_chain(items: list[Item], given: str | None) -> tuple[Any, list[Item]]:
    """Everything up to the end or the closing parenthesis: one operand, and after an operator the rest."""
    operator, items = skip_operators(items)
    left, items = read_operand(items, given)
    if operator in ("AND", "OR"):
        raise Refused("nothing before the operator")
    if operator:
        tree, items = continue_chain(left, items, given)
        return ("not", tree), items
    return continue_chain(left, items, given)


def continue_chain(left: Any, items: list[Item], given: str | None) -> tuple[Any, list[Item]]:
    if not items or items[0].kind == ")":
        return left, items
    operator, items = skip_operators(items)
    operand, items = read_operand(items, given)
    right, items = continue_chain(operand, items, given)
    return ("ANDNOT" if operator == "NOT" else operator or "OR", left, right), items


def skip_operators(items: list[Item]) -> tuple[str, list[Item]]:
    operator = ""
    while items and items[0].kind == "operator":
        operator, items = items[0].text, items[1:]
    return operator, items


def read_operand(items: list[Item], given: str | None) -> tuple[Any, list[Item]]:
    field = None
    if items and items[0].kind == "field":
        field, items = items[0].text, items[1:]
    if not items or items[0].kind not in ("(", "text", "quoted"):
        raise Refused("something is missing")
    first, items = items[0], items[1:]
    if first.kind == "(":
        tree, items = read_chain(items, given or field)
        if not items:
            raise Refused("a parenthesis too few")
        return tree, items[1:]
    field = field or given or "all"
    if field == "date":
        return read_dates(first.text), items
    if first.kind == "text" and first.text[0] in "*?":
        raise Refused("leading wildcard")
    return (field, first.text.strip(), first.kind == "quoted"), items


def read_dates(text: str) -> Any:
    parts = text.split()
    if len(parts) != 3 or parts[1] != "TO":
        raise Refused("no range")
    return ("date", read_date(parts[0], 0), read_date(parts[2], 1))


def read_date(digits: str, last: int) -> datetime:
    try:
        if not digits.isdigit() or len(digits) not in (4, 6, 8, 12, 13, 14):
            raise ValueError(digits)
        year = int(digits[:4])
        month = int(digits[4:6] or (1, 12)[last])
        day = int(digits[6:8] or (1, monthrange(year, month)[1])[last])
        hour, minute = int(digits[8:10] or (0, 23)[last]), int(digits[10:12] or (0, 59)[last])
        return datetime(year, month, day, hour, minute, 59 * last, 999_999 * last, tzinfo=UTC)
    except ValueError:
        raise Refused("no date") from None


# --- asking a paper -----------------------------------------------------------------------------


def holds(tree: Any, paper: Paper) -> bool:
    match tree:
        case ("AND", left, right):
            return holds(left, paper) and holds(right, paper)
        case ("OR", left, right):
            return holds(left, paper) or holds(right, paper)
        case ("ANDNOT", left, right):
            return holds(left, paper) and not holds(right, paper)
        case ("not", inner):
            return not holds(inner, paper)
        case ("date", start, end):
            return bool(start <= paper.published <= end)
        case (field, text, quoted):
            return term_holds(field, text, quoted, paper)
    raise AssertionError(tree)


def term_holds(field: str, text: str, quoted: bool, paper: Paper) -> bool:
    texts = {"ti": paper.title, "abs": paper.abstract, "co": paper.comment, "jr": paper.journal_ref}
    if field in texts:
        return text_has(texts[field], text, quoted)
    if field == "au":
        return all(
            any(is_author(part, quoted, author) for author in paper.authors)
            for part in text.split(";")
            if plain_words(part)
        ) and bool(plain_words(text))
    if field == "cat":
        codes = [code.lower() for code in paper.categories]
        return any(fits(text.lower(), code) for code in codes + [ALIASES.get(code, code) for code in codes])
    if field == "doi":
        return any(fits(text.lower(), doi.lower()) for doi in paper.dois)
    if field == "id":
        number = text.lower().removeprefix("arxiv:")
        if number.rpartition("v")[2].isdigit() and "v" in number:
            number = number.rpartition("v")[0]
        return number in (paper.arxiv_id.lower(), paper.arxiv_id.lower().rpartition("/")[2])
    if field == "rn":
        return False
    exact = [
        paper.arxiv_id,
        *paper.dois,
        *paper.categories,
        *(ALIASES.get(c.lower(), c) for c in paper.categories),
    ]
    return (
        any(text_has(whole, text, quoted) for whole in texts.values())
        or any(text_has(author, text, quoted, stemmed=False) for author in paper.authors)
        or text.lower() in [code.lower() for code in exact]
    )


def text_has(whole: str, text: str, quoted: bool, stemmed: bool = True) -> bool:
    """The words next to each other and in order, in the text as typed or as read."""
    wanted = [word for word in plain_words(text, "" if quoted else "*?") if word not in STOP]
    for there, stems in readings_of(whole):
        for start in range(len(there) - len(wanted) + 1):
            part, part_stems = there[start : start + len(wanted)], stems[start : start + len(wanted)]
            if any("*" in word or "?" in word for word in wanted):
                found = all(map(fits, wanted, part)) or (stemmed and all(map(fits, wanted, part_stems)))
            else:
                found = part == wanted or (stemmed and part_stems == [stemmed_word(word) for word in wanted])
            if found and wanted:
                return True
    return False


@cache
def readings_of(whole: str) -> list[tuple[list[str], list[str]]]:
    """The text's words but stop words, as typed and as read, each also stemmed."""
    found = [[word for word in plain_words(text) if word not in STOP] for text in (whole, as_read(whole))]
    return [(words, [stemmed_word(word) for word in words]) for words in found]


@cache
def stemmed_word(word: str) -> str:
    """Porter's algorithm does not touch words of one or two letters."""
    return str(porter.stemWord(word)) if len(word) > 2 else word


@cache
def plain_words(text: str, wild: str = "") -> list[str]:
    """Lower case, no accents, no possessive; everything between letters and digits parts words."""
    letters = ""
    for letter in unicodedata.normalize("NFKD", text).casefold():
        if not unicodedata.combining(letter):
            letters += LIGATURES.get(letter, letter)
    words, word = [], ""
    for i, letter in enumerate(letters + " "):
        if letter.isalnum() or letter in wild:
            word += letter
            continue
        if word:
            words.append(word)
        possessive = (
            letter in "'’" and letters[i + 1 : i + 2] == "s" and not (letters + "  ")[i + 2].isalnum()
        )
        word = "\0" if possessive and (letters + "  ")[i + 2] != "_" else ""
    return [word for word in words if not word.startswith("\0")]


def fits(pattern: str, word: str) -> bool:
    """``*`` is any letters, ``?`` any one."""
    if not pattern:
        return not word
    if pattern[0] == "*":
        return fits(pattern[1:], word) or (bool(word) and fits(pattern, word[1:]))
    return bool(word) and pattern[0] in ("?", word[0]) and fits(pattern[1:], word[1:])


# --- authors ------------------------------------------------------------------------------------


def is_author(text: str, quoted: bool, author: str) -> bool:
    wild = "" if quoted else "*?"
    readings = [name for name in (name_of(author), name_of(as_read(author))) if name]
    if "," in text:
        surname, given = text.split(",", 1)
        ways = [(name_of(surname, wild), name_of(given, wild))] if name_of(surname, wild) else []
        return any(is_person(*way, name, beginnings=True) for way in ways for name in readings)
    asked = name_of(text, wild)
    ways = [(asked, [])]
    for i in range(1, len(asked)):
        ways += [
            way for way in ((asked[i:], asked[:i]), (asked[:i], asked[i:])) if any(len(w) > 1 for w in way[0])
        ]
    return any(is_person(*way, name, beginnings=False) for way in ways for name in readings)


def is_person(surname: list[str], given: list[str], name: list[str], *, beginnings: bool) -> bool:
    """The surname's words together somewhere, and the given names among the other words."""

    def short_for(word: str, other: str) -> bool:
        return other.startswith(word) if beginnings or len(word) == 1 else fits(word, other)

    for start in range(len(name)):
        part, others = name[start : start + len(surname)], name[:start] + name[start + len(surname) :]
        if len(part) < len(surname) or not all(map(fits, surname, part)):
            continue
        if in_order(given, others, short_for) or (
            others
            and short_for(given[0], others[0])
            and all(a.startswith(b) or b.startswith(a) for a, b in zip(given[1:], others[1:], strict=False))
            and max(map(len, given[len(others) :]), default=1) == 1
        ):
            return True
    return False


def in_order(given: list[str], others: list[str], short_for: Any) -> bool:
    if not given:
        return True
    return any(
        short_for(given[0], others[i]) and in_order(given[1:], others[i + 1 :], short_for)
        for i in range(len(others))
    )


@cache
def name_of(text: str, wild: str = "") -> list[str]:
    """The words of a name, ``ae``, ``oe`` and ``ue`` taken for umlauts."""
    name = []
    for word in plain_words(text, wild):
        spelt = ""
        for i, letter in enumerate(word):
            before = word[i - 1] if i else ""
            two_before = word[i - 2] if i > 1 else ""
            umlaut = before in ("a", "o") or (before == "u" and two_before not in tuple("aeiouq"))
            spelt += "\0" if letter == "e" and umlaut and not spelt.endswith("\0") else letter
        name.append(spelt.replace("\0", ""))
    return name
