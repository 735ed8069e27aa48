"""The cue phrases by which an abstract shows what it does: a weight and a pattern each.

The moves are those of Swales' account of research writing (establish a territory, show the niche, occupy
it), extended by the result and the promise. A weight says how surely a cue tells its move: 3 surely,
2 probably, 1 perhaps; from 7 on, a promise that says nothing else. Only their order matters.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Move(StrEnum):
    """What a sentence of an abstract does."""

    GAP = "gap"
    """Says what is missing or wrong so far."""
    AIM = "aim"
    METHOD = "method"
    RESULT = "result"
    PROMISE = "promise"
    """Availability of code, hopes, outlook, significance: nothing that was done or found."""


_STUDY = r"(?:paper|work|article|study|note|letter|thesis|report|research|review|survey|manuscript|chapter)"
_THIS_STUDY = rf"(?:this|the present|the current|present|our|the) (?:\w+ )?{_STUDY}"
_WE = r"\b(?:we|i) (?:(?:\w+ly|also|here|first|then|next|further|thus|hence|therefore|instead|now|shall|will) ){0,2}"
_ASSERT = (
    r"(?:present|propos|introduc|investigat|stud(?:y|i)|examin|explor|address|consider|tackl|develop|aim)\w*"
)
_UNDERTAKE = (
    r"(?:revisit|seek|ask|describ|survey|review|design|focus|formulat|extend|analy[sz]|compar|evaluat|assess|"
    r"reproduc|bridg|provid|offer|give|undertak|set out|contribut|attempt|look at|deal|build|adapt|train|pretrain|"
    r"create|collect|construct|unif|argu|treat|suggest|integrat|define|are interested|are concerned)\w*"
)
_AIM = (
    (3.0, rf"\b{_THIS_STUDY}\b,?.{{0,60}}?\b{_ASSERT}"),
    (2.6, rf"\b{_THIS_STUDY}\b,?.{{0,60}}?\b{_UNDERTAKE}"),
    (2.2, rf"\bin (?:this|the present) (?:\w+ )?{_STUDY},? (?:we|i)\b"),
    (1.8, r"^(?:we|i) (?:will )?(?:discuss|report|prove|show|give|present)\b"),
    (2.6, _WE + _ASSERT),
    (2.2, _WE + _UNDERTAKE),
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

_EVIDENCE = (
    r"(?:experiment\w*|results?|simulations?|findings?|evaluations?|analys[ie]s|measurements?|observations?|"
    r"comparisons?|ablations?|calculations?|computations?|numerics|evidence|tests?|testing|benchmark\w*|validation|"
    r"case stud(?:y|ies)|trials?|spectr\w+|imaging|microscopy|stud(?:y|ies)|examples?)"
)
_OUR_EVIDENCE = (
    rf"(?:^(?:[\w-]+,? ){{0,4}}?|\b(?:our|the|these|through|extensive|comprehensive|numerical|experimental|empirical|"
    rf"theoretical) (?:[\w-]+ ){{0,3}}?){_EVIDENCE}\b"
)
_SHOWS = (
    r"(?:show|demonstrat|indicat|reveal|confirm|validat|prov(?:e|es|ed|ing)|find|found|exhibit|uncover|"
    r"establish)\w*"
)
_SUGGESTS = r"(?:suggest|highlight|support|agree|illustrat|corroborat|identif|verif|evidenc)\w*"
_MEASURE = r"(?:\d|\baccuracy|\bperformance|\bscores?|\brates?|\bcompared|\bover\b|\bthan\b|\bimprovement)"
_RESULT = (
    (3.2, rf"{_OUR_EVIDENCE}[^.;]{{0,90}}?\b{_SHOWS}\b"),
    (2.4, rf"{_OUR_EVIDENCE}[^.;]{{0,90}}?\b{_SUGGESTS}\b"),
    (
        3.0,
        _WE
        + r"(?:find|found|show|shows|showed|prove|proved|demonstrate|demonstrated|observe|observed|discover|"
        r"discovered|obtain|obtained|establish|established|report|reveal|revealed|conclude|achieve|achieved|confirm|"
        r"confirmed|determine|detect|detected|infer|deduce|recover|rule out|see that|uncover|identify|identified|"
        r"measure|measured|derive|derived|verify|estimate|resolve|disprove)\b",
    ),
    (
        2.2,
        _WE
        + r"(?:solve|construct|generali[sz]e|characteri[sz]e|classify|compute|improve|exhibit|answer|provide|"
        r"give|extend|get|argue that)\b",
    ),
    (2.6, r"\bwe\b[^.;]{0,120}?\b(?:and|to) (?:demonstrate|show|prove|find|establish|obtain|derive)\b"),
    (
        2.8,
        r"\b(?:it|which) (?:is|was|has been) (?:\w+ly )?(?:shown|proved|proven|found|"
        r"demonstrated|established|observed)\b",
    ),
    (
        2.8,
        r"\boutperform|\bsurpass|\bexceed|\bstate[- ]of[- ]the[- ]art (?:performance|results?|accuracy)|\bsuperior",
    ),
    (
        2.6,
        r"\b(?:achiev|attain|improv|reduc|yield|boost|increas|decreas|lower|enhanc|rais|deliver|match|outpac|lift|"
        rf"reach|scor|lead|rank|maintain|drop|fall|rise|grow)(?:e?s|ed?|ing)?\b.{{0,80}}?{_MEASURE}",
    ),
    (
        2.2,
        r"\b(?:is|are|was|were) (?:\w+ly )?(?:shown|found|proved|proven|observed|demonstrated|detected|identified|"
        r"confirmed|obtained|established|derived|validated|verified|solved|determined|computed|generali[sz]ed|"
        r"characteri[sz]ed|constructed)\b|\bturns? out\b",
    ),
    (
        2.2,
        r"\b(?:significant|substantial|consistent|marked|considerable)(?:ly)? (?:\w+ )?(?:better|higher|lower|faster|"
        r"more|fewer|less|improve|reduc|increas|enhanc|gain)\w*",
    ),
    (
        2.2,
        r"\b(?:better|higher|lower|faster|more|less|fewer|larger|smaller|stronger|greater)\b[^.;]{0,60}\bthan\b",
    ),
    (2.2, r"\bcomparable (?:to|with|performance)\b|\bcompetitive\b|\b(?:good|excellent) agreement with\b"),
    (
        1.6,
        r"\bconsistent(?:ly)? with\b|\bas a (?:consequence|corollary|result|by-?product)\b|\bby a factor of\b",
    ),
    (2.0, r"\b(?:gains?|improvements?|speed-?ups?|reductions?|increases?) (?:of|in|over|up to)\b"),
    (
        2.8,
        r"\b(?:nous|on) (?:\w+ )?(?:montr|démontr|prouv|obten|établi|trouv|observ|dédui)\w*|\bles résultats\b",
    ),
    (2.8, r"\bse (?:demuestra|muestra|prueba|obtiene|encuentra|observa)n?\b|\blos resultados\b"),
    (2.8, r"\b(?:mostramos|demostramos|probamos|encontramos|obtenemos)\b"),
    (2.8, r"\bwir (?:zeigen|finden|beweisen|erhalten|beobachten)\b|\bdie ergebnisse\b"),
    (2.8, r"结果表明|实验表明|结果显示|我们(?:发现|证明|表明)|优于|研究发现"),
)

_SO_FAR = (
    r"(?:existing|current|previous|prior|conventional|traditional|most|many|standard|recent|these|classical|"
    r"earlier)"
)
_APPROACHES = (
    r"(?:methods?|approach\w*|models?|works?|techniques?|systems?|studies|solutions?|datasets?|benchmarks?|pipelines?|"
    r"frameworks?|algorithms?|analyses|research|metrics|evaluations|theories|treatments|limitations)"
)
_FALLS_SHORT = (
    r"(?:limit|lack|fail|suffer|struggl|overlook|ignor|neglect|remain|challeng|difficult|unclear|unknown|hinder|hamper|"
    r"rare|solely|drop|little|few|scarce|cannot|can't|costly|expensive|insufficient|degrad|poor|bottleneck|no |not |"
    r"less |often|only|absen|restrict|reli[ey]|shrink|unexplored|underexplored|disregard|gap|locked|affected|depend)"
)
_GAP = (
    (
        3.0,
        r"\b(?:however|yet|nevertheless|nonetheless|but|unfortunately|despite|although|while|whereas|though)\b"
        rf".{{0,160}}?\b{_FALLS_SHORT}\w*",
    ),
    (
        2.8,
        rf"\b{_SO_FAR} (?:[\w-]+ ){{0,4}}?{_APPROACHES}\b.{{0,120}}?\b(?:{_FALLS_SHORT}|rel(?:y|ies)|typically|assum|"
        r"requir|pose|tend to|primarily|focus|mainly)\w*",
    ),
    (2.4, rf"\b(?:however|yet|but),? {_SO_FAR}\b"),
    (
        2.6,
        r"\b(?:a|the|one|another|key|main|major|central) (?:\w+ )?"
        r"(?:challenge|bottleneck|limitation|obstacle|gap)s?\b",
    ),
    (
        2.4,
        r"\b(?:remains?|is still|are still|has been|have been) (?:\w+ ){0,2}?(?:challeng|unclear|unknown|open|"
        r"underexplored|unexplored|limited|elusive|difficult|poorly|debated|unresolved|lacking|scarce|understudied|"
        r"controversial)\w*",
    ),
    (
        2.2,
        r"\b(?:lack(?:s|ing)?|fails? to|suffers? from|struggles?|hindered|hampered|limited by|bottleneck|overlook\w*|"
        r"not (?:yet )?(?:been )?(?:well |fully )?(?:understood|explored|studied)|little is known|less attention|"
        r"time-consuming|labor-intensive|computationally expensive|under-?explored|scarc\w+|high cost|"
        r"(?:performance|sharp) drops?|(?:more|very|notoriously) difficult)\b",
    ),
    (1.2, r"\bhowever\b|\bdespite\b|\bchalleng\w+|\bdifficult\w*"),
    (
        2.6,
        r"\b(?:cependant|toutefois|néanmoins|sin embargo|no obstante|jedoch|allerdings)\b|然而|但是|尚未|不足",
    ),
)

_METHOD = (
    (
        2.4,
        _WE
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

_GOODS = (
    r"(?:code|codes|data|datasets?|models?|software|implementations?|benchmark|weights|demos?|materials?|videos?|"
    r"resources|scripts?|checkpoints|package|toolkit|website|tool|library|annotations|leaderboard|artifacts)"
)
_PROMISE = (
    (
        9.0,
        rf"\b{_GOODS}\b[^.;]{{0,100}}?\b(?:available|released|open[- ]sourced?|accessed|accessible|found at|"
        r"public|hosted)\b",
    ),
    (
        9.0,
        r"\b(?:we|will|to be|is|are) (?:\w+ ){0,2}?(?:releas\w+|open-sourc\w+) "
        rf"(?:[\w-]+ ){{0,4}}?(?:{_GOODS}|judgments)\b",
    ),
    (
        9.0,
        r"\b(?:we|will) (?:\w+ )?make (?:\w+ ){0,4}?available\b|\bproject (?:page|website)\b|\barxiv admin note\b",
    ),
    (
        9.0,
        r"^\W*(?:code|data|project|github|warning|keywords?|key words)\b[^.]{0,30}?:|\bsupplement\w+ material",
    ),
    (
        7.0,
        r"\bwe (?:\w+ )?hope\b|\bpaves? (?:the|a) way|\bfuture (?:work|research|stud|direction|iteration)\w*",
    ),
    (
        7.0,
        r"\b(?:implications?|consequences|applications?|limitations|perspectives|extensions?|directions|prospects|"
        r"(?:dis)?advantages|significance|relations?\w*|connections)\b[^.;]{0,80}?\b(?:are|is|were) (?:\w+ )?"
        r"(?:discussed|outlined|given|presented|mentioned|considered|indicated|provided)\b",
    ),
    (6.0, r"\bwe (?:\w+ )?(?:(?:conclude|close|end) (?:with|by)|discuss|comment on|outline)\b"),
    (6.0, r"\b(?:is|are) (?:also |briefly |finally )*discussed\b|\bto the best of our knowledge\b"),
    (4.0, r"\bopens? (?:up )?(?:new|the|a)\b"),
    (
        3.5,
        r"\b(?:this|our|the) (?:\w+ )?(?:work|study|paper|research|approach|method|framework|findings?|results?)\b"
        r".{0,12}?\b(?:represents?|lays?|contributes?|offers?|provides?|has|have|can|could|may|might|underscor\w+|"
        r"emphasi[sz]e\w*|advances?)\b",
    ),
    (
        3.0,
        r"\b(?:these|our|the|this) (?:\w+ )?(?:results?|findings?|insights|observations|analysis)\b.{0,12}?"
        r"\b(?:highlight|underscor|emphasi[sz]|offer|provide|suggest new|open|illustrat|have|can|may|point|support)\w*",
    ),
    (3.0, r"\b(?:is|are) also (?:considered|given|presented|studied|provided)\b|\bwe believe\b"),
    (
        2.0,
        r"\b(?:could|might|promising|potential(?:ly)? for|new perspective|new (?:directions?|avenues?|insights?))\b",
    ),
    (8.0, r"源代码|代码(?:可|已)|\b(?:código|code)\b.{0,30}\bdisponible"),
)

CUES: dict[Move, tuple[tuple[float, re.Pattern[str]], ...]] = {
    move: tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in cues)
    for move, cues in (
        (Move.GAP, _GAP),
        (Move.AIM, _AIM),
        (Move.METHOD, _METHOD),
        (Move.RESULT, _RESULT),
        (Move.PROMISE, _PROMISE),
    )
}
