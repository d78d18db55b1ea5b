"""Run a command and write its peak memory in KiB and its exit code to a file.

usage: peak.py RESULT COMMAND [ARGUMENT...]

The kernel counts this small interpreter's own pages too until the command replaces them, so nothing below the
peak of `true` can be told apart; bench.mjs measures that floor.
"""
import os
import sys

pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
peak = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
with open(sys.argv[1], "w") as result:
    result.write("%d %d" % (peak, os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)))
