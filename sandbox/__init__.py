"""A seeded, make-believe Twitch on localhost: the real Helix protocol, faults included, and the truth about it."""
