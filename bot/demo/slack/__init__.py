"""Slack on loopback: `SlackService`, and `render_as_html` to look at what was posted."""

from bot.demo.slack.page import render_as_html
from bot.demo.slack.service import ALL_SCOPES, TOKEN, Call, SlackEnding, SlackFault, SlackService
from bot.demo.slack.workspace import Conversation, PostedMessage

__all__ = [
    "ALL_SCOPES",
    "TOKEN",
    "Call",
    "Conversation",
    "PostedMessage",
    "SlackEnding",
    "SlackFault",
    "SlackService",
    "render_as_html",
]
