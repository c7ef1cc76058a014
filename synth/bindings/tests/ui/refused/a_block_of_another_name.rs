use synth_bindings::aws_eks_cluster;
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    let block = aws_eks_cluster::upgrade_policy();
    let _ = aws_eks_cluster("main").access_config(block);
    let _ = stack;
}
