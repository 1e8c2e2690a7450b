"""How the dashboard shows it: pages, API, charts."""
