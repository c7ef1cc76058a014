use synth_bindings::{RoleName, aws_iam_role_policy};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    aws_iam_role_policy("main").role(RoleName::literal("main")).add_to(stack);
}
