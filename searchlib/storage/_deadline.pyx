# cython: language_level=3, freethreading_compatible=True
"""When is a search to stop? The Python face of deadline.h."""

from libc.stdint cimport int64_t


cdef class Deadline:
    """When a search is to stop, with what it has. For one search; not for several threads."""

    def __cinit__(self, double milliseconds):
        self.state.at = sl_clock() + <int64_t> (min(milliseconds, 1e12) * 1e6)

    @property
    def passed(self) -> bool:
        """Has a search been stopped by it?"""
        return self.state.passed != 0

    def check(self) -> bool:
        """Is the time over? Looks at the clock."""
        return sl_deadline_passed(&self.state) != 0
