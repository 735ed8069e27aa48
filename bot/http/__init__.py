"""The HTTP side: is the daemon alive, what does it do, and how does a reader leave.

It needs no log-in and shows no address, name or paper. It meets the rest in the store: what it changes there
holds at once.
"""
