# SPDX-License-Identifier: Apache-2.0
"""Drives berth-shim as the daemon does, over a busybox root. Needs root; see meson.build."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from shim_wire import E, REPLAY, Shim, dechunk, demux, read_all, read_until

SHIM, MAKE_PLAN = os.environ["BERTH_SHIM"], os.environ["MAKE_PLAN"]
OUT = E["SHIM_STDOUT"] | E["SHIM_STDERR"]
ALL = OUT | E["SHIM_STDIN"]
MUX, RAW, WAIT = (E[f"SHIM_CONTENT_{n}"] for n in ("MUX", "RAW", "WAIT"))
CHUNKED = E["SHIM_WRAP_CHUNKED"]


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    top = tmp_path_factory.mktemp("root")
    for name in ("bin", "proc", "dev", "tmp", "etc"):
        (top / name).mkdir()
    shutil.copy("/bin/busybox", top / "bin/busybox")
    for applet in ("sh", "cat", "echo", "sleep", "true", "dd", "stty", "yes", "head", "seq"):
        (top / "bin" / applet).symlink_to("busybox")
    return top


@pytest.fixture
def shim(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "log").mkdir()
    s = Shim(SHIM, tmp_path / "run", MAKE_PLAN)
    s.log_path = tmp_path / "log" / "c-json.log"
    s.log_fd = os.open(tmp_path / "log", os.O_RDONLY)
    hello = s.line.wait("SHIM_HELLO")
    assert (hello.protocol, hello.plan_version, hello.state) == (1, 1, E["SHIM_IDLE"])
    s.line.wait("SHIM_READY")
    yield s
    s.stop()
    os.close(s.log_fd)


def logged(shim, **more):
    return {"log": E["SHIM_LOG_JSON_FILE"], "log_dir": shim.log_fd, "log_name": "c-json.log", **more}


def log_lines(shim):
    return [json.loads(line) for line in shim.log_path.read_text().splitlines()]


def record(shim, name="exit"):
    return dict(line.split() for line in (pathlib.Path(shim.run_dir) / name).read_text().splitlines())


def leave(shim):
    """ACK of the exit: the shim goes by itself."""
    shim.line.send("SHIM_ACK")
    assert shim.process.wait(10) == 0


def test_run_and_exit(shim, root):
    started = shim.start(root, "sh", "-c", "echo out; echo err >&2; exit 7", **logged(shim))
    assert started.pid > 0 and os.path.exists(f"/proc/self/fd/{started.pidfd}")
    ended = shim.line.wait("SHIM_EXIT")
    assert (ended.status, ended.pid) == (7, started.pid)
    assert record(shim)["status"] == "7" and record(shim)["pid"] == str(started.pid)
    assert int(record(shim)["time"]) == ended.time
    assert sorted((x["stream"], x["log"]) for x in log_lines(shim)) == [
        ("stderr", "err\n"), ("stdout", "out\n")]
    assert all(x["time"].endswith("Z") for x in log_lines(shim))
    leave(shim)


@pytest.mark.parametrize("program, status", [("nonsuch", 127), ("/etc", 126)])
def test_failed_start(shim, root, program, status):
    wait = shim.stream(1, content=WAIT, wrap=CHUNKED)
    attach = shim.stream(2, content=MUX, directions=OUT)
    failed = shim.start(root, program, reply="RPC_ERROR", **logged(shim))
    assert failed.exit_code == status and failed.text
    assert json.loads(dechunk(read_all(wait))) == {"StatusCode": status}
    assert read_all(attach) == b""
    assert shim.line.wait("SHIM_STREAM_END", stream_id=2).reason == E["SHIM_END_NOT_STARTED"]
    assert not (pathlib.Path(shim.run_dir) / "exit").exists()
    shim.start(root, "true")  # another try is allowed
    assert shim.line.wait("SHIM_EXIT").status == 0


def test_signals(shim, root):
    shim.start(root, "sleep", "100")
    refused = shim.line.ask("SHIM_SIGNAL", "RPC_ERROR", exec_id="nope", signal=9)
    assert "No such exec instance: nope" in refused.text
    shim.line.ask("SHIM_SIGNAL", signal=signal.SIGKILL)
    assert shim.line.wait("SHIM_EXIT").status == 137


def test_attach_before_start(shim, root):
    """What docker's client sends: attach, wait, start; all output before the wait's answer."""
    head = b"HTTP/1.1 101 UPGRADED\r\n\r\n"
    attach = shim.stream(1, content=MUX, directions=OUT, unsent=head)
    wait = shim.stream(2, content=WAIT, wrap=CHUNKED, unsent=b"HTTP/1.1 200 OK\r\n\r\n")
    shim.start(root, "sh", "-c", "echo a; echo b >&2; seq 1 20000; exit 3")
    data = read_all(attach)
    assert data.startswith(head)
    frames = demux(data[len(head):])
    assert b"".join(t for s, t in frames if s == 2) == b"b\n"
    out = b"".join(t for s, t in frames if s == 1).split()
    assert out == [b"a"] + [str(i).encode() for i in range(1, 20001)]
    body = read_all(wait)
    assert body.startswith(b"HTTP/1.1 200 OK\r\n\r\n")
    assert dechunk(body[19:]) == b'{"StatusCode":3}\n'
    late = shim.stream(3, content=WAIT)
    assert read_all(late) == b'{"StatusCode":3}\n'
    leave(shim)


def test_stdin_once_and_half_close(shim, root):
    client = shim.stream(1, content=MUX, directions=ALL, unread=b"first ")
    shim.start(root, "sh", "-c", "cat; echo done", stdin_open=1, stdin_once=1)
    client.sendall(b"second\n")
    client.shutdown(socket.SHUT_WR)
    assert b"".join(t for _, t in demux(read_all(client))) == b"first second\ndone\n"
    assert shim.line.wait("SHIM_EXIT").status == 0


def test_client_that_leaves_ends_stdin_once(shim, root):
    client = shim.stream(1, content=MUX, directions=ALL)
    shim.start(root, "sh", "-c", "cat >/tmp/got; exit 5", stdin_open=1, stdin_once=1)
    client.sendall(b"x" * 100000)
    client.close()
    assert shim.line.wait("SHIM_EXIT").status == 5
    assert (root / "tmp/got").stat().st_size == 100000


def test_stdin_stays_open_without_once(shim, root):
    shim.start(root, "cat", stdin_open=1)
    first = shim.stream(1, content=MUX, directions=ALL)
    first.sendall(b"one\n")
    read_until(first, b"one\n")
    first.close()
    shim.line.wait("SHIM_STREAM_END", stream_id=1, reason=E["SHIM_END_EOF"])
    second = shim.stream(2, content=MUX, directions=ALL)
    second.sendall(b"two\n")
    read_until(second, b"two\n")


def test_big_stdin(shim, root):
    """More than a pipe holds, both ways at once."""
    shim.start(root, "cat", stdin_open=1, stdin_once=1)
    client = shim.stream(1, content=RAW, directions=ALL)
    data = os.urandom(1 << 20) * 8
    pid = os.fork()
    if pid == 0:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        os._exit(0)
    assert read_all(client) == data
    os.waitpid(pid, 0)


def test_terminal(shim, root):
    client = shim.stream(1, content=RAW, directions=ALL, detach_keys=b"\x10\x11")
    shim.start(root, "sh", "-c", "stty size; cat", tty=True, stdin_open=1, stdin_once=1, rows=24,
               cols=80, **logged(shim))
    assert b"24 80" in read_until(client, b"\n")
    shim.line.ask("SHIM_RESIZE", rows=30, cols=100)
    client.sendall(b"hi\n")
    assert read_until(client, b"hi\r\nhi\r\n")
    client.sendall(b"x\x10y\n")  # not the sequence: it passes
    read_until(client, b"y\r\n")
    client.sendall(b"\x10")
    time.sleep(0.05)
    client.sendall(b"\x11never")
    assert shim.line.wait("SHIM_STREAM_END").reason == E["SHIM_END_DETACHED"]
    read_all(client)
    again = shim.stream(2, content=RAW, directions=ALL)
    again.sendall(b"back\n")
    read_until(again, b"back\r\n")
    shim.exec("size", "sh", "-c", "stty size </dev/pts/0 >/tmp/size")
    shim.line.wait("SHIM_EXEC_EXIT", exec_id="size")
    assert (root / "tmp/size").read_text() == "30 100\n"
    again.sendall(b"\x04")
    assert shim.line.wait("SHIM_EXIT").status == 0
    assert log_lines(shim)[0]["log"] == "24 80\r\n"


def test_exec(shim, root):
    shim.start(root, "sleep", "100")
    client = shim.stream(7, exec_id="e1", content=MUX, directions=ALL)
    assert shim.line.quiet(0.1) == []
    started = shim.exec("e1", "sh", "-c", "cat; echo oops >&2; exit 9", stdin_open=1)
    assert started.exec_id == "e1"
    client.sendall(b"input")
    client.shutdown(socket.SHUT_WR)
    assert sorted(demux(read_all(client))) == [(1, b"input"), (2, b"oops\n")]
    ended = shim.line.wait("SHIM_EXEC_EXIT")
    assert (ended.exec_id, ended.status) == ("e1", 9)
    assert record(shim, "exec-e1.exit")["status"] == "9"
    shim.line.send("SHIM_ACK", exec_id="e1")
    shim.line.ask("SHIM_SIGNAL", "RPC_ERROR", exec_id="e1", signal=9)


def test_exec_that_fails(shim, root):
    shim.start(root, "sleep", "100")
    client = shim.stream(7, exec_id="bad", content=MUX, directions=OUT)
    failed = shim.exec("bad", "nonsuch", reply="RPC_ERROR")
    assert failed.exit_code == 127
    frames = demux(read_all(client))
    assert frames == [(1, failed.text.encode() + b"\r\n")]
    assert shim.line.wait("SHIM_STREAM_END").reason == E["SHIM_END_NOT_STARTED"]


def test_exec_terminal(shim, root):
    shim.start(root, "sleep", "100")
    client = shim.stream(7, exec_id="t", content=RAW, directions=ALL)
    shim.exec("t", "sh", tty=True, stdin_open=1, rows=10, cols=20)
    client.sendall(b"stty size; exit 4\n")
    assert b"10 20" in read_all(client)
    assert shim.line.wait("SHIM_EXEC_EXIT").status == 4


def test_two_clients_and_a_slow_one(shim, root):
    """The container waits for the slow client, so nobody loses a byte."""
    shim.start(root, "sh", "-c", "head -c 8388608 /dev/zero 2>/dev/null || yes | head -c 8388608")
    fast = shim.stream(1, content=RAW, directions=OUT, limit=65536)
    slow = shim.stream(2, content=RAW, directions=OUT, limit=65536)
    time.sleep(0.5)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if len(read_all(fast)) > 0 else 1)
    got = len(read_all(slow))
    assert got > 0
    assert os.waitpid(pid, 0)[1] == 0
    assert shim.line.wait("SHIM_EXIT").status == 0


def test_slow_client_blocks_the_container(shim, root):
    client = shim.stream(1, content=RAW, directions=OUT, limit=100000)
    shim.start(root, "sh", "-c", "yes | head -c 4000000; echo END >/tmp/end; sleep 100")
    (root / "tmp/end").unlink(missing_ok=True)
    time.sleep(0.5)
    assert not (root / "tmp/end").exists()
    total = 0
    while total < 4000000:
        total += len(client.recv(65536))
    assert total == 4000000


def test_slow_client_is_cut_when_asked(shim, root):
    client = shim.stream(1, content=RAW, directions=OUT, limit=100000, slow=E["SHIM_SLOW_IS_CUT"])
    shim.start(root, "sh", "-c", "yes | head -c 4000000")
    assert shim.line.wait("SHIM_STREAM_END").reason == E["SHIM_END_SLOW"]
    assert shim.line.wait("SHIM_EXIT").status == 0
    client.close()


def test_daemon_dies_and_comes_back(shim, root):
    attach = shim.stream(1, content=MUX, directions=ALL)
    wait = shim.stream(2, content=WAIT, wrap=CHUNKED)
    started = shim.start(root, "sh", "-c", "read x; echo got $x; exit 6", stdin_open=1)
    shim.exec("busy", "sleep", "100")
    shim.exec("gone", "true")
    shim.line.wait("SHIM_EXEC_EXIT")
    shim.line.close()
    line = shim.connect()
    hello = line.wait("SHIM_HELLO")
    assert (hello.state, hello.execs, hello.streams) == (E["SHIM_RUNNING"], 2, 2)
    again = [line.wait("SHIM_STARTED"), line.wait("SHIM_STARTED", exec_id="busy")]
    assert [m.flags for m in again] == [REPLAY] * 2 and again[0].pid == started.pid
    assert line.wait("SHIM_EXEC_EXIT", exec_id="gone").flags == REPLAY
    line.wait("SHIM_READY")
    line.send("SHIM_ACK", exec_id="gone")
    line.close()  # dead once more; meanwhile the container ends
    attach.sendall(b"word\n")
    assert demux(read_all(attach)) == [(1, b"got word\n")]
    assert dechunk(read_all(wait)) == b'{"StatusCode":6}\n'
    assert record(shim)["status"] == "6"
    shim.line = shim.connect()
    assert shim.line.wait("SHIM_HELLO").state == E["SHIM_EXITED"]
    ended = shim.line.wait("SHIM_EXIT")
    assert (ended.status, ended.flags) == (6, REPLAY)
    leave(shim)


def test_idle_shim_leaves_with_its_daemon(shim):
    shim.line.close()
    assert shim.process.wait(10) == 0


def test_sigterm(shim, root):
    """A shutdown: the shim stays for the container's sake, and leaves when that has ended."""
    started = shim.start(root, "sleep", "100")
    shim.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert shim.process.poll() is None
    os.kill(started.pid, signal.SIGKILL)
    assert shim.process.wait(10) == 0
    assert record(shim)["status"] == "137"


