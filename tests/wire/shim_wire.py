# SPDX-License-Identifier: Apache-2.0
"""The daemon's side of the shim's dialogue, for tests: messages by the names of src/rpc/shim.h."""
import array
import fcntl
import os
import pathlib
import re
import select
import socket
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = [re.sub(r"/\*.*?\*/", "", (ROOT / "src/rpc" / name).read_text(), flags=re.S)
           for name in ("error.h", "shim.h")]
REPLAY = 1
HANDED_OVER_MAX = 24 << 10


def _enums():
    found = {}
    for text in HEADERS:
        for body in re.findall(r"enum[ \w]*\{([^}]*)\}", text):
            value = 0
            for item in filter(None, (i.strip() for i in body.split(","))):
                name, _, given = item.partition("=")
                if given.strip():
                    try:
                        value = eval(given, {"__builtins__": {}}, found)
                    except Exception:
                        continue
                found[name.strip()] = value
                value += 1
    return found


def _shapes():
    found = {}
    for text in HEADERS:
        for name, body in re.findall(r"#define (\w+)_FIELDS\(F, S\)((?:.*\\\n)*.*\n)", text):
            found[name] = {m[2]: (int(m[0]), m[1]) for m in
                           re.findall(r"F\(S, (\d+), (\w+), (\w+),", body)}
    return found


E, SHAPES = _enums(), _shapes()
NAMES = {E[n]: n for n in E if n.startswith(("SHIM_", "RPC_")) and
         (n in SHAPES or n in ("RPC_OK", "SHIM_READY", "SHIM_EXEC_EXIT", "SHIM_ROOT", "SHIM_QUIT"))
         and isinstance(E[n], int) and (E[n] >= 16 or n.startswith("RPC_")) and n != "RPC_REPLAY"}
SHAPES["SHIM_EXEC_EXIT"] = SHAPES["SHIM_EXIT"]
SHAPES["SHIM_RELEASE"] = SHAPES["SHIM_HOLD"]


def encode(name, seq, fields):
    """(bytes, descriptors) of a message; SLOTS-like fields: slots={number: fd}."""
    out, fds = [struct.pack("<HHI", E[name], 0, seq)], []
    slots = fields.pop("slots", None)
    if slots:
        fields["slot_numbers"] = struct.pack(f"<{len(slots)}I", *slots)
        fields["slot_fds"] = list(slots.values())
    for key, value in fields.items():
        tag, kind = SHAPES[name][key]
        if kind == "FD":
            data = struct.pack("<II", len(fds), 1)
            fds.append(value)
        elif kind == "FDS":
            data = struct.pack("<II", len(fds), len(value))
            fds += value
        elif kind == "U32":
            data = struct.pack("<I", int(value))
        elif kind in ("U64", "I64"):
            data = struct.pack("<q", value)
        else:
            data = value.encode() if isinstance(value, str) else value
        out.append(struct.pack("<HHI", tag, 0, len(data)) + data + bytes(-len(data) % 8))
    return b"".join(out), fds


class Message:
    def __init__(self, data, fds):
        kind, self.flags, self.seq = struct.unpack_from("<HHI", data)
        self.name, self.data, self.fds = NAMES.get(kind, str(kind)), data, fds
        shape = {tag: (key, kind) for key, (tag, kind) in SHAPES.get(self.name, {}).items()}
        at = 8
        while at < len(data):
            tag, _, size = struct.unpack_from("<HHI", data, at)
            raw = data[at + 8:at + 8 + size]
            at += 8 + size + (-size % 8)
            key, kind = shape.get(tag, (f"tag{tag}", "BYTES"))
            setattr(self, key, self._value(kind, raw))

    def _value(self, kind, raw):
        if kind == "U32":
            return struct.unpack("<I", raw)[0]
        if kind in ("U64", "I64"):
            return struct.unpack("<q", raw)[0]
        if kind == "FD":
            return self.fds[struct.unpack("<II", raw)[0]]
        return raw.decode("utf-8", "replace") if kind == "TEXT" else raw

    def __getattr__(self, key):
        for fields in SHAPES.values():
            if key in fields:
                return {"TEXT": "", "BYTES": b""}.get(fields[key][1], 0)
        raise AttributeError(key)

    def __repr__(self):
        return f"<{self.name} seq={self.seq} {vars(self)}>"


def sealed(data):
    fd = os.memfd_create("plan", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, 1033, 0xF)  # F_ADD_SEALS: seal, shrink, grow, write
    return fd


