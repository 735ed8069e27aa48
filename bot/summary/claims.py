"""Claims that an answer makes and its paper does not: who is better, what is released, what is proved.

Each function gives the words that claim too much, "" where there are none. They read English only and
compare with what the source says anywhere, so that a claim in other words passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.summary.plain import plain
from bot.summary.sentences import split

# --- who is better ---

_ADVERBS = r"(?:\w+ly |far |much |even |also |often |still |clearly |consistently )*"
_WINS = (
    rf"(?:outperform\w*|surpass\w*|outclass\w*|exceed(?:s|ed|ing)?|beats?|beating|outdo\w*|(?:is|are|was|were|"
    rf"be|being|"
    rf"performs?|performed|performing|works?|achieves? \w+) {_ADVERBS}(?:better|stronger|more accurate)(?: "
    rf"\w+){{0,3}} than|superior to|"
    rf"(?:achiev|obtain|attain|yield|giv|show|deliver|reach|hav|provid|exhibit)\w* {_ADVERBS}(?:better|higher|"
    rf"superior|stronger)(?: \w+){{0,3}} (?:than|to))"
)
_LOSES = (
    rf"(?:under-?perform(?:s|ed|ing)?\b(?: (?:compared|relative) (?:to|with))?|(?:is|are|was|were|be|been|"
    rf"being) {_ADVERBS}(?:outperformed|surpassed|beaten|exceeded|"
    rf"outclassed)\b(?: by)?|(?:is|are|was|were|performs?|performed) {_ADVERBS}(?:worse|inferior|weaker|poorer|less "
    rf"accurate)(?: \w+){{0,3}} (?:than|to)|"
    r"fail(?:s|ed)? to (?:outperform|surpass|exceed|beat|match)|(?:does|do|did) not (?:outperform|surpass|"
    r"exceed|beat|match)|"
    r"(?:fall|lag|trail|fell|lagg|rank)(?:s|ing|ed)? (?:\w+ly )?(?:short of|behind|below)|"
    r"(?:trails?|trailed|trailing) (?=\w)|being (?:worse|inferior)|performing (?:\w+ly )?(?:worse|poorer) than)"
)
_COMPARES = re.compile(rf"(?P<loses>\b{_LOSES})|(?P<wins>\b{_WINS})", re.IGNORECASE)
_ADMITS = re.compile(
    r"\b(?:under-?perform|(?:outperformed|surpassed|exceeded|beaten) by|worse|inferior|fall(?:s|ing)? short|"
    r"lag(?:s|ged|ging)?\b|trail|poorer|below|"
    r"fail\w* to (?:outperform|match|surpass|exceed|beat)|weaker|cannot match|not "
    r"(?:match|outperform|surpass|exceed))",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never|without|cannot|n['’]t)(?: \w+ly)? $")
_CLAUSE = re.compile(
    r"[;:]|\bthat\b|, (?:and|but|while|whereas|which|with|showing|demonstrating|achieving|"
    r"highlighting|indicating)\b|\b(?:while|whereas|although|but)\b"
)
_OBJECT_ENDS = re.compile(
    r", (?!such|including|e\.g)|\b(?:by|on|across|in|at|when|under|during|using|with|for|"
    r"over|after|without|despite)\b"
)
_RIVALS = re.compile(
    r"\b(?:baselines?|existing|previous|prior|conventional|traditional|state[- ]of[- ]the[- ]art|sota|current|"
    r"standard|"
    r"competing|competitors?|alternatives?|other|others|counterparts?|earlier|classical|rivals?|strong|leading|"
    r"vanilla)\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:our|ours|we|the proposed|proposed|this|the new|the present(?:ed)?|the introduced|the suggested) "
    r"(?:\w+[- ]){0,3}?"
    r"(?:method|approach|model|framework|system|algorithm|technique|scheme|strategy|architecture|pipeline|"
    r"network|agent|"
    r"solution|estimator|attack|solver)s?\b|\bours\b|\bit\b|\bthey\b",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"[a-z]{4,}")
_IDLE = frozenset(
    "than that this these those with from both also more most such have not method model approach result show "
    "using used perform existi baseli previo prior tradit conven state curren propos which when while terms "
    "achiev tasks datase other benchm framew better others strong larger smalle techni system algori standa "
    "compar counte alread direct based experi evalua demons consis signif substa across multip various severa "
    "over recent simple single all".split()
)
_RIVAL, _OWN = "<rivals>", "<own>"
_NAME = re.compile(
    r"(?<![A-Za-z])[A-Za-z]*[A-Z][A-Za-z]*[A-Z0-9]\w*|(?<=[\w,] )[A-Z][a-z]+\d*|(?<![A-Za-z])[a-z]+\d+\b"
)
_STEM = 6
_SIDE_WORDS = 12
"""Words on either side of a comparison that say who is compared."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    better: frozenset[str]
    worse: frozenset[str]
    words: str
    loses: bool


