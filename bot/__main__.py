"""`python -m bot` is `watchtime`: where the program starts."""

import gc

# What is imported stays for good: looking for garbage in it meanwhile takes a tenth of the time to start.
gc.disable()

from bot.cli.app import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
