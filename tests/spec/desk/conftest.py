from tests.spec.access.conftest import api, world
from tests.spec.rights.conftest import site

__all__ = ["api", "site", "world"]
