"""How compiled kernels come back from Numba's cache on disk."""

import os
import subprocess
import sys
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2] / "RadiomicsOrtho"
LOAD = """
import sys
from RadiomicsOrthoLib.features.fast_engine import WARM_UP
assert WARM_UP.wait(), WARM_UP.state
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", LOAD + code], capture_output=True, text=True, check=False,
                          env=os.environ | {"PYTHONPATH": str(LIBRARY)})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_cached_kernels_load_without_the_compiler_and_scipy():
    """Numba's array functions and expressions draw in both; a kernel that uses one shows here."""
    run("")  # fills the cache
    assert run("print(sorted({'numba.np.arraymath', 'numba.np.npyimpl', 'scipy.linalg'} & set(sys.modules)))") == "[]"


def test_the_compiler_works_after_kernels_were_loaded():
    run("")
    run("""
import numba
import numpy as np
from RadiomicsOrthoLib.features.kernels.eigenvalues import second_largest_magnitude

@numba.njit
def use(matrix):
    return second_largest_magnitude(matrix.copy()) + np.sum(matrix) + matrix.dot(matrix)[0, 0]

matrix = np.diag(np.array([4.0, 3.0, 1.0]))
assert abs(use(matrix) - (3.0 + 8.0 + 16.0)) < 1e-9, use(matrix)
""")
