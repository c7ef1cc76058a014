use synth_bindings::aws_vpc;
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    aws_vpc("main").cidr_block("10.0.0.0/16").add_to(stack);
}
