"""Collect polls of Twitch into staging: streams, and the names of games and streamers."""
