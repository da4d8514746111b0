"""Flask: the gate, the API, the dashboard."""
