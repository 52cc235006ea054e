"""python -m benchmarks [TOPIC ...]: run these topics, or all; exit status 1 if a bar was missed."""

import importlib
import sys

TOPICS = ("linear_model", "vmc", "rbm", "nqs", "networks", "pinn", "site", "export", "grading")


def main(names):
    unknown = sorted(set(names) - set(TOPICS))
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; the topics are {', '.join(TOPICS)}.")
    met = {}
    for name in names or TOPICS:
        print(f"\n== {name}")
        met[name] = importlib.import_module(f"benchmarks.{name}").run()
    missed = [name for name, reached in met.items() if not reached]
    if missed:
        sys.exit(f"A bar was missed in: {', '.join(missed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
