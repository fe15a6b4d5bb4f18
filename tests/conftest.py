"""On CI hypothesis tries the same examples each time, so that a result repeats; elsewhere new ones.

No example has a deadline: machines are shared and noisy, and speed belongs to the benchmarks.
"""

import os

from hypothesis import settings

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
