"""The meaning of a mention: a game or a streamer and a time, or a command such as `stop`.

A pipeline: the text is split into words and times (`said`), a table of sources yields candidates for names (`sources`),
the index has those that are names (`found`), each is judged in its sentence (`verdict`), and without any, the index is
searched for similar names (`misspelled`). Tables have the words of twenty languages (`english`, `languages`,
`time_words`).
"""

from bot.reply.understand.pipeline import understand

__all__ = ["understand"]
