"""What `make scan` says of findings, planted: python3 -m unittest scripts/tests/scanned.py"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scan import differences, findings

BUCKET = ("CKV_AWS_18", "bootstrap/state.tf.json", "aws_s3_bucket.state")
ENTRY = {"check": BUCKET[0], "file": BUCKET[1], "resource": BUCKET[2], "reason": "It is defended."}


def report(failed: list[dict], passed: int = 1, unread: int = 0) -> dict:
    summary = {"passed": passed, "failed": len(failed), "parsing_errors": unread}
    return {"results": {"failed_checks": failed}, "summary": summary}


class Scanned(unittest.TestCase):
    def test_what_is_accepted_and_found_is_no_difference(self) -> None:
        self.assertEqual(differences([ENTRY], {BUCKET}, set()), [])

    def test_a_new_finding_is_a_difference_wherever_it_is(self) -> None:
        new = ("CKV_AWS_19", *BUCKET[1:])
        for shown, own in (({BUCKET, new}, set()), ({BUCKET}, {new})):
            [said] = differences([ENTRY], shown, own)
            self.assertTrue(said.startswith("CKV_AWS_19 is found in aws_s3_bucket.state of bootstrap/state.tf.json"), said)

    def test_the_same_check_of_another_resource_is_a_difference(self) -> None:
        other = (*BUCKET[:2], "aws_s3_bucket.logs")
        self.assertEqual(len(differences([ENTRY], {BUCKET, other}, set())), 1)

    def test_an_entry_that_nothing_shows_is_a_difference(self) -> None:
        for own in (set(), {BUCKET}):
            [said] = differences([ENTRY], set(), own)
            self.assertIn("where it is not found", said)

    def test_an_entry_needs_a_reason(self) -> None:
        for reason in ({}, {"reason": " "}):
            entry = {key: ENTRY[key] for key in ("check", "file", "resource")} | reason
            self.assertEqual(differences([entry], {BUCKET}, set()), ["CKV_AWS_18 is accepted without a reason"])

    def test_findings_are_the_same_wherever_they_lie(self) -> None:
        failed = {"check_id": BUCKET[0], "file_path": "/staging/bootstrap/state.tf.json", "resource": BUCKET[2]}
        self.assertEqual(list(findings([report([failed])], Path("out"))), [BUCKET])

    def test_a_file_that_is_not_read_is_an_error(self) -> None:
        with self.assertRaisesRegex(SystemExit, "cannot read 2 files of out"):
            list(findings([report([], unread=2)], Path("out")))

    def test_a_scan_that_judges_nothing_is_an_error(self) -> None:
        for reports in ([], [{"passed": 0}], [report([], passed=0)]):
            with self.assertRaisesRegex(SystemExit, "has judged nothing"):
                list(findings(reports, Path("out")))


if __name__ == "__main__":
    unittest.main()
