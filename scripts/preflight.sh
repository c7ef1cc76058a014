# shellcheck shell=bash disable=SC2153 # NAME is of environment.sh
# What only AWS knows, asked before anything is made. Each check prints a line for each problem, with its remedy; one that gets
# no answer fails, and is named as not checked. Sourced by up.sh.
# shellcheck source=scripts/offered.sh
. scripts/offered.sh

# absent CODE COMMAND…: what a command prints; nothing where AWS says by this code that there is no such thing.
absent() {
  local code=$1 said=$PLANS/refused
  shift
  "$@" 2>"$said" && return
  grep --quiet --fixed-strings "($code)" "$said" && return
  cat "$said" >&2
  return 1
}

# state STACK: the stack's state, local or in the bucket; `{}` where there is none.
state() {
  local folder found
  folder=$(directory "$1")
  if [[ $1 == bootstrap && -s $folder/terraform.tfstate ]]; then
    cat "$folder/terraform.tfstate"
    return
  fi
  found=$(state_bucket) || return
  if [[ -n $found ]]; then
    found=$(absent 404 aws s3 cp --quiet "s3://$(setting state_bucket)/$(setting state_key_prefix)/$1.tfstate" -) || return
  fi
  printf '%s' "${found:-"{}"}"
}

# owned STACK TYPE: does the stack's state have a resource of this type?
owned() {
  local found
  found=$(state "$1") || return 2
  jq --exit-status --arg type "$2" 'any(.resources[]?; .mode == "managed" and .type == $type)' <<<"$found" >/dev/null
}

# adoptable WHAT SETTING CHOSEN TYPE FOUND: what an account has once, AWS refuses to make again, or replaces, with half of the
# stack made by then.
adoptable() {
  local code=0
  if [[ $3 != create || -z $5 ]]; then return; fi
  owned bootstrap "$4" || code=$?
  case $code in
    0) ;;
    1) say "account $(setting account_id) has $1 already ($5): set $2 = \"adopt\" in stacks/environments/$ENVIRONMENT.toml" ;;
    *) return 1 ;;
  esac
}

