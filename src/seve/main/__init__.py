"""The only place that wires: settings, the application, the command line."""
