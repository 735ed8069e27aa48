"""arXiv digests by Slack, e-mail and file: never missing a paper, never sending one twice."""

__version__ = "0.1.0"
