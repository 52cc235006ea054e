"""What a forked process does to itself before it runs students' code: enter a sandbox, give up its rights.

The namespaces are bubblewrap's. Joining them is what nsenter(1) does; it stands here because a process that
has its modules loaded cannot become another program without losing them. Linux 5.8 or newer.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

# From <linux/sched.h>: mount, cgroup, UTS, IPC, user, PID and network namespaces.
NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22  # <linux/prctl.h>
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38

# System calls that a notebook does not need: those that hold memory which belongs to no process and so is
# counted nowhere (memfd, System V and POSIX queues, keys), those that look into other processes, and
# much-attacked ones.
REFUSED = {  # name: its number on x86_64 and on aarch64
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "unshare": (272, 97),
    "setns": (308, 268),
}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_... of <linux/audit.h>
EPERM = 1


def libc():
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def die_with_parent() -> None:
    check(libc().prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "prctl")


def join(pidfd: int) -> None:
    """Enter all namespaces of a process. The process-id namespace holds for children, so fork afterwards."""
    check(libc().setns(pidfd, NAMESPACES), "setns")


def give_up_rights() -> None:
    """Drop every capability for good, and refuse the system calls above."""
    c = libc()
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        check(c.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "prctl")
    header = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    check(c.capset(header, b"\0" * 24), "capset")
    check(c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    check(c.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")  # joining took it away; it may read its own /proc
    filter_ = system_call_filter()
    code = ctypes.create_string_buffer(filter_, len(filter_))
    program = struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(code))
    check(c.prctl(PR_SET_SECCOMP, 2, program, 0, 0), "seccomp")


def system_call_filter() -> bytes:
    """A BPF program (seccomp(2)): calls in REFUSED, and all of another architecture, fail with EPERM."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise OSError(f"The sandbox knows the system calls of {known}, and not of {machine}.")
    architecture, column = ARCHITECTURES[machine], list(ARCHITECTURES).index(machine)
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    refuse, allow = 0x00050000 | EPERM, 0x7FFF0000
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, refuse), (load, 0, 0, 0)]
    steps += [(at_least, 0, 1, 0x40000000), (give, 0, 0, refuse)]  # the x32 names of the same calls
    for numbers in REFUSED.values():
        steps += [(equal, 0, 1, numbers[column]), (give, 0, 0, refuse)]
    steps += [(give, 0, 0, allow)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def limit(limits: dict, sandboxed: bool) -> None:
    """The limits that the kernel can keep for each process; `supervisor` keeps those of the whole tree."""
    megabyte = 2**20
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits["cpu_seconds"],
        "RLIMIT_FSIZE": limits["scratch_mb"] * megabyte,
        "RLIMIT_NOFILE": 1024,
        "RLIMIT_MEMLOCK": megabyte,
        "RLIMIT_SIGPENDING": 1024,
        "RLIMIT_MSGQUEUE": 0,
    }
    # Counts threads, and does not bind root. Since Linux 5.14 those of one user namespace: of one sandbox.
    # Without that it would count all that the grader runs on the machine.
    if sandboxed and tuple(map(int, platform.release().split(".")[:2])) >= (5, 14):
        wanted["RLIMIT_NPROC"] = limits["threads"]
    for name, most in wanted.items():
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))
