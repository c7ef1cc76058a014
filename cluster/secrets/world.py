"""The operator with the rights of its chart and the flags of its Deployment, what is synced for `orders`, and a mock of AWS."""

import json
import pathlib
import subprocess
import sys
import urllib.request

import boto3
import yaml
from plane import eventually, free_port

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "charts"))

OPERATOR = "external-secrets"
ACCOUNT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-north-1"}
ARGOCD = ("argocd", "argocd-application-controller")


class Aws:
    """Secrets Manager and the Parameter Store, as moto has them, with the secrets that `orders` asks for."""

    def __init__(self, plane):
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        plane.start("moto", "-m", "moto.server", f"-p{port}", path=sys.executable)
        eventually(90, lambda: urllib.request.urlopen(f"{self.address}/moto-api/").status == 200, lambda: "moto is not there")
        of = {"endpoint_url": self.address, "region_name": ACCOUNT["AWS_REGION"], "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.secrets, self.parameters = boto3.client("secretsmanager", **of), boto3.client("ssm", **of)
        self.secrets.create_secret(Name="orders/database", SecretString=json.dumps({"user": "orders", "password": "first"}))
        self.secrets.create_secret(Name="orders/licence", SecretString="a licence")
        self.parameters.put_parameter(Name="/orders/payment-token", Value="token", Type="SecureString")

    def change(self, name, value):
        self.secrets.put_secret_value(SecretId=name, SecretString=value)

    def delete(self, name):
        self.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


class World:
    """All of it is there once the block begins."""

    def __init__(self, plane, programs, source, out, folder):
        self.plane, self.programs, self.source, self.out, self.folder = plane, programs, source, out, folder

    def __enter__(self):
        application = yaml.safe_load((self.out / "manifests" / f"{OPERATOR}.yaml").read_text())
        self.namespace = application["spec"]["destination"]["namespace"]
        self.objects = [yaml.safe_load(path.read_text()) for path in sorted(self.out.glob("manifests/*/*.yaml"))]
        self.aws = Aws(self.plane)
        for namespace in ("services", "argocd", self.namespace):
            labels = {"kubernetes.io/metadata.name": namespace}
            self.plane.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
        self.argocd()
        rendered = self.render(application["spec"]["source"])
        self.definitions()
        self.rights(rendered)
        # As in the waves of Argo CD: what it may do there is judged before anything is written.
        for kind, plural in (("ValidatingAdmissionPolicy", "validatingadmissionpolicies"), ("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings")):
            for item in self.of(kind):
                self.plane.apply(item, plural)
        eventually(60, self.refused, lambda: "the policies refuse nobody")
        self.run(rendered)
        for kind, plural in (("SecretStore", "secretstores"), ("ExternalSecret", "externalsecrets")):
            for item in self.of(kind):
                # In place of the settings' minutes: two of them within a test.
                self.plane.apply(item | ({"spec": item["spec"] | {"refreshInterval": "5s"}} if kind == "ExternalSecret" else {}), plural, self.argo)
        return self

    def __exit__(self, *_):
        pass

    def of(self, kind):
        return (item for item in self.objects if item["kind"] == kind)

    def pod(self, name):
        deployment = next(item for item in self.of("Deployment") if item["metadata"]["name"] == name)
        return deployment["spec"]["template"]["spec"]

    def refused(self):
        """Is an administrator's Secret refused? Policies hold a moment after they are there."""
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "orders"}}
        return self.plane.post("/api/v1/namespaces/services/secrets?dryRun=All", body, self.plane.administrator)[0] == 422

    def argocd(self):
        """Argo CD's account, which may do everything."""
        namespace, name = ARGOCD
        self.plane.post(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
        self.plane.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        })  # fmt: skip
        self.argo = self.plane.token(namespace, name)

    def render(self, source):
        """What the chart of the sources makes of the values that are written. Its definitions are in a folder of their own, and it has a part
        that is fetched, and off."""
        charts = self.folder / "charts"
        subprocess.run(["rm", "-rf", str(charts)], check=True)
        charts.mkdir()
        subprocess.run(["cp", "-R", str(self.source / "deploy/charts" / OPERATOR), str(charts)], check=True)
        about = charts / OPERATOR / "Chart.yaml"
        chart = yaml.safe_load(about.read_text())
        assert chart["version"] == source["targetRevision"], f"the sources are of {chart['version']}, and {source['targetRevision']} is installed"
        chart.pop("dependencies", None)
        about.write_text(yaml.safe_dump(chart))
        (charts / OPERATOR / "Chart.lock").unlink(missing_ok=True)
        (charts / OPERATOR / "values.schema.json").unlink(missing_ok=True)
        program = [sys.executable, "-B", str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "charts"), "render", "--charts", str(charts)]
        arguments = [source["chart"], source["targetRevision"], source["helm"]["releaseName"], self.namespace]
        values = json.dumps(source["helm"]["valuesObject"])
        answer = subprocess.run([*program, *arguments], input=values, text=True, capture_output=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return [item for item in json.loads(answer.stdout) if item]

    def definitions(self):
        """The kinds, as the sources define them."""
        off = ("Cluster", "PushSecret")
        for item in yaml.safe_load_all((self.source / "deploy/crds/bundle.yaml").read_text()):
            if item and not any(word in item["spec"]["names"]["kind"] for word in off):
                item["spec"].pop("conversion", None)
                self.plane.apply(item, "customresourcedefinitions")
        path = "/apis/external-secrets.io/v1/namespaces/services/externalsecrets"
        eventually(60, lambda: self.plane.request("GET", path)[0] == 200, lambda: "the kinds are not served")

    def rights(self, rendered):
        """The account, its roles, and who has them, of the chart."""
        plurals = {"ServiceAccount": "serviceaccounts", "Role": "roles", "RoleBinding": "rolebindings"}
        wide = [item["kind"] for item in rendered if item["kind"].startswith("ClusterRole")]
        assert not wide, f"it has rights in every namespace: {wide}"
        for item in rendered:
            if item["kind"] in plurals:
                item["metadata"].setdefault("namespace", self.namespace)
                self.plane.apply(item, plurals[item["kind"]])
        self.operator = self.plane.token(self.namespace, OPERATOR)

    def run(self, rendered):
        """The program, with the flags of its Deployment and its own account."""
        pod = next(item for item in rendered if item["kind"] == "Deployment")["spec"]["template"]["spec"]
        live, self.shown = free_port(), free_port()
        own = [f"--live-addr=127.0.0.1:{live}", f"--metrics-addr=127.0.0.1:{self.shown}"]
        # Its lease lies in the namespace that a pod reads where its token lies.
        left = ("--live-addr", "--metrics-addr", "--enable-leader-election")
        arguments = [of for of in pod["containers"][0]["args"] if not of.startswith(left)]
        kubeconfig = self.folder / "operator.kubeconfig"
        kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "one",
            "clusters": [{"name": "one", "cluster": {"server": f"https://127.0.0.1:{self.plane.port}", "insecure-skip-tls-verify": True}}],
            "users": [{"name": "one", "user": {"token": self.operator}}],
            "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        }))  # fmt: skip
        endpoints = {"AWS_SECRETSMANAGER_ENDPOINT": self.aws.address, "AWS_SSM_ENDPOINT": self.aws.address, "AWS_STS_ENDPOINT": self.aws.address}
        environment = {"KUBECONFIG": str(kubeconfig), "PATH": "/usr/bin:/bin", **ACCOUNT, **endpoints, "AWS_ENDPOINT_URL": self.aws.address}
        self.plane.start(OPERATOR, *arguments, *own, environment=environment)

    def metric(self, name, *labels):
        """The sum of a metric of the operator's, of the series that have these labels."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.shown}/metrics").read().decode()
        lines = [line for line in text.splitlines() if line.startswith(name) and all(label in line for label in labels)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def check(self):
        self.plane.check()
