"""What runs on the normal day: pods and nodes, since when and until when, in minutes."""

import dataclasses

# The day, and what happens when.
MINUTES = 420
SCALE_UP, HEIGHT, SCALE_DOWN, ROLLOUT, LOST = 60, 120, 180, 240, 300
# Pods of a service that a node of 4 vCPUs takes, beside what runs on each node: it is then full.
TO_A_NODE = 9
ZONES = ["eu-north-1a", "eu-north-1b", "eu-north-1c"]


@dataclasses.dataclass
class Node:
    name: str
    zone: str
    pool: str
    made: float = 0
    gone: float = MINUTES
    lost: float = MINUTES

    @property
    def during(self):
        return self.made, self.gone

    def ready(self, minute):
        return 1 if minute < self.lost else 0


@dataclasses.dataclass
class Pod:
    service: str
    name: str
    node: Node
    made: float
    running: float
    gone: float
    # When it goes for good: a lost node's pods are not heard of before.
    silent: float = MINUTES

    @property
    def during(self):
        return self.running, min(self.gone, self.silent)


class Platform:
    """The nodes and the pods of services that have so few pods at rest and so many at the height."""

    def __init__(self, sizes):
        self.nodes = [Node(f"base-{zone[-1]}", zone, "") for zone in ZONES]
        rest = [Node(f"spot-{zone[-1]}", zone, "spot") for zone in ZONES]
        # The one in the second zone is lost and another is made for it.
        rest[1].lost, rest[1].gone = LOST, LOST + 7
        spare = Node("spot-b2", ZONES[1], "spot", made=LOST + 2)
        self.nodes += [*rest, spare]
        # What is added fills the nodes that are there, and then others.
        room = (TO_A_NODE - len(sizes)) * len(rest)
        more = sum(most - least for least, most in sizes.values())
        peak = [
            Node(f"spot-{index}", ZONES[index % 3], "spot", made=SCALE_UP + 1, gone=SCALE_DOWN + 4 + index)
            for index in range(-(-(more - room) // TO_A_NODE))
        ]
        self.nodes += peak
        places = [node for node in rest for _ in range(TO_A_NODE - len(sizes))] + [node for node in peak for _ in range(TO_A_NODE)]
        self.pods = []
        for service, (least, most) in sizes.items():
            self.pods += self.at_rest(service, least, rest, spare)
            for index in range(least, most):
                node = places.pop(0)
                running = SCALE_UP + (2 if node in peak else 0.5)
                self.pods.append(Pod(service, f"{service}-a{index}", node, SCALE_UP, running, SCALE_DOWN + 1))
        self.sizes = sizes

    @staticmethod
    def at_rest(service, least, rest, spare):
        """The pods that are there all day: a rollout replaces them, and a node is lost with some of them."""
        for index in range(least):
            node, turn = rest[index % 3], ROLLOUT + index
            yield Pod(service, f"{service}-a{index}", node, 0, 0, turn + 1)
            if node.lost == MINUTES:
                yield Pod(service, f"{service}-b{index}", node, turn, turn + 0.5, MINUTES)
            else:
                yield Pod(service, f"{service}-b{index}", node, turn, turn + 0.5, node.gone, silent=node.lost)
                yield Pod(service, f"{service}-c{index}", spare, LOST + 1.5, LOST + 3.5, MINUTES)

    def wanted(self, service, minute):
        least, most = self.sizes[service]
        return most if SCALE_UP <= minute < SCALE_DOWN else least

    def count(self, service, minute):
        return sum(pod.service == service and pod.made <= minute < pod.gone for pod in self.pods)

    def serving(self, service, minute):
        return sum(pod.service == service and pod.during[0] <= minute < pod.during[1] for pod in self.pods)

    def on(self, node, minute):
        return sum(pod.node is node and pod.made <= minute < pod.gone for pod in self.pods)