def reversed_comparison(text: str, title: str, source: str) -> str:
    """A comparison told the wrong way round: the abstract's loser outperforms its winner."""
    own = _own_name(title)
    made = tuple(_comparisons(text, own))
    stated = tuple(_comparisons(source, own)) if made else ()
    if not any(not one.loses for one in stated):
        return ""
    admits = _ADMITS.search(source) is not None
    for one in made:
        straight = max((len(one.better & it.better) + len(one.worse & it.worse) for it in stated), default=0)
        across = max((len(one.better & it.worse) + len(one.worse & it.better) for it in stated), default=0)
        if not straight and (across or (one.loses and not admits)):
            return one.words
    return ""


def _comparisons(text: str, own: str) -> Iterator[_Comparison]:
    for sentence in split(text):
        for found in _COMPARES.finditer(sentence.text):
            if _NEGATED.search(sentence.text[: found.start()]):
                continue
            left = _COMPARES.split(_CLAUSE.split(sentence.text[: found.start()])[-1], maxsplit=1)[0]
            right = _CLAUSE.split(sentence.text[found.end() :])[0]
            before = _side(" ".join(left.rpartition(", ")[2].split()[-_SIDE_WORDS:]), own)
            after = _side(" ".join(_OBJECT_ENDS.split(right)[0].split()[:_SIDE_WORDS]), own)
            loses = found["loses"] is not None
            better, worse = (after, before) if loses else (before, after)
            yield _Comparison(better - worse, worse - better, found[0], loses)


def _side(text: str, own: str) -> frozenset[str]:
    words = {name.casefold()[:_STEM] for name in _NAME.findall(text)}
    words |= {stem for word in _CONTENT.findall(text) if (stem := word[:_STEM]) not in _IDLE}
    if _RIVALS.search(text):
        words.add(_RIVAL)
    if _OURS.search(text) or (own and own in text.casefold()):
        words.add(_OWN)
    return frozenset(words)


def _own_name(title: str) -> str:
    """``FooNet`` of "FooNet: Faster Bars", in lower case."""
    name, colon, _ = title.partition(":")
    return name.strip().casefold() if colon and len(name.split()) <= 2 else ""


# --- what is released ---

_THING = (
    r"(?:(?:source )?codes?(?:base)?|data(?:sets?)?|(?:model )?weights|checkpoints?|implementations?|software|"
    r"packages?|"
    r"librar(?:y|ies)|repositor(?:y|ies)|toolkits?|scripts?|models?|benchmarks?|resources?|tools?|corpus|"
    r"corpora|materials?)"
)
_RELEASES = re.compile(
    rf"\b{_THING}\b[^.;]{{0,60}}?\b(?:is|are|was|were|been|be|made|being) (?:\w+ly |made |fully |all |also )*"
    r"(?:available|released|open[- ]?sourced?|accessible|published|downloadable|shared|public\b(?! \w)|hosted|"
    r"distributed (?:as|under|via|through|on)|deposited)\b"
    rf"|\b(?:releas(?:es?|ed|ing)|open-?sourc(?:es|ed|ing)|publish(?:es|ing)?) (?:\w+ ){{0,5}}?(?:on github|"
    rf"publicly|{_THING})\b"
    rf"|\b(?:publicly|openly|freely) (?:available|released|accessible|shared|downloadable|hosted)\b|"
    rf"\b{_THING}\b[^.;]{{0,40}}?\bcan be (?:downloaded|found|accessed|obtained) (?:at|on|from|in|via)\b|"
    r"\breleas(?:es?|ed|ing) (?:everything|all materials?)\b|\bopen[- ]sourc(?:e|es|ing) (?:our|the|their|its|all)\b|"
    r"\bpublic(?:ly accessible)? (?:repositor|release of|code)|\bproject (?:web)?page\b|"
    r"\b(?:MIT|Apache|BSD|GPL|CC[- ]BY) licen[cs]e\b|\bdistributed as open[- ]source\b|\bopen-sourced?\b(?= (?:at|on|"
    rf"in|under|the|its|code)|[.,;]|$)"
    r"|\bopen[- ]source (?:\w+ )?(?:implementation|code(?:base)?|package|library|toolkit|release|software)\b"
    rf"|\b{_THING} (?:release|available (?:at|on|from|online|via|upon))\b|\bgithub\b|\bhugging ?face\b|"
    rf"\bzenodo\b",
    re.IGNORECASE,
)
_IS_OPEN = re.compile(
    r"\b(?:we|will|to|and|is|are|be|been|also|further|fully|publicly) (?:\w+ly )?(?:re-?)?releas|"
    r"\breleas(?:es?|ed|ing) (?:\w+[ -]){0,4}"
    rf"{_THING}|\b{_THING} releas|publicly|made public|public (?:release|repositor|code|data|access)|"
    rf"open(?:ly)?[- ]?(?:sourc|access|weight|data|avail|shar|model)|"
    r"freely|availab(?:le|ility) (?:at|on|from|in|via|under|online|here|upon|for|to|of|as|through|with|by)|"
    r"(?:is|are|be|been|made|become|becomes|all) (?:\w+ly )?available|"
    r"available[.,;]|github|gitlab|bitbucket|zenodo|hugging ?face|figshare|https?:|www\.|\.(?:com|org|io|ai|"
    r"net|edu)\b|accessible (?:at|on|via|from|online|to)|"
    rf"download|\bwe (?:\w+ly )?(?:share|publish|open|contribute|provide|offer|present|introduce) (?:\w+[ "
    rf"-]){{0,4}}{_THING}|provid(?:es?|ed|ing) (?:\w+[ -]){{0,3}}(?:code|data|implement|package|librar|"
    r"tool|software|resource)|\b(?:python|julia|software|c\+\+|r) (?:package|library|tool)|repositor|web ?site|"
    r"\bopen\b[- ](?:tool|code|benchmark|dataset|platform|framework|resource|research)",
    re.IGNORECASE,
)


