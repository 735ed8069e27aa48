"""Slack: `SlackChannel` keeps `ports.Channel`."""

from bot.adapters.slack.channel import SlackChannel

__all__ = ["SlackChannel"]
