"""Which literals scripts assign to a name: the same whether the name is searched by itself or all names are."""

from __future__ import annotations

from itertools import chain

import pytest

from archiver.extractor.javascript.assignments import Assignments

SCRIPT = """
<p>var outside = "no";</p><script>
var sn = "1", msg_link = "2";
window.sn = window.msg_link = '3';
d.biz = '4'; ad.biz = '5'; _g.msg_link = [6];
window.cgiData = {sn: 7}; window.cgiData.msg_link = "8";
var msg_title = window.msg_title = "9", ct = f();
</script><script type="text/html">var sn = "no"; d.biz = "no"</script>
"""
ASSIGNED = {  # what a person reads in the script: the literals' first five characters
    "sn": ['"1", ', "'3';\n"],
    "msg_link": ["'3';\n"],
    "d.biz": ["'4'; "],
    "_g.msg_link": ["[6];\n"],
    "cgiData": ["{sn: "],
    "window.cgiData.msg_link": ['"8";\n'],
    "msg_title": ['"9", ', '"9", '],
    "outside": [],
    "ct": [],
    "d.sn": [],
}


def found(assignments: Assignments, name: str) -> list[str]:
    offsets = chain.from_iterable(assignments.of(name))
    return [assignments.text[offset : offset + 5] for offset in offsets]


@pytest.mark.parametrize("name", ASSIGNED)
def test_assignments_of_name_asked_first(name: str) -> None:
    assert found(Assignments(SCRIPT), name) == ASSIGNED[name]


def test_assignments_of_names_asked_after_many_others() -> None:
    assignments = Assignments(SCRIPT)
    for number in range(20):
        assert found(assignments, f"other_name_{number}") == []
    assert {name: found(assignments, name) for name in ASSIGNED} == ASSIGNED
