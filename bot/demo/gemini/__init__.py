"""Gemini's REST endpoint on loopback: answers from the request's own text, and every way to fail."""

from bot.demo.gemini.answers import PaperAnswer, words_of
from bot.demo.gemini.faults import GeminiFault
from bot.demo.gemini.service import GeminiRequest, GeminiService

__all__ = ["GeminiFault", "GeminiRequest", "GeminiService", "PaperAnswer", "words_of"]
