"""A PostgreSQL server and a Slurm cluster of three nodes on one machine, for tests.

Neither needs privileges; root starts them as `nobody`, because initdb refuses root. Everything that a service starts
carries a mark in its environment, by which what is left is found and killed.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import uuid

NOBODY = 65534
MARK = "HONE_TEST_SERVICES"
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def wait_until(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} took longer than {seconds} s")
        time.sleep(0.1)


class Services:
    """`with Services(folder) as services:`; `folder` is made for it and belongs to whoever runs the services."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.mark = uuid.uuid4().hex
        self.as_root = os.getuid() == 0
        path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        self.environment = {**os.environ, MARK: self.mark, "PATH": path}
        self.children = {}
        if self.as_root:
            os.chown(self.folder, NOBODY, NOBODY)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.children)):
            self.kill(name, signal.SIGTERM if name != "postgres" else signal.SIGQUIT)
        for _ in range(50):
            left = self.marked()
            if not left:
                break
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)
        shutil.rmtree(self.folder, ignore_errors=True)

    def marked(self):
        """Processes that we or our services have started, other than this one."""
        wanted = f"{MARK}={self.mark}".encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                is_ours = wanted in (entry / "environ").read_bytes().split(b"\0")
                if is_ours and b") Z" not in (entry / "stat").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def words(self, words):
        if not self.as_root:
            return [str(word) for word in words]
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] + [str(word) for word in words]

    def run(self, words, check=True, **more):
        more.setdefault("timeout", 300)
        done = subprocess.run(self.words(words), env=self.environment, cwd=self.folder, text=True, capture_output=True,
                              **more)
        if check and done.returncode != 0:
            raise RuntimeError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def start(self, name, words):
        log = open(self.folder / f"{name}.log", "ab")
        self.children[name] = subprocess.Popen(self.words(words), env=self.environment, cwd=self.folder, stdout=log,
                                               stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        return self.children[name]

    def kill(self, name, number):
        child = self.children.pop(name)
        child.send_signal(number)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    # PostgreSQL.
    def start_postgres(self):
        data = self.folder / "pg"
        if not data.exists():
            self.run([POSTGRES / "initdb", "-D", data, "-A", "trust", "-U", "hone", "--no-sync", "-E", "UTF8",
                      "--locale=C"])
        self.start("postgres", [POSTGRES / "postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses="])
        ready = [POSTGRES / "pg_isready", "-h", self.folder]
        wait_until("PostgreSQL", lambda: self.run(ready, check=False).returncode == 0)

    def postgres_url(self):
        return f"postgresql://hone@/postgres?host={self.folder}"

    # Slurm: three nodes, all of them this machine.
    def start_slurm(self):
        ports = free_ports(4)
        host = socket.gethostname()
        user = "nobody" if self.as_root else os.environ.get("USER", "")
        for name in ("state", "spool-n1", "spool-n2", "spool-n3"):
            (self.folder / name).mkdir()
            if self.as_root:
                os.chown(self.folder / name, NOBODY, NOBODY)
        nodes = "\n".join(f"NodeName=n{i + 1} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[i + 1]} CPUs=2 "
                          "Boards=1 SocketsPerBoard=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=2000 State=UNKNOWN"
                          for i in range(3))
        conf = self.folder / "slurm.conf"
        conf.write_text(f"""ClusterName=hone
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort={ports[0]}
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool-%n
SlurmdPidFile={self.folder}/slurmd-%n.pid
SlurmctldPidFile={self.folder}/slurmctld.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
KillWait=5
MinJobAge=300
JobRequeue=1
SchedulerParameters=batch_sched_delay=1,sched_interval=5
{nodes}
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
""")
        self.environment["SLURM_CONF"] = str(conf)
        self.start("slurmctld", ["slurmctld", "-D", "-f", conf])
        for node in ("n1", "n2", "n3"):
            self.start(node, ["slurmd", "-D", "-f", conf, "-N", node])
        states = ["sinfo", "-h", "-N", "-o", "%T"]
        wait_until("Slurm", lambda: self.run(states, check=False).stdout.split() == ["idle"] * 3)
