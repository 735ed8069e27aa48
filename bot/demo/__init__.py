"""Sample papers, and loopback services that stand in for arXiv, Gemini, Slack and a mail server.

The real clients talk to them over real sockets, in `arxiv-digest demo` and in the tests alike.
"""
