//! `synth access`: what it names agrees with what is written, and its lines can be copied into a shell.

use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::project::{Project, workspace};

const DEFAULT: &str = "stacks/environments/default.toml";

/// A file of `out/` as JSON.
fn written(project: &Project, path: &str) -> Json {
    serde_json::from_str(&project.read(path)).unwrap()
}

fn page<'a>(access: &'a Json, name: &str) -> &'a Json {
    access["pages"].as_array().unwrap().iter().find(|page| page["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The names in `access` must be those that Terraform installs, that its outputs give, and that Argo CD syncs.
fn agrees(project: &Project) {
    let access = project.synth(["access", "--json"]).succeeds().json();
    let outputs = &written(project, "out/cluster/outputs.tf.json")["output"];
    let release = &written(project, "out/cluster/argocd.tf.json")["resource"]["helm_release"]["argocd"];
    assert_eq!(access["kubeconfig"], outputs["update_kubeconfig_command"]["value"]);
    let argocd = page(&access, "Argo CD");
    assert_eq!((&argocd["namespace"], &argocd["port"]), (&release["namespace"], &443.into()));
    assert_eq!(argocd["service"], format!("{}-server", release["name"].as_str().unwrap()));
    assert_eq!(argocd["login"]["secret"], outputs["argocd_initial_password_secret_name"]["value"]);
    assert_eq!(argocd["named_by"], format!("argo-cd {}", release["version"].as_str().unwrap()));
    // The Application knows the Secret of Grafana by its name: it leaves the password in it alone.
    let stack = project.read("out/manifests/kube-prometheus-stack.yaml");
    let grafana = page(&access, "Grafana");
    let secret = grafana["login"]["secret"].as_str().unwrap();
    assert!(stack.contains(&format!("name: {secret}\n")), "no `{secret}` in:\n{stack}");
    let key = grafana["login"]["key"].as_str().unwrap();
    assert!(stack.contains(&format!("- /data/{key}\n")), "no `{key}` in:\n{stack}");
    for (name, suffix) in [("Prometheus", "prometheus"), ("Alertmanager", "alertmanager")] {
        let service = page(&access, name)["service"].as_str().unwrap().strip_suffix(&format!("-{suffix}")).unwrap();
        assert!(stack.contains(&format!("fullnameOverride: {service}\n")), "no `{service}` in:\n{stack}");
        assert!(
            stack.contains(&format!("namespace: {}\n", page(&access, name)["namespace"].as_str().unwrap())),
            "{stack}"
        );
    }
    let [balancer] = &access["load_balancers"].as_array().unwrap()[..] else { panic!("{access:#}") };
    let service = project.read("out/manifests/cors-proxy-server/service.yaml");
    for line in [
        format!("name: {}\n", balancer["service"].as_str().unwrap()),
        format!("namespace: {}\n", balancer["namespace"].as_str().unwrap()),
        format!("port: {}\n", balancer["port"]),
        "type: LoadBalancer\n".to_owned(),
    ] {
        assert!(service.contains(&line), "no `{line}` in:\n{service}");
    }
}

#[test]
fn every_name_is_one_that_is_written() {
    agrees(&Project::written());
}

#[test]
fn names_follow_the_settings() {
    let project = Project::new();
    let text = project.read(DEFAULT);
    let text = text.replace("namespace = \"argocd\"", "namespace = \"delivery\"");
    let text = text.replace("namespace = \"monitoring\"", "namespace = \"metrics\"");
    let text = text.replace("namespace = \"services\"", "namespace = \"shop\"");
    let certificate = "certificate_arn = \"arn:aws:acm:eu-north-1:111122223333:certificate/1\"";
    project.write(DEFAULT, &text.replacen("certificate_arn = \"\"", certificate, 1));
    // The other environments cannot take the certificate of this account, and are said not to be compared.
    assert_eq!(project.synth(["all"]).code, 0);
    agrees(&project);
    let lines = project.synth(["access"]).succeeds().stdout;
    for text in [
        "kubectl port-forward --namespace delivery service/argocd-server 8080:443\n",
        "kubectl port-forward --namespace metrics service/kube-prometheus-stack-grafana 3000:80\n",
        "kubectl get service --namespace shop cors-proxy-server ",
        "\"https://$LOAD_BALANCER/http://mock-target-server.shop.svc.cluster.local:3000/posts/1\"\n",
    ] {
        assert!(lines.contains(text), "no `{text}` in:\n{lines}");
    }
}

#[test]
fn lines_are_words_of_a_shell() {
    let project = Project::new();
    for environment in ["default", "production"] {
        let lines = project.synth(["access", "--env", environment]).succeeds().stdout;
        let programs = ["# ", "aws ", "kubectl ", "curl ", "LOAD_BALANCER=$(kubectl "];
        let known = |line: &str| line.is_empty() || programs.iter().any(|program| line.starts_with(program));
        assert!(lines.lines().all(known), "{lines}");
        let shell = Command::new("bash").args(["-n", "-c", &lines]).stdout(Stdio::null()).status().unwrap();
        assert!(shell.success(), "{lines}");
    }
}

#[test]
fn a_private_endpoint_is_said_to_be_one() {
    let project = Project::new();
    let private = project.synth(["access", "--env", "production"]).succeeds().stdout;
    assert!(private.starts_with("# kubectl, from inside the VPC: the endpoint is private\naws eks "), "{private}");
    assert_eq!(project.synth(["access", "--env", "production", "--json"]).json()["private"], json!(true));
    assert!(project.synth(["access"]).stdout.starts_with("# kubectl\naws eks "));
}

#[test]
fn the_readme_shows_the_lines_of_the_default_environment() {
    let lines = Project::new().synth(["access"]).succeeds().stdout;
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, section) = readme.split_once("### After the apply").unwrap();
    let (_, block) = section.split_once("```console\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    // A line that is too long for a page is broken, which the shell joins again.
    let block = block.replace(" \\\n    ", " ").replace("\\\n", "");
    let commands = block.lines().filter(|line| !line.starts_with('#')).map(|line| line.strip_prefix("$ ").unwrap());
    let mut count = 0;
    for command in commands {
        assert!(lines.lines().any(|line| line == command), "no `{command}` in:\n{lines}");
        count += 1;
    }
    assert!(count >= 8, "{block}");
}

/// The lines of an environment of its own.
fn lines_of(environment: &str, text: &str) -> String {
    let project = Project::new();
    project.write(&format!("stacks/environments/{environment}.toml"), text);
    project.synth(["access", "--env", environment]).succeeds().stdout
}

#[test]
fn names_are_said_where_there_are_some_and_passwords_where_one_lets_in() {
    let named = "name = \"named\"\n[argocd]\ndomain = \"argocd.example.com\"\n[domain]\nname = \"example.com\"\n";
    let entrance = "[services.mock_target_server.entrance]\nhost = \"target.example.com\"\npath = \"/posts\"\n";
    let lines = lines_of("named", &format!("{named}{entrance}"));
    for text in [
        "# Argo CD at https://argocd.example.com, from inside the VPC; or\n",
        "# first password of `admin`\n",
        "# mock-target-server at https://target.example.com/posts, from inside the VPC\ncurl --include \"https://target.example.com/posts\"\n",
    ] {
        assert!(lines.contains(text), "no `{text}` in:\n{lines}");
    }
    let signed = "[domain.sign_on]\nprovider = \"github\"\norganization = \"example-org\"\nadmins = [\"a\"]\nlocal_admin = false\n";
    let lines = lines_of("named", &format!("{named}{signed}"));
    assert!(!lines.contains("password") && !lines.contains("kubectl get secret"), "{lines}");
}

#[test]
fn an_edge_is_asked_by_its_own_name_and_trusted_as_any_site() {
    let lines = lines_of("fronted", "name = \"fronted\"\n[edge]\nenabled = true\n");
    for text in ["# cors-proxy-server at the edge before it", "\nEDGE=$(aws cloudfront ", "\"https://$EDGE/http://mock"]
    {
        assert!(lines.contains(text), "no `{text}` in:\n{lines}");
    }
    assert!(!lines.contains("--insecure") && !lines.contains("LOAD_BALANCER"), "{lines}");
}
