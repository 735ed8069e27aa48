"""TeX and Unicode mathematics -> one linear notation, in which two writings of a number are equal.

``$1.8\\times10^{5}$``, ``1.8×10⁵`` and ``1.8 \\times 10^5`` all become ``1.8×10^(5)``; ``MoS$_2$``,
``\\text{MoS}_2`` and ``MoS₂`` become ``MoS_(2)``. For comparing only: it is not meant to be read, and
it does not render formulas (`bot.tex` does).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.lexicon import GREEK, SUBSCRIPTS, SUPERSCRIPTS
from bot.summary.spelling import spelt

_SUPERSCRIPTS = {small: character for character, small in SUPERSCRIPTS.items()}
_SUBSCRIPTS = {small: character for character, small in SUBSCRIPTS.items()}
_SCRIPT_RUNS = re.compile(
    "|".join(f"([{signs}]+(?:[.·⋅/⁄][{signs}]+)*)" for signs in map("".join, (_SUPERSCRIPTS, _SUBSCRIPTS)))
)
"""A point within a run is a decimal point: ⁺¹·⁴, ₀.₅."""
_WITHIN = {"/": "/", "⁄": "/"}
_SAME_CHARACTER = str.maketrans(
    {
        "−": "-", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "⁃": "-", "‒": "–", "―": "—", "º": "°", "˚": "°",
        "∘": "°",
        "✕": "×", "✖": "×", "⨯": "×", "∼": "≈", "≃": "≈", "≅": "≈", "⁓": "≈", "≲": "≤", "≳": "≥", "⩽": "≤",
        "⩾": "≥",
        "≦": "≤", "≧": "≥", "⁄": "/", "∕": "/", "⋅": "·", "∙": "·", "•": "·", "⊙": "⊙", "☉": "⊙", "ϵ": "ε",
        "ϕ": "φ",
        "’": "'", "‘": "'", "′": "'", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\u200b": "",
        "٪": "%", "٫": ".", "٬": ",",
    }
)  # fmt: skip

_SYMBOLS = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "±", "sim": "≈", "approx": "≈", "simeq": "≈", "cong": "≈",
    "thicksim": "≈",
    "leq": "≤", "le": "≤", "leqslant": "≤", "lesssim": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥",
    "gtrsim": "≥",
    "ll": "<", "gg": ">", "lt": "<", "gt": ">", "neq": "≠", "ne": "≠", "to": "→", "rightarrow": "→",
    "longrightarrow": "→",
    "circ": "°", "degree": "°", "textdegree": "°", "celsius": "°C", "prime": "'", "AA": "Å", "angstrom": "Å",
    "odot": "⊙",
    **GREEK, "vartheta": "θ", "varrho": "ρ", "textmu": "μ", "micro": "μ", "upmu": "μ", "ohm": "Ω", "infty": "∞",
    "ell": "l",
    "hbar": "ħ", "sqrt": "√", "ldots": "...", "dots": "...", "cdots": "...", "percent": "%", "permil": "‰",
    "sun": "⊙",
    "lbrace": "(", "rbrace": ")", "langle": "<", "rangle": ">", "textendash": "–", "textemdash": "—",
    "quad": " ", "qquad": " ", "thinspace": " ", "newline": " ", "nobreakspace": " ", "textasciitilde": "≈",
    "nano": "n", "milli": "m", "centi": "c", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "pico": "p",
    "femto": "f",
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "kelvin": "K", "electronvolt": "eV", "hertz": "Hz",
    "pascal": "Pa",
    "volt": "V", "ampere": "A", "watt": "W", "tesla": "T", "joule": "J",
}  # fmt: skip
_SILENT = frozenset(
    "text textrm textit textbf textsf texttt textsc textup textnormal textmd textsl emph mathrm mathbf mathbb "
    "mathcal mathit "
    "mathsf mathtt mathfrak mathscr mathnormal boldsymbol bm rm bf it sf tt cal em sc operatorname mbox hbox "
    "ensuremath "
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle limits "
    "nolimits mathop "
    "mathrel mathbin mathord phantom hspace vspace textsuperscript textsubscript hat widehat tilde widetilde "
    "bar overline "
    "underline vec dot ddot boldmath protect noindent color textcolor dfrac si unit".split()
)

_BORDER = "\x00"
"""Stands where a formula began or ended, so that ``$\\mu$m`` is not read as a command ``\\mum``."""
_SPACES = re.compile(r"\\[,;: >]|~|\\\\")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_QUANTITY = re.compile(r"\\(?:SI|qty)\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dtcs]?(?:nice)?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\w))")
_TEXT_SCRIPT = re.compile(r"\\text(super|sub)script\s*\{")
_SCRIPT_GROUP = re.compile(r"(?:(?<!\s)\s++)?([\^_])\s*\{([^{}]*)\}")
_PLAIN_GROUP = re.compile(r"(?<![\^_])\{([^{}]*)\}")
_SHORT_SCRIPT = re.compile(r"([\^_])(?: ?)([+-]?\d+(?:\.\d+)?|[^\s(){}\d])")
_WORD_SCRIPT = re.compile(r"_([A-Za-z]{2,})(?=[\W\d_])")
"""``0.3_stat``, as people type it; TeX would set one letter low."""
_EMPTY_BASE = re.compile(r"\^\(°\)|\^°")
_LETTER_ACCENT = re.compile(r"\\[vcuHkr](?:\s*\{\\?([A-Za-z])\}|\s+([A-Za-z]))")
"""``Had\\v{z}i\\'c`` is Hadzic here: accents are compared by nobody."""
_DOLLARS = re.compile(r"\b(?:US|AU|CA|NZ|HK)\\?\$(?=\d)")
_NUMBER = r"\d+(?:\.\d+)?"
_TIMES_TEN = re.compile(r" ?× ?(?=10 ?\^\()")
_SPREAD = re.compile(
    rf"\(?(?<![\d.])({_NUMBER})((?: ?± ?{_NUMBER}| ?[\^_]\( ?[+-] ?{_NUMBER}\)){{1,3}}) ?\)? ?[×·] ?(10\^\([+-]?\d+\))"
)
"""A value and its errors before the power of ten that all of them have: ``(1.2 ± 0.3) × 10^(5)``."""
_NESTING = 5
"""Scripts and groups are unwrapped this deep; what is nested deeper keeps its braces."""


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """``text`` in linear notation: scripts as ``^(…)`` and ``_(…)``, no dollars, braces or commands."""
    linear = _DOLLARS.sub("", text if text.isascii() else _one_alphabet(text))
    if any(mark in linear for mark in "\\$^_{~"):
        linear = _untex(linear)
    linear = linear.replace("---", "—").replace("--", "–")
    linear = spelt(" ".join(linear.split()))
    if "^(" in linear:
        linear = _SPREAD.sub(_shared_power, _TIMES_TEN.sub("×", linear))
    return linear