def test_quit_kills(shim, root):
    started = shim.start(root, "sleep", "100")
    shim.line.send("SHIM_QUIT")
    assert shim.process.wait(10) == 0
    assert not os.path.exists(f"/proc/{started.pid}")


def test_root(shim, root):
    shim.start(root, "sleep", "100")
    reply = shim.line.ask("SHIM_ROOT", "SHIM_ROOT_IS")
    assert "busybox" in os.listdir(os.open("bin", os.O_RDONLY, dir_fd=reply.root))


def test_holds(shim, root):
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    shim.line.ask("SHIM_HOLD", group=4, fds=[listener.fileno()])
    listener.close()
    shim.start(root, "sleep", "100")
    with pytest.raises(OSError):
        socket.create_server(address)
    shim.line.ask("SHIM_RELEASE", group=4)
    socket.create_server(address).close()


def test_many_slots(shim, root):
    """Slots beyond what one message carries: the last word on a slot wins, strays are refused."""
    wrong = os.open("/etc", os.O_PATH)
    for _ in range(3):
        shim.line.send("SHIM_SLOTS", slots={0: wrong})
    shim.start(root, "true")
    assert shim.line.wait("SHIM_EXIT").status == 0
    os.close(wrong)


def test_bad_messages(shim, root):
    shim.line.sock.send(b"xx")
    assert "malformed" in shim.line.wait("SHIM_NOTE").text
    shim.line.sock.send(b"\xff\x7f\0\0\1\0\0\0")
    assert "does not know message 32767" in shim.line.wait("RPC_ERROR").text
    assert "missing" in shim.line.ask("SHIM_SIGNAL", "RPC_ERROR").text
    pipe = os.pipe()
    assert "sealed" in shim.line.ask("SHIM_START", "RPC_ERROR", plan=pipe[0]).text
    assert "not running" in shim.line.ask("SHIM_ROOT", "RPC_ERROR").text
    shim.start(root, "true")
    assert shim.line.wait("SHIM_EXIT").status == 0