# --- what is proved, and how good it is ---

_PROVES = re.compile(
    r"\b(?:proves?|proved|proven|proving) (?:that\b|how\b|(?:\w+ ){0,3}(?:existence|uniqueness|stability|"
    r"origin|role|link))"
    r"|\b(?:conclusively|definitively|unequivocally|irrefutably|undeniably|unambiguously) (?:prov|show|"
    r"demonstrat|establish|confirm)"
    r"|\bbeyond (?:any |reasonable )?doubt\b"
    r"|\b(?:definitive|conclusive|irrefutable|unequivocal) (?:proof|evidence)\b",
    re.IGNORECASE,
)
_IS_FIRM = re.compile(
    r"\bpro(?:ve|of|va|ving)|theorem|lemma|corollar|rigorous|conclusiv|definitiv|unequivoc|unambig|undeniab|"
    r"\bformal|\bexact|"
    r"\bnecessary and sufficient|\bif and only|\bwe (?:\w+ly )?(?:establish|show that|derive|characteri[sz]e)|"
    r"\bguarantee|\bestablish|"
    r"\b(?:is|are|be|been) (?:\w+ly )?(?:shown|derived|established)",
    re.IGNORECASE,
)


_BEST = re.compile(
    r"\b(?:(?:achiev|attain|reach|establish|set|obtain|deliver|yield|provid|offer|demonstrat|show|report)\w* |"
    r"with |new |a )(?:\w+ ){0,2}?"
    r"(?:state[- ]of[- ]the[- ]art|sota)\b(?! (?:methods?|models?|baselines?|approach\w*|systems?|llms?|"
    r"techniques?|algorithms?|tools?|large|language))",
    re.IGNORECASE,
)
_IS_BEST = re.compile(
    r"state[- ]of[- ]the[- ]art|\bsota\b|outperform|surpass|exceed|superior|\bbest\b|\bleading\b|\brecord\b|"
    r"\btop\b|\bbeat|better than|"
    r"unprecedented|cutting[- ]edge|\branks?\b|first place|highest|lowest|most accurate|(?:over|than|to|"
    r"against) (?:\w+ ){0,2}(?:baselines?|existing|"
    r"previous|prior|conventional|current|strong)|\bnew standard",
    re.IGNORECASE,
)


UNBACKED: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "release": (_RELEASES, _IS_OPEN),
    "proof": (_PROVES, _IS_FIRM),
    "rank": (_BEST, _IS_BEST),
}
"""Claims of an answer -> how it is worded there, and what in the source backs it in any words."""


def unbacked(claim: str, text: str, source: str) -> str:
    """The words by which ``text`` makes ``claim``, a key of `UNBACKED`, when nothing in ``source`` backs it."""
    wording, backing = UNBACKED[claim]
    found = wording.search(plain(text))
    return found[0] if found and not backing.search(source) else ""
