# shellcheck shell=bash
# What a cluster may leave in AWS, by the tags that its controllers give. Sourced by down.sh.

# The load balancer controller's tag; a call of describe-tags takes 20 names.
load_balancers() {
  local arns
  arns=$(aws elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerArn' --output text) || return
  [[ -n $arns ]] || return 0
  xargs -n 20 aws elbv2 describe-tags --output json --resource-arns <<<"$arns" | jq --raw-output --arg name "$NAME" '
    .TagDescriptions[] | select(any(.Tags[]; .Key == "elbv2.k8s.aws/cluster" and .Value == $name)) | .ResourceArn'
}

nodes_of_karpenter() {
  instances Name=tag-key,Values=karpenter.sh/nodepool
}

instances() {
  aws ec2 describe-instances --filters "Name=tag:kubernetes.io/cluster/$NAME,Values=owned" \
    Name=instance-state-name,Values=pending,running,shutting-down,stopping,stopped "$@" \
    --query 'Reservations[].Instances[].InstanceId' --output json | jq --raw-output '.[]'
}

volumes() {
  aws ec2 describe-volumes --filters "Name=tag:kubernetes.io/cluster/$NAME,Values=owned" "$@" \
    --query 'Volumes[].VolumeId' --output json | jq --raw-output '.[]'
}

# The pod network tags the interfaces that it makes.
interfaces() {
  aws ec2 describe-network-interfaces --filters "Name=tag:cluster.k8s.amazonaws.com/name,Values=$NAME" "$@" \
    --query 'NetworkInterfaces[].NetworkInterfaceId' --output json | jq --raw-output '.[]'
}

# Security groups that the load balancer controller made.
security_groups() {
  aws ec2 describe-security-groups --filters "Name=tag:elbv2.k8s.aws/cluster,Values=$NAME" \
    --query 'SecurityGroups[].GroupId' --output json | jq --raw-output '.[]'
}

# The environment's VPC.
network() {
  aws ec2 describe-vpcs --filters "Name=tag:Name,Values=$NAME" Name=tag:Stack,Values=cluster \
    --query 'Vpcs[].VpcId' --output json | jq --raw-output '.[]'
}

# GuardDuty's runtime monitoring makes an endpoint in a VPC by itself, whose interfaces keep the subnets, and a security group, which
# keeps the VPC. Version 6 of Terraform's AWS provider takes them along; 5.100.0, which may destroy here too, fails at them.
guardduty_endpoints() {
  local vpc
  vpc=$(network) || return
  [[ -n $vpc ]] || return 0
  aws ec2 describe-vpc-endpoints --filters "Name=vpc-id,Values=$vpc" Name=tag:GuardDutyManaged,Values=true \
    --query "VpcEndpoints[?State!='deleted'].VpcEndpointId" --output json | jq --raw-output '.[]'
}

guardduty_groups() {
  local vpc
  vpc=$(network) || return
  [[ -n $vpc ]] || return 0
  aws ec2 describe-security-groups --filters "Name=vpc-id,Values=$vpc" "Name=group-name,Values=GuardDutyManagedSecurityGroup-$vpc" \
    --query 'SecurityGroups[].GroupId' --output json | jq --raw-output '.[]'
}

delete_what_guardduty_made() {
  local endpoints groups group
  endpoints=$(guardduty_endpoints)
  if [[ -n $endpoints ]]; then
    say "deleting what GuardDuty made in the network: ${endpoints//$'\n'/, }"
    xargs aws ec2 delete-vpc-endpoints --vpc-endpoint-ids <<<"$endpoints" >/dev/null
    wait_until_none "endpoint of GuardDuty" "$LEFTOVERS_LIMIT" "delete it by hand" guardduty_endpoints
  fi
  groups=$(guardduty_groups)
  for group in $groups; do
    aws ec2 delete-security-group --group-id "$group" >/dev/null
  done
}

# What nobody uses any more, and nobody will remove.
unowned() {
  volumes Name=status,Values=available && interfaces Name=status,Values=available && security_groups
}

# The control plane's log group, which EKS makes again for what it still writes while the cluster goes: without retention, without
# our key, and in the way of the next cluster of this name.
log_group() {
  aws logs describe-log-groups --log-group-name-prefix "/aws/eks/$NAME/cluster" --output json \
    --query "logGroups[?logGroupName=='/aws/eks/$NAME/cluster'].logGroupName" | jq --raw-output '.[]'
}

delete_log_group() {
  local group
  group=$(log_group)
  [[ -z $group ]] || aws logs delete-log-group --log-group-name "$group"
}

# EKS may write once more after the group is gone, so that it is looked for until it stays away.
everything() {
  delete_log_group && load_balancers && instances && volumes && interfaces && security_groups && log_group
}
