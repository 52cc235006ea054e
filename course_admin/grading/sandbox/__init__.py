"""Where students' code runs: bubblewrap's namespaces, entered by processes forked from a warm parent.

`box` makes a sandbox, `supervisor` watches what it uses, `warm` forks into it (its other end is `forkserver`,
which uses `enter`), `provisioner` offers all this to Jupyter as a kernel.
"""
