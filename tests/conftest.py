"""Every test has the shipped plug-in."""

pytest_plugins = ["seve.testing.plugin"]
