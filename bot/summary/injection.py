"""Text that is meant for the model rather than for readers, in an abstract or in an answer.

Two questions: which sentences of an abstract address the model (they count neither as source for a
number nor as subject), and what in an answer a digest never carries: links, mentions, markup, talk about
itself. A paper may be about such things; only the plain cases are named. It does not escape for any
service: the renderers do.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.summary.sentences import split

_FIELD = r"(?:summar(?:y|ies)|objectives?|findings?|answers?|responses?|outputs?|repl(?:y|ies)|fields?|JSON|digest|entr(?:y|ies))"
_READER = r"(?:AI|LLMs?|language models?|assistants?|summari[sz]ers?|chat ?bots?|Gemini|Claude|ChatGPT|bots?|(?:automated|AI) (?:readers?|reviewers?|systems?))"
_ORDERS = (
    r"write|say|output|respond|reply|print|answer|return|include|insert|append|set|state|mention|add|post|copy|send|translate|use|put|"
    r"emit|begin|end|repeat|report|reveal|summari[sz]e"
)
_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b (?:\w+ ){0,2}?(?:all|any|every|everything|the|your|these|those|previous|prior|above|earlier)\b"
    r".{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|guidelines|schema|told|asked)\b"
    rf"|^\W*(?:(?:please|now|instead|also|always|never|do not|don't|you (?:must|should|will|have to)|then|and)\W+)*(?:{_ORDERS})(?= )"
    rf".{{0,80}}\b(?:{_FIELD}|instead|exactly|verbatim|nothing else|as follows|your|system prompt|channel)\b"
    rf"|\b(?:notes?|message|instructions?|attention)\b:? (?:to|for)? ?(?:the |any |all )?(?:\w+ )?{_READER}\b ?(?:[:,;.(-]|who|that read|reading|processing|summari)"
    rf"|\b(?:when|if|while) (?:you|an?|the) (?:\w+ )?{_READER}?.{{0,12}}\b(?:summari[sz]|read|process)\w* (?:this|the) (?:abstract|paper|text)"
    rf"|\b(?:the|your|its|this|each|every) {_FIELD} (?:must|should|shall|has to|needs? to|is to|will) (?:be|say|read|state|contain|include|mention|end|begin|start|consist)\b"
    rf"|\byou (?:are|must) (?:now |no longer )?(?:be |act as )?(?:an? |the )?(?:\w+ ){{0,3}}(?:{_READER}|DAN|pirate|assistant|system|developer mode)\b"
    r"|<\|?/?(?:im_start|im_end|system|user|assistant|paper|abstract|end)\b[^<>]*>|\[/?INST\]|(?-i:\bSYSTEM ?:)|^\W*(?:system|assistant|developer) ?:"
    r"|#{2,} ?(?:instruction|system|response)"
    r'|"?arxiv_id"? ?:|"(?:objective|finding)" ?:',
    re.IGNORECASE,
)
_ORDER = re.compile(rf"[.!?:] \W*(?:please |now |instead |also |always |never |you \w+ )*(?:{_ORDERS}) ", re.IGNORECASE)
"""The beginning of what may be an order, so that most abstracts need not be split."""
_SELF = re.compile(
    r"^\W*I (?:cannot|can't|can not|am|won't|will not|apologi[sz]e|was|have)\b|^\W*(?:I'm|I’m)\b|^\W*(?:sorry|sure|certainly|of course|okay)[,!:]"
    r"|\bI (?:cannot|can't|am unable to|was asked|was told|have been (?:asked|instructed))\b"
    r"|\bhere (?:is|are) (?:the|your|a) (?:requested )?(?:summar|JSON|objective)"
    r"|\b(?:the|this) (?:abstract|text|input|prompt|passage) (?:says to|tells|asks|instructs|wants|commands|orders|requests|attempts to"
    r"|contains (?:an? )?(?:instructions?|injection))\b|\bmy (?:instructions|system prompt|guidelines)\b"
    r"|\b(?:als|ich bin) (?:eine? )?KI\b|\ben tant qu'(?:IA|intelligence artificielle)|作为(?:一个)?(?:AI|人工智能)|AIとして",
    re.IGNORECASE,
)
_SELF_UNLESS_SUBJECT = re.compile(
    r"\bas an? (?:AI|(?:large )?language model|assistant)\b|\b(?:previous|prior|above|hidden|embedded) instructions?\b|\bsystem prompt\b"
    r"|\bprompt injection\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?|ftp|file|data|javascript|vbscript|mailto) ?:(?://)?[^\s,;)]+|www\.[^\s,;)]+|@[\w-]+\.[a-z]{2,}"
    r"|(?<=[a-z0-9])\.(?:com|org|net|io|ai|dev|app|ru|cn|info|xyz|co|me|ly|gg|edu|gov|example|test|link|site|top|click)\b(?:/[^\s,;)]*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<[!@#][^>\s]*>?|(?<![\w@])@(?:channel|here|everyone|all|team)\b|<(?:https?|mailto):?[^>]*>?", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(?:[abipsu]|abbr|blockquote|body|br|button|code|div|em|font|form|frame|h[1-6]|head|hr|html|input|li|object|ol|pre|strong|"
    r"sub|sup|table|td|th|title|tr|ul)(?: [^<>]*)?/?>|</?(?:script|img|iframe|svg|style|embed|link|meta|video|marquee|span)\b[^<>]*>?"
    r"|<a\s+href|<!--|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|!?\[[^\]]*\]\((?:[a-z]+:|/|www\.|[\w-]+\.[a-z]{2,})[^)]*\)|```|^#{1,6} \w"
    r"|\bon(?:error|load|click)\s*=|<\|[^|]*\|>|\[/?INST\]",
    re.IGNORECASE,
)


@lru_cache(maxsize=128)
def honest(abstract: str) -> str:
    """``abstract`` without the sentences that address the model."""
    if not _ADDRESSED.search(abstract) and not _ORDER.search(abstract):
        return abstract
    return " ".join(sentence.text for sentence in split(abstract) if not _ADDRESSED.search(sentence.text))


def is_addressed(text: str) -> bool:
    """Whether ``text`` speaks to a model rather than to a reader."""
    return _ADDRESSED.search(text) is not None


def speaks_of_itself(text: str, source: str) -> bool:
    """Whether an answer is about the model, its task or its instructions rather than about the paper.

    A paper may be about system prompts: what ``source`` speaks of, ``text`` may.
    """
    if _SELF.search(text):
        return True
    return any(found[0].lower() not in source.lower() for found in _SELF_UNLESS_SUBJECT.finditer(text))


def foreign_matter(text: str, source: str) -> str:
    """A link, mention or piece of markup in ``text`` that ``source`` has not; empty when there is none.

    Mentions are never accepted, wherever they come from.
    """
    if mention := _MENTION.search(text):
        return f"the mention {mention[0][:30]}"
    for kind, pattern in (("link", _LINK), ("markup", _MARKUP)):
        for found in pattern.finditer(text):
            whole = text[text.rfind(" ", 0, found.start()) + 1 : found.end()] if kind == "link" else found[0]
            if whole.strip("(\"' ").rstrip(".").lower() not in source.lower():
                return f"the {kind} {whole.strip()[:30]}"
    return ""
