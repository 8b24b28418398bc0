from tests.spec.access.conftest import world
from tests.spec.jobs.conftest import no_jobs
from tests.spec.rights.conftest import site

__all__ = ["no_jobs", "site", "world"]