def test_log_follow(shim, root):
    shim.start(root, "sh", "-c", "echo one; echo two; read x; echo three >&2; printf unfinished",
               stdin_open=1, **logged(shim))
    while not shim.log_path.exists() or len(log_lines(shim)) < 2:
        time.sleep(0.01)
    inode, second = shim.log_path.stat().st_ino, len(shim.log_path.read_text().splitlines()[0]) + 1
    follow = {"source": E["SHIM_SOURCE_FOLLOW"], "log_file": inode, "content": MUX, "wrap": CHUNKED}
    every = shim.stream(1, directions=OUT, log_offset=second, **follow)
    errors = shim.stream(2, directions=E["SHIM_STDERR"], timestamps=1, details="k=v ", **follow)
    feed = shim.stream(3, content=MUX, directions=E["SHIM_STDIN"])
    feed.sendall(b"\n")
    shim.line.wait("SHIM_EXIT")
    assert demux(dechunk(read_all(every))) == [(1, b"two\n"), (2, b"three\n"), (1, b"unfinished")]
    (stream, text), = demux(dechunk(read_all(errors)))
    stamp, rest = text.split(b" ", 1)
    assert (stream, rest, len(stamp)) == (2, b"k=v three\n", 30)
    late = shim.stream(4, directions=OUT, **follow)
    assert len(demux(dechunk(read_all(late)))) == 4


