"""What alerts and dashboards are tried on: values in promtool's notation, and labels as Prometheus stores them."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "alerts"))

import notation
from series import Scrapes, Unknown


def scrapes(honor):
    labels = {"job": "karpenter", "namespace": "kube-system"}
    monitor = {"ours": False, "honor": honor, "labels": labels}
    return Scrapes(ROOT / "alerts/metrics.csv", ROOT.parent / "apps/metrics.csv", {"karpenter": monitor})


class Alerted(unittest.TestCase):
    def test_values_are_runs_and_a_target_that_goes_is_marked(self):
        for values, expected in [
            ([1, 1, 1], "1x2"),
            ([0, 5, 10, 10], "0+5x2 10x0"),
            ([None, None, 3, 2], "_x2 3-1x1"),
            ([7, None, None, 8], "7x0 stale _x1 8x0"),
        ]:
            self.assertEqual(notation.notation(values), expected)

    def test_a_counter_grows_while_it_is_shown(self):
        self.assertEqual(notation.Clock(2).counter(3, (0.5, 1.5)), "_x1 0+3x1 stale")

    def test_labels_of_the_target_win_unless_they_are_told_not_to(self):
        shown = 'karpenter_pods_state{namespace="services",zone="a"}'
        self.assertIn('exported_namespace="services"', scrapes(False).stored("karpenter", shown))
        self.assertIn(',namespace="services"', scrapes(True).stored("karpenter", shown))

    def test_a_series_that_nobody_shows_is_refused(self):
        for exporter, shown, message in [
            ("nobody", "up", "nothing scrapes"),
            ("karpenter", "karpenter_pods_stat", "does not show"),
            ("karpenter", 'karpenter_pods_state{zon="a"}', "has no label zon"),
        ]:
            with self.assertRaisesRegex(Unknown, message):
                scrapes(True).stored(exporter, shown)


if __name__ == "__main__":
    unittest.main()
