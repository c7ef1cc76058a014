use synth_bindings::{VpcId, aws_subnet};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    aws_subnet("main").vpc_id("vpc-0").add_to(stack);
    let _ = VpcId::literal("vpc-1");
}
