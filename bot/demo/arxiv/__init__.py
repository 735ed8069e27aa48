"""arXiv on loopback: its query API, its announcement feeds, and the ways in which both fail."""

from bot.demo.arxiv.faults import ArxivFault, Trouble
from bot.demo.arxiv.feeds import Announced
from bot.demo.arxiv.search import Unsearchable
from bot.demo.arxiv.service import ArxivService, Exchange

__all__ = ["Announced", "ArxivFault", "ArxivService", "Exchange", "Trouble", "Unsearchable"]
