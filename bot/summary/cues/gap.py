"""What is missing or wrong so far."""

from __future__ import annotations

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
GAP = (
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
