# SPDX-License-Identifier: Apache-2.0
"""Speaks to berth-worker as berthd does: one JOB over a seqpacket socket, then RESULT or ERROR."""
import fcntl
import os
import pathlib
import socket
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("BERTH_WORKER") or str(
    pathlib.Path(os.environ.get("BERTH_BUILD", ROOT / "build")) / "berth-worker")

JOB, ERROR, PROGRESS, RESULT = 16, 1, 128, 129
TEXT, U32, U64, I64, FD, FDS = "text", "u32", "u64", "i64", "fd", "fds"

ROOT_FIELDS = {"lowers": (64, FDS), "upper": (65, FD), "work": (66, FD), "dir": (67, FD)}
LAYER = {64: ("diff_id", TEXT), 65: ("blob", TEXT), 66: ("media_type", TEXT),
         67: ("blob_size", U64), 68: ("size", U64), 69: ("entries", U64)}
STREAM = {64: ("bytes", U64), 65: ("entries", U64)}
UNPACK = {"input": (64, FD), "tree": (65, FD), "blob": (66, FD), "expect_blob": (67, TEXT),
          "expect_diff": (68, TEXT), "max_bytes": (69, U64)}
JOBS = {
    "import": (UNPACK, LAYER),
    "unpack": (UNPACK, LAYER),
    "diff": ({**ROOT_FIELDS, "blob": (68, FD), "compression": (69, U32)}, LAYER),
    "changes": ({**ROOT_FIELDS, "output": (68, FD)}, STREAM),
    "load": ({"input": (64, FD), "blobs": (65, FD), "output": (66, FD)},
             {64: ("images", U64), 65: ("blobs", U64), 66: ("bytes", U64)}),
    "save": ({"members": (64, FD), "blobs": (65, FD), "output": (66, FD)}, STREAM),
    "export": ({**ROOT_FIELDS, "output": (68, FD)}, STREAM),
    "context": ({"input": (64, FD), "spool": (65, FD), "index": (66, FD), "max_bytes": (67, U64)},
                STREAM),
    "index": ({**ROOT_FIELDS, "index": (68, FD), "paths": (69, FD)}, STREAM),
    "copy": ({**ROOT_FIELDS, "from_lowers": (68, FDS), "from_upper": (69, FD),
              "from_work": (70, FD), "from_dir": (71, FD), "spool": (72, FD), "index": (73, FD),
              "file": (74, FD), "file_name": (75, TEXT), "file_mtime_ns": (76, I64),
              "sources": (77, FD), "excluded": (78, FD), "dest": (79, TEXT), "chown": (80, TEXT),
              "chmod": (81, TEXT), "unpack": (82, U32)}, STREAM),
    "fetch": ({"url": (64, TEXT), "output": (65, FD), "max_bytes": (66, U64),
               "timeout_s": (67, U32), "redirects": (68, U32)},
              {64: ("size", U64), 65: ("mtime_ns", I64), 66: ("digest", TEXT),
               67: ("media_type", TEXT), 68: ("file_name", TEXT), 69: ("final_url", TEXT)}),
}


class JobError(Exception):
    """The worker's answer ERROR."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind, self.text = kind, text


class Crash(Exception):
    """The worker ended without an answer."""


def field(tag, data):
    return struct.pack("<HHI", tag, 0, len(data)) + data + b"\0" * (-len(data) % 8)


def encode(job, params):
    fds, out = [], struct.pack("<HHI", JOB, 0, 7) + field(1, job.encode()) + field(2, struct.pack("<I", 1))
    for name, value in params.items():
        tag, kind = JOBS[job][0][name]
        if kind in (FD, FDS):
            group = [value] if kind == FD else list(value)
            out += field(tag, struct.pack("<II", len(fds), len(group)))
            fds += group
        elif kind == TEXT:
            out += field(tag, value.encode() if isinstance(value, str) else value)
        else:
            out += field(tag, struct.pack({U32: "<I", U64: "<Q", I64: "<q"}[kind], value))
    return out, fds


def fields(data):
    at = 8
    while at < len(data):
        tag, _, n = struct.unpack_from("<HHI", data, at)
        yield tag, data[at + 8:at + 8 + n]
        at += 8 + n + -n % 8


def decode(job, data):
    result = {name: "" if kind == TEXT else 0 for name, kind in JOBS[job][1].values()}
    for tag, value in fields(data):
        if tag in JOBS[job][1]:
            name, kind = JOBS[job][1][tag]
            result[name] = (value.decode() if kind == TEXT else
                            struct.unpack({U32: "<I", U64: "<Q", I64: "<q"}[kind], value)[0])
    return result


def start(job, params, stderr=None):
    """The process and the socket on which it answers."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    high = fcntl.fcntl(theirs, fcntl.F_DUPFD, 10)
    child = subprocess.Popen(
        ["/bin/bash", "-c", f'exec "$0" "$1" 3<&{high} {high}<&-', PROGRAM, job],
        stdin=subprocess.DEVNULL, env={}, stderr=stderr, pass_fds=[high])
    os.close(high)
    theirs.close()
    data, fds = encode(job, params)
    socket.send_fds(ours, [data], fds)
    return child, ours


def run(job, **params):
    """The result as a dict; JobError, or Crash with how it ended."""
    child, ours = start(job, params)
    try:
        while True:
            try:
                data = ours.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Crash(f"berth-worker {job} ended with {child.wait()} and said nothing")
            kind = struct.unpack_from("<H", data)[0]
            if kind == RESULT:
                return decode(job, data)
            if kind == ERROR:
                values = dict(fields(data))
                raise JobError(struct.unpack("<I", values[1])[0], values.get(4, b"").decode("utf-8", "replace"))
    finally:
        ours.close()
        child.wait()
