"""What the build leaves is what Lambda needs: complete, one version, compiled, one processor."""

import ast
import importlib.metadata
import importlib.util
import json
import platform
import struct
import subprocess
import sys
import sysconfig
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.build import artefact
from infra.local import template as sam
from shared.adapters.formats import LOCALES
from tests.build.reach import late_imports

ROOT = Path(__file__).resolve().parents[2]
HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]
MACHINE = {"x86_64": 0x3E, "arm64": 0xB7}

# our code with its bytecode; a package or a data file that strayed in is larger than the room left
CODE_BYTES_MAX = 8 * 1024**2
# Lambda's own limit, for a function and its layers together
UNZIPPED_BYTES_MAX = 250 * 1024**2

# what would make a cold start slow without being asked for
UNWANTED = ("aws_xray_sdk", "unittest", "httpx", "pytest", "moto", "infra", "tests")
UNWANTED_IN_RECEIVER = ("stripe", "pydantic", "jinja2", "typst", "requests", "babel", "jwt")

pytestmark = [pytest.mark.artefact, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Function:
    name: str
    module: str
    code: Path
    layers: tuple[Path, ...]


@dataclass(frozen=True)
class Build:
    functions: tuple[Function, ...]
    layers: dict[str, Path]
    architecture: str


def build(architecture: str, folder: Path) -> Build:
    """Return what `make build` makes for this architecture, made anew in folder."""
    script = ROOT / "infra" / "build" / "build.sh"
    subprocess.run([script, architecture, folder], check=True, capture_output=True, text=True)
    template = sam.load(folder / "template.yaml")
    resources = template["Resources"]
    common = [layer["Ref"] for layer in template["Globals"]["Function"]["Layers"]]
    layers = {
        name: folder / resource["Properties"]["ContentUri"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }
    functions = []
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"]
            named = common + [layer["Ref"] for layer in own.get("Layers", [])]
            functions.append(
                Function(
                    name=name,
                    module=own["Handler"].rpartition(".")[0],
                    code=folder / own["CodeUri"],
                    layers=tuple(layers[layer] for layer in named),
                )
            )
    return Build(tuple(functions), layers, template["Parameters"]["Architecture"]["Default"])


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    return build(HOST, tmp_path_factory.mktemp("host") / "build")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return build(OTHER, tmp_path_factory.mktemp("other") / "build")


def import_alone(function: Function) -> dict[str, Any] | str:
    """Return what the handler brings along in a bare interpreter, or the error it ends with."""
    asked = {
        "module": function.module,
        "folders": [str(function.code), *(f"{layer}/python" for layer in function.layers)],
        "late": sorted(late_imports(function.code, function.module)),
    }
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-B", ROOT / "tests" / "build" / "import_handler.py"],
        input=json.dumps(asked),
        env={"PATH": "/usr/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ran.stderr.splitlines()[-1] if ran.returncode else json.loads(ran.stdout)


@pytest.fixture(scope="module")
def imported(host):
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(import_alone, host.functions)
        return dict(zip((f.name for f in host.functions), found, strict=True))


FUNCTIONS = [
    name
    for name, resource in sam.load(ROOT / "template.yaml")["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_imports_from_its_artefact_and_layers_alone(name, host, imported):
    found = imported[name]
    assert isinstance(found, dict), found
    assert found["callable"]
    function = next(f for f in host.functions if f.name == name)
    allowed = [function.code, *function.layers, Path(sysconfig.get_path("stdlib"))]
    allowed += [Path(sysconfig.get_config_var("DESTSHARED")), ROOT / "tests" / "build"]
    strangers = {
        module: origin
        for module, origin in found["origins"].items()
        if origin and not any(Path(origin).is_relative_to(folder) for folder in allowed)
    }
    assert strangers == {}
    assert "site-packages" not in str(found["origins"].values())
    core = next(layer for layer in function.layers if layer.name == "LayerCore")
    assert Path(found["origins"]["boto3"]).is_relative_to(core)


def test_a_layer_that_is_missing_is_seen(host):
    sender = next(f for f in host.functions if f.name == "NoticeSend")
    kept = tuple(p for p in sender.layers if p.name != "LayerDocuments")
    without = replace(sender, layers=kept)
    assert "ModuleNotFoundError" in str(import_alone(without))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_brings_nothing_that_slows_every_start(name, imported):
    found = imported[name]
    assert isinstance(found, dict), found
    tops = {module.split(".")[0] for module in found["at_start"]}
    unwanted = UNWANTED + (UNWANTED_IN_RECEIVER if name == "WebhookReceiver" else ())
    assert sorted(tops & set(unwanted)) == []


def versions(layers: tuple[Path, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for layer in layers:
        for package in importlib.metadata.distributions(path=[str(layer / "python")]):
            found[package.name.lower().replace("_", "-")].add(package.version)
    return found


def test_two_versions_of_a_package_are_seen(tmp_path):
    for layer, version in (("a", "1"), ("b", "2")):
        info = tmp_path / layer / "python" / f"thing-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: thing\nVersion: {version}\n")
    assert versions((tmp_path / "a", tmp_path / "b")) == {"thing": {"1", "2"}}


@pytest.mark.parametrize("architecture", ["host", "other"])
def test_no_function_sees_a_package_in_two_versions(architecture, request):
    made = request.getfixturevalue(architecture)
    for function in made.functions:
        found = versions(function.layers)
        assert len(found) >= 8
        assert {n: v for n, v in found.items() if len(v) > 1} == {}, function.name


def test_both_architectures_carry_the_same_versions(host, other):
    assert {n: versions((p,)) for n, p in host.layers.items()} == {
        n: versions((p,)) for n, p in other.layers.items()
    }


def bytecode_flaws(folder: Path) -> list[str]:
    """Return the sources in folder whose bytecode Lambda would not use as it is."""
    flaws = []
    for source in folder.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        if not compiled.exists():
            flaws.append(f"{source} is not compiled")
            continue
        magic, flags = struct.unpack("<4sI", compiled.read_bytes()[:8])
        if magic != importlib.util.MAGIC_NUMBER:
            flaws.append(f"{compiled} is of another Python")
        if flags != 0b01:  # hash-based, and the hash is not checked
            flaws.append(f"{compiled} depends on its source's time")
    return flaws


def test_all_bytecode_is_hash_based_and_trusted(host):
    folders = [host.functions[0].code, *host.layers.values()]
    assert sum(len(list(folder.rglob("*.pyc"))) for folder in folders) > 1_000
    for folder in {function.code for function in host.functions} | set(host.layers.values()):
        assert bytecode_flaws(folder) == []


def test_bytecode_that_depends_on_time_is_seen(tmp_path):
    (tmp_path / "plain.py").write_text("x = 1\n")
    (tmp_path / "stale.py").write_text("x = 2\n")
    subprocess.run([sys.executable, "-m", "py_compile", tmp_path / "stale.py"], check=True)
    assert len(bytecode_flaws(tmp_path)) == 2


def machines(folder: Path) -> dict[Path, int]:
    """Return the processor that each ELF file below folder is for, by its header."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                start = file.read(20)
            if start[:4] == b"\x7fELF":
                found[path] = struct.unpack("<H", start[18:20])[0]
    return found


@pytest.mark.parametrize(("made", "architecture"), [("host", HOST), ("other", OTHER)])
def test_every_binary_is_for_the_processor_that_was_asked_for(made, architecture, request):
    found = {}
    for layer in request.getfixturevalue(made).layers.values():
        found |= machines(layer)
    assert len(found) >= 5
    assert {p: m for p, m in found.items() if m != MACHINE[architecture]} == {}


@pytest.mark.parametrize(("made", "architecture"), [("host", HOST), ("other", OTHER)])
def test_what_was_built_is_deployed_for_the_processor_it_was_built_for(made, architecture, request):
    assert request.getfixturevalue(made).architecture == architecture


def test_a_binary_for_another_processor_is_seen(tmp_path):
    (tmp_path / "x.so").write_bytes(b"\x7fELF" + bytes(14) + struct.pack("<H", MACHINE["arm64"]))
    assert list(machines(tmp_path).values()) == [MACHINE["arm64"]]


def size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("made", ["host", "other"])
def test_every_function_stays_within_the_limit_of_lambda(made, request):
    sizes = {}
    for function in request.getfixturevalue(made).functions:
        sizes[function.name] = sum(map(size_bytes, (function.code, *function.layers)))
        assert size_bytes(function.code) < CODE_BYTES_MAX
    print({name: f"{size / 1024**2:.0f} MB" for name, size in sizes.items()})
    assert max(sizes.values()) < UNZIPPED_BYTES_MAX


def test_an_artefact_holds_our_code_and_nothing_else(host):
    for function in host.functions:
        assert {path.name for path in function.code.iterdir()} == {"functions", "shared"}
        assert [p for p in function.code.rglob("*") if p.name.startswith("test")] == []


def test_both_layers_that_format_know_every_language_that_is_spoken(host):
    for name in ("LayerWeb", "LayerDocuments"):
        known = {p.stem for p in (host.layers[name] / "python/babel/locale-data").glob("*.dat")}
        assert {"root", *LOCALES.values()} <= known
        assert len(known) < 300


def test_the_layer_describes_every_service_that_the_code_asks_for():
    asked = set()
    for source in (ROOT / "shared").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name == "client":
                    asked.add(node.args[0].value)
    assert {"dynamodb", "sqs"} <= asked <= artefact.BOTOCORE_SERVICES
