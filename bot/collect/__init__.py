"""Twitch -> staging: a poll, its streams, and the names of games and streamers."""
