"""How the dashboard speaks HTTP: server, gateway, cache, errors."""
