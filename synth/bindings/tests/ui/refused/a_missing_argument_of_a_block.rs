use synth_bindings::{RoleArn, SubnetId, aws_eks_cluster};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    let cluster = aws_eks_cluster("main").name("main").role_arn(RoleArn::literal("arn"));
    let network = aws_eks_cluster::vpc_config();
    cluster.vpc_config(network).add_to(stack);
    let _ = SubnetId::literal("subnet-1");
}
