"""The snapshot of the reference tables: the same as the tables, mapped from its file, and never used when in doubt."""

from __future__ import annotations

import logging
import shutil
from bisect import bisect_left
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reference.array_file import ALIGNMENT, ArrayFileDamaged, array_file, map_arrays
from backend.reference.errors import ShippedDataError
from backend.reference.loading import SHIPPED, load_reference
from backend.reference.shipped import ShippedTables
from backend.reference.snapshot import SNAPSHOT, SnapshotUnusable, map_snapshot, snapshot_arrays, write_snapshot
from backend.reference.texts import Texts
from backend.reference.title_keys import title_key

TABLES = ShippedTables(SHIPPED)


@pytest.fixture(scope="module")
def mapped():
    return map_snapshot(TABLES)


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped folder that a test may damage."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "data"))


def change(path, old, new):
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def test_the_shipped_snapshot_is_the_one_its_tables_give(mapped):
    """After a change to the reading of titles or tables: flask reference snapshot."""
    made = snapshot_arrays(TABLES)
    assert mapped.keys() == made.keys()
    for name, array in made.items():
        assert mapped[name].dtype == array.dtype, name
        np.testing.assert_array_equal(mapped[name], array, err_msg=name)


def test_every_occupation_is_what_the_tables_say(shipped):
    tables = TABLES.occupations()
    assert [*shipped.occupations] == [*tables]
    assert shipped.occupations == tables


def test_every_title_stands_under_its_key(shipped):
    titles, keys = shipped.titles.titles, shipped.titles.keys[:]
    assert Counter(titles) == Counter(TABLES.titles(set(shipped.occupations)))
    assert keys == [title_key(title.title) for title in titles]
    assert keys == sorted(keys)


def test_every_word_leads_to_the_titles_that_hold_it(shipped):
    holding = defaultdict(list)
    for place, key in enumerate(shipped.titles.keys):
        for word in dict.fromkeys(key.split()):
            holding[word].append(place)
    words = shipped.titles.words
    assert words.words == sorted(holding)
    for word, first, end in zip(words.words, words.starts[:-1], words.starts[1:], strict=True):
        assert words.titles[first:end].tolist() == holding[word]


def test_every_pay_figure_is_what_the_tables_say(shipped):
    states = {state.postal: place for place, state in enumerate(TABLES.states())}
    codes = {code: place for place, code in enumerate(TABLES.occupations())}
    pay = shipped.pay_by_state
    assert (pay.states, pay.occupations) == (states, codes)
    np.testing.assert_array_equal(pay.figures, TABLES.state_pay(states, codes))


def test_the_arrays_stay_in_the_file_aligned_and_read_only(mapped):
    assert str(SHIPPED / SNAPSHOT) in Path("/proc/self/maps").read_text(encoding="utf-8")
    for name, array in mapped.items():
        assert not array.flags.owndata, name
        assert not array.flags.writeable, name
        assert array.ctypes.data % ALIGNMENT == 0, name


def test_numpy_opens_the_snapshot_as_well(mapped):
    with np.load(SHIPPED / SNAPSHOT) as opened:
        assert opened.files == [*mapped]
        np.testing.assert_array_equal(opened["state_pay"], mapped["state_pay"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not an archive"),
        lambda path: path.write_bytes(path.read_bytes()[:-1000]),
        lambda path: path.write_bytes(array_file({"made_of": np.zeros(3)})),
        lambda path: path.write_bytes(array_file({})),
        lambda path: change(path, b'"Registered nurses"', b'"Registered horses"'),
    ],
    ids=["missing", "empty", "text", "cut off", "of another digest", "without arrays", "changed"],
)
def test_a_snapshot_that_cannot_be_trusted_is_not_used(folder, damage):
    damage(folder / SNAPSHOT)
    with pytest.raises(SnapshotUnusable, match=r"snapshot\.npz"):
        map_snapshot(ShippedTables(folder))


def test_one_wrong_byte_is_noticed_wherever_it_changes_anything(tmp_path):
    arrays = {"numbers": np.arange(20), **Texts.of(["one", "two"]).arrays("texts")}
    intact = array_file(arrays)
    path = tmp_path / SNAPSHOT
    refused = 0
    for place, byte in enumerate(intact):
        path.write_bytes(intact[:place] + bytes([byte ^ 1]) + intact[place + 1 :])
        try:
            read = map_arrays(path)
        except ArrayFileDamaged:
            refused += 1
        else:
            assert all(np.array_equal(array, arrays[name]) for name, array in read.items() if name in arrays), place
    assert refused > sum(array.nbytes for array in arrays.values())


def test_tables_that_changed_are_read_instead_of_the_snapshot(folder, caplog):
    lines = (folder / "state_pay.csv").read_text(encoding="utf-8").split("\n")
    state, code, employment, low, *others = lines[1].split(",")
    lines[1] = ",".join([state, code, employment, str(int(low) + 1), *others])
    (folder / "state_pay.csv").write_text("\n".join(lines), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        reference = load_reference(folder)
    assert reference.state_pay(state, code).p10 == int(low) + 1
    assert caplog.messages == ["Reading the reference tables anew: snapshot.npz was made of other tables"]


def test_a_reference_outlives_a_new_snapshot(folder):
    before = load_reference(folder)
    change(folder / "occupations.csv", b"Registered nurses", b"Registered horses")
    write_snapshot(folder)
    after = load_reference(folder)
    assert before.titles.search("rn").matches[0].title == "Registered nurses"
    assert after.titles.search("rn").matches[0].title == "Registered horses"
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in SHIPPED.iterdir())


def test_no_snapshot_is_made_of_damaged_tables(folder):
    (folder / "titles.csv").write_text("code,kind,title\n99-9999,reported,Title\n")
    with pytest.raises(ShippedDataError, match=r"titles\.csv, row 2"):
        write_snapshot(folder)
    assert (folder / SNAPSHOT).read_bytes() == (SHIPPED / SNAPSHOT).read_bytes()


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))), st.data())
def test_texts_are_read_like_a_list(words, data):
    words.sort()
    texts = Texts.of(words)
    assert (len(texts), [*texts], texts[:]) == (len(words), words, words)
    part = data.draw(st.slices(len(words)))
    assert texts[part] == words[part]
    places = data.draw(st.lists(st.sampled_from(range(len(words))))) if words else []
    assert texts.at(np.array(places, np.int32)) == [words[place] for place in places]
    assert [texts[place - len(words)] for place in places] == [words[place - len(words)] for place in places]
    sought = data.draw(st.text())
    assert bisect_left(texts, sought) == bisect_left(words, sought)
    for beyond in (len(words), -len(words) - 1):
        with pytest.raises(IndexError):
            texts[beyond]


def test_a_text_of_two_lines_is_refused():
    with pytest.raises(ValueError, match="one line"):
        Texts.of(["one\ntwo"])