class Line:
    """One connection to a shim. What it said is kept in `log`; wait() takes from it."""

    def __init__(self, sock):
        self.sock, self.log, self.seq = sock, [], 100

    def send(self, name, **fields):
        self.seq += 1
        data, fds = encode(name, self.seq, fields)
        self.sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
                          if fds else [])
        return self.seq

    def _receive(self, timeout):
        if not select.select([self.sock], [], [], timeout)[0]:
            return False
        data, anc, _, _ = self.sock.recvmsg(65536, socket.CMSG_SPACE(253 * 4))
        if not data:
            raise EOFError("the shim hung up")
        fds = array.array("i")
        for _, _, raw in anc:
            fds.frombytes(raw)
        self.log.append(Message(data, list(fds)))
        return True

    def wait(self, name, timeout=20, **match):
        """The next message of that name whose fields match; others stay for later."""
        end = time.monotonic() + timeout
        while True:
            for i, m in enumerate(self.log):
                if m.name == name and all(getattr(m, k) == v for k, v in match.items()):
                    return self.log.pop(i)
            left = end - time.monotonic()
            if left <= 0 or not self._receive(left):
                raise TimeoutError(f"no {name} {match}; got {self.log}")

    def ask(self, name, reply="RPC_OK", **fields):
        seq = self.send(name, **fields)
        end = time.monotonic() + 20
        while True:
            for i, m in enumerate(self.log):
                if m.seq == seq:
                    self.log.pop(i)
                    assert m.name == reply, m
                    return m
            assert end > time.monotonic() and self._receive(20), f"no reply to {name}"

    def quiet(self, seconds=0.2):
        """Whatever comes within that time."""
        while self._receive(seconds):
            pass
        return self.log

    def close(self):
        self.sock.close()


class Shim:
    """A running berth-shim with its run directory."""

    def __init__(self, program, run_dir, make_plan):
        self.run_dir, self.make_plan = run_dir, make_plan
        self.dir = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listening.bind(f"/proc/self/fd/{self.dir}/shim.sock")
        listening.listen(8)
        high = [fcntl.fcntl(f, fcntl.F_DUPFD, 20)
                for f in (theirs.fileno(), listening.fileno(), self.dir)]

        def place():
            for number, fd in enumerate(high, 3):
                os.dup2(fd, number)
            os.closerange(6, 64)

        self.process = subprocess.Popen([program], preexec_fn=place, close_fds=False)
        for fd in high:
            os.close(fd)
        theirs.close()
        listening.close()
        self.line = Line(ours)

    def connect(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(f"/proc/self/fd/{self.dir}/shim.sock")
        return Line(s)

    def plan(self, kind, *args, tty=False):
        words = [self.make_plan, kind, *(["tty"] if tty else []), "--", *args]
        return sealed(subprocess.run(words, check=True, capture_output=True).stdout)

    def start(self, root, *args, reply="SHIM_STARTED", tty=False, **fields):
        plan, root_fd = self.plan("container", *args, tty=tty), os.open(root, os.O_PATH)
        try:
            return self.line.ask("SHIM_START", reply, plan=plan, tty=tty, slots={0: root_fd},
                                 **fields)
        finally:
            os.close(plan)
            os.close(root_fd)

    def exec(self, exec_id, *args, reply="SHIM_STARTED", tty=False, **fields):
        plan = self.plan("exec", *args, tty=tty)
        try:
            return self.line.ask("SHIM_EXEC", reply, plan=plan, tty=tty, exec_id=exec_id, **fields)
        finally:
            os.close(plan)

    def stream(self, stream_id, line=None, reply="RPC_OK", sock_type=socket.SOCK_STREAM, **fields):
        """Hands one end of a pair over; returns the client's end."""
        client, theirs = socket.socketpair(socket.AF_UNIX, sock_type)
        (line or self.line).ask("SHIM_STREAM", reply, stream_id=stream_id, socket=theirs.fileno(),
                                **fields)
        theirs.close()
        client.settimeout(20)
        return client

    def stop(self):
        """Lets it go in whatever state it is."""
        self.line.close()
        if self.process.poll() is None:
            try:
                line = self.connect()
                line.send("SHIM_QUIT")
                self.process.wait(5)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
            self.process.wait()
        os.close(self.dir)


def read_all(sock):
    data = b""
    while True:
        piece = sock.recv(65536)
        if not piece:
            return data
        data += piece


def read_until(sock, text):
    data = b""
    while text not in data:
        piece = sock.recv(65536)
        assert piece, f"ended before {text!r}: {data!r}"
        data += piece
    return data


def demux(data):
    """[(stream, bytes), …] of multiplexed frames."""
    frames = []
    while data:
        stream, size = struct.unpack(">BxxxI", data[:8])
        frames.append((stream, data[8:8 + size]))
        data = data[8 + size:]
    return frames


def dechunk(data):
    """The body of a chunked reply, which must be complete."""
    body = b""
    while True:
        head, data = data.split(b"\r\n", 1)
        size = int(head, 16)
        if size == 0:
            assert data == b"\r\n", data
            return body
        body, data = body + data[:size], data[size:]
        assert data[:2] == b"\r\n", data[:20]
        data = data[2:]
