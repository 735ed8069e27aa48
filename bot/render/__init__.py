"""Digests as people read them: Slack, mail, Markdown, HTML, plain text.

Each module turns a `Digest` into its form and nothing else: what is in the digest, and where it
goes, is settled before. The same digest gives the same bytes.
"""
