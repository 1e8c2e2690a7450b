"""The meaning of a mention: a game or a streamer and a time, or a command such as `stop`.

The steps, called in this order by `pipeline`:

1. `commands`: is the whole text a command?
2. `tokens` splits the text into words, handles and times (`time_expressions`).
3. `candidates` collects the words that could be a name; `matches` compares them with the index of names.
4. `negation` excludes names ("not fortnite"); `joined_names` finds several that are joined ("xqc vs ninja").
5. `decision`: is each name answered, clarified with "Did you mean …?", or ignored?
6. `misspelled`, if there is no name: search the index for similar ones.

The words of twenty languages are in tables (`english_words`, `language_words`, `time_words`), from which `word_classes`
and `time_patterns` are made.
"""

from bot.reply.understand.pipeline import understand

__all__ = ["understand"]
