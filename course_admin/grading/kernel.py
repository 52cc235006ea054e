"""The student's kernel, as the grader sees it: run a cell, collect what it shows, notice when it dies."""

import contextlib
import queue
import time
from collections.abc import Callable
from pathlib import Path

import zmq
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import run_sync

from course_admin.grading.sandbox.warm import Warm

KERNELS = Path(__file__).parent / "sandbox" / "kernels"
SHOWN = ("stream", "display_data", "execute_result", "error")
POLL_MS = 50
SEND_MS = 5000  # to hand a request over; a kernel that closed its end would let us wait for ever
LAST_WORDS = 2.0  # seconds for a cell that has ended to show the rest of its output
START_SECONDS = 60  # for a kernel to answer; a fault of the machine if it does not


class KernelDied(Exception):
    """The student's kernel is gone; the message says why, as far as it is known."""


class StudentKernel:
    """A kernel in a sandbox of its own. Close it, or use it as a context manager."""

    def __init__(self, warm: Warm, files: dict[str, bytes], channel=None):
        self.limits = warm.settings.limits
        self._killed = False
        self._replied: set[str] = set()
        self._context = zmq.Context()
        # What a kernel may send at once, and how much of it may wait here: a flood fills no memory of ours.
        self._context.setsockopt(zmq.MAXMSGSIZE, self.limits.output_mb * 2**20)
        self._context.setsockopt(zmq.RCVHWM, 16)
        self._context.setsockopt(zmq.LINGER, 0)
        self._context.setsockopt(zmq.SNDTIMEO, SEND_MS)
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False)
        self._manager = KernelManager(
            kernel_name="course-sandbox",
            kernel_spec_manager=specs,
            context=self._context,
            client_class="jupyter_client.BlockingKernelClient",
        )
        try:
            self._manager.start_kernel(warm=warm, files=files, channel=channel)
            self._provisioner = self._manager.provisioner
            self._client = self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> BlockingKernelClient:
        """Connect once the kernel listens, and wait until what it publishes arrives here."""
        end = time.monotonic() + START_SECONDS
        last = Path(f"{self._manager.ip}-{self._manager.control_port}")
        while not last.exists():
            self._check(end)
            time.sleep(0.002)
        client = self._manager.client()
        client.start_channels(hb=False, stdin=False, control=False)
        self._poller = zmq.Poller()
        for channel in (client.shell_channel, client.iopub_channel):
            self._poller.register(channel.socket, zmq.POLLIN)
        answered = published = False
        while not (answered and published):
            self._check(end)
            client.kernel_info()
            with contextlib.suppress(queue.Empty):
                client.get_shell_msg(timeout=0.2)
                answered = True
            with contextlib.suppress(queue.Empty):
                client.get_iopub_msg(timeout=0.02)
                published = True
        return client

    def _check(self, end: float) -> None:
        if not self.alive():
            raise KernelDied(self.cause())
        if time.monotonic() > end:
            raise RuntimeError(f"A kernel did not start within {START_SECONDS} s.")

    def alive(self) -> bool:
        return not self._killed and self._manager.provisioner.child.poll() is None

    def wait(self, seconds: float) -> None:
        """Wait until the kernel is gone, but not longer than this."""
        end = time.monotonic() + seconds
        while self.alive() and time.monotonic() < end:
            time.sleep(0.01)

    def cause(self) -> str:
        """Why the kernel is gone."""
        supervisor = self._manager.provisioner.supervisor
        if supervisor is not None and (verdict := supervisor.why()):
            return f"it was stopped because {verdict}"
        code = self._manager.provisioner.child.poll()
        if self._killed:
            return "it did not answer, and was stopped"
        if code is not None and code < 0:
            return f"it was killed by signal {-code}"
        return "it ended itself (for example by os._exit, or by a crash)"

    def excess(self) -> str:
        """Which limit its processes exceed now, in words, or an empty text."""
        supervisor = self._manager.provisioner.supervisor
        return supervisor.look() if supervisor is not None else ""

    def kill(self) -> None:
        self._killed = True  # it may take a moment
        self._provisioner.child.kill()

    def send(self, code: str, silent: bool = False) -> str:
        """Start to run code without waiting; `collect` waits for it."""
        try:
            return self._client.execute(code, silent=silent, allow_stdin=False, stop_on_error=False)
        except zmq.ZMQError:  # it closed its end, and lives on
            self.kill()
            return ""

    def collect(self, request: str, end: float) -> list[dict]:
        """What the code shows, until it has ended. KernelDied; TimeoutError after `end`."""
        outputs = Outputs(self.limits.output_mb * 2**20)
        replied, idle = 0.0, False
        iopub = self._client.iopub_channel.socket
        while not (replied and idle):
            ready = dict(self._poller.poll(POLL_MS))
            if iopub in ready:
                kind, content = received(self._client.get_iopub_msg, request)
                idle = idle or (kind == "status" and content.get("execution_state") == "idle")
                outputs.add(kind, content)
            if replied and time.monotonic() > replied + LAST_WORDS:
                # The cell has ended. What it said last was too long for one message, or does not end.
                outputs.size = max(outputs.size, outputs.most + 1)
                break
            if not replied and self.replied(request):
                replied = time.monotonic()
            if not replied and not ready and not self.alive():
                raise KernelDied(self.cause())
            if time.monotonic() > end:
                raise TimeoutError
        return outputs.done()

    def replied(self, request: str) -> bool:
        """Whether the kernel has answered this request. Never waits."""
        while request not in self._replied and self._client.shell_channel.socket.poll(0):
            if received(self._client.get_shell_msg, request)[0]:
                self._replied.add(request)
        return request in self._replied

    def close(self) -> None:
        if hasattr(self, "_client"):
            self._client.stop_channels()
        if self._manager.provisioner is not None:  # nothing in it is worth a polite end, which takes 0.1 s
            run_sync(self._manager.provisioner.cleanup)()
        self._context.destroy(linger=0)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Outputs:
    """The outputs of one cell, up to a number of bytes."""

    def __init__(self, most: int):
        self.most, self.size, self.outputs = most, 0, []

    def add(self, kind: str, content: dict) -> None:
        if kind not in SHOWN:
            return
        self.size += len(str(content))
        output = as_output(kind, content)
        if self.size > self.most or output is None:
            return
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and output["name"] == last.get("name"):
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def done(self) -> list[dict]:
        if self.size > self.most:
            text = f"\n... the rest of the output was left out: more than {self.most // 2**20} MB ...\n"
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        return self.outputs


