"""The wing where all I/O lives: one adapter for each noun of the outer world.

An adapter makes one attempt and returns a value, or raises a `ServiceError` with its verdict. It
never retries, waits or serialises: the pipeline does, where one policy sees every attempt.
"""
