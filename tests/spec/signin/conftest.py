from tests.spec.signin.place import place

__all__ = ["place"]
