"""How server processes learn whether they are without access control. Not a setting: `serve` always says it itself."""

OPEN_MODE = "SEVE_WITHOUT_ACCESS_CONTROL"
"""The environment variable that `serve --open` fills for its processes; whatever it was before is overwritten."""
