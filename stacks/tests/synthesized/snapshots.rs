//! Every file that is written, exactly as it is written: a change of code shows here in a pull request.

use stacks::Platform;
use synth_project::{Built, Project as _};

use super::platforms;

#[test]
fn every_file_is_as_reviewed() {
    for (environment, platform) in platforms() {
        // Manifests have a test and snapshots of their own, folder by folder.
        let parts = platform.parts.iter().filter(|part| !matches!(part, Built::Manifests(_)));
        for part in parts {
            let directory = Platform::part(part.name()).expect("every part is in the table").directory;
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(format!("../../../snapshots/{environment}/{directory}"));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| {
                for file in part.files() {
                    insta::assert_snapshot!(file.path.replace('/', "__"), file.text);
                }
            });
        }
    }
}
