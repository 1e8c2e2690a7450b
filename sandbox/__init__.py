"""A simulated Twitch on localhost, reproducible by its seed: the Helix protocol, its faults, and the exact numbers."""
