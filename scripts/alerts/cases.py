"""Each alert's case as a test of promtool's."""

from series import Unknown

STEP = "30s"


def tests(cases, alerts, scrapes):
    """The tests of all cases, and what is wrong with the list of them."""
    problems, groups, met = [], [], []
    for case in cases:
        found = [rule for rule in alerts if of(case, rule)]
        if len(found) != 1:
            problems.append(f"the case of `{title(case)}` is of {len(found)} alerts")
            continue
        met += found
        try:
            groups.append(test(case, found[0], scrapes))
        except Unknown as error:
            problems.append(f"the case of `{title(case)}`: {error}")
    for rule in alerts:
        if rule not in met:
            window = rule["labels"].get("window")
            problems.append(f"the alert `{rule['alert']}`{f' over {window}' if window else ''} has no case in which it fires")
    return groups, problems


def of(case, rule):
    return rule["alert"] == case["alert"] and rule["labels"].get("window") == case.get("window")


def title(case):
    return " ".join([case["alert"], *filter(None, [case.get("window")])])


def test(case, rule, scrapes):
    series = [
        {"series": scrapes.stored(exporter, name), "values": str(values)}
        for exporter, shown in case["series"].items()
        for name, values in shown.items()
    ]
    # Where the page is follows from the repository's address; the text is what people read first.
    page = {"runbook_url": rule["annotations"]["runbook_url"]}
    fires = [{"exp_labels": f["labels"], "exp_annotations": {"summary": f["summary"]} | page} for f in case["fires"]]
    return {
        "name": f"{title(case)}: {case['says']}",
        "interval": case.get("step", STEP),
        "input_series": series,
        "alert_rule_test": [
            {"alertname": case["alert"], "eval_time": "0s", "exp_alerts": []},
            {"alertname": case["alert"], "eval_time": case["at"], "exp_alerts": fires},
        ],
    }
