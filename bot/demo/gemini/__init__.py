"""Gemini's REST endpoint on loopback: answers from the request's own text, and every way to fail."""

from bot.demo.gemini.answers import Words, words_of
from bot.demo.gemini.faults import GeminiFault
from bot.demo.gemini.service import Ask, GeminiService

__all__ = ["Ask", "GeminiFault", "GeminiService", "Words", "words_of"]
