"""LaTeX → a small tree → readable Unicode, HTML.

``to_text`` and ``to_html`` take whole titles, abstracts, names and summaries: running text with formulas in
``$…$``, ``$$…$$``, ``\\(…\\)``, ``\\[…\\]`` and environments; ``formula_spans`` says where these are. They never
raise and never drop what they don't know. They do not check the LaTeX, and they neither parse nor strip HTML or
Markdown in the input.
"""

from bot.tex.formulas import Span, formula_spans, without_formulas
from bot.tex.render import to_html, to_text

__all__ = ["Span", "formula_spans", "to_html", "to_text", "without_formulas"]
