"""Random tests draw the same cases in every run, no test fails because the machine is busy, and all speak English.

`make conformance` draws new cases: it sets CONVLENS_CASES.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "convlens", deadline=None, derandomize="CONVLENS_CASES" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("convlens")
os.environ["LC_ALL"] = "C.UTF-8"
