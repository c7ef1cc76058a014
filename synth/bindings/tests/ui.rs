//! The promises of the call site: what must not compile does not, and says why; its twin, one expression away, does.

use std::{collections::BTreeSet, fs, path::Path};

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(folder);
    let files = fs::read_dir(folder).expect("the folder of the cases is there");
    let paths = files.map(|entry| entry.expect("a case can be listed").path());
    let cases = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect()
}

#[test]
fn what_must_not_compile_says_why_and_its_twin_compiles() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/refused/*.rs");
    cases.pass("tests/ui/accepted/*.rs");
}

#[test]
fn twins_differ_in_one_line() {
    assert_eq!(names("refused"), names("accepted"));
    for name in names("refused") {
        let lines = |folder: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(folder).join(&name);
            fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (refused, accepted) = (lines("refused"), lines("accepted"));
        assert_eq!(refused.len(), accepted.len(), "{name}");
        assert_eq!(refused.iter().zip(&accepted).filter(|(left, right)| left != right).count(), 1, "{name}");
    }
}
