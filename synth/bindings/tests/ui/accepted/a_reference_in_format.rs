use synth_bindings::aws_vpc;
use synth_framework::{Stack, text};

fn main() {
    let stack = &Stack::new("main");
    let vpc = aws_vpc("main").add_to(stack);
    let _name = text!("{}-name", vpc.id());
    let _other = text!("{}-other", vpc.id());
}
