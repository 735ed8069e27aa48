"""What the model answered -> a summary or a refusal for every paper that was asked for.

An answer is tied to its paper by arXiv id, never by its place. It does not ask again or count attempts:
a `RefusedAnswer` says how to ask again, the pipeline bounds it. A summary handed out here is plain text
with LaTeX at most: it was reviewed, but a renderer still escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.models import ModelReply, Paper, Summary, SummarySource
from bot.summary import answers
from bot.summary.answers import Answer
from bot.summary.cleaning import has_control_characters, tidy
from bot.summary.language import joins_letters
from bot.summary.prompt import fence
from bot.summary.review import Draft, first_fault, is_hostile, source_of


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    """Why there is no summary."""

    reason: str
    """For logs and ``status``."""
    complaint: str
    """What to tell the model when it is asked again; empty when its answer had no fault of its own."""
    paraphrase: bool = False
    """Ask again in the paraphrase form; once is enough."""


_REPHRASED = frozenset(
    {
        "RECITATION",
        "SAFETY",
        "PROHIBITED_CONTENT",
        "SPII",
        "BLOCKLIST",
        "JAILBREAK",
        "MODEL_ARMOR",
        "IMAGE_SAFETY",
        "LANGUAGE",
    }
)
"""Finish and block reasons that the same paper would meet again, asked for in the same way."""
_READABLE = frozenset({"", "STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED"})
_COMMAND = re.compile(r"\\([A-Za-z]+)")


def read(
    reply: ModelReply, papers: Sequence[Paper], *, language: str
) -> Mapping[str, Summary | RefusedAnswer]:
    """For every paper of the request, by arXiv id: its summary, or why there is none.

    ``papers`` are those that the prompt was built from, ``language`` the one it asked for. Answers for
    papers that were not asked for are dropped; a paper without an answer of its own, or with two, is refused.
    """
    refusal = _unread(reply)
    if refusal:
        return {paper.arxiv_id: refusal for paper in papers}
    commands = frozenset(
        name for paper in papers for name in _COMMAND.findall(f"{paper.title} {paper.abstract}")
    )
    given: dict[str, list[Answer]] = {}
    for answer in answers.read(reply.text or "", commands):
        given.setdefault(answer.arxiv_id, []).append(answer)
    cut_off = reply.finish_reason == "MAX_TOKENS"
    return {
        paper.arxiv_id: _judged(paper, given.get(paper.arxiv_id, []), papers, reply, language)
        if paper.arxiv_id in given
        else _missing(any_given=bool(given), cut_off=cut_off)
        for paper in papers
    }


def _unread(reply: ModelReply) -> RefusedAnswer | None:
    """A reply that has nothing to read. What the model would not say it may say in other words."""
    stop = reply.block_reason or reply.finish_reason
    if reply.block_reason or stop not in _READABLE:
        what = "prompt blocked" if reply.block_reason else "stopped"
        return RefusedAnswer(f"{what}: {stop}", "", paraphrase=stop in _REPHRASED)
    if reply.text and reply.text.strip():
        return None
    if stop == "MAX_TOKENS":
        return RefusedAnswer("cut off before the answer", "it was cut off; think less and answer briefly.")
    return RefusedAnswer("empty answer", "")


def _missing(*, any_given: bool, cut_off: bool) -> RefusedAnswer:
    if cut_off:
        return RefusedAnswer("cut off", "it was cut off; answer briefly.")
    if any_given:
        return RefusedAnswer(
            "no answer for this paper",
            "it had no object with this arxiv_id; copy the id exactly.",
        )
    return RefusedAnswer("malformed answer", "it was not the JSON that was asked for.")


def _judged(
    paper: Paper, given: Sequence[Answer], papers: Sequence[Paper], reply: ModelReply, language: str
) -> Summary | RefusedAnswer:
    if len(given) > 1:
        return RefusedAnswer("two answers for this paper", "it had more than one object with this arxiv_id.")
    answer = given[0]
    if has_control_characters(answer.objective + answer.finding):
        return RefusedAnswer("control characters", "it had control characters; double every backslash.")
    joiners = joins_letters(language)
    objective, finding = tidy(answer.objective, joiners=joiners), tidy(answer.finding, joiners=joiners)
    if fence(papers) in objective + finding:
        return RefusedAnswer("it repeats the prompt", "it repeated the marks around the paper.")
    others = tuple(source_of(other) for other in papers if other.arxiv_id != paper.arxiv_id)
    wary = any(map(is_hostile, papers))
    fault = first_fault(Draft(objective, finding, paper, language, source_of(paper), others, wary))
    if fault:
        return RefusedAnswer(fault.reason, fault.complaint)
    return Summary(objective, finding, SummarySource.MODEL, reply.model_version)
