# shellcheck shell=bash
# What AWS offers of what the settings name: builds of add-ons, and images of nodes. Checks of preflight.sh, which sources it.

check_the_builds() {
  local version addon build offered
  version=$(setting cluster.kubernetes_version)
  while read -r addon build; do
    offered=$(aws eks describe-addon-versions --addon-name "$addon" --kubernetes-version "$version" \
      --query 'addons[].addonVersions[].addonVersion' --output text | tr '\t' '\n') || return
    if [[ -z $offered ]]; then
      say "EKS has no build of $addon for Kubernetes $version here: choose another cluster.kubernetes_version"
    elif [[ -n $build ]] && ! grep --quiet --line-regexp --fixed-strings "$build" <<<"$offered"; then
      say "EKS has no build $build of $addon for Kubernetes $version: set cluster.addon_versions.${addon//-/_} to" \
        "$(head -n 1 <<<"$offered")"
    fi
  done < <(entries cluster.addon_versions)
}

# parameter NAME: a public parameter of Systems Manager; nothing where there is none.
parameter() {
  absent ParameterNotFound aws ssm get-parameter --query Parameter.Value --output text --name "$1"
}

# amazon_linux ARCHITECTURE IMAGE: where EKS names an image for this Kubernetes version: `recommended`, or one of a day.
amazon_linux() {
  local image=$2 version
  version=$(setting cluster.kubernetes_version)
  [[ $image == recommended ]] || image=amazon-eks-node-al2023-$1-standard-$version-$image
  printf '/aws/service/eks/optimized-ami/%s/amazon-linux-2023/%s/standard/%s' "$version" "$1" "$image"
}

# Karpenter asks Systems Manager for the images of an alias, by the Kubernetes version of the control plane.
check_the_node_image() {
  local version alias found arch
  version=$(setting cluster.kubernetes_version)
  alias=$(setting nodes.ami_alias)
  while read -r arch; do
    [[ $arch != amd64 ]] || arch=x86_64
    found=$(parameter "$(amazon_linux "$arch" "${alias#*@}")/image_id") || return
    [[ -n $found ]] ||
      say "AWS has no node image $alias of $arch for Kubernetes $version: choose a date in karpenter.ami_alias for which it has one"
  done < <(items nodes.architectures)
}

# EKS makes the base nodes of a release, after the control plane: a quarter of an hour later it says whether there is such a one.
check_the_base_image() {
  local version type release arch=x86_64 wanted newest called=image_version found
  version=$(setting cluster.kubernetes_version)
  type=$(setting nodes.base_ami_type)
  release=$(setting nodes.base_release_version)
  if [[ $type == *ARM_64* ]]; then arch=arm64; fi
  if [[ $type == BOTTLEROCKET_* ]]; then
    newest=/aws/service/bottlerocket/aws-k8s-$version/$arch/latest
    wanted=${newest%latest}$release
  else
    called=release_version
    newest=$(amazon_linux "$arch" recommended)
    wanted=$(amazon_linux "$arch" "v${release#*-}")
  fi
  found=$(parameter "$newest/$called") || return
  if [[ -z $found ]]; then
    say "AWS has no image of $type for Kubernetes $version here: choose another base_nodes.ami_type or cluster.kubernetes_version"
    return
  fi
  newest=$found
  [[ -n $release ]] || return 0
  found=$(parameter "$wanted/image_id") || return
  if [[ -z $found ]]; then
    say "AWS has no release $release of $type for Kubernetes $version: set base_nodes.release_version to $newest, the newest one"
    return
  fi
  # The image of a day is of one patch of Kubernetes, which the release names too.
  found=$(parameter "$wanted/$called") || return
  [[ -z $found || $found == "$release" ]] ||
    say "AWS calls the image of $type of that day $found, not $release: set base_nodes.release_version to $found"
}