def _shared_power(spread: re.Match[str]) -> str:
    value, errors, power = spread.groups()
    return f"{value}×{power}" + "".join(f" ± {error}×{power}" for error in re.findall(_NUMBER, errors))


def _one_alphabet(text: str) -> str:
    """Superscripts marked before NFKC would flatten them: 10⁵ is not 105."""
    marked = _SCRIPT_RUNS.sub(_mark_script, text.translate(_SAME_CHARACTER))
    folded = unicodedata.normalize("NFKC", marked).translate(_SAME_CHARACTER)
    return re.sub(r"(?![0-9])\d", lambda digit: str(unicodedata.decimal(digit[0])), folded)


def _mark_script(run: re.Match[str]) -> str:
    if run[1]:
        return (
            "^("
            + "".join(_SUPERSCRIPTS.get(character, _WITHIN.get(character, ".")) for character in run[1])
            + ")"
        )
    return (
        "_(" + "".join(_SUBSCRIPTS.get(character, _WITHIN.get(character, ".")) for character in run[2]) + ")"
    )


def _untex(text: str) -> str:
    text = re.sub(r"\\[()\[\]]|(?<!\\)\$", _BORDER, text)
    text = text.replace("{,}", ",").replace("{.}", ".").replace("\\!", "").replace("\\-", "")
    text = _SPACES.sub(" ", _own_tilde(text))
    text = re.sub(r"\\([%&#$])", r"\1", text).replace("\\_", "_ ").replace("\\{", "(").replace("\\}", ")")
    text = _TEXT_SCRIPT.sub(lambda script: "^{" if script[1] == "super" else "_{", text)
    text = _QUANTITY.sub(r"\1 \2", text)
    text = _FRACTION.sub(_fraction, _LETTER_ACCENT.sub(r"\1\2", text))
    text = re.sub(r"\\(['`\"^~=.])\s*", "", _COMMAND.sub(_command, text))
    return _unscript(re.sub(r"_sun\b", "_{⊙}", text.replace(_BORDER, "")))


def _fraction(parts: re.Match[str]) -> str:
    gap = " " if parts.string[parts.start() - 1 : parts.start()].isalnum() else ""
    return f"{gap}{parts[1] or parts[2]}/{parts[3] or parts[4]}"


def _own_tilde(text: str) -> str:
    """A tie is a space, but ``~5`` after a space or at the start is "about 5", and ``6~30`` a range."""
    text = re.sub(r"(?<=\d)~(?=\d)(?!~\d{3}(?![\dxX]))", "–", text)
    return re.sub(r"(?:(?<=[\s(])|^)~(?=[\s\d.])", r"\\sim ", text)


def _command(command: re.Match[str]) -> str:
    name = command[1]
    if name in _SILENT:
        return ""
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    return f" {name} "


def _unscript(text: str) -> str:
    text = text.replace("__(", "_(")
    for _ in range(_NESTING):
        unwrapped = _PLAIN_GROUP.sub(r"\1", _SCRIPT_GROUP.sub(r"\1(\2)", text))
        if unwrapped == text:
            break
        text = unwrapped
    text = _SHORT_SCRIPT.sub(r"\1(\2)", _WORD_SCRIPT.sub(r"_(\1)", text))
    return _EMPTY_BASE.sub("°", text)
