"""Tests outside the student's process: the student's names are proxies, and only data crosses.

Two processes are joined by one stream socket pair. S holds the student's code, T runs the locked cells. T
asks (what is `fit_ols`? call it with these arrays), S answers; while one side waits it serves the other's
calls, so callbacks work both ways. Nothing is pickled, nothing that came over the wire is evaluated, and
T's verdict rests on plain data of exact types only.

In S, inside the kernel, once for each locked cell; returns when T has finished the cell (or is gone)::

    from course_admin.grading.trusted.student import serve
    serve(sock, namespace)              # sock: socket.socket; namespace: the kernel's user_ns

In T, one process for the locked cells of one notebook::

    from course_admin.grading.trusted.session import CellResult, TestSession, main
    session = TestSession(sock)         # sock: socket.socket or None
    session.run_cell(source, filename) -> CellResult(ok, ename, evalue, traceback, stdout, result)
    session.set_channel(sock)           # another S, after the first died
    main(control, channel)              # control, channel: socket.socket; runs until "end" or EOF

From the worker, the other end of `control`::

    from course_admin.grading.trusted.session import change_channel, end, request_cell
    request_cell(control, source, filename, timeout=None) -> CellResult   # TimeoutError, EOFError
    change_channel(control, sock)       # hands a new channel to T (SCM_RIGHTS)
    end(control)

T calls `done` on the channel at the end of each cell, whatever became of it. A cell must therefore be
requested from T and served by S at the same time, in any order. Locked cells that are no tests (imports,
helpers) have to run in both processes: in S because the student's code needs the imports, in T because
the tests need them.

The modules import the standard library and numpy only; torch is used where it is there already.
"""
