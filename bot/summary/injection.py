"""Text that is meant for the model rather than for readers, in an abstract or in an answer.

Two questions: which sentences of an abstract address the model (they count neither as source for a
number nor as subject), and what in an answer a digest never carries: links, mentions, markup, talk about
itself. A paper may be about such things; only the plain cases are named. It does not escape for any
service: the renderers do.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.tex import without_formulas

# All patterns but one are for text in lower case: that is twice as fast as ignoring case.
_FIELD = (
    r"(?:summar(?:y|ies)|objectives?|findings?|answers?|responses?|outputs?|repl(?:y|ies)|fields?|json|digest|"
    r"entr(?:y|ies))"
)
_READER = (
    r"(?:ai|llms?|language models?|assistants?|summari[sz]ers?|chat ?bots?|gemini|claude|chatgpt|bots?|"
    r"(?:automated|ai) (?:readers?|reviewers?|systems?))"
)
_ORDERS = (
    r"write|say|output|respond|reply|print|answer|return|include|insert|append|set|state|mention|add|post|copy"
    r"|send|translate|use|put|"
    r"emit|begin|end|repeat|report|reveal|summari[sz]e|ask|tell|make"
)
_ORDER_TO_WRITE = (
    r"^\W*(?:(?:please|now|instead|also|always|never|do not|don't|you (?:must|should|will|have to)|then"
    r"|and)\W+)*"
    rf"(?:{_ORDERS})(?= ).{{0,80}}"
    rf"\b(?:{_FIELD}|instead|exactly|verbatim|nothing else|as follows|your|system prompt|channel)\b"
)
"""Please write "…" as your finding. An objective begins with an imperative too, so answers are not held to this."""
_BEGINNING = r"(?:^|[.!?;:([{—\"'“‘*>]) *"
"""Of a sentence or of what a bracket or a quotation holds: "attention in LLMs, which" addresses nobody."""
_ADDRESSES = (
    # ignore all previous instructions
    r"\b(?:ignore|disregard|forget|override|bypass)\b (?:\w+ ){0,2}?"
    r"(?:all|any|every|everything|the|your|these|those|previous|prior|above|earlier)\b"
    r".{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|guidelines|schema|told|asked)\b",
    # Note to the language model: …
    rf"{_BEGINNING}(?:(?:important|special|urgent) )?(?:notes?|message|instructions?|attention)\b"
    r"(?::|,| (?:to|for))? ?(?:the |any |all )?(?:\w+ )?"
    rf"{_READER}\b ?(?:[:,;.(-]|who|that read|reading|processing|summari)",
    # when you summarise this abstract
    rf"\b(?:when|if|while) (?:you|an?|the) (?:\w+ )?{_READER}?.{{0,12}}"
    r"\b(?:summari[sz]|read|process)\w* (?:this|the) (?:abstract|paper|text)",
    # the finding must say …
    rf"\b(?:the|your|its|this|each|every) {_FIELD}(?: [\w.:]+){{0,4}}? "
    r"(?:must|should|shall|has to|needs? to|is to|will) "
    r"(?:be|say|read|state|contain|include|mention|end|begin|start|consist)\b",
    # you are now a pirate
    r"\byou (?:are|must) (?:now |no longer )?(?:be |act as )?(?:an? |the )?(?:\w+ ){0,3}"
    rf"(?:{_READER}|dan|pirate|assistant|system|developer mode)\b",
    # the marks of a conversation, or of our own request and answer
    r"<\|?/?(?:im_start|im_end|system|user|assistant|paper|abstract|end)\b[^<>]*>|\[/?inst\]",
    r"^\W*(?:system|assistant|developer) ?:|(?<!#)#{2,} ?(?:instruction|system|response)",
    r'"?arxiv_id"? ?:|"(?:objective|finding)" ?:',
)
_ADDRESSED = re.compile("|".join((_ORDER_TO_WRITE, *_ADDRESSES)))
_SHOUTED = re.compile(r"\bSYSTEM ?:|\b(?:BEGIN|END) PAPER\b")
_ECHO = re.compile("|".join(_ADDRESSES))
_PIECE = re.compile(r"(?<=[.!?]) +")
"""Cut too often rather than too seldom: a sentence that stays whole would go whole."""
_SELF = re.compile(
    r"^\W*i (?:cannot|can't|can not|am|won't|will not|apologi[sz]e|was|have)\b|^\W*i['’]m\b|^\W*(?:sorry"
    r"|sure|certainly|of course|okay)[,!:]"
    r"|\bi (?:cannot|can't|am unable to|was asked|was told|have been (?:asked|instructed))\b"
    r"|\bhere (?:is|are) (?:the|your|a) (?:requested )?(?:summar|json|objective)"
    r"|\b(?:the|this) (?:abstract|text|input|prompt|passage) (?:says to|tells|asks|instructs|wants|commands"
    r"|orders|requests|attempts to"
    r"|contains (?:an? )?(?:instructions?|injection))\b|\bmy (?:instructions|system prompt|guidelines)\b"
    r"|\b(?:als|ich bin) (?:eine? )?ki\b|\ben tant qu'(?:ia|intelligence artificielle)|作为(?:一个)?(?:ai|人工智能)"
    r"|aiとして"
)
_SELF_UNLESS_SUBJECT = re.compile(
    r"\bas an? (?:ai|(?:large )?language model|assistant)\b|\b(?:previous|prior|above|hidden"
    r"|embedded) instructions?\b|\bsystem prompt\b"
    r"|\bprompt injection\b"
)
_LINK = re.compile(
    r"(?:https?|ftp|file) ?://[^\s,;)]+|(?:javascript|vbscript|mailto):[^\s,;)]+|\bdata:[a-z]+/[^\s,;)]+"
    r"|www\.[^\s,;)]+|@[\w-]+\.[a-z]{2,}"
    r"|(?<=[a-z0-9])\.(?:com|org|net|io|ai|dev|app|ru|cn|info|xyz|co|me|ly|gg|edu|gov|example|test|link|site"
    r"|top|click)\b(?:/[^\s,;)]*)?"
)
_MENTION = re.compile(
    r"<[!@#][^>\s]*>?|(?<![\w@])@(?:channel|here|everyone|all|team)\b|<(?:https?|mailto):?[^>]*>?"
)
_SHOWN = 30
_MARKUP = re.compile(
    r"</?(?:[abipsu]|abbr|blockquote|body|br|button|code|div|em|font|form|frame|h[1-6]|head|hr|html|input|li"
    r"|object|ol|pre|strong|"
    r"sub|sup|table|td|th|title|tr|ul)(?: [^<>]*)?/?>|</?(?:script|img|iframe|svg|style|embed|link|meta|video"
    r"|marquee|span)\b[^<>]*>?"
    r"|<a\s+href|<!--|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|!?\[[^\[\]]*\]\((?:[a-z]+:|/|www\."
    r"|[\w-]+\.[a-z]{2,})[^)]{0,400}\)|```|^#{1,6} \w"
    r"|\bon(?:error|load|click)\s*=|<\|[^|]*\|>|\[/?inst\]"
)


@lru_cache(maxsize=128)
def honest(abstract: str) -> str:
    """``abstract`` without the sentences that address the model."""
    if not gives_orders(abstract):
        return " ".join(_PIECE.split(abstract))
    return " ".join(piece for piece in _PIECE.split(abstract) if not _is_addressed(piece))


@lru_cache(maxsize=128)
def gives_orders(text: str) -> bool:
    """Whether a title or an abstract addresses the model anywhere."""
    return any(map(_is_addressed, _PIECE.split(text)))


def _is_addressed(piece: str) -> bool:
    return _ADDRESSED.search(piece.lower()) is not None or _SHOUTED.search(piece) is not None


def echoes_address(text: str) -> bool:
    """Whether an answer repeats what an abstract said to the model."""
    return _ECHO.search(text.lower()) is not None or _SHOUTED.search(text) is not None


def speaks_of_itself(text: str, source: str) -> bool:
    """Whether an answer is about the model, its task or its instructions rather than about the paper.

    A paper may be about system prompts: what ``source`` speaks of, ``text`` may.
    """
    lower = text.lower()
    if _SELF.search(lower):
        return True
    return any(found[0] not in source.lower() for found in _SELF_UNLESS_SUBJECT.finditer(lower))


def foreign_matter(text: str, source: str) -> str:
    """A link that ``source`` has not, a mention, an address or markup in ``text``; empty when there is none."""
    lower = text.lower()
    if found := _MENTION.search(lower):
        return f"the mention {found[0][:_SHOWN]}"
    # Inequalities in formulas look like tags.
    if found := _MARKUP.search(without_formulas(lower)):
        return f"the markup {found[0].strip()[:_SHOWN]}"
    for found in _LINK.finditer(lower):
        whole = lower[lower.rfind(" ", 0, found.start()) + 1 : found.end()].strip("(\"'").rstrip(".")
        if "@" in whole or whole not in source.lower():
            return f"the link {whole[:_SHOWN]}"
    return ""
