"""The image: its parts fit together, and its steps, run without a container engine, give a page."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import HERE

ROOT = HERE.parent
USER = 1000  # of the image
LOGIN = "ida:a long password"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, as pairs of a name and its arguments."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    pairs = (line.split(None, 1) for line in text.splitlines() if line.strip())
    return [(name, " ".join(arguments.split())) for name, arguments in pairs]


def of(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in of("ENV") for pair in shlex.split(line))


def copied() -> list[tuple[list[str], str]]:
    """What is copied from the repository, and where to."""
    parts = [line.split() for line in of("COPY") if not line.startswith("--from")]
    return [(names, target) for *names, target in parts]


def health_check() -> list[str]:
    return json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])


COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["qa"]


# --- its parts -----------------------------------------------------------------------------------


def test_all_that_is_copied_is_in_the_repository_and_is_sent_to_the_builder():
    names = {name for names, _ in copied() for name in names}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"pyproject.toml", "qa", project["readme"], *project["license-files"]} <= names
    assert all((ROOT / name).exists() for name in names)
    sent = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in sent
    assert {line[1:] for line in sent if line.startswith("!")} == names


def test_torch_is_the_one_that_the_package_asks_for():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert f'"{next(name for name in wanted if name.startswith("torch"))}"' in of("RUN")[1]


def test_it_names_no_address():
    for name in ("Dockerfile", "compose.yaml"):
        assert "://" not in (ROOT / name).read_text("utf-8")


def test_it_does_not_run_as_root():
    assert of("USER") == ["qa"]
    assert instructions().index(("USER", "qa")) < instructions().index(("CMD", '["qa", "serve"]'))
    assert f"useradd --uid {USER} --create-home qa" in of("RUN")[-1]


def test_folders_and_port_are_the_same_everywhere():
    known = environment()
    folders = [known["QA_CORPUS"], known["QA_INDEX"]]
    assert of("VOLUME") == [" ".join(folders)]
    assert [volume.split(":")[1] for volume in COMPOSE["volumes"]] == folders
    assert all(f"mkdir {' '.join(folders)} " in line for line in of("RUN")[-1:])
    port = known["GRADIO_SERVER_PORT"]
    assert of("EXPOSE") == [port]
    assert f", {port}, " in health_check()[-1]
    assert COMPOSE["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_composed_it_starts_only_with_a_login():
    assert COMPOSE["environment"]["QA_LOGIN"].startswith("${QA_LOGIN:?")
    assert (COMPOSE["read_only"], COMPOSE["cap_drop"]) == (True, ["ALL"])


def test_the_proxy_of_the_example_reaches_the_page_and_is_the_only_one_to_be_believed():
    folder = ROOT / "docs" / "proxy"
    services = yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))["services"]
    assert f"reverse_proxy qa:{environment()['GRADIO_SERVER_PORT']}" in (folder / "Caddyfile").read_text(
        "utf-8"
    )
    assert "ports" not in services["qa"]
    assert services["qa"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"] if volume.startswith(".")]
    assert all((ROOT / path).is_file() for path in mounted)
    assert {"80:80", "443:443"} == set(services["proxy"]["ports"])


# --- its steps -----------------------------------------------------------------------------------

# Runs in a network of its own, which has nothing but itself.
DRIVER = r"""
import fcntl, json, os, signal, socket, struct, subprocess, sys, time, urllib.request
from base64 import b64encode

step = json.load(sys.stdin)
with socket.socket() as up:  # the loopback interface of a new network is down
    fcntl.ioctl(up, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
as_user = {"env": step["env"], "cwd": step["home"]}
log = open(step["home"] + "/log", "w+")
server = subprocess.Popen(step["command"], stdout=log, stderr=log, **as_user)
try:
    deadline = time.monotonic() + 240
    while subprocess.run(step["health"], stderr=subprocess.DEVNULL, **as_user).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("not healthy: " + open(log.name).read())
        time.sleep(0.5)

    def get(path, data=None):
        request = urllib.request.Request("http://127.0.0.1:7860" + path, data)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", "Basic " + b64encode(step["env"]["QA_LOGIN"].encode()).decode())
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.read().decode()

    asked = json.dumps({"question": step["question"]}).encode()
    event = json.loads(get("/gradio_api/call/v2/ask", asked))["event_id"]
    print(get("/gradio_api/call/ask/" + event))
    server.send_signal(getattr(signal, step["stop"]))
    print("stopped", server.wait(30))
finally:
    server.kill()
"""


def as_user(command: list[str]) -> list[str]:
    """The command as another user, who can read what only root can read here, but not write there."""
    caps = (f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient"))
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *caps, *command]


@pytest.mark.slow
@pytest.mark.skipif(
    not (
        sys.platform == "linux" and os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")
    ),
    reason="needs root, to become another user without a network",
)
def test_its_steps_give_a_page_that_answers_as_another_user_without_a_network(tmp_path):
    def placed(text: str) -> str:
        return re.sub(r"(?<![\w./-])/(opt/qa|source|corpus|index)\b", rf"{tmp_path}/\1", text)

    (tmp_path / "opt").mkdir()
    environments, torch, package, _ = of("RUN")
    subprocess.run(
        placed(environments.replace("python3", sys.executable)), shell=True, check=True, timeout=120
    )
    # Everything that the package needs is borrowed from this environment, so that nothing is fetched.
    borrowed = next(Path(place) for place in sys.path if place.endswith("site-packages"))
    (site,) = (tmp_path / "opt" / "qa").glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(f"import sys; sys.path.insert(0, {str(borrowed)!r})\n")
    for names, target in copied():
        for name in names:
            into = Path(placed(target)) / (name if target.endswith("/") else "")
            into.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, into)
    for line in (torch, package):
        line = line.replace("${TORCH_OPTIONS}", "").replace("--no-cache-dir", "--no-deps --no-index")
        subprocess.run(placed(f"{line} --no-build-isolation"), shell=True, check=True, timeout=300)
    where = [tmp_path / "opt" / "qa" / "bin" / "python", "-c", "import qa; print(qa.__file__)"]
    found = subprocess.run(
        where, env={}, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.startswith(str(site)), "not what was installed"
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    for name in ("index", "home"):
        (tmp_path / name).mkdir()
        os.chown(tmp_path / name, USER, USER)
    known = {name: placed(value).replace("${PATH}", os.defpath) for name, value in environment().items()}
    binaries, (program, *arguments), (checker, *check) = (
        placed("/opt/qa/bin"),
        json.loads(of("CMD")[0]),
        health_check(),
    )
    step = {
        "home": str(tmp_path / "home"),
        "env": known | {"HOME": str(tmp_path / "home"), "QA_LOGIN": LOGIN},
        "command": as_user([f"{binaries}/{program}", *arguments]),
        "health": as_user([f"{binaries}/{checker}", *check]),
        "stop": of("STOPSIGNAL")[0],
        "question": "How much would the railway from Kazakhstan to Pakistan cost?",
    }
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", DRIVER],
        input=json.dumps(step),
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert "$7 billion" in done.stdout, done.stdout + done.stderr
    stopped = done.stdout.splitlines()[-1]
    assert stopped in ("stopped 0", "stopped 130"), done.stdout  # 130 if it was still loading something