def test_log_follow_over_rotations(shim, root):
    """No line is missing or double while the log is rotated many times."""
    shim.start(root, "sh", "-c", "read x; seq 1 5000", stdin_open=1,
               **logged(shim, log_max_size=20000, log_max_files=100))
    client = shim.stream(1, directions=OUT, content=RAW, source=E["SHIM_SOURCE_FOLLOW"],
                         log_file=shim.log_path.stat().st_ino)
    shim.stream(2, content=MUX, directions=E["SHIM_STDIN"]).sendall(b"\n")
    assert read_all(client).split() == [str(i).encode() for i in range(1, 5001)]
    assert len(os.listdir(shim.log_path.parent)) > 10


def test_attach_with_logs(shim, root):
    """The log from a position, then live: also the half line that is in no file yet."""
    shim.start(root, "sh", "-c", "echo one; printf par; read x; echo tial; echo two", stdin_open=1,
               **logged(shim))
    while not shim.log_path.exists() or len(log_lines(shim)) < 1:
        time.sleep(0.01)
    time.sleep(0.1)
    client = shim.stream(1, content=MUX, directions=ALL, source=E["SHIM_SOURCE_LOG"],
                         log_file=shim.log_path.stat().st_ino)
    client.sendall(b"\n")
    assert b"".join(t for _, t in demux(read_all(client))) == b"one\npartial\ntwo\n"


