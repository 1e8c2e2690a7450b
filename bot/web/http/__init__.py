"""The HTTP side of the dashboard: server, gateway, cache, errors."""
