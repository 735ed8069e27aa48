"""The corridor: four steps that ask the pure rooms for decisions and the ports for deeds.

poll       coverage.window -> query -> source.search -> papers        (page by page)
           feed.read -> matching -> source.fetch -> papers            (what only a feed shows)
summarise  owed editions -> quota -> prompt -> summariser.ask -> reply -> summaries
compose    owed editions -> digest -> render -> outbox                        (each whole in one transaction)
deliver    outbox -> channel.send -> sent | waiting | in doubt | failed
"""
