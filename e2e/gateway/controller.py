"""What Karpenter asks of other services than EC2: its cluster, images, prices and the queue of interruptions."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from .call import Answer, Call, Refused
from .fleet import Fleet
from .router import Router

# How long an empty queue is waited for; the call asks for 20 s, and whoever waits holds nobody up.
POLL = 1.0


def declare(router: Router, fleet: Fleet, cluster: dict[str, Any], parameters: dict[str, str], queue: str) -> None:
    """Declares who answers."""

    @router.route("eks", "", "GET", "/clusters/{name}")
    def describe_cluster(_: Call, name: str) -> Answer:
        if name != cluster["name"]:
            raise Refused(404, "ResourceNotFoundException", f"No cluster found for name: {name}.")
        return Answer({"cluster": cluster})

    @router.route("arc-zonal-shift", "", "GET", "/managedresources/{arn}")
    def managed_resource(_: Call, arn: str) -> Answer:
        if arn != cluster["arn"]:
            raise Refused(404, "ResourceNotFoundException", f"{arn} is not managed.")
        return Answer({"arn": arn, "name": cluster["name"], "appliedWeights": {}, "zonalShifts": [], "autoshifts": [],
                       "zonalAutoshiftStatus": "DISABLED"})

    @router.action("ssm", "GetParameter")
    def parameter(call: Call) -> Answer:
        name = call.json["Name"]
        if name not in parameters:
            raise Refused(400, "ParameterNotFound", name, __type="ParameterNotFound")
        return Answer({"Parameter": {"Name": name, "Type": "String", "Value": parameters[name], "Version": 1}})

    @router.action("pricing", "GetProducts")
    def products(call: Call) -> Answer:
        wanted = {one["Field"]: one["Value"] for one in call.json["Filters"]}
        # Karpenter asks for the prices of bare metal apart, and takes none at all if there are none of these.
        prices = fleet.prices.on_demand if wanted["tenancy"] == "Shared" else {"none.metal": 1.0}
        return Answer({"FormatVersion": "aws_v1", "PriceList": [product(kind, price) for kind, price in prices.items()]})

    @router.action("sqs", "GetQueueUrl")
    def queue_url(call: Call) -> Answer:
        if call.json["QueueName"] != queue:
            raise Refused(400, "QueueDoesNotExist", "The specified queue does not exist.",
                          __type="com.amazonaws.sqs#QueueDoesNotExist")
        return Answer({"QueueUrl": f"https://sqs.{call.region}.amazonaws.com/{cluster['arn'].split(':')[4]}/{queue}"})

    @router.action("sqs", "ReceiveMessage")
    def receive(_: Call) -> Answer:
        return Answer({"Messages": fleet.messages} if fleet.messages else {})

    @router.action("sqs", "DeleteMessage")
    def delete(call: Call) -> Answer:
        fleet.messages[:] = [one for one in fleet.messages if one["ReceiptHandle"] != call.json["ReceiptHandle"]]
        return Answer({})


def product(kind: str, price: float) -> str:
    """An entry of the price list, as far as it is read."""
    dimension = {"pricePerUnit": {"USD": str(price)}}
    return json.dumps({"product": {"attributes": {"instanceType": kind}},
                       "terms": {"OnDemand": {"term": {"priceDimensions": {"rate": dimension}}}}})


def interruption(identity: str, number: int, account: str, region: str) -> dict[str, Any]:
    """The message that EventBridge puts into the queue two minutes before a Spot instance is taken back."""
    body = {
        "version": "0", "id": f"message-{number}", "source": "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning",
        "account": account, "region": region, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "resources": [f"arn:aws:ec2:{region}:{account}:instance/{identity}"],
        "detail": {"instance-id": identity, "instance-action": "terminate"},
    }
    text = json.dumps(body)
    # The SDK takes no message whose checksum is another.
    checksum = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"MessageId": f"message-{number}", "ReceiptHandle": f"receipt-{number}", "Body": text,
            "MD5OfBody": checksum, "Attributes": {"SentTimestamp": str(int(time.time() * 1000))}}
