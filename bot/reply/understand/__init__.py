"""What somebody wants who tags us: a game or a streamer, a time, or to be left alone.

A pipeline: the text is taken apart (`said`), a table of sources yields what could be names (`sources`), the index says
which are names (`found`), each is judged in its sentence (`verdict`), and where there is none, misspelled ones are
looked for (`misspelled`). The words of twenty languages stand in tables (`english`, `languages`, `time_words`).
"""

from bot.reply.understand.pipeline import understand

__all__ = ["understand"]
