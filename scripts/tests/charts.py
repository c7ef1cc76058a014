"""What is said of values that a chart does not know, planted: python3 -m unittest scripts/tests/charts.py"""

import contextlib
import functools
import http.server
import io
import json
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import helm_python

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "charts"))

from asked import run_pull
from chart import Chart, find
from installed import Release, tables
from judged import idle, refused, unknown
from listed import Listed, before, listing

VALUES = """
replicas: 1
port: 80
ghost: true
pod:
  priority: low
  labels: {}
"""
TEMPLATE = """
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  annotations: {{- toYaml .Values.pod.labels | nindent 4 }}
  labels:
    priority: {{ .Values.pod.priority | quote }}
    replicas: {{ .Values.replicas | quote }}
    hidden: {{ .Values.hidden | quote }}
    random: {{ randAlphaNum 8 | quote }}
spec:
  ports: [{port: {{ .Values.port }}}]
"""


class Charts(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        source = self.folder / "source"
        (source / "templates").mkdir(parents=True)
        (source / "Chart.yaml").write_text("apiVersion: v2\nname: sample\nversion: 1.2.3\n")
        (source / "values.yaml").write_text(VALUES)
        (source / "templates/service.yaml").write_text(TEMPLATE)
        self.chart = Chart(source)

    def release(self, **values: object) -> Release:
        return Release("place", "https://charts.example.com", "sample", "1.2.3", "name", "space", values)

    def listed(self, release: Release) -> Listed:
        levels = {path: level for path, _ in tables(release.values) if (level := self.chart.level(path))}
        path = self.folder / "sample.yaml"
        path.write_text(listing("sample", "1.2.3", levels))
        return Listed(path)

    def unknown(self, release: Release) -> list[str]:
        """What is wrong, of which the chart and its list say the same."""
        said = list(unknown(release, self.chart, "1.2.3"))
        known = self.release(replicas=2, pod={"priority": "high", "labels": {"a": "b"}})
        self.assertEqual(list(unknown(release, self.listed(known), "1.2.3")), said)
        return said

    def test_keys_that_a_chart_has_are_no_finding(self) -> None:
        release = self.release(replicas=2, hidden="x", pod={"priority": "high", "labels": {"any": "thing"}})
        self.assertEqual(self.unknown(release), [], "one that only the template mentions too, and any in a table that is handed through")

    def test_a_misspelt_key_is_found_wherever_it_stands(self) -> None:
        self.assertEqual(self.unknown(self.release(replica=2)), ["`replica` is not a value of sample 1.2.3; it has `replicas`"])
        self.assertEqual(
            self.unknown(self.release(pod={"priorities": "high"})), ["`pod.priorities` is not a value of sample 1.2.3; it has `priority`"]
        )
        self.assertEqual(self.unknown(self.release(pods={"priority": "high"})), ["`pods` is not a value of sample 1.2.3; it has `pod`"])

    def test_a_table_that_the_list_does_not_hold_is_said(self) -> None:
        [said] = unknown(self.release(pod={"priority": "high"}), self.listed(self.release(replicas=1)), "1.2.3")
        self.assertIn("`pod` is a table that", said)
        self.assertIn("`make charts-keys CHARTS_DIR=FOLDER` adds it", said)

    def test_a_list_keeps_what_it_held_of_the_same_version(self) -> None:
        self.listed(self.release(pod={"priority": "high"}))
        self.assertIn(("pod",), before(self.folder, self.release()))
        self.assertEqual(before(self.folder, self.release()._replace(version="2.0.0")), {})

    def test_a_key_that_changes_nothing_is_found_and_one_that_says_what_holds_anyway_is_not(self) -> None:
        release = self.release(replicas=1, ghost=False, pod={"priority": "high"})
        self.assertEqual(list(idle(release, self.chart, set())), ["`ghost` changes nothing of what sample 1.2.3 renders"])

    def test_an_object_that_kubernetes_refuses_is_named(self) -> None:
        self.assertEqual(list(refused(self.release(port=80), self.chart, "1.36")), [])
        [said] = refused(self.release(port="eighty"), self.chart, "1.36")
        self.assertTrue(said.startswith("Service `name` of sample 1.2.3: "), said)
        self.assertIn("eighty", said)

    def test_objects_end_where_helm_ends_them(self) -> None:
        template = self.folder / "source/templates/service.yaml"
        template.write_text(TEMPLATE + "{{- if true }}\n---\n{{- end -}}\n# Another.\n" + TEMPLATE.replace("Service", "Endpoints", 1))
        kinds = [item["kind"] for item in Chart(self.folder / "source").render(self.release(), {})]
        self.assertEqual(kinds, ["Service", "Endpoints"])

    def test_charts_are_pulled_at_the_versions_that_are_installed(self) -> None:
        self.pulled()

    def test_a_version_with_a_letter_before_it_is_the_same(self) -> None:
        (self.folder / "source/Chart.yaml").write_text("apiVersion: v2\nname: sample\nversion: v1.2.3\n")
        self.pulled()
        self.assertIsNotNone(find([str(self.folder / "pulled")], "sample", "1.2.3"))
        (self.folder / "source").rename(self.folder / "sample")
        self.assertIsNotNone(find([str(self.folder)], "sample", "1.2.3"))
        self.assertIsNone(find([str(self.folder)], "sample", "1.2.4"))

    def pulled(self) -> None:
        served = self.folder / "served"
        served.mkdir()
        helm_python.package(self.folder / "source", destination=served)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=served))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}"
        helm_python.repo_index_generate(served, base_url=address)
        out = self.folder / "out"
        release = {"name": "a", "namespace": "b", "repository": address, "chart": "sample", "version": "1.2.3"}
        for path, text in {
            "cluster/argocd.tf.json": json.dumps({"resource": {"helm_release": {"argocd": release}}}),
            "cluster/argocd-values.json": "{}",
            "manifests/none.yaml": "kind: Namespace",
        }.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_text(text)
        pulled = str(self.folder / "pulled")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(run_pull([pulled], [out]), 0)
        self.assertEqual(said.getvalue(), f"sample 1.2.3 from {address}\n")
        self.assertIn("ports", find([pulled], "sample", "1.2.3").render(self.release(), {})[0]["spec"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """What is asked for is no news."""


if __name__ == "__main__":
    unittest.main()
