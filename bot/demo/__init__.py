"""The demo: the production code against a make-believe Twitch and X, on a virtual clock."""
