"""Names of files from what people wrote, none twice in one folder."""

import pytest

from shared.adapters.file_names import file_names


@pytest.mark.parametrize(
    "numbers",
    [("RE/2024-1", "RE 2024-1"), ("ΤΔΑ-1", "ΤΠΥ-1"), ("re-1", "RE-1"), ("x" * 90, "x" * 99)],
)
def test_documents_whose_numbers_read_the_same_have_files_of_their_own(numbers):
    ids = ("01J" + "A" * 23, "01J" + "B" * 23, "01J" + "C" * 23)
    names = file_names(dict(zip(ids, (*numbers, "INV-7"), strict=True)))
    assert len({name.lower() for name in names.values()}) == 3
    assert names[ids[2]] == "INV-7"
    assert all(name.isascii() and "/" not in name for name in names.values())
