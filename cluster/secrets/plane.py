"""A control plane without nodes: etcd and the API server, and who asks them."""

import base64
import http.client
import json
import secrets
import socket
import ssl
import subprocess
import time

GROUPS = "system:masters"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def eventually(seconds, holds, otherwise):
    """Waits until something holds; what it is instead is the error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (KeyError, OSError):
            pass
        time.sleep(1)
    raise AssertionError(otherwise())


class Plane:
    """They end with the block."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.started = programs, folder, []
        # Who may do everything and is nobody's part, and who administers.
        self.master, self.administrator = secrets.token_hex(16), secrets.token_hex(16)

    def __enter__(self):
        data, tokens, key = self.folder / "etcd", self.folder / "tokens.csv", self.folder / "accounts.key"
        subprocess.run(["rm", "-rf", str(data)], check=True)
        tokens.write_text(f'{self.master},system:kube-controller-manager,1,"{GROUPS}"\n{self.administrator},somebody,2,"{GROUPS}"\n')
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        etcd, peer, self.port = free_port(), free_port(), free_port()
        clients = f"http://127.0.0.1:{etcd}"
        peers = f"http://127.0.0.1:{peer}"
        self.start(
            "etcd", f"--data-dir={data}", f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        )  # fmt: skip
        self.start(
            "kube-apiserver", f"--etcd-servers={clients}", "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            f"--cert-dir={self.folder / 'certificates'}", "--authorization-mode=RBAC", f"--token-auth-file={tokens}",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount",
        )  # fmt: skip
        eventually(240, lambda: self.request("GET", "/readyz")[0] == 200, lambda: "the API server is not ready")
        return self

    def __exit__(self, *_):
        # First who asks, then who is asked: an API server waits for its etcd.
        for _, process in reversed(self.started):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, program, *arguments, environment=None, path=None):
        """Starts a program, which ends with the block; what it says is in the folder."""
        log = (self.folder / f"{program}.log").open("wb")
        process = subprocess.Popen([str(path or self.programs / program), *arguments], stdout=log, stderr=log, env=environment)
        self.started.append((program, process))
        return process

    def check(self):
        """Every program still runs."""
        for name, process in self.started:
            if process.poll() is not None:
                said = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-5:]
                raise AssertionError(f"{name} has ended: {said}")

    def request(self, method, path, body=None, token=None, kind="application/json"):
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)
        headers = {"Authorization": f"Bearer {token or self.master}", "Content-Type": kind}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text.startswith("{") else text

    def get(self, path):
        return self.request("GET", path)[1]

    def post(self, path, body, token=None):
        return self.request("POST", path, body, token)

    def patch(self, path, body, token=None):
        return self.request("PATCH", path, body, token, "application/merge-patch+json")

    def apply(self, item, plural, token=None):
        """Applies an object on the server's side, strictly, as Argo CD does."""
        group = item["apiVersion"]
        base = f"/api/{group}" if "/" not in group else f"/apis/{group}"
        namespace = item["metadata"].get("namespace")
        where = f"/namespaces/{namespace}" if namespace else ""
        path = f"{base}{where}/{plural}/{item['metadata']['name']}?fieldManager=argocd-controller&fieldValidation=Strict"
        status, answer = self.request("PATCH", path, item, token, "application/apply-patch+yaml")
        if status not in (200, 201):
            raise AssertionError(f"{item['kind']}/{item['metadata']['name']}: {status} {answer}")

    def token(self, namespace, account):
        """A token of a service account, as a pod has it."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200}}
        return self.post(f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", body)[1]["status"]["token"]

    def secret(self, namespace, name):
        """The data of a Secret."""
        data = self.get(f"/api/v1/namespaces/{namespace}/secrets/{name}").get("data", {})
        return {key: base64.b64decode(value).decode() for key, value in data.items()}
