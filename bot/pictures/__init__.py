"""Fetch pictures of games and streamers for the dashboard, and delete them before they are a day old."""
