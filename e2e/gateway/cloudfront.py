"""CloudFront: distributions as they are asked for, VPC origins, policies and subscriptions of metrics.

moto keeps of a distribution what it knows, and has nothing of the rest. Here each thing is the document that made it, and what
CloudFront refuses is refused: what is in use stays, a distribution goes once it is off, and it finds what it names.
"""

from __future__ import annotations

from xml.etree import ElementTree

from .call import Call, Text
from .cloudfront_form import NAMESPACE, at, document, element, every, failure, parsed, text_at
from .cloudfront_kept import Made, changed, found, keep, new_id, tags_in, unchanged_since, users
from .router import Router
from .world import World

ROOT = "/2020-05-31"
# Path, element and error of each kind of policy, and the element of a behavior that names one.
POLICIES = (
    ("cache-policy", "CachePolicy", "CachePolicyId"),
    ("origin-request-policy", "OriginRequestPolicy", "OriginRequestPolicyId"),
    ("response-headers-policy", "ResponseHeadersPolicy", "ResponseHeadersPolicyId"),
)


def declare(router: Router, world: World) -> None:
    """Declares everything."""
    for path, policy, named in POLICIES:
        policies(router, world, path, policy, named)
    distributions(router, world)
    origins(router, world)
    subscriptions(router, world)
    tags(router, world)


def policies(router: Router, world: World, kind: str, policy: str, named: str) -> None:
    """One kind of policy."""
    def whole(made: Made) -> ElementTree.Element:
        return element(policy, ("Id", made["Id"]), ("LastModifiedTime", made["Time"]), made["Config"])

    def answer(made: Made, status: int = 200) -> Text:
        return Text(ElementTree.tostring(whole(made), encoding="unicode"), status, {"ETag": made["ETag"]})

    @router.route("cloudfront", f"Create{policy}", "POST", f"{ROOT}/{kind}")
    def create(call: Call) -> Text:
        config = parsed(call.body)
        name = text_at(config, "Name")
        if any(of == kind and text_at(one["Config"], "Name") == name for (of, _), one in world.fronts.items()):
            raise failure(409, f"{policy}AlreadyExists", f"A policy of the name {name} already exists.")
        return answer(keep(world, kind, config, new_id("", 36).lower(), {}), 201)

    @router.route("cloudfront", f"Get{policy}", "GET", f"{ROOT}/{kind}/{{identity}}")
    def get(_: Call, identity: str) -> Text:
        return answer(found(world, kind, identity, f"NoSuch{policy}"))

    @router.route("cloudfront", f"Update{policy}", "PUT", f"{ROOT}/{kind}/{{identity}}")
    def update(call: Call, identity: str) -> Text:
        return answer(changed(call, found(world, kind, identity, f"NoSuch{policy}"), parsed(call.body)))

    @router.route("cloudfront", f"Delete{policy}", "DELETE", f"{ROOT}/{kind}/{{identity}}")
    def delete(call: Call, identity: str) -> Text:
        unchanged_since(call, found(world, kind, identity, f"NoSuch{policy}"))
        if users(world, named, identity):
            raise failure(409, f"{policy}InUse", "The policy is attached to a distribution.")
        del world.fronts[kind, identity]
        return Text("", 204)

    many = policy.removesuffix("y") + "ies"

    @router.route("cloudfront", f"List{many}", "GET", f"{ROOT}/{kind}")
    def list_all(_: Call) -> Text:
        ours = [one for (of, _), one in world.fronts.items() if of == kind]
        items = [element(f"{policy}Summary", ("Type", "custom"), whole(one)) for one in ours]
        return Text(document(f"{policy}List", ("MaxItems", "100"), ("Quantity", str(len(items))), every("Items", items)))