def test_log_until(shim, root):
    shim.start(root, "sleep", "100", **logged(shim))
    client = shim.stream(1, content=RAW, directions=OUT, source=E["SHIM_SOURCE_FOLLOW"],
                         log_file=shim.log_path.stat().st_ino, until=time.time_ns() + 200_000_000)
    assert read_all(client) == b""


def test_no_log_to_follow(shim, root):
    shim.start(root, "sleep", "100")
    shim.stream(1, reply="RPC_ERROR", content=RAW, source=E["SHIM_SOURCE_FOLLOW"])


def test_probe(shim, root):
    plan = shim.plan("exec", "sh", "-c", "echo checking; test -e /tmp/healthy")
    (root / "tmp/healthy").unlink(missing_ok=True)
    shim.line.ask("SHIM_PROBE", plan=plan, interval=50_000_000, timeout=5_000_000_000, retries=2)
    os.close(plan)
    shim.start(root, "sleep", "100")
    first = shim.line.wait("SHIM_HEALTH")
    assert (first.status, first.failing_streak, first.exit_code) == (0, 1, 1)
    assert first.output == b"checking\n" and first.ended >= first.started
    assert shim.line.wait("SHIM_HEALTH", failing_streak=2).status == E["SHIM_HEALTH_UNHEALTHY"]
    (root / "tmp/healthy").touch()
    well = shim.line.wait("SHIM_HEALTH", exit_code=0)
    assert (well.status, well.failing_streak) == (E["SHIM_HEALTH_HEALTHY"], 0)
    shim.line.close()
    shim.line = shim.connect()
    assert shim.line.wait("SHIM_HEALTH", flags=REPLAY).status == E["SHIM_HEALTH_HEALTHY"]
    shim.line.send("SHIM_PAUSED", paused=1)
    shim.line.quiet(0.3)
    shim.line.log.clear()
    assert shim.line.quiet(0.3) == []


def test_probe_times_out(shim, root):
    plan = shim.plan("exec", "sleep", "100")
    shim.line.ask("SHIM_PROBE", plan=plan, interval=50_000_000, timeout=100_000_000, retries=1)
    os.close(plan)
    shim.start(root, "sleep", "100")
    result = shim.line.wait("SHIM_HEALTH")
    assert (result.exit_code, result.status) == (-1, E["SHIM_HEALTH_UNHEALTHY"])
    assert result.output == b"Health check exceeded timeout (100ms)"


def test_no_library_and_small(shim, root):
    """What a thousand containers pay for; the number is printed, not asserted."""
    text = subprocess.run(["readelf", "-dl", SHIM], capture_output=True, text=True).stdout
    if os.environ.get("BERTH_SHIM_STATIC") == "1":
        assert "NEEDED" not in text and "INTERP" not in text
    shim.start(root, "sleep", "100", **logged(shim))
    shim.exec("e", "sh", "-c", "yes | head -c 1000000")
    shim.line.wait("SHIM_EXEC_EXIT")
    time.sleep(1)
    rollup = pathlib.Path(f"/proc/{shim.process.pid}/smaps_rollup").read_text()
    pss = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    print("shim", pss)
