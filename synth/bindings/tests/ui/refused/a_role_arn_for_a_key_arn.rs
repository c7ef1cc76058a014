use synth_bindings::{aws_cloudwatch_log_group, aws_iam_role, aws_kms_key};
use synth_framework::Stack;

fn main() {
    let stack = &Stack::new("main");
    let key = aws_kms_key("main").add_to(stack);
    let role = aws_iam_role("main").assume_role_policy("{}").add_to(stack);
    aws_cloudwatch_log_group("main").kms_key_id(role.arn()).add_to(stack);
    aws_iam_role("other").assume_role_policy(role.arn()).description(key.arn()).add_to(stack);
}
