from .desks import desks, people

__all__ = ["desks", "people"]