def received(get: Callable, request: str) -> tuple[str, dict]:
    """Type and content of the next message; empty if it is not about this request, or malformed.

    The kernel is the student's, and may send whatever it likes.
    """
    try:
        message = get(timeout=0)
        kind, content = message["msg_type"], message["content"]
        mine = message["parent_header"].get("msg_id") == request
    except Exception:  # whatever taking a forged message apart leads to
        return "", {}
    return (kind, content) if mine and type(kind) is str and type(content) is dict else ("", {})


def clean(value):
    """Text that can be saved: lone surrogates, which no encoding has, become question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): clean(item) for name, item in value.items()}
    return value


def as_output(kind: str, content: dict) -> dict | None:
    """A message as an output of a notebook. None if it is malformed."""
    try:
        content = clean(content)
    except RecursionError:
        return None
    match kind, content:
        case "stream", {"name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": kind, "name": name, "text": text}
        case "error", {"ename": str(ename), "evalue": str(evalue), "traceback": list(trace)}:
            lines = [str(line) for line in trace]
            return {"output_type": kind, "ename": ename, "evalue": evalue, "traceback": lines}
        case "display_data" | "execute_result", {"data": dict(data)}:
            bundle = {mime: value for mime, value in data.items() if is_bundled(mime, value)}
            output = {"output_type": kind, "data": bundle, "metadata": {}}
            return output | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def is_bundled(mime: str, value: object) -> bool:
    """Whether a representation has the type that the format of notebooks asks for: text, or JSON."""
    is_json = mime == "application/json" or (mime.startswith("application/") and mime.endswith("+json"))
    return isinstance(value, str) or (is_json and isinstance(value, dict))
