#!/usr/bin/env python3
"""Makes hosts on this machine for the tests of jobs across hosts, as root: network namespaces with a host name, an
address and an sshd each, joined by a wire that delays and loses frames.

    hosts.py DIRECTORY COUNT [DELAY_MS [LOSS_PERCENT]]

Host K (from 1) is called hK, has the address 10.71.0.K and is entered by `DIRECTORY/on K COMMAND ...`; DIRECTORY/hosts.txt
is a host file, DIRECTORY/ssh_config lets each reach the others. It says `ready` and keeps the hosts until its standard
input ends, then removes them with all that runs on them. The wire is a program, because not every kernel has netem: a
frame waits DELAY_MS, or is dropped with the given probability, from a fixed seed. Lines on standard input: `cut K` and
`join K` pull a host's plug and put it back, `drop K` ends whatever runs on it.
"""
import fcntl, heapq, os, random, select, signal, struct, subprocess, sys, time

directory, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
delay = float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0.0
loss = float(sys.argv[4]) / 100 if len(sys.argv) > 4 else 0.0
hosts = range(1, count + 1)
name = {k: f"eqprop-{os.getpid()}-{k}" for k in hosts}
taps, daemons, plugged = {}, {}, set(hosts)


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def write(file, text, mode=0o644):
    path = os.path.join(directory, file)
    with open(path, "w") as out:
        out.write(text)
    os.chmod(path, mode)
    return path


def tap(k):
    """A network device whose other end is this program; only the device moves into the host's namespace."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    device = f"eq{os.getpid() % 100000}-{k}"
    IFF_TAP, IFF_NO_PI, TUNSETIFF = 0x0002, 0x1000, 0x400454CA
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TAP | IFF_NO_PI))
    run("ip", "link", "set", device, "netns", name[k], "name", "eth0")
    return descriptor


def make(k):
    run("ip", "netns", "add", name[k])
    inside = ["ip", "-n", name[k]]
    taps[k] = tap(k)
    run(*inside, "address", "add", f"10.71.0.{k}/24", "dev", "eth0")
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "link", "set", "eth0", "up")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{directory}/host-{k}")
    write(f"sshd-{k}", f"ListenAddress 10.71.0.{k}\nHostKey {directory}/host-{k}\nPidFile none\n"
          f"AuthorizedKeysFile {directory}/key.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
          "MaxStartups 100\n")
    begin = f"hostname h{k} && mount --bind {directory}/names /etc/hosts && exec /usr/sbin/sshd -D -e -f {directory}/sshd-{k}"
    with open(f"{directory}/sshd-{k}.log", "w") as log:
        daemons[k] = subprocess.Popen(
            ["ip", "netns", "exec", name[k], "unshare", "--uts", "--mount", "sh", "-c", begin],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def drop(k):
    """Ends whatever runs on a host, its sshd included."""
    there = subprocess.run(["ip", "netns", "pids", name[k]], capture_output=True, text=True).stdout.split()
    for process in there:
        try:
            os.kill(int(process), signal.SIGKILL)
        except ProcessLookupError:
            pass
    daemons[k].wait()


def remove():
    for k in hosts:
        if k in daemons:
            drop(k)
        subprocess.run(["ip", "netns", "delete", name[k]], stderr=subprocess.DEVNULL)


def forward():
    """Hands frames on until standard input ends."""
    chance, waiting, number, text = random.Random(1), [], 0, b""
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([0, *taps.values()], [], [], pause)
        now = time.monotonic()
        for k, descriptor in taps.items():
            while descriptor in ready:
                try:
                    frame = os.read(descriptor, 65536)
                except BlockingIOError:
                    break
                if k in plugged and chance.random() >= loss:
                    number += 1
                    heapq.heappush(waiting, (now + delay, number, k, frame))
        while waiting and waiting[0][0] <= now:
            _, _, source, frame = heapq.heappop(waiting)
            for k, descriptor in taps.items():
                if k != source and k in plugged:
                    try:
                        os.write(descriptor, frame)
                    except (BlockingIOError, OSError):
                        pass  # a full queue, or a host that is down, loses frames
        if 0 in ready:
            more = os.read(0, 4096)
            if not more:
                return
            *lines, text = (text + more).split(b"\n")
            for line in lines:
                word, k = line.decode().split()
                {"cut": plugged.discard, "join": plugged.add, "drop": drop}[word](int(k))


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit(1))
try:
    os.makedirs(directory, exist_ok=True)
    os.makedirs("/run/sshd", exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{directory}/key")
    write("ssh_config", f"Host *\n  IdentityFile {directory}/key\n  StrictHostKeyChecking no\n"
          "  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  BatchMode yes\n")
    write("names", "127.0.0.1 localhost\n" + "".join(f"10.71.0.{k} h{k}\n" for k in hosts))
    write("hosts.txt", "".join(f"h{k} slots=1\n" for k in hosts))
    for k in hosts:
        make(k)
    processes = " ".join(str(daemons[k].pid) for k in hosts)
    write("on", f'#!/bin/sh\nk=$1 && shift && set -- "$(echo {processes} | cut -d " " -f "$k")" "$@"\n'
          'p=$1 && shift && exec nsenter --target "$p" --net --uts --mount --wd="$PWD" "$@"\n', 0o755)
    deadline = time.monotonic() + 20
    for k in hosts:
        while "listening" not in open(f"{directory}/sshd-{k}.log").read():
            if time.monotonic() > deadline or daemons[k].poll() is not None:
                sys.exit(f"hosts.py: no sshd on h{k}: " + open(f"{directory}/sshd-{k}.log").read())
            time.sleep(0.02)
    print("ready", flush=True)
    forward()
finally:
    remove()
