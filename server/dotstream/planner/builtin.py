"""The built-in ignore list as it is once compiled.

Nearly every package has no list of its own, and compiling this one took as long as all
else that a run for a few links does.
"""

from __future__ import annotations

import re
from functools import cache, partial

from dotstream.planner.rules import Rules


@cache
def builtin_rules(*, litter: bool = False) -> Rules:
    """Return the rules of ``ignore.BUILTIN``, and with ``litter`` those of ``ignore.LITTER``."""
    rules = Rules()
    rules.names = [
        r"(?:RCS)$",
        r"(?:.+,v)$",
        r"(?:CVS)$",
        r"(?:\.#.+)$",
        r"(?:\.cvsignore)$",
        r"(?:\.svn)$",
        r"(?:_darcs)$",
        r"(?:\.hg)$",
        r"(?:\.git)$",
        r"(?:\.gitignore)$",
        r"(?:\.gitmodules)$",
        r"(?:.+~)$",
        r"(?:#.*#)$",
    ]
    rules.begins, rules.ends = set("#.CR_"), set("\nv~")
    if litter:
        rules.names += [
            r"(?:\.DS_Store|\.localized|\.AppleDouble|\.Spotlight-V100|\.Trashes|\.fseventsd)$",
            r"(?:\._.*)$",
            r"(?:Icon\r|Thumbs\.db|[Dd]esktop\.ini)$",
            r"(?:\..+\.(?:sw[a-p]|kate-swp))$",
        ]
        rules.ends |= {"\r", "b", "i"}
    for prefix, source in (
        ("/README", r"(?:README.*)(?:/|$)"),
        ("/LICENSE", r"(?:LICENSE.*)(?:/|$)"),
        ("/COPYING", r"(?:COPYING)(?:/|$)"),
        ("/.stow-local-ignore", r"(?:\.stow\-local\-ignore$)(?:/|$)"),
    ):
        rules.top.append(source)
        rules.rooted.append((prefix, partial(re.match, f"/{source}", flags=re.ASCII)))
    return rules
