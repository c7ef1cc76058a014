//! Prints the Terraform CLI configuration by which tests find the real AWS provider: in a mirror on this machine, or in
//! the registry.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let configuration = synth_codegen::mirror::cli_configuration("registry.terraform.io/hashicorp/aws");
    io::stdout().write_all(configuration.as_bytes())
}
