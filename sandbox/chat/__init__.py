"""A simulated chat of Twitch, by its IRC protocol."""
