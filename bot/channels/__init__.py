"""Where digests go: a folder a channel."""
