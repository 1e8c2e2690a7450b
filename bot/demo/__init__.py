"""The demo: the production code against a simulated Twitch and X, on a virtual clock."""
