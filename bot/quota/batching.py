"""How many papers to put into one request, when it is left to us."""

from __future__ import annotations

import math
from collections.abc import Collection

MOST_TOGETHER = 10
"""Papers of one request. Beyond, hardly a token is saved (378 a paper in tens, 355 in twenties), and an answer
that is cut short or refused as a whole costs more papers their turn."""

_ASKED_AGAIN = 0.05
"""The share of papers for which room is left to ask again, singly: what a batch did not answer well."""


def papers_together(groups: Collection[int], requests_left: int) -> int:
    """As few papers a request, 1 to MOST_TOGETHER, as let the queue fit into what is left of the day.

    ``groups`` are the sizes of those parts of the queue that can't share a request (another language or
    focus). A queue that reaches for it goes singly, which gives the best answers. MOST_TOGETHER when nothing fits.
    """
    papers = sum(groups)
    if papers <= requests_left:
        return 1
    room = math.ceil(papers * _ASKED_AGAIN)
    for size in range(2, MOST_TOGETHER):
        if sum(math.ceil(group / size) for group in groups) + room <= requests_left:
            return size
    return MOST_TOGETHER
