"""Identifiers sort by time, refusals tell what and where."""

from __future__ import annotations

import uuid

from seve.engine.refusals import InvalidBundle, VersionMismatch
from seve.kernel.identifiers import VersionClock, first_vid_of, instant_of, millisecond_of, new_id


def test_vids_of_one_clock_rise_even_by_thousands_in_a_millisecond() -> None:
    clock = VersionClock(worker=7)
    vids = [clock.next() for _ in range(20_000)]
    assert vids == sorted(set(vids))


def test_a_vid_after_another_is_later_even_when_that_one_is_from_the_future() -> None:
    clock = VersionClock(worker=1)
    future = clock.next() + (10_000 << 22)
    assert clock.next(after=future) > future


def test_clocks_of_two_workers_never_meet() -> None:
    one, other = VersionClock(worker=1), VersionClock(worker=2)
    assert not {one.next() for _ in range(5_000)} & {other.next() for _ in range(5_000)}


def test_a_vid_tells_its_time() -> None:
    vid = first_vid_of(1_700_000_000_123)
    assert millisecond_of(vid) == 1_700_000_000_123
    assert instant_of(vid) == "2023-11-14T22:13:20.123Z"


def test_times_outside_all_vids_are_their_bounds() -> None:
    assert first_vid_of(0) == 0
    assert first_vid_of(10**15) == 2**63 - 1


def test_new_ids_are_uuids_of_version_7() -> None:
    ids = [new_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert {uuid.UUID(i).version for i in ids} == {7}


def test_a_refusal_speaks_french_and_english() -> None:
    [issue] = VersionMismatch(type="Patient", id="1", expected="1", current="2").issues
    assert "2, not 1" in issue.text("en")
    assert "version courante est 2" in issue.text("fr")


def test_a_bundle_refusal_names_its_rule_and_entry() -> None:
    [issue] = InvalidBundle("no_request", expression="Bundle.entry[3]").issues
    assert (issue.expression, issue.key) == ("Bundle.entry[3]", "engine.bundles.no_request")
