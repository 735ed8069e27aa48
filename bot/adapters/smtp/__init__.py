"""E-mail: `SmtpChannel` keeps `ports.Channel`."""

from bot.adapters.smtp.channel import SmtpChannel

__all__ = ["SmtpChannel"]
