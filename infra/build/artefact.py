"""Fills the folder of one function or layer, with bytecode that Lambda can use.

Both are made once under .aws-sam/stage, named by a digest of everything that goes into them, and
copied from there: a change of our own code does not install a package again.

usage: artefact.py code <folder>
       artefact.py layer <Core|Web|Gateway|Documents|Calendar|Erp> <folder>
The architecture is DUECOURSE_ARCHITECTURE, arm64 (the template's default) unless set.
"""

import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / ".aws-sam" / "stage"
STAGED_DAYS_MAX = 2

# glibc of Amazon Linux 2023, which the python3.13 runtime stands on
PLATFORMS = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}

# botocore describes over 400 services in its data; these are the ones that our code asks for
BOTOCORE_SERVICES = {
    "dynamodb",
    "pinpoint-sms-voice-v2",
    "s3",
    "secretsmanager",
    "sesv2",
    "sqs",
    "ssm",
    "sts",
}


# published as source only; it is plain Python, so that a wheel made here fits every platform
SOURCE_ONLY = "xero-python"
# what packages bring along that no function reaches
UNREACHED = (
    "bin",
    "setuptools",
    "pkg_resources",
    "_distutils_hack",
    *(f"xero_python/{name}" for name in ("appstore", "assets", "file", "finance", "identity")),
    *(f"xero_python/payroll{name}" for name in ("au", "auv2", "nz", "uk")),
    "xero_python/project",
)


def main(arguments: list[str]) -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("bytecode must come from Python 3.13, the runtime of the functions")
    kind, *names, target = arguments
    if kind == "code":
        staged = stage("code", code_sources(), make_code)
    else:
        architecture = os.environ.get("DUECOURSE_ARCHITECTURE", "arm64")
        pins = ROOT / "infra" / "requirements" / f"layer-{names[0].lower()}.txt"
        staged = stage(
            f"layer-{names[0].lower()}-{architecture}",
            [pins],
            lambda folder: make_layer(folder, pins, architecture),
            " ".join(languages()),
        )
    shutil.copytree(staged, target, copy_function=link_or_copy, dirs_exist_ok=True)


def code_sources() -> list[Path]:
    """Return every file of ours that belongs into a function."""
    found = (path for room in ("functions", "shared") for path in (ROOT / room).rglob("*"))
    return sorted(p for p in found if p.is_file() and p.suffix != ".pyc" and p.name[0] != ".")


def make_code(folder: Path) -> None:
    for source in code_sources():
        copy = folder / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    compile_tree(folder, "/var/task")


def make_layer(folder: Path, pins: Path, architecture: str) -> None:
    packages = folder / "python"
    options = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--python-version", "3.13"]
    options += ["--python-platform", PLATFORMS[architecture], "--target", str(packages)]
    if SOURCE_ONLY in pins.read_text():
        # built by the pinned setuptools of the environment: nothing is fetched unseen
        options += ["--no-binary", SOURCE_ONLY, "--no-build-isolation", "--python", sys.executable]
    subprocess.run([find_uv(), "pip", "install", *options, "-r", pins], check=True, cwd=ROOT)
    trim(packages)
    compile_tree(folder, "/opt")


def trim(packages: Path) -> None:
    """Remove what no function can reach: programs, models of other services, other languages."""
    for name in UNREACHED:
        shutil.rmtree(packages / name, ignore_errors=True)
    for left in packages.glob("*distutils*.pth"):
        left.unlink()
    (packages / ".lock").unlink(missing_ok=True)
    for model in (packages / "botocore" / "data").glob("*/"):
        if model.name not in BOTOCORE_SERVICES:
            shutil.rmtree(model)
    for locale in (packages / "babel" / "locale-data").glob("*.dat"):
        if locale.stem.split("_")[0] not in languages():
            locale.unlink()


def languages() -> list[str]:
    """Return each language that there are texts for, and "root", which all others build on."""
    texts = (ROOT / "shared" / "templates").glob("*/letter.toml")
    return ["root", *sorted(path.parent.name for path in texts)]


def compile_tree(folder: Path, lands_in: str) -> None:
    """Compile folder with bytecode that is trusted as it is, since zips lose modification times."""
    compiled = compileall.compile_dir(
        folder,
        maxlevels=50,
        quiet=2,
        workers=os.cpu_count(),
        stripdir=str(folder),
        prependdir=lands_in,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise SystemExit(f"does not compile: run python -m compileall on the sources of {folder}")


def stage(name: str, sources: list[Path], make: Callable[[Path], None], also: str = "") -> Path:
    """Return the folder made from these sources, making it unless it is there already.

    also says in words what else the folder depends on.

    Several builds may come here at once: each makes its own and the first to finish wins.
    """
    digest = hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode() + also.encode())
    for source in sources:
        content = source.read_bytes()
        digest.update(f"{source.relative_to(ROOT)} {len(content)}\n".encode() + content)
    wanted = STAGE / f"{name}-{digest.hexdigest()[:16]}"
    if not wanted.exists():
        STAGE.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=STAGE))
        try:
            make(made)
            made.chmod(0o755)
            made.rename(wanted)
        except OSError:
            if not wanted.exists():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
        forget_old(STAGE)
    os.utime(wanted)
    return wanted


def forget_old(folder: Path) -> None:
    for path in folder.iterdir():
        try:
            made_at_s = path.stat().st_mtime
        except FileNotFoundError:
            continue  # another build has finished with its own
        if made_at_s < time.time() - STAGED_DAYS_MAX * 86_400:
            shutil.rmtree(path, ignore_errors=True)


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def find_uv() -> str:
    found = subprocess.run(
        [ROOT / "infra" / "setup.sh", "uv"], check=True, cwd=ROOT, capture_output=True, text=True
    )
    return found.stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
