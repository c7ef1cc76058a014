//! The code blocks of the documentation.

use crate::project::workspace;

/// A code block fits a terminal and a narrow page of any forge, without a bar to scroll.
#[test]
fn code_blocks_of_the_documentation_fit_80_columns() {
    let documents =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"].map(|file| workspace().join(file));
    let folder = std::fs::read_dir(workspace().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut lines = 0;
    for path in folder.filter(|path| path.extension().is_some_and(|of| of == "md")).chain(documents) {
        let mut inside = false;
        for (number, line) in (1..).zip(std::fs::read_to_string(&path).unwrap().lines()) {
            if line.starts_with("```") {
                inside = !inside;
            } else if inside {
                let width = line.chars().count();
                assert!(width <= 80, "{}:{number} has {width} columns: {line}", path.display());
                lines += 1;
            }
        }
        assert!(!inside, "{} leaves a block open", path.display());
    }
    assert!(lines > 80, "{lines}");
}
