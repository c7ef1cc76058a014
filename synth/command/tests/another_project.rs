//! The command takes any project: here one of a single stack, a single setting and a single rule.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

use std::{convert::Infallible, fs};

use clap::{Args, Command, FromArgMatches};
use jiff::civil::date;
use synth_command::{
    commands::{
        check::{CheckArgs, check},
        write::{WriteArgs, write},
    },
    project::{Opened, ProjectArgs},
    report::Outcome,
};
use synth_framework::{Stack, output};
use synth_project::{Built, Family, Kind, Layer, Part, Project, Settings};
use synth_review::{Policy, SettingPlace, Severity, Waiver};

#[derive(Clone, Debug)]
struct Greeting {
    words: String,
    environment: String,
}

impl Settings for Greeting {
    type Error = Infallible;

    fn parse(environment: &str, layers: &[Layer]) -> Result<Self, Infallible> {
        let words = layers.last().map(|layer| layer.text.trim().to_owned()).unwrap_or_default();
        Ok(Self { words, environment: environment.to_owned() })
    }

    fn environment(&self) -> &str {
        &self.environment
    }

    fn directory(&self, part: &str) -> String {
        part.to_owned()
    }

    fn waivers(&self) -> &[Waiver] {
        &[]
    }

    fn place(&self, _: &str) -> Option<SettingPlace> {
        None
    }
}

#[derive(Clone, Debug)]
struct Hello {
    settings: Greeting,
    parts: Vec<Built>,
}

impl Project for Hello {
    type Settings = Greeting;

    const COMMAND: &'static str = "greet";
    const ENVIRONMENTS: &'static str = "greetings";
    const SCRATCH: &'static str = "scratch";
    const PARTS: &'static [Part<Self>] = &[
        Part {
            name: "hello",
            directory: "hello",
            summary: "a greeting",
            kind: Kind::Stack(define),
            absent: Part::<Self>::always,
        },
        Part {
            name: "farewell",
            directory: "farewell",
            summary: "for those who leave",
            kind: Kind::Stack(define),
            absent: |settings| settings.words.contains("morning").then_some("it is morning"),
        },
    ];
    const FAMILIES: &'static [Family<Self>] = &[Family {
        prefix: "POLITE",
        summary: "how one speaks",
        policies: &[Policy {
            code: "POLITE001",
            name: "not-loud",
            severity: Severity::Error,
            explanation: "whoever shouts is not heard",
            check: |hello, findings| {
                if hello.settings.words.ends_with('!') {
                    let place =
                        synth_review::Place { subject: "words".to_owned(), file: String::new(), location: None };
                    findings.report(place, "are shouted", "leave the mark out");
                }
            },
        }],
    }];

    fn of(settings: &Greeting, parts: Vec<Built>) -> Self {
        Self { settings: settings.clone(), parts }
    }

    fn settings(&self) -> &Greeting {
        &self.settings
    }

    fn parts(&self) -> &[Built] {
        &self.parts
    }

    fn extend(&mut self, parts: Vec<Built>) {
        self.parts.extend(parts);
    }

    fn beside(self, _: Vec<Self>) -> Self {
        self
    }
}

fn define(settings: &Greeting, stack: &Stack) {
    output("greeting", settings.words.as_str()).add_to(stack);
}

/// Arguments without any option.
fn plain<A: Args + FromArgMatches>() -> A {
    A::from_arg_matches(&A::augment_args(Command::new("plain")).get_matches_from(["plain"])).unwrap()
}

#[test]
fn another_project_is_written_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let (environments, out) = (folder.path().join("greetings"), folder.path().join("out"));
    fs::create_dir(&environments).unwrap();
    let settings = environments.join("default.toml");
    fs::write(&settings, "good morning\n").unwrap();
    let open = || {
        let (out, environments) = (Some(out.clone()), Some(environments.clone()));
        let today = Some(date(2026, 9, 10));
        Opened::<Hello>::open(&ProjectArgs { env: "default".to_owned(), out, environments, today }).unwrap()
    };
    assert_eq!(write(&open(), None, &plain::<WriteArgs>()).unwrap().outcome, Outcome::Fine);
    assert!(fs::read_to_string(out.join("hello/main.tf.json")).unwrap().contains("good morning"));
    assert_eq!(check(&open(), &plain::<CheckArgs<Hello>>()).unwrap().outcome, Outcome::Fine);
    assert_eq!(
        (open().command("hello").as_str(), open().scratch.as_path()),
        ("greet hello", "scratch/default".as_ref())
    );

    fs::write(&settings, "good morning!\n").unwrap();
    let refused = write(&open(), None, &plain::<WriteArgs>()).unwrap();
    assert_eq!(refused.outcome, Outcome::Finding);
    assert!(refused.text.contains("POLITE001"), "{}", refused.text);
    assert!(!fs::read_to_string(out.join("hello/main.tf.json")).unwrap().contains('!'));
}

#[test]
fn a_part_that_the_settings_leave_out_is_not_written_and_goes_once_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (environments, out) = (folder.path().join("greetings"), folder.path().join("out"));
    fs::create_dir(&environments).unwrap();
    let open = |words: &str| {
        fs::write(environments.join("default.toml"), words).unwrap();
        let (out, environments) = (Some(out.clone()), Some(environments.clone()));
        let today = Some(date(2026, 9, 10));
        Opened::<Hello>::open(&ProjectArgs { env: "default".to_owned(), out, environments, today }).unwrap()
    };
    let farewell = Hello::part("farewell");
    let written = |words: &str| write(&open(words), farewell, &plain::<WriteArgs>()).unwrap();
    let left_out = written("good morning");
    assert_eq!(left_out.outcome, Outcome::Fine);
    assert!(left_out.text.contains("not made, because it is morning"), "{}", left_out.text);
    assert!(!out.join("farewell").exists());
    assert_eq!(check(&open("good morning"), &arguments(&["farewell"])).unwrap().outcome, Outcome::Fine);

    assert_eq!(written("good night").outcome, Outcome::Fine);
    fs::write(out.join("farewell/.terraform.lock.hcl"), "# builds of providers").unwrap();
    assert!(out.join("farewell/main.tf.json").exists());
    let drifted = check(&open("good morning"), &arguments(&["farewell"])).unwrap();
    assert_eq!(drifted.outcome, Outcome::Finding, "{}", drifted.text);
    assert!(drifted.text.contains("-  \"output\""), "{}", drifted.text);

    fs::write(out.join("farewell/terraform.tfvars"), "# somebody else's").unwrap();
    let removed = written("good morning").text;
    assert!(removed.contains("1 removed") && removed.contains("main.tf.json"), "{removed}");
    let left: Vec<_> = fs::read_dir(out.join("farewell")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["terraform.tfvars"]);
    assert_eq!(check(&open("good morning"), &arguments(&["farewell"])).unwrap().outcome, Outcome::Fine);
}

/// The arguments of `check`.
fn arguments(words: &[&str]) -> CheckArgs<Hello> {
    let command = CheckArgs::<Hello>::augment_args(Command::new("check"));
    CheckArgs::from_arg_matches(&command.get_matches_from(["check"].iter().chain(words))).unwrap()
}
