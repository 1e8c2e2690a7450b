"""The views of the dashboard: pages, API, charts."""
