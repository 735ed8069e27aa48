"""What the authors set out to do, and by which means."""

from __future__ import annotations

_STUDY = r"(?:paper|work|article|study|note|letter|thesis|report|research|review|survey|manuscript|chapter)"
_THIS_STUDY = rf"(?:this|the present|the current|present|our|the) (?:\w+ )?{_STUDY}"
WE = r"\b(?:we|i) (?:(?:\w+ly|also|here|first|then|next|further|thus|hence|therefore|instead|now|shall|will) ){0,2}"
_ASSERT = (
    r"(?:present|propos|introduc|investigat|stud(?:y|i)|examin|explor|address|consider|tackl|develop|aim)\w*"
)
_UNDERTAKE = (
    r"(?:revisit|seek|ask|describ|survey|review|design|focus|formulat|extend|analy[sz]|compar|evaluat|assess|"
    r"reproduc|bridg|provid|offer|give|undertak|set out|contribut|attempt|look at|deal|build|adapt|train|pretrain|"
    r"create|collect|construct|unif|argu|treat|suggest|integrat|define|are interested|are concerned)\w*"
)
AIM = (
    (3.0, rf"\b{_THIS_STUDY}\b,?.{{0,60}}?\b{_ASSERT}"),
    (2.6, rf"\b{_THIS_STUDY}\b,?.{{0,60}}?\b{_UNDERTAKE}"),
    (2.2, rf"\bin (?:this|the present) (?:\w+ )?{_STUDY},? (?:we|i)\b"),
    (1.8, r"^(?:we|i) (?:will )?(?:discuss|report|prove|show|give|present)\b"),
    (2.6, WE + _ASSERT),
    (2.2, WE + _UNDERTAKE),
    (3.0, rf"\b(?:aims?|goals?|objectives?|purpose|focus) of {_THIS_STUDY}\b"),
    (
        3.0,
        r"\b(?:the|our|its|main|primary|a) (?:\w+ )?(?:aim|goal|objective|purpose|focus|question)s?\b"
        r".{0,50}?\b(?:is|was|are)\b",
    ),
    (2.8, r"\b(?:is|are) (?:concerned with|devoted to|dedicated to|aimed at)\b"),
    (2.8, r"\b(?:we|study|work|paper|article) (?:aim|seek)\w* to\b"),
    (1.4, r"\b(?:aims?|aimed|seeks?|sought|set out|goal is|in order) to\b"),
    (
        2.4,
        r"\bto (?:address|tackle|overcome|bridge|fill|mitigate|solve|resolve|remedy|close|alleviate|answer|meet) "
        r"(?:this|these|that|those|the|such|both)\b|\bmotivated by (?:this|these)\b",
    ),
    (
        1.6,
        r"\b(?:is|are|was|were|been) (?:\w+ly )?(?:proposed|introduced|presented|investigated|studied|developed|"
        r"considered|described|addressed|examined|analy[sz]ed|explored|designed|reviewed)\b",
    ),
    (2.8, r"\b(?:nous|on) (?:\w+ )?(?:étudi|présent|propos|introdui|considér|examin|analys|cherch)\w*"),
    (2.8, r"\bcet(?:te)? (?:article|note|étude|thèse)\b|\bce (?:papier|travail|mémoire)\b"),
    (2.8, r"\bse (?:estudia|presenta|propone|analiza|investiga|introduce|describe)n?\b"),
    (2.8, r"\b(?:estudiamos|presentamos|proponemos|introducimos|analizamos|investigamos)\b"),
    (2.8, r"\ben este (?:trabajo|artículo)\b"),
    (
        2.8,
        r"\bwir (?:untersuchen|stellen|präsentieren|betrachten|führen|entwickeln)\b|\bin dieser (?:arbeit|studie)\b",
    ),
    (2.8, r"本文|本研究|我们(?:提出|研究|探讨|介绍|考虑|分析)|提出了"),
)

METHOD = (
    (
        2.4,
        WE
        + r"(?:use|employ|apply|applied|combin|adopt|leverag|implement|collect|conduct|perform|train|simulat|"
        r"construct|comput|calculat|fabricat|synthesi[sz]|grow|grew|exploit|utili[sz])\w*",
    ),
    (
        2.0,
        r"\b(?:using|by means of|based on|with the help of|via|by combining|by applying|leverag\w+|carried out|"
        r"(?:is|are|was|were) (?:used|employed|performed|tested))\b",
    ),
    (2.0, r"\b(?:was|were) (?:\w+ly )?(?:\w+ed|grown|made|done|taken|built|drawn)\b"),
    (2.0, r"\b(?:à l'aide de|en utilisant|mediante|utilizando|mit hilfe)\b|利用|采用|使用|通过"),
)
