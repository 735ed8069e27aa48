"""A mail server on loopback: `SmtpService`."""

from bot.demo.smtp.mailroom import Mail, SmtpEnding, SmtpFault
from bot.demo.smtp.service import SmtpService

__all__ = ["Mail", "SmtpEnding", "SmtpFault", "SmtpService"]
