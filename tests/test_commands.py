"""The commands of the project: what the Makefile, bin/ and .ci/run promise to a new machine."""

import contextlib
import json
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from inventory.models import Store

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [*sorted((ROOT / "bin").iterdir()), ROOT / ".ci" / "run"]
SHELL_SCRIPTS = [path for path in SCRIPTS if path.is_file() and b"bash" in path.read_bytes()[:30]]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end; with both outputs as text."""
    return subprocess.run(  # noqa: S603  # because: our own commands
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def fake(folder: Path, name: str, script: str) -> None:
    """Puts a program of the outside world into a folder for PATH."""
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


# what is installed


def pins(half: str) -> set[str]:
    text = (ROOT / "requirements" / f"{half}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^[^\s#]+==[^\s;]+", text, re.MULTILINE))


def looked_up(found: dict[str, Any]) -> str:
    """What pip-audit reports about one package."""
    return json.dumps({"dependencies": [{"name": "django", "version": "5.2.19"} | found]})


@pytest.mark.parametrize("half", ["run", "dev"])
def test_it_locks_every_package_by_hash_and_names_no_address(half: str) -> None:
    text = (ROOT / "requirements" / f"{half}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    packages = "\n".join(lines).replace("\\\n", " ").splitlines()
    assert packages
    assert not [package for package in packages if "--hash=sha256:" not in package]


def test_it_locks_the_same_run_time_packages_in_both_halves() -> None:
    assert pins("run") <= pins("dev")


def test_it_lists_every_package_it_runs_on_with_its_hashes() -> None:
    assert run(sys.executable, ROOT / "bin" / "sbom").returncode == 0
    bill = json.loads((ROOT / "build" / "sbom.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    wanted = {
        f"{pin[1]}=={pin[2]}": set(re.findall("sha256:([0-9a-f]{64})", pin[3]))
        for pin in re.finditer(r"^([\w.-]+)==(\S+) \\\n((?: +--hash.*\n)+)", locked, re.MULTILINE)
    }
    listed = {
        f"{each['name']}=={each['version']}": {file["content"] for file in each["hashes"]}
        for each in bill["components"]
    }
    assert wanted.keys() == pins("run")
    assert listed == wanted
    without = [each["name"] for each in bill["components"] if not each.get("licenses")]
    assert without == []


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        ("", 75, "No index answers"),
        ("<html>Bad gateway</html>", 75, "No index answers"),
        (looked_up({"vulns": []}), 0, "1 packages were looked up"),
        (looked_up({"skip_reason": "not found"}), 75, "does not know 1 of 1 packages: django"),
        (
            looked_up({"vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.20"]}]}),
            1,
            "django 5.2.19: CVE-2026-1, mended in 5.2.20",
        ),
    ],
)
def test_it_tells_a_known_vulnerability_from_no_answer(report: str, status: int, said: str) -> None:
    found, sentences = runpy.run_path(str(ROOT / "bin" / "audit"))["verdict"](report)
    assert found == status
    assert said in sentences[0]


def test_it_looks_packages_up_where_nobody_answers() -> None:
    nobody = "http://127.0.0.1:9"
    result = run(sys.executable, ROOT / "bin" / "audit", HTTPS_PROXY=nobody, https_proxy=nobody)
    assert (result.returncode, result.stderr) == (75, "")
    assert result.stdout == "No index answers; the packages were not looked up.\n"


@pytest.mark.parametrize(
    ("status", "line"), [(0, "ok      "), (75, "skipped "), (1, "FAILED  ")], ids=str
)
def test_only_a_known_vulnerability_fails_the_check(status: int, line: str, tmp_path: Path) -> None:
    for folder in ("bin", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    script = shutil.copy(ROOT / "bin" / "check", tmp_path / "bin" / "check")
    said = f'[[ $1 != bin/audit ]] || {{ echo "so it is"; exit {status}; }}'
    fake(tmp_path / ".venv" / "bin", "python", said)
    result = run(script)
    assert result.returncode == (status == 1)
    assert f"{line}known vulnerabilities" in result.stdout
    assert ("so it is" in result.stdout) == (status != 0)


def test_it_names_no_package_index_in_any_file() -> None:
    hosts = re.compile(rb"pypi\.(org|python)|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    skipped = {".git", *(line.rstrip("/") for line in ignored)}
    found, seen = [], 0
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped]
        for path in (Path(folder, name) for name in names):
            seen += 1
            if hosts.search(path.read_bytes()):
                found.append(path.name)
    assert seen > 20
    assert not found


def test_it_installs_only_the_missing_debian_packages(tmp_path: Path) -> None:
    fake(tmp_path, "id", "echo 0")
    fake(tmp_path, "fc-list", "")
    fake(tmp_path, "apt-get", f'echo "${{@: -1}}" >> {tmp_path}/asked')
    result = run(ROOT / "bin" / "packages", "run", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "asked").read_text().split() == ["update", "fonts-noto-cjk"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [("postgres://shop@/shop", ["update", "postgresql-client"]), ("sqlite:///var/x.sqlite3", [])],
)
def test_it_installs_the_programs_of_a_backup_where_postgresql_is_used(
    url: str, wanted: list[str], tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in [*Path("/usr/bin").iterdir(), Path(sys.executable)]:
        if program.name not in {"pg_dump", "apt-get", "id"}:
            with contextlib.suppress(FileExistsError):
                (programs / program.name).symlink_to(program)
    fake(programs, "id", "echo 0")
    fake(programs, "apt-get", f'echo "${{@: -1}}" >> {tmp_path}/asked')
    (tmp_path / "asked").touch()
    result = run(ROOT / "bin" / "packages", "run", PATH=str(programs), DATABASE_URL=url)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "asked").read_text().split() == wanted


def test_it_prints_the_line_to_type_when_it_may_not_install(tmp_path: Path) -> None:
    fake(tmp_path, "id", "echo 1000")
    fake(tmp_path, "fc-list", "")
    fake(tmp_path, "sudo", "exit 1")
    fake(tmp_path, "apt-get", f"touch {tmp_path}/asked")
    result = run(ROOT / "bin" / "packages", "run", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert result.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y" in result.stderr.splitlines()[-1]
    assert result.stderr.endswith(" fonts-noto-cjk\n")
    assert not (tmp_path / "asked").exists()


# the list of commands


@pytest.mark.parametrize("target", ["run", "test", "check", "messages", "lock", "clean"])
def test_it_lists_every_command_of_the_makefile(target: str) -> None:
    assert re.search(rf"^{target} +\S", run("make", "help").stdout, re.MULTILINE)
    assert run("make", "--dry-run", target).returncode == 0


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: path.name)
def test_it_writes_shell_that_parses_and_stops_at_errors(script: Path) -> None:
    assert run("bash", "-n", script).returncode == 0
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize(
    ("broken", "called"), [("none", "check test"), ("check", "check"), ("test", "check test")]
)
def test_it_checks_then_tests_and_passes_a_failure_on(
    broken: str, called: str, tmp_path: Path
) -> None:
    fake(tmp_path, "make", f'echo "$1" >> {tmp_path}/calls; [[ $1 != {broken} ]]')
    result = run(ROOT / ".ci" / "run", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (result.returncode == 0) == (broken == "none")
    assert (tmp_path / "calls").read_text().split() == called.split()


# serving


def serving(
    *scripts: str, port: int = 1, head_start: float = 0, first_pause: float = 0.2
) -> subprocess.Popen[str]:
    """A server and a worker side by side as bin/serve runs them, here two lines of shell."""
    commands = {f"part {number}": ["sh", "-c", script] for number, script in enumerate(scripts)}
    code = (
        f"import runpy, sys; serve = runpy.run_path({str(ROOT / 'bin' / 'serve')!r}); "
        f"sys.exit(serve['run_together']({commands!r}, address=('127.0.0.1', {port}), "
        f"head_start={head_start}, first_pause={first_pause}))"
    )
    return subprocess.Popen(  # noqa: S603  # because: our own command
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_gone(pid: int) -> bool:
    """Whether a process ends within five seconds; a dead one that nobody fetched counts as gone."""
    for _ in range(100):
        try:
            state = (
                Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
            )
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


LASTING = "echo $$; exec sleep 60"
PAGE = """
import os

