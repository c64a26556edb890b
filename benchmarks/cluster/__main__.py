"""Try gates of the cluster from the command line; the docstring of the package says how."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.cluster.gates import GATES, Asked
from tests.support import postgres
from tests.support.paths import MOTO


def main() -> int:
    """Try the gates that are named, all without a name; return 1 if one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster")
    parser.add_argument("gates", nargs="*", choices=[*GATES, []], help="all of them by default")
    for name in ("pages", "workers", "kills", "egresses"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Asked(), name))
    parser.add_argument("--interval", type=float, default=Asked().interval)
    given = vars(parser.parse_args())
    if not postgres.SERVER or not MOTO.is_file():
        sys.exit("needs PostgreSQL and moto: see docs/development/testing.md")
    asked = Asked(**{name: value for name, value in given.items() if name != "gates"})
    verdicts = {}
    for name in given["gates"] or GATES:
        verdicts[name] = GATES[name](asked)
        print(json.dumps({"gate": name, "holds": verdicts[name].holds, **verdicts[name].figures}), flush=True)
    return 1 if any(each.holds is False for each in verdicts.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
