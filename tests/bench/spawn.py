"""Run a command from a process that is small, and tell what it took.

usage: python spawn.py DESCRIPTOR COMMAND…

A process has the memory of the one that starts it for an instant, which counts as its own.
Written to the descriptor: wait status, seconds of wall and of processor time, peak KiB.
"""

import os
import sys
import time

answer, command = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(answer, False)
began = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - began
told = status, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
os.write(answer, " ".join(map(str, told)).encode())
