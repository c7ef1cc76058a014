//! Time of building and rendering the whole default platform in memory: settings in, text out, no file touched.

use stacks::{Platform, settings::Settings};
use synth_project::{Built, Layer, Project as _};

fn main() {
    divan::main();
}

fn layer() -> Layer {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../stacks/tests/fixtures/default.toml");
    let text = std::fs::read_to_string(path).expect("the repository holds the fixture");
    Layer { path: "default.toml".to_owned(), text }
}

#[divan::bench]
fn read_settings(bencher: divan::Bencher<'_, '_>) {
    let layers = [layer()];
    bencher.bench(|| Settings::parse("default", &layers));
}

#[divan::bench]
fn synth_all(bencher: divan::Bencher<'_, '_>) {
    let settings = Settings::parse("default", &[layer()]).expect("the default environment is in order");
    bencher.bench(|| {
        let platform = Platform::build(&settings).expect("the default platform is in order");
        platform.parts.iter().map(Built::files).collect::<Vec<_>>()
    });
}

#[divan::bench]
fn policies(bencher: divan::Bencher<'_, '_>) {
    let settings = Settings::parse("default", &[layer()]).expect("the default environment is in order");
    let platform = Platform::build(&settings).expect("the default platform is in order");
    bencher.bench(|| stacks::policies::review(&platform, jiff::civil::date(2026, 9, 10)));
}