def distributions(router: Router, world: World) -> None:
    """Distributions; each is deployed at once."""
    def answer(made: Made, status: int = 200) -> Text:
        nobody = [every(kind, [], ("Enabled", "false"), ("Quantity", "0")) for kind in ("ActiveTrustedSigners", "ActiveTrustedKeyGroups")]
        body = document("Distribution", ("Id", made["Id"]), ("ARN", made["Arn"]), ("Status", "Deployed"), ("LastModifiedTime", made["Time"]),
                     ("InProgressInvalidationBatches", "0"), ("DomainName", made["Domain"]), *nobody, made["Config"])
        return Text(body, status, {"ETag": made["ETag"]})

    # moto has these, and keeps less.
    @router.route("cloudfront", "", "POST", f"{ROOT}/distribution")
    def create(call: Call) -> Text:
        asked = parsed(call.body)
        inner = asked.find(NAMESPACE + "DistributionConfig")
        config = completed(asked if inner is None else inner)
        finds_what_it_names(world, config)
        made = keep(world, "distribution", config, new_id("E"), tags_in(asked))
        made["Domain"] = f"d{new_id('', 13).lower()}.cloudfront.net"
        return answer(made, 201)

    @router.route("cloudfront", "", "GET", f"{ROOT}/distribution/{{identity}}")
    def get(_: Call, identity: str) -> Text:
        return answer(found(world, "distribution", identity, "NoSuchDistribution"))

    @router.route("cloudfront", "", "PUT", f"{ROOT}/distribution/{{identity}}/config")
    def update(call: Call, identity: str) -> Text:
        config = completed(parsed(call.body))
        finds_what_it_names(world, config, identity)
        return answer(changed(call, found(world, "distribution", identity, "NoSuchDistribution"), config))

    @router.route("cloudfront", "", "DELETE", f"{ROOT}/distribution/{{identity}}")
    def delete(call: Call, identity: str) -> Text:
        made = found(world, "distribution", identity, "NoSuchDistribution")
        unchanged_since(call, made)
        if text_at(made["Config"], "Enabled") != "false":
            raise failure(409, "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        del world.fronts["distribution", identity]
        return Text("", 204)

    @router.route("cloudfront", "", "GET", f"{ROOT}/distribution")
    def list_all(_: Call) -> Text:
        ours = [one for (kind, _), one in world.fronts.items() if kind == "distribution"]
        items = [element("DistributionSummary", ("Id", one["Id"]), ("ARN", one["Arn"]), ("DomainName", one["Domain"]))
                 for one in ours]
        return Text(document("DistributionList", ("Marker", ""), ("MaxItems", "100"), ("IsTruncated", "false"),
                          ("Quantity", str(len(items))), every("Items", items)))


def completed(config: ElementTree.Element) -> ElementTree.Element:
    """A configuration with what CloudFront says of it that nobody has asked for."""
    for name in ("Aliases", "CacheBehaviors", "CustomErrorResponses", "OriginGroups"):
        if config.find(NAMESPACE + name) is None:
            config.append(element(name, ("Quantity", "0")))
    if config.find(NAMESPACE + "Logging") is None:
        config.append(element("Logging", ("Enabled", "false"), ("IncludeCookies", "false"), ("Bucket", ""), ("Prefix", "")))
    return config


def finds_what_it_names(world: World, config: ElementTree.Element, own: str = "") -> None:
    """A distribution names policies, origins, a web ACL and a certificate that are there, and a host of nobody else's."""
    from moto.acm.models import acm_backends
    from moto.cloudfront.models import cloudfront_backends
    from moto.wafv2.models import wafv2_backends

    def named(member: str) -> list[str]:
        return [one.text for one in config.iter(NAMESPACE + member) if one.text]

    for kind, policy, member in POLICIES:
        for identity in named(member):
            found(world, kind, identity, f"NoSuch{policy}")
    for identity in named("VpcOriginId"):
        found(world, "vpcorigin", identity, "EntityNotFound")
    controls = cloudfront_backends[world.account][world.partition].origin_access_controls
    for identity in named("OriginAccessControlId"):
        if identity not in controls:
            raise failure(404, "NoSuchOriginAccessControl", "The origin access control does not exist.")
    for arn in named("WebACLId"):
        if not any(arn in backend.wacls for backend in wafv2_backends[world.account].values()):
            raise failure(400, "InvalidWebACLId", f"AWS WAF web ACL was not found: {arn}")
    hosts = [one.text for one in at(config, "Aliases", "Items")]
    for arn in named("ACMCertificateArn"):
        # It looks in one region alone, whatever the ARN says.
        certificate = acm_backends[world.account]["us-east-1"]._certificates.get(arn)
        names = [certificate.common_name, *certificate.sans] if certificate and certificate.status == "ISSUED" else []
        if not all(any(covers(name, host) for name in names) for host in hosts):
            raise failure(400, "InvalidViewerCertificate", f"The certificate {arn} does not exist here, is not issued or is not for {hosts}.")
    if hosts and not named("ACMCertificateArn"):
        raise failure(400, "InvalidViewerCertificate", "To add an alternate domain name, attach a certificate of it.")
    for (kind, identity), other in world.fronts.items():
        taken = {one.text for one in at(other["Config"], "Aliases", "Items")} if kind == "distribution" and identity != own else set()
        if taken & set(hosts):
            raise failure(409, "CNAMEAlreadyExists", f"One or more of the CNAMEs you provided are already associated: {hosts}")


def covers(name: str, host: str | None) -> bool:
    return name == host or (name.startswith("*.") and bool(host) and name[2:] == str(host).partition(".")[2])


def origins(router: Router, world: World) -> None:
    """VPC origins, each of a load balancer that is there, and that stays for as long."""
    kind, path = "vpcorigin", f"{ROOT}/vpc-origin"

    def answer(made: Made, status: int = 200) -> Text:
        body = document("VpcOrigin", ("Id", made["Id"]), ("Arn", made["Arn"]), ("AccountId", world.account), ("Status", "Deployed"),
                     ("CreatedTime", made["Time"]), ("LastModifiedTime", made["Time"]), made["Config"])
        return Text(body, status, {"ETag": made["ETag"]})

    def endpoint(call: Call) -> ElementTree.Element:
        from moto.elbv2.models import elbv2_backends

        asked = parsed(call.body)
        config = asked if asked.tag.endswith("VpcOriginEndpointConfig") else asked.find(NAMESPACE + "VpcOriginEndpointConfig")
        arn = text_at(config, "Arn")
        if config is None or not any(arn in backend.load_balancers for backend in elbv2_backends[world.account].values()):
            raise failure(400, "InvalidArgument", f"The load balancer does not exist: {arn}")
        return config

    @router.route("cloudfront", "CreateVpcOrigin", "POST", path)
    def create(call: Call) -> Text:
        return answer(keep(world, kind, endpoint(call), f"vo_{new_id('', 22)}", tags_in(parsed(call.body))), 202)

    @router.route("cloudfront", "GetVpcOrigin", "GET", path + "/{identity}")
    def get(_: Call, identity: str) -> Text:
        return answer(found(world, kind, identity, "EntityNotFound"))

    @router.route("cloudfront", "UpdateVpcOrigin", "PUT", path + "/{identity}")
    def update(call: Call, identity: str) -> Text:
        return answer(changed(call, found(world, kind, identity, "EntityNotFound"), endpoint(call)), 202)

    @router.route("cloudfront", "DeleteVpcOrigin", "DELETE", path + "/{identity}")
    def delete(call: Call, identity: str) -> Text:
        made = found(world, kind, identity, "EntityNotFound")
        unchanged_since(call, made)
        if users(world, "VpcOriginId", identity):
            raise failure(409, "CannotDeleteEntityWhileInUse", "The VPC origin is used by a distribution.")
        del world.fronts[kind, identity]
        return answer(made, 202)

    @router.action("elasticloadbalancing", "DeleteLoadBalancer")
    def balancer_stays(call: Call) -> None:
        arn = call.field("LoadBalancerArn")
        if any(of == kind and text_at(one["Config"], "Arn") == arn for (of, _), one in world.fronts.items()):
            raise failure(400, "ResourceInUse", f"Load balancer '{arn}' cannot be deleted because it is in use by CloudFront")


def subscriptions(router: Router, world: World) -> None:
    """What of a distribution's metrics is asked for."""
    path = f"{ROOT}/distributions/{{identity}}/monitoring-subscription"

    @router.route("cloudfront", "CreateMonitoringSubscription", "POST", path)
    def create(call: Call, identity: str) -> Text:
        found(world, "distribution", identity, "NoSuchDistribution")["Metrics"] = call.body.decode()
        return Text(call.body.decode())

    @router.route("cloudfront", "GetMonitoringSubscription", "GET", path)
    def get(_: Call, identity: str) -> Text:
        made = found(world, "distribution", identity, "NoSuchDistribution")
        if "Metrics" not in made:
            raise failure(404, "NoSuchMonitoringSubscription", "There is no monitoring subscription.")
        return Text(made["Metrics"])

    @router.route("cloudfront", "DeleteMonitoringSubscription", "DELETE", path)
    def delete(_: Call, identity: str) -> Text:
        found(world, "distribution", identity, "NoSuchDistribution").pop("Metrics", None)
        return Text("")


def tags(router: Router, world: World) -> None:
    """Tags of what is kept here."""
    def tagged(call: Call) -> dict[str, str]:
        [arn] = call.query["Resource"]
        made = next((one for one in world.fronts.values() if one["Arn"] == arn), None)
        if made is None:
            raise failure(404, "NoSuchResource", f"There is no {arn}.")
        return made["Tags"]

    @router.route("cloudfront", "", "GET", f"{ROOT}/tagging")
    def list_all(call: Call) -> Text:
        items = [element("Tag", ("Key", key), ("Value", value)) for key, value in tagged(call).items()]
        return Text(document("Tags", every("Items", items)))

    @router.route("cloudfront", "", "POST", f"{ROOT}/tagging")
    def change(call: Call) -> Text:
        asked = parsed(call.body)
        if call.query["Operation"] == ["Tag"]:
            tagged(call).update(tags_in(asked))
        else:
            for key in at(asked, "Items"):
                tagged(call).pop(str(key.text), None)
        return Text("", 204)
