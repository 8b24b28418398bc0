"""The jobs that a server works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seve.jobs.declaring import Job

JOBS: Sequence[Job[Any]] = ()