def application(environ, start_response):
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_both_parts_at_a_signal(number: signal.Signals) -> None:
    with serving(LASTING, LASTING) as server:
        assert server.stdout
        pids = [int(server.stdout.readline()) for _ in range(2)]
        server.send_signal(number)
        assert server.wait(timeout=10) == 0
    assert all(wait_until_gone(pid) for pid in pids)


def test_it_stops_the_other_part_when_one_ends_before_the_shop_is_open() -> None:
    with serving(LASTING, "exit 3") as server:
        output, errors = server.communicate(timeout=10)
    assert server.returncode == 1
    assert "part 1 ended by itself (status 3)" in errors
    assert wait_until_gone(int(output.split()[0]))


def test_it_starts_the_second_part_when_the_first_one_answers_and_keeps_it_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answering = f"sleep 0.5; exec {sys.executable} -m http.server {port} --bind 127.0.0.1"
    asking = f"import socket; socket.create_connection(('127.0.0.1', {port})); print('answered')"
    parts = (answering, f'exec {sys.executable} -c "{asking}"')
    with serving(*parts, port=port, head_start=60) as server:
        assert server.stdout
        answers = (line for line in server.stdout if line == "answered\n")
        assert [next(answers), next(answers)]  # it ends, and as the shop is open it starts again
        server.terminate()
        _output, errors = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "part 1 ended by itself (status 0). It starts again in 0.2 s." in errors


