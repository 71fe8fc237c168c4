"""``python -m RadiomicsOrthoLib.models.conversion MODEL.skops CARD [ROWS.csv]``."""

import sys

from .process import main

sys.exit(main(sys.argv[1:]))
