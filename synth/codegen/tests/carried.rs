//! Which blocks a reading of the newer AWS provider lacks, and what becomes of each: over every type of the oldest version,
//! whether it is selected or not.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::{collections::BTreeSet, fmt::Write as _, fs};

use synth_codegen::{
    carry::{Missing, carry},
    generate::{Layout, read},
    prune::prune,
    selection::{Selected, Selection},
    terraform::{Schema, schema},
};
use synth_schema::ProviderSchema;

/// Beside the schemas: a change of it shows to a reviewer what the bindings gain or lose.
const LIST: &str = "schemas/aws-6.66.0-blocks.txt";

fn selected() -> Selected {
    let selection = Selection::read(&Layout::workspace().selection()).unwrap();
    selection.providers.into_iter().find_map(|(name, selected)| (name == "aws").then_some(selected)).unwrap()
}

fn text(missing: &[Missing]) -> String {
    let mut text = String::from(
        "# Blocks of hashicorp/aws 5.100.0 that the reading of 6.66.0 does not have, over all types that both have.\n\
         # Written by `BLESS=1 cargo test -p synth-codegen --test carried`, where the provider 5.100.0 is to be had.\n",
    );
    for missing in missing {
        writeln!(text, "{missing}").unwrap();
    }
    text
}

#[test]
fn every_block_that_the_reading_lacks_is_listed_with_what_becomes_of_it() {
    let (layout, selected) = (Layout::workspace(), selected());
    let oldest = selected.of_floor().unwrap();
    let Some(full) = synth_tools::aws_provider(|| match schema("aws", &oldest).unwrap() {
        Schema::Text(text) => Ok(text),
        Schema::Unavailable(why) => Err(why),
    }) else {
        return;
    };
    let (address, floor) = (selected.address(), selected.floor.as_ref().unwrap());
    let reading = layout.reading(selected.reading.as_ref().unwrap()).unwrap();
    let mut reading = ProviderSchema::read(&reading, &address).unwrap();
    let oldest = ProviderSchema::read(&full, &address).unwrap();
    let missing = carry(&mut reading, &oldest, &floor.removed);
    let path = layout.codegen.join(LIST);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text(&missing)).unwrap();
    }
    assert_eq!(text(&missing), read(&path).unwrap(), "{LIST} lists something else");
    for removed in &floor.removed {
        assert!(
            missing.iter().any(|missing| missing.path == *removed),
            "`{removed}` is not missing: take it off `removed`"
        );
    }
    let again = carry(&mut reading, &oldest, &floor.removed);
    assert!(again.iter().all(|missing| !missing.cause.is_carried()), "what was carried over is there now");
    let statement =
        &reading.resource_schemas["aws_wafv2_web_acl"].block.block_types["rule"].block.block_types["statement"];
    assert!(statement.block.block_types.contains_key("rate_based_statement"), "a statement has statements");
}

/// The list and the selection agree on the blocks that are missing.
#[test]
fn the_list_names_every_block_of_a_selected_type_that_the_bindings_do_not_have() {
    let (layout, selected) = (Layout::workspace(), selected());
    let oldest = selected.of_floor().unwrap();
    let pruned = |text: String, selected: &Selected| {
        prune(&text, selected).unwrap().provider_schemas.remove(&selected.address()).unwrap()
    };
    let mut newest = pruned(layout.reading(selected.reading.as_ref().unwrap()).unwrap(), &selected);
    let oldest = pruned(read(&layout.floor("aws", &oldest.version)).unwrap(), &oldest);
    let missing = carry(&mut newest, &oldest, &selected.floor.as_ref().unwrap().removed);
    let list = read(&layout.codegen.join(LIST)).unwrap();
    let listed: BTreeSet<_> = list.lines().collect();
    assert!(!missing.is_empty(), "two blocks of launch templates are gone");
    for missing in missing {
        assert!(listed.contains(missing.to_string().as_str()), "{LIST} does not list `{missing}`");
    }
}
