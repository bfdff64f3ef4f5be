"""Starts the dotstream that this extension brings along; any Python from 3.11 on runs it."""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "dotstream needs Python 3.11 or newer; this is "
        + sys.version.split()[0]
        + " at "
        + sys.executable
    )
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "libs"))

from dotstream.__main__ import main

sys.exit(main())
