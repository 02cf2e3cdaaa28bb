"""The commands `redact` and `support-bundle`: archives, names, encodings, the map, and what they refuse."""

import gzip
import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run

STORY = FIXTURES / "audiocodes_400hd" / "first-sign-in-outside" / "trace.log"


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """A zip with a log, a compressed log, an inner tar and a picture, all with names of somebody."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        data = b"<142>Jul  9 10:00:01 quavax voip_task[440]: CC : INFO - call to zimbor@thexvax.com\n"
        info = tarfile.TarInfo("zimbor.log")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    path = tmp_path / "quavax.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zimbor/trace.log", STORY.read_bytes())
        archive.writestr("zimbor/old.log.gz", gzip.compress(STORY.read_bytes().replace(b"contoso", b"thexvax")))
        archive.writestr("thexvax.tar", inner.getvalue())
        archive.writestr("zimbor.png", b"\x89PNG\r\n\x1a\n" + bytes(3000))
    return path


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_container_becomes_a_new_one_with_redacted_names(
    container: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.zip"
    assert run(["redact", str(container), "-o", str(out)]) == 0
    found = texts(out)
    assert len(found) == 3
    everything = "\n".join([*found, *found.values(), *capfd.readouterr()])
    for name in ("zimbor", "quavax", "thexvax", "contoso", "PNG"):
        assert name not in everything
    assert "free text may remain" in everything


def test_a_tar_archive_can_be_written(container: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tar.gz"
    assert run(["redact", str(container), "-o", str(out), "-q"]) == 0
    with tarfile.open(out) as archive:
        assert len(archive.getnames()) == 3


def test_one_file_becomes_one_file_of_the_same_time_and_findings(tmp_path: Path) -> None:
    out = tmp_path / "out.log"
    assert run(["redact", str(STORY), "-o", str(out), "-q"]) == 0
    one, other = (lp.diagnose(path).phones[0] for path in (STORY, out))
    assert [each.rule.code for each in one.diagnoses] == [each.rule.code for each in other.diagnoses]
    assert abs(out.stat().st_mtime - STORY.stat().st_mtime) < 1


def test_several_inputs_need_an_archive(container: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.log"
    assert run(["redact", str(container), "-o", str(out)]) == 2
    assert not out.exists()


@pytest.mark.parametrize("target", ["output", "map"])
def test_an_output_that_is_an_input_is_refused(target: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_bytes(STORY.read_bytes())
    options = ["-o", str(trace)] if target == "output" else ["-o", str(tmp_path / "out.log"), "--map", str(trace)]
    for path in (trace, tmp_path):
        assert run(["redact", str(path), *options]) == 2
    assert trace.read_bytes() == STORY.read_bytes()


def test_with_the_map_a_second_run_changes_nothing(container: Path, tmp_path: Path) -> None:
    once, twice, map = tmp_path / "1" / "a.zip", tmp_path / "2" / "a.zip", tmp_path / "3" / "map.json"
    for folder in (once, twice, map):
        folder.parent.mkdir()
    assert run(["redact", str(container), "-o", str(once), "--map", str(map), "-q"]) == 0
    assert stat.S_IMODE(map.stat().st_mode) == 0o600
    assert run(["redact", str(once), "-o", str(twice), "--map", str(map), "-q"]) == 0
    assert texts(once) == texts(twice)
    again = tmp_path / "3" / "again.zip"
    assert run(["redact", str(container), "-o", str(again), "--map", str(map), "-q"]) == 0
    assert texts(again) == texts(once)
    kept = json.loads(map.read_text())
    assert "thexvax.com" in kept["values"].values()
    assert bytes.fromhex(kept["key"])


def test_a_file_that_is_no_map_is_refused_and_stays(tmp_path: Path) -> None:
    map = tmp_path / "map.json"
    for text in ("", "{}", "[1]", '{"format": "other"}', "x" * 100):
        map.write_text(text)
        assert run(["redact", str(STORY), "-o", str(tmp_path / "out.log"), "--map", str(map)]) == 2
        assert map.read_text() == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
def test_lines_stay_lines_in_their_encoding(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    lines = STORY.read_text(encoding="utf-8").split("\n")
    text = mark + "\r\n".join([*lines, 'x <142>Jul  9 10:00:02 a voip_task[440]: CC : INFO - call "J\xfcrgen"'])
    trace, out = tmp_path / "trace.log", tmp_path / "out.log"
    trace.write_bytes(text.encode(encoding))
    assert run(["redact", str(trace), "-o", str(out), "-q"]) == 0
    shown = out.read_bytes().decode(encoding)
    assert shown.count("\r\n") == text.count("\r\n")
    assert "rgen" not in shown
    assert "server cert is invalid. ctx->error=20." in shown


def test_a_bundle_opens_without_anything_else(container: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle.zip"
    assert run(["support-bundle", str(container), "-o", str(out), "-q"]) == 0
    found = texts(out)
    assert {"report.html", "report.json", "versions.json", "README.txt"} <= found.keys()
    assert sum(name.startswith("trace/") for name in found) == 3
    assert "http-equiv" in found["report.html"] or "<style" in found["report.html"]
    versions = json.loads(found["versions.json"])
    assert versions["program"]
    assert versions["grammars"]
    inside = {each["name"].rpartition("/")[2] for each in json.loads(found["report.json"])["inputs"]}
    assert {name.rpartition("/")[2] for name in found if name.startswith("trace/")} & inside


def test_a_bundle_of_standard_input_is_refused(tmp_path: Path) -> None:
    assert run(["support-bundle", "-", "-o", str(tmp_path / "bundle.zip")]) == 2


def test_facts_are_redacted_like_the_trace(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    certificate = FIXTURES / "certificates" / "leaf-sha256.pem"
    arguments = [str(STORY), "--redact", "--domain", "contoso.com", "--certificate", str(certificate), "-f", "json"]
    assert run(arguments) == 1
    shown = "".join(capfd.readouterr())
    assert "contoso" not in shown.casefold()
    assert json.loads(shown[: shown.rindex("}") + 1])["facts"]
