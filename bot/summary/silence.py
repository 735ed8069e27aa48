"""Does a field say that there is nothing to say? "The abstract does not state a finding", "Analysis unavailable".

An answer that stands in for a summary misleads nobody and helps nobody: it is to be asked for again. English only.
What a paper itself says of missing information ("where labels are unavailable") is none.
"""

from __future__ import annotations

import re

from bot.summary.sentences import split

_FIRM = (
    r"(?:(?:specific|concrete|explicit|clear|particular|definite|key|main|decisive|quantitative|numerical|new|"
    r"further|additional|experimental|actual) )*"
)
_CLAIM = rf"(?:{_FIRM}(?:findings?|results?|objectives?|conclusions?|outcomes?|aims?|summary))"
_WHAT = rf"(?:{_CLAIM}|{_FIRM}(?:information|details?|claims?|content|answer|analysis|abstract|text))"
_TOLD = (
    r"(?:given|stated|reported|provided|specified|mentioned|described|presented|disclosed|available|included|"
    r"found|indicated|identified|extracted|determined|supplied|detailed|offered|known|discussed|documented|summari[sz]ed)"
)
_TELL = (
    r"(?:state|report|mention|provide|give|specify|describe|contain|include|present|disclose|offer|say|"
    r"indicate|detail|reveal|support|allow|discuss|list|name)"
)
_MAKE = (
    r"(?:determine|summari[sz]e|extract|generate|provide|identify|analy[sz]e|produce|assess|infer|give|state|"
    r"process)"
)
_TEXT = (
    r"(?:(?:provided |given |available )?(?:abstract|text|title|excerpt|summary)|"
    r"(?:provided|given|available) (?:material|information|input|source))"
)
_IS = r"(?:is|are|was|were|remains?|has been|have been)"
_NOT_TOLD = rf"(?:not (?:\w+ly )?{_TOLD}|un(?:available|known|specified|stated|reported|determined|clear))"
_IN_TEXT = rf"(?:in|by|from|within) (?:the|this|its|their) {_TEXT}"
_END = r"\s*(?:$|[.;!])"

_SAYS_NOTHING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # No finding is given.
        rf"^(?:there {_IS} )?(?:no|none|not any|nothing) {_WHAT}(?: (?:or|and) {_WHAT})*(?: {_IS}| can be| "
        rf"could be)?"
        rf"(?: \w+ly)?(?: {_TOLD}\b|{_END})",
        rf"^nothing {_IS} {_TOLD}\b",
        # The abstract does not state a finding. The text lacks explicit results.
        rf"\b{_TEXT} (?:itself |alone |only )?(?:do(?:es)? not|do(?:es)?n['’]t|did not|fails to|cannot) "
        rf"(?:\w+ly )?{_TELL}\b",
        rf"\b{_TEXT} (?:{_TELL}e?s|has) (?:no|neither) {_WHAT}\b|\b{_TEXT} (?:lacks|omits) (?:an?y? |the "
        rf")?{_WHAT}\b",
        rf"\b(?:abstract|text) (?:only|merely|just) (?:{_TELL}e?s)\b|\b(?:abstract|text) is silent (?:on|"
        rf"about)\b",
        rf"\b(?:paper|authors?|study|article|work|manuscript)s? do(?:es)? not (?:\w+ly )?{_TELL} "
        rf"(?:an?y? |the |its |their )?{_WHAT}(?:{_END}|\s*{_IN_TEXT})",
        # The findings are not stated. Information not provided. Not specified in the abstract.
        rf"^(?:the |any |its |their )?{_WHAT}:? {_NOT_TOLD}\b",
        rf"(?:^(?:the |any |its |their )?{_WHAT}|\b{_CLAIM}) {_IS} (?:currently )?{_NOT_TOLD}(?:{_END}| "
        rf"{_IN_TEXT})",
        rf"^{_NOT_TOLD}(?: {_IN_TEXT})?{_END}",
        rf"\bnot (?:\w+ly )?(?:{_TOLD}|clear) {_IN_TEXT}\b",
        rf"^(?:the )?(?:{_WHAT}|data) (?:{_IS} )?(?:unavailable|missing|pending|omitted|unknown|not (?:yet "
        rf")?applicable){_END}",
        # Unable to determine the finding. It cannot be determined from the abstract.
        rf"^(?:(?:i|we) (?:am|was|are|were) |i['’]m |it {_IS} )?(?:sorry,? )?(?:unable|impossible|not possible|"
        rf"failed) to {_MAKE}\b",
        rf"\bcannot be \w+ed (?:{_IN_TEXT}|based on (?:the|this) {_TEXT}|without (?:the|more) (?:full|text|"
        rf"information|abstract))",
        rf"^(?:there {_IS} )?(?:insufficient|not enough|too little) (?:information|details?|context|text|"
        rf"data)\b"
        r".{0,60}\b(?:summar|determin|stat|finding|abstract|provid|given)",
        # No conclusion can be drawn. None reported. It is not stated what was found.
        rf"(?:^|, )no {_CLAIM}(?: (?:or|and) {_WHAT})* (?:can|could|may) be "
        rf"(?:{_TOLD}|drawn|derived|inferred|made)\b",
        rf"^(?:none|nothing|not) (?:\w+ly )?{_TOLD}(?:{_END}| {_IN_TEXT}| here)",
        r"^it (?:is|was) (?:not|never|nowhere) (?:\w+ly )?(?:stated|said|reported|specified|mentioned) "
        r"(?:what|which|whether|how|in)\b",
        r"^(?:the |a )?(?:summary|analysis|answer|finding|objective|response)s? "
        r"(?:could not|can not|cannot|was not|were not) (?:be )?(?:generated|produced|derived|extracted|created)"
        r"\b(?= ?(?:$|[.;!]|from|due|because))",
        # The abstract is too short. It ends before a result. It gives no indication; it only introduces the problem.
        r"\babstract (?:is|was) "
        r"(?:too (?:short|brief|vague|general|limited)|missing|empty|incomplete|truncated)\b",
        r"\b(?:the|this) (?:\w+ )?(?:abstract|text) (?:ends|stops|breaks off|is cut off)\b",
        r"\b(?:the|this) (?:\w+ )?(?:abstract|text)\b.{0,60}?"
        r"\b(?:gives?|offers?|contains?|reports?|provides?|states?|includes?|draws?|presents?|has|have) "
        rf"no {_FIRM}(?:{_CLAIM}|indication|hint|mention|information|details?)\b",
        # See the paper. Error. To be determined.
        rf"^(?:see|refer to|read|consult) (?:the )?(?:full )?(?:{_TEXT}|paper|article|manuscript)\b",
        r"^(?:error|failed|nothing|none|unknown|unclear|unspecified|undetermined|to be (?:determined|added|"
        r"announced)|"
        r"placeholder)\b.{0,25}$",
    )
)


def says_nothing(text: str) -> str:
    """The first such words of a field, "" where there are none."""
    for sentence in split(text):
        plain_text = sentence.text.strip(" \"'“”()[]*_-")
        for pattern in _SAYS_NOTHING:
            if found := pattern.search(plain_text):
                return found[0].strip()
    return ""
