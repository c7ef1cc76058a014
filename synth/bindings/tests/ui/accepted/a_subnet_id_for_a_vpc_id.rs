use synth_bindings::{VpcId, aws_subnet, aws_vpc};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    let vpc = aws_vpc("main").add_to(stack);
    let subnet = aws_subnet("public").vpc_id(vpc.id()).add_to(stack);
    aws_subnet("private").vpc_id(vpc.id()).add_to(stack);
    let _: synth_framework::Ref<VpcId> = subnet.vpc_id();
}
