"""What came of it, and what is promised beyond."""

from __future__ import annotations

from bot.summary.cues.undertaking import WE

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
RESULT = (
    (3.2, rf"{_OUR_EVIDENCE}[^.;]{{0,90}}?\b{_SHOWS}\b"),
    (2.4, rf"{_OUR_EVIDENCE}[^.;]{{0,90}}?\b{_SUGGESTS}\b"),
    (
        3.0,
        WE
        + r"(?:find|found|show|shows|showed|prove|proved|demonstrate|demonstrated|observe|observed|discover|"
        r"discovered|obtain|obtained|establish|established|report|reveal|revealed|conclude|achieve|achieved|confirm|"
        r"confirmed|determine|detect|detected|infer|deduce|recover|rule out|see that|uncover|identify|identified|"
        r"measure|measured|derive|derived|verify|estimate|resolve|disprove)\b",
    ),
    (
        2.2,
        WE
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

_GOODS = (
    r"(?:code|codes|data|datasets?|models?|software|implementations?|benchmark|weights|demos?|materials?|videos?|"
    r"resources|scripts?|checkpoints|package|toolkit|website|tool|library|annotations|leaderboard|artifacts)"
)
PROMISE = (
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
