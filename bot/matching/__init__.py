"""Whether a paper answers a query, decided here on what is known of the paper, and by which clause.

It serves what arXiv's announcement feeds show and its search does not return (yet): it may add to
what arXiv's search returned and never vetoes it. So where arXiv's own reading is in doubt, it is the
generous one that counts.
"""

from bot.matching.document import Document
from bot.matching.evaluation import Match, admits, match, reads_as_arxiv
from bot.matching.leaves import MatchVerdict
from bot.matching.passage import printed
from bot.matching.strength import followed, hits, near

__all__ = [
    "Document",
    "Match",
    "MatchVerdict",
    "admits",
    "followed",
    "hits",
    "match",
    "near",
    "printed",
    "reads_as_arxiv",
]