def worker_at(port: int) -> int:
    """The process that answers there, asked until one does."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return int(answer.read())
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody answers")


def test_it_answers_again_however_often_its_workers_are_killed(tmp_path: Path) -> None:
    """Granian starts a dead worker again once, and gives up when that one dies within seconds."""
    (tmp_path / "page.py").write_text(PAGE, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    granian = f"{sys.executable} -m granian --interface wsgi --respawn-failed-workers --no-log"
    web = f"exec {granian} --working-dir {tmp_path} --port {port} page:application"
    with serving(web, LASTING, port=port, head_start=60) as server:
        assert server.stdout
        assert any(line.startswith("The shop is open") for line in server.stdout)
        killed = set()
        for _ in range(5):
            worker = worker_at(port)
            os.kill(worker, signal.SIGKILL)
            killed.add(worker)
        assert worker_at(port) not in killed
        server.terminate()
        _output, errors = server.communicate(timeout=20)
    assert server.returncode == 0, errors
    assert len(killed) == 5
    pauses = re.findall(r"part 0 ended by itself \(status 1\)\. It starts again in (.+) s", errors)
    assert pauses == ["0.2", "0.4"]


def test_it_leaves_no_part_behind_when_it_is_killed() -> None:
    with serving(LASTING, LASTING) as server:
        assert server.stdout
        pids = [int(server.stdout.readline()) for _ in range(2)]
        server.kill()
    assert all(wait_until_gone(pid) for pid in pids)


def test_it_refuses_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(sys.executable, ROOT / "bin" / "serve", HOST="127.0.0.1", PORT=port)
    assert result.returncode == 1
    assert f"127.0.0.1:{port}: Address already in use" in result.stderr


@pytest.mark.django_db
def test_it_loads_no_demo_shop_into_a_database_that_was_there() -> None:
    prepare = runpy.run_path(str(ROOT / "bin" / "prepare"))
    is_new = prepare["bring_database_up_to_date"]()
    prepare["load_demo_shop"](is_new=is_new)
    assert not is_new
    assert not Store.objects.exists()


# PostgreSQL for tests


@pytest.mark.parametrize("status", [0, 7])
def test_it_removes_the_private_cluster_and_passes_the_status_on(status: int) -> None:
    question = "import os; print(os.environ['DATABASE_URL'])"
    script = f'{sys.executable} -c "{question}"; exit {status}'
    result = run(ROOT / "bin" / "with-postgres", "sh", "-c", script, TEST_DATABASE_URL="")
    assert result.returncode == status, result.stderr
    folder = Path(result.stdout.strip().partition("?host=")[2])
    assert folder.parent == Path("/tmp")  # noqa: S108  # because: the path of a socket is short
    assert not folder.exists()


def test_it_removes_the_private_cluster_when_it_is_told_to_stop_twice() -> None:
    script = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(60)"
    command = [str(ROOT / "bin" / "with-postgres"), sys.executable, "-c", script]
    with subprocess.Popen(  # noqa: S603  # because: our own command
        command,
        env=os.environ | {"TEST_DATABASE_URL": ""},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as tests:
        assert tests.stdout
        folder = Path(tests.stdout.readline().strip().partition("?host=")[2])
        assert folder.exists()
        for _ in range(2):
            os.killpg(tests.pid, signal.SIGTERM)
            time.sleep(0.05)
    assert tests.returncode == 128 + signal.SIGTERM
    assert not folder.exists()


def test_it_uses_the_postgresql_it_is_given() -> None:
    url = "postgres://tester@db.example/given"
    result = run(ROOT / "bin" / "with-postgres", "env", TEST_DATABASE_URL=url)
    assert f"DATABASE_URL={url}" in result.stdout.splitlines()
