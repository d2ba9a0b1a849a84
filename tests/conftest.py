"""For all tests, and the processes that they start: one thread each.

The networks are so small that a second thread only waits, and takes the core on which other tests run. Tests that
train took a quarter more processor time with it on two idle cores, and two to six times as much beside other programs.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # before NumPy and PyTorch are loaded
