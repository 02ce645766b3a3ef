"""`make bench`: every benchmark, one after the other. Exits 1 when one of them misses a bound."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    "tests.bench.bench_pdf",
    "tests.bench.bench_printing",
    "tests.bench.bench_search",
    "tests.bench.bench_serving",
    "tests.bench.bench_loads",
    "tests.bench.bench_history",
    "tests.bench.bench_prices",
    "tests.bench.bench_admin",
    "tests.bench.bench_archive",
    "tests.bench.bench_slowest",
)


def main() -> int:
    return max(subprocess.run([sys.executable, "-m", name]).returncode for name in BENCHMARKS)


if __name__ == "__main__":
    sys.exit(main())
