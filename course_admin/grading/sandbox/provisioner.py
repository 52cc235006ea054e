"""A kernel provisioner of jupyter_client: each kernel in a sandbox of its own, forked from a warm parent."""

import asyncio
import json
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase

from course_admin.grading.sandbox.box import SOCKETS, Box, put
from course_admin.grading.sandbox.supervisor import Supervisor
from course_admin.grading.sandbox.warm import Child, Warm
from course_admin.grading.settings import Settings

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


class SandboxProvisioner(KernelProvisionerBase):
    """Starts ipykernel inside bubblewrap, and talks to it through sockets that exist only there.

    `start_kernel` takes three more arguments: `warm`, the warm parent to fork from (default: one of its own);
    `files`, {path: content} to lie in the working folder; `channel`, a socket that the kernel keeps for the
    tests (default: none).
    """

    box: Box | None = None
    child: Child | None = None
    supervisor: Supervisor | None = None
    folder: tempfile.TemporaryDirectory | None = None
    own_warm: Warm | None = None

    @property
    def has_process(self) -> bool:
        return self.child is not None

    async def pre_launch(self, warm: Warm | None = None, **kwargs: Any) -> dict[str, Any]:
        self.warm = warm
        if warm is None:
            self.warm = self.own_warm = Warm(Settings())
        settings = self.warm.settings
        if settings.sandboxed:
            self.box = Box(settings.limits, settings.not_importable)
            here, inside = f"{self.box.root}{SOCKETS}", SOCKETS
        else:
            self.folder = tempfile.TemporaryDirectory(prefix="k")
            here = inside = self.folder.name
        km = self.parent
        km.transport, km.ip = "ipc", f"{here}/s"
        for number, port in enumerate(PORTS, 1):
            setattr(km, port, number)
        self.connection_info = km.get_connection_info()
        self.connection_inside = self.connection_info | {
            "ip": f"{inside}/s",
            "key": km.session.key.decode(),
            "signature_scheme": km.session.signature_scheme,
        }
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict:
        files, channel = kwargs.get("files", {}), kwargs.get("channel")
        if self.box is not None:
            self.box.put(files)
        else:
            put(Path(self.folder.name), files)
        ours, theirs = socket.socketpair()
        unused = None if channel is not None else socket.socketpair()
        try:
            fds = [(channel or unused[0]).fileno(), theirs.fileno()]
            self.child = self.warm.fork("kernel", self.box, fds, folder=self.folder and self.folder.name)
        finally:
            theirs.close()
            for end in unused or ():
                end.close()
        ours.sendall(json.dumps(self.connection_inside).encode())
        ours.close()
        if self.box is not None:
            self.supervisor = Supervisor(self.box, self.warm.settings.limits)
        return self.connection_info

    async def poll(self) -> int | None:
        return 0 if self.child is None else self.child.poll()

    async def wait(self) -> int | None:
        while (code := await self.poll()) is None:
            await asyncio.sleep(0.02)
        return code

    async def send_signal(self, signum: int) -> None:
        """Only killing is possible from outside; kernels are interrupted by message."""
        if self.child is not None and signum in (signal.SIGKILL, signal.SIGTERM):
            self.child.kill()

    async def kill(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)

    async def shutdown_requested(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)  # there is nothing in it to be saved

    async def cleanup(self, restart: bool = False) -> None:
        for part in (self.supervisor, self.child, self.box, self.own_warm):
            if part is not None:
                part.close()
        if self.folder is not None:
            self.folder.cleanup()
        self.supervisor = self.child = self.box = self.own_warm = self.folder = None