check_what_an_account_has_once() {
  local provider role scanning
  provider=$(aws iam list-open-id-connect-providers --output text \
    --query "OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn") || return
  adoptable "GitHub's identity provider" github.oidc_provider "$(setting oidc_provider)" \
    aws_iam_openid_connect_provider "$provider" || return
  role=$(aws iam list-roles --path-prefix /aws-service-role/spot.amazonaws.com/ --query 'Roles[].RoleName' --output text) || return
  adoptable "the service-linked role for Spot" karpenter.spot_service_linked_role "$(setting spot_service_linked_role)" \
    aws_iam_service_linked_role "$role" || return
  # What nobody has set is the basic scan without a rule.
  scanning=$(aws ecr get-registry-scanning-configuration --output json | jq --raw-output '.scanningConfiguration
    | select(.scanType == "ENHANCED" or .rules != []) | "\(.scanType), \(.rules | length) rules"') || return
  adoptable "a scanning configuration of its registry" registry.scanning "$(setting registry_scanning)" \
    aws_ecr_registry_scanning_configuration "$scanning"
}

# named KIND NAME: the ARN that AWS has for a role or user.
named() {
  absent NoSuchEntity aws iam "get-$1" "--$1-name" "$2" --query "${1^}.Arn" --output text
}

check_the_caller() {
  local caller name
  caller=$(aws sts get-caller-identity --query Arn --output text) || return
  if [[ $caller == *:assumed-role/* ]]; then
    name=${caller#*:assumed-role/} name=${name%/*}
    # A session's ARN has no path; the role's may.
    caller=$(named role "$name") || return
  fi
  grep --quiet --fixed-strings --line-regexp -- "$caller" <<<"$(setting apply_role_arn && items cluster.admin_principal_arns)" ||
    say "you are ${caller:-$name}, which would not be an administrator of the cluster, so Helm would be refused:" \
      "name it in cluster.admin_principal_arns, or sign in as one that is named there"
}

check_the_administrators() {
  local arn kind found
  while read -r arn; do
    kind=${arn#*:*:*:*:*:} kind=${kind%%/*}
    if [[ $arn == */aws-service-role/* ]]; then
      say "$arn is a service-linked role, which EKS does not accept as an administrator: remove it from cluster.admin_principal_arns"
    elif [[ $arn == *:"$(setting account_id)":* ]]; then
      found=$(named "$kind" "${arn##*/}") || return
      if [[ -z $found ]]; then
        say "$arn does not exist, and EKS refuses it: create it, or remove it from cluster.admin_principal_arns"
      elif [[ $found != "$arn" ]]; then
        say "$arn is $found in AWS: write it with its path in cluster.admin_principal_arns"
      fi
    fi
  done < <(items cluster.admin_principal_arns)
}

# Zones that host no control plane of EKS, by what they are called in every account.
NO_CONTROL_PLANE=(use1-az3 usw1-az2 cac1-az3)

check_the_zones() {
  local zones zone id others
  zones=$(aws ec2 describe-availability-zones --filters Name=zone-type,Values=availability-zone \
    --query 'AvailabilityZones[].[ZoneName, ZoneId]' --output text) || return
  others=$(awk '{ printf "%s ", $1 }' <<<"$zones")
  while read -r zone; do
    id=$(awk -v zone="$zone" '$1 == zone { print $2 }' <<<"$zones")
    if [[ -z $id ]]; then
      say "this account has no zone $zone: name others of ${others% } in network.zones"
    elif [[ " ${NO_CONTROL_PLANE[*]} " == *" $id "* ]]; then
      say "zone $zone is $id in this account, where EKS makes no control plane: name others of ${others% } in network.zones"
    fi
  done < <(items zones)
}

# quota CODE WHAT NEEDED
quota() {
  local value
  value=$(absent NoSuchResourceException aws service-quotas get-service-quota --service-code ec2 --quota-code "$1" \
    --query Quota.Value --output text) || return
  if [[ -z $value ]]; then
    value=$(aws service-quotas get-aws-default-service-quota --service-code ec2 --quota-code "$1" --query Quota.Value --output text) || return
  fi
  ((${value%.*} >= $3)) ||
    say "the account may run ${value%.*} vCPUs of $2, but the node pools and base nodes go up to $3: ask for more" \
      "(aws service-quotas request-service-quota-increase --service-code ec2 --quota-code $1 --desired-value $3), or lower the limits"
}

check_the_quotas() {
  local base types largest
  mapfile -t types < <(items nodes.base_instance_types)
  largest=$(aws ec2 describe-instance-types --instance-types "${types[@]}" --query 'max(InstanceTypes[].VCpuInfo.DefaultVCpus)' --output text) || return
  base=$((largest * $(setting nodes.base_max_size)))
  quota L-1216C47A "Standard On-Demand instances" $((base + $(setting nodes.on_demand_vcpus))) || return
  quota L-34B43A08 "Standard Spot instances" "$(setting nodes.spot_vcpus)"
}

check_the_log_group() {
  local group found code=0
  group=/aws/eks/$NAME/cluster
  found=$(aws logs describe-log-groups --log-group-name-prefix "$group" --query "logGroups[?logGroupName=='$group'].logGroupName" \
    --output text) || return
  [[ -n $found ]] || return 0
  owned cluster aws_cloudwatch_log_group || code=$?
  case $code in
    0) ;;
    1)
      say "the log group $group exists, but is in no state, because EKS makes it again after a teardown: delete it" \
        "(aws logs delete-log-group --log-group-name $group), or keep what it holds (terraform -chdir=$(directory cluster) init," \
        "then import aws_cloudwatch_log_group.control_plane $group)"
      ;;
    *) return 1 ;;
  esac
}

# What GitHub cannot be asked is said, and stops nobody.
check_the_subjects() { subject_problems; }

# A first apply needs the API: from where no list lets it in, Helm fails after twenty minutes.
check_the_way_in() {
  local address
  if cluster_exists; then
    answers || say "the Kubernetes API of $NAME does not answer here: run this inside the VPC, cluster.private_access_cidrs or" \
      "cluster.public_access_cidrs"
  elif ! is_private; then
    address=$(caller_address) || return
    jq --exit-status --arg address "$address" 'def number: split(".") | map(tonumber) | .[0] * 16777216 + .[1] * 65536 + .[2] * 256 + .[3];
      any(.cluster.public_access_cidrs[] | split("/"); pow(2; 32 - (.[1] | tonumber)) as $size
        | (.[0] | number) as $first | ($address | number) as $own | $own >= $first and $own < $first + $size)' <<<"$SETTINGS" >/dev/null ||
      say "this machine reaches AWS from $address, which is in none of cluster.public_access_cidrs:" \
        "name it there (\"$address/32\"), or run this where one of them is"
  fi
}

# preflight: every check, and every problem at once.
preflight() {
  local check found line problems=() checks
  mapfile -t checks < <(compgen -A function check_)
  for check in "${checks[@]}"; do
    if found=$("$check" 2>"$PLANS/said"); then
      cat "$PLANS/said" >&2
      while read -r line; do [[ -z $line ]] || problems+=("$line"); done <<<"$found"
    else
      say "not checked, because there was no answer: ${check//_/ }: $(grep --max-count=1 . "$PLANS/said" || true)"
    fi
  done
  if ((${#problems[@]})); then
    printf -v found '\n  %s' "${problems[@]}"
    die "${#problems[@]} to mend before anything is made; run this again afterwards:$found"
  fi
  say "${#checks[@]} checks found nothing to mend"
}
