//! Every file that is written, exactly as it is written: a change of code shows here in a pull request.

use super::platforms;

#[test]
fn every_file_is_as_reviewed() {
    for (environment, platform) in platforms() {
        for stack in platform.stacks() {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(format!("../../../snapshots/{environment}/{}", stack.name()));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| {
                for file in stack.files() {
                    insta::assert_snapshot!(file.path.replace('/', "__"), file.text);
                }
            });
        }
    }
}
