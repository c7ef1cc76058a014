use synth_bindings::{RoleArn, SubnetId, aws_eks_cluster};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    let network = aws_eks_cluster::vpc_config().subnet_ids([SubnetId::literal("subnet-0")]);
    let cluster = aws_eks_cluster("main").name("main").role_arn(RoleArn::literal("arn"));
    cluster.add_to(stack);
    drop(network);
}
