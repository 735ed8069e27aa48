"""Is the time of a conversion linear in its length, whatever the input?

    python -m tests.benchmarks.tex_scaling

Each hostile pattern is converted at one length and at four times that length. Linear is a ratio near 4,
quadratic one near 16.
"""

from __future__ import annotations

import time

from bot.tex import to_html, to_text

SHORT, LONG = 12_500, 50_000

PATTERNS = {
    "prose": "word ",
    "typical": r"of $\frac{a_{i}}{\sqrt{b^{2}}}$ and \emph{x}, see $L^p_{loc}(\Omega)$ ",
    "dollars": "$a",
    "money": "$5 and ",
    "open braces": "{",
    "exponents": "$x^x",
    "primes": "$x'^a",
    "bars": "|a",
    "colons": "a:b",
    "signs": "+",
    "accents": r"\'",
    "backslashes": "\\",
    "quotes": "`a ",
    "double quotes": "``a ",
    "options": r"\cite[",
    "links": r"\href{",
    "rows": r"a&b\\",
    "environments": r"\begin{cases}",
    "faces": r"\bf x",
    "reactions": r"\ce{A->[",
    "entities": "&#",
    "parentheses": r"\(",
}


def seconds(source: str) -> float:
    start = time.process_time()
    to_text(source)
    to_html(source)
    return time.process_time() - start


def main() -> None:
    print(
        f"{'pattern':16} {'in prose':>9} {'ratio':>6} {'in maths':>9} {'ratio':>6}   (seconds for {LONG} characters)"
    )
    for name, pattern in PATTERNS.items():
        line = f"{name:16}"
        for opening, closing in (("", ""), (r"\[", r"\]")):
            short, long = (
                seconds(opening + pattern * (length // len(pattern)) + closing) for length in (SHORT, LONG)
            )
            line += f" {long:9.2f} {long / max(short, 1e-9):6.1f}"
        print(line)


if __name__ == "__main__":
    main()
