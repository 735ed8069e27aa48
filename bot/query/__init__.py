"""From a topic to arXiv's search expression, and from such an expression to what arXiv makes of it.

Source: arXiv's query API as it is since November 2025: a rewriter that repairs what people type, and
a strict grammar behind it. Nothing here asks arXiv, and nothing here looks at a paper.
"""

from bot.query.description import describe, leaves
from bot.query.doubts import Doubt, author_doubts, keyword_doubts, query_doubts, web_copy
from bot.query.expression import expression, search_query
from bot.query.grammar import QueryError, parse

__all__ = [
    "Doubt",
    "QueryError",
    "author_doubts",
    "describe",
    "expression",
    "keyword_doubts",
    "leaves",
    "parse",
    "query_doubts",
    "search_query",
    "web_copy",
]
