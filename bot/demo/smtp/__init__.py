"""A mail server on loopback: `SmtpService`."""

from bot.demo.smtp.mailroom import Ending, Fault, Mail
from bot.demo.smtp.service import SmtpService

__all__ = ["Ending", "Fault", "Mail", "SmtpService"]
