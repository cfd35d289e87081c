"""The importer: the same bytes each time, and nothing at all when a source file is damaged."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from backend.reference.assembling import FILES
from backend.reference.errors import ReferenceImportError
from backend.reference.importing import OUR_OWN, import_reference
from backend.reference.loading import SHIPPED
from backend.reference.snapshot import SNAPSHOT
from backend.reference.sources import exposure, occupations, onet, places, tasks
from backend.reference.sources.catalogue import EDITION
from backend.reference.writing import MANIFEST, data_version

BUDGET = 12_000_000
OLD = "an earlier import"


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def text_files(folder):
    return {name: content for name, content in bytes_of(folder).items() if name != SNAPSHOT}


@pytest.fixture
def sources(shared_data, tmp_path):
    """The public files by link, so that a test may replace one."""
    copy = tmp_path / "sources"
    for name in FILES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).symlink_to(shared_data / name)
    return copy


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / MANIFEST).write_text(OLD)
    return folder


def replace(sources, name, change):
    """Put a changed copy of a text file in the place of the link."""
    path = sources / name
    original = path.resolve().read_bytes()
    path.unlink()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(change(gzip.decompress(original))))
    else:
        path.write_bytes(change(original))


def in_line(number, old, new):
    def change(content):
        lines = content.split(b"\n")
        assert old in lines[number - 1], lines[number - 1][:200]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return b"\n".join(lines)

    return change


def assert_refused(sources, target, message):
    with pytest.raises(ReferenceImportError, match=re.escape(message)):
        import_reference(sources, target)
    assert bytes_of(target) == {MANIFEST: OLD.encode()}
    assert sorted(path.name for path in target.parent.iterdir()) == ["data", "sources"]


def test_what_ships_is_what_an_import_gives(imported):
    folder, _ = imported
    assert bytes_of(SHIPPED) == bytes_of(folder)


def test_importing_twice_gives_the_same_bytes_and_replaces_the_folder(shared_data, tmp_path, imported):
    first, report = imported
    again = tmp_path / "data"
    shutil.copytree(first, again)
    (again / "titles.csv").write_text("damaged since")
    assert import_reference(shared_data, again) == report
    assert bytes_of(again) == bytes_of(first)


def test_the_report_counts_what_was_written(imported):
    folder, report = imported
    assert report.rows["occupations.csv"] == 832
    assert report.rows["states.csv"] == 51
    assert report.total_bytes == sum(len(content) for content in bytes_of(folder).values())


def test_the_manifest_names_every_text_file_made_of_public_ones_and_its_hash():
    """A changed data file without a new data version fails here."""
    manifest = json.loads((SHIPPED / MANIFEST).read_text(encoding="utf-8"))
    files = {name: content for name, content in text_files(SHIPPED).items() if name not in (MANIFEST, *OUR_OWN)}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert manifest["files"] == hashes
    assert manifest["data_version"] == data_version(EDITION, hashes)


def test_any_changed_byte_changes_the_data_version():
    hashes = {"a.csv": "1" * 64, "b.csv": "2" * 64}
    assert data_version(EDITION, hashes) != data_version(EDITION, hashes | {"b.csv": "3" * 64})


def test_the_shipped_tables_stay_within_their_budget():
    assert sum(len(content) for content in bytes_of(SHIPPED).values()) <= BUDGET


def test_shipped_tables_are_plain_text_with_unix_line_ends():
    for name, content in text_files(SHIPPED).items():
        assert b"\r" not in content, name
        assert content.decode("utf-8").endswith("\n"), name


def test_no_sentence_of_a_source_is_shipped(shared_data):
    """Figures, codes, names and titles only: no task statement, and nothing that ends like a sentence."""
    with (shared_data / tasks.RATINGS).open(encoding="utf-8", newline="") as stream:
        statements = {row["Task"].strip() for row in csv.DictReader(stream, delimiter="\t")}
    for path in SHIPPED.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                assert statements.isdisjoint(row), row
                assert not any(len(cell) > 30 and cell.endswith(".") for cell in row), row
                assert not any(len(cell) > 160 for cell in row if path.name != "related.csv"), row


def test_no_path_of_this_machine_is_shipped(shared_data):
    for name, content in bytes_of(SHIPPED).items():
        assert str(shared_data.resolve()).encode() not in content, name


def test_the_words_that_licences_ask_for_are_shipped():
    words = (SHIPPED / "SOURCES.md").read_text(encoding="utf-8")
    assert (
        "This page includes information from the O*NET 30.1 Database by the U.S. Department of Labor, Employment "
        "and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of "
        "USDOL/ETA." in words
    )
    assert "forbid presenting it as a measure of AI's ability to replace jobs" in words
    for source in json.loads((SHIPPED / "sources.json").read_text(encoding="utf-8")):
        assert all(source.values()), source
        assert source["attribution"] in words
        assert source["vintage"] in words


@pytest.mark.parametrize("name", FILES)
def test_a_missing_source_file_is_named(sources, target, name):
    (sources / name).unlink()
    assert_refused(sources, target, f"{name}: is missing")


DAMAGED = {
    "a score that is no number": (
        exposure.MICROSOFT,
        in_line(4, b"0.", b"zero."),
        f"{exposure.MICROSOFT}, row 4: column 'ai_applicability_score' holds 'zero.",
    ),
    "a score out of range": (
        exposure.ANTHROPIC,
        in_line(3, b"0.1378", b"137.8"),
        f"{exposure.ANTHROPIC}, row 3: column 'observed_exposure' holds 137.8, outside 0 to 1",
    ),
    "a score that is infinite": (
        exposure.ANTHROPIC,
        in_line(3, b"0.1378", b"inf"),
        f"{exposure.ANTHROPIC}, row 3: column 'observed_exposure' holds 'inf', not a finite number",
    ),
    "an unknown label": (
        tasks.RATINGS,
        in_line(3, b"\tT1\t", b"\tT9\t"),
        f"{tasks.RATINGS}, row 3: column 'gpt4_automation' holds 'T9', expected one of T0, T1, T2, T3, T4",
    ),
    "a line cut short": (
        tasks.TASKS_TO_ACTIVITIES,
        in_line(12, b"\tAnalyst", b""),
        f"{tasks.TASKS_TO_ACTIVITIES}, row 12: has 4 cells instead of 5",
    ),
    "a code that is none": (
        exposure.MICROSOFT,
        in_line(2, b"11-1011", b"11.1011"),
        f"{exposure.MICROSOFT}, row 2: column 'SOC Code' holds '11.1011', not an occupation code",
    ),
    "an empty cell": (
        exposure.MICROSOFT,
        in_line(2, b"11-1011", b""),
        f"{exposure.MICROSOFT}, row 2: column 'SOC Code' is empty",
    ),
    "a renamed column": (
        exposure.ANTHROPIC,
        in_line(1, b"occ_code", b"code"),
        f"{exposure.ANTHROPIC}, row 1: has no column 'occ_code'",
    ),
    "no text at all": (exposure.MICROSOFT, lambda _: b"", f"{exposure.MICROSOFT}, row 1: is empty"),
    "a byte that is not text": (
        exposure.ANTHROPIC,
        in_line(5, b",", b",\xff"),
        f"{exposure.ANTHROPIC}, row 5: is not UTF-8 text",
    ),
    "a workbook cut short": (
        exposure.AIOE,
        lambda content: content[: len(content) // 2],
        f"{exposure.AIOE}: sheet 'Appendix A' cannot be read",
    ),
}


@pytest.mark.parametrize(("name", "change", "message"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_source_file_is_named_with_its_row(sources, target, name, change, message):
    replace(sources, name, change)
    assert_refused(sources, target, message)


def test_a_cut_archive_is_named(tmp_path, shared_data):
    cut = tmp_path / places.STATE_PAY
    cut.parent.mkdir()
    cut.write_bytes((shared_data / places.STATE_PAY).read_bytes()[:10_000])
    with pytest.raises(ReferenceImportError, match=f"{re.escape(places.STATE_PAY)}: cannot be unpacked"):
        places.read_state_pay(places.SourceFolder(tmp_path), [], set())


def test_pay_that_falls_from_one_percentile_to_the_next_is_refused(tmp_path):
    path = tmp_path / places.STATE_PAY
    path.parent.mkdir()
    text = "fips,soc,emp,med,p10,p25,p75,p90\n01,29-1141,10,50,60,40,70,80\n"
    path.write_bytes(gzip.compress(text.encode()))
    state = places.StateRow("AL", "01", "Alabama", 90.0)
    with pytest.raises(ReferenceImportError, match="row 2: pay percentiles do not rise"):
        places.read_state_pay(places.SourceFolder(tmp_path), [state], {"29-1141"})


def national_workbook(folder, **cells):
    row = {"OCC_CODE": "29-1141", "O_GROUP": "detailed", "TOT_EMP": 10, "A_PCT10": 1, "A_PCT25": 2}
    row |= {"A_MEDIAN": 3, "A_PCT75": 4, "A_PCT90": 5, "H_MEDIAN": 20.0, "HOURLY": ""} | cells
    book = openpyxl.Workbook()
    book.active.title = "national_M2025_dl"
    book.active.append(list(row))
    book.active.append(list(row.values()))
    path = folder / occupations.NATIONAL_PAY
    path.parent.mkdir()
    book.save(path)
    return occupations.SourceFolder(folder)


def test_pay_published_by_the_hour_only_is_not_made_annual(tmp_path):
    hidden = dict.fromkeys(("A_PCT10", "A_PCT25", "A_MEDIAN", "A_PCT75", "A_PCT90"), "*")
    pay = occupations.read_national_pay(national_workbook(tmp_path, HOURLY="TRUE", **hidden))
    assert pay["29-1141"] == occupations.NationalPay(10, (None,) * 5)


@pytest.mark.parametrize("sign", ["*", "**", "#", "~", None])
def test_a_suppressed_figure_is_nothing_and_never_zero(tmp_path, sign):
    pay = occupations.read_national_pay(national_workbook(tmp_path, A_PCT90=sign, TOT_EMP=sign))
    assert pay["29-1141"] == occupations.NationalPay(None, (1, 2, 3, 4, None))


def test_a_wrong_cell_of_a_workbook_is_named_with_its_row(tmp_path):
    folder = national_workbook(tmp_path, A_MEDIAN="n.a.")
    with pytest.raises(ReferenceImportError, match=r"xlsx, row 2: column 'A_MEDIAN' holds 'n.a.', not a number"):
        occupations.read_national_pay(folder)


def test_notes_below_a_worksheet_are_not_rows(shared_data):
    assert len(occupations.read_attainment(occupations.SourceFolder(shared_data))) == 832


def test_a_folder_of_somebody_else_is_left_alone(shared_data, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ReferenceImportError, match="is not a folder of reference tables"):
        import_reference(shared_data, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_source_folder_that_is_not_there_is_named(target):
    with pytest.raises(ReferenceImportError, match="is not a folder of public files"):
        import_reference(Path("nowhere"), target)


def test_a_title_with_its_short_form_becomes_two(imported):
    folder, _ = imported
    with (folder / "titles.csv").open(encoding="utf-8", newline="") as stream:
        titles = {(row["code"], row["title"]): row["kind"] for row in csv.DictReader(stream)}
    assert titles["29-1141", "RN"] == "alternate"
    assert titles["29-1141", "Registered Nurse"]
    assert ("29-1141", "Registered Nurse (RN)") not in titles


def test_activity_names_lose_their_full_stop(shared_data):
    names = onet.read_activity_names(onet.SourceFolder(shared_data))
    assert names["4.A.1.a.1.I02"] == "Read documents or materials to inform work processes"
