use synth_twin::{
    catalogue::Catalogue,
    karpenter::requirements::{Requirement, Requirements, well_known},
    pods::{Expression, Operator},
};

fn rule(operator: Operator, values: &[&str]) -> Requirement {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    Requirement::of(operator, &values)
}

fn rules(rules: &[(&str, Operator, &[&str])]) -> Requirements {
    let expression = |(key, operator, values): &(&str, Operator, &[&str])| Expression {
        key: (*key).to_owned(),
        operator: *operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    Requirements::of(&rules.iter().map(expression).collect::<Vec<_>>())
}

use Operator::{DoesNotExist, Exists, Gt, Gte, In, Lt, Lte, NotIn};

#[test]
fn both_rules_hold_of_what_two_leave() {
    let values = ["", "1", "2", "3", "4", "a", "b"];
    let all = [
        rule(In, &["1", "2", "a"]),
        rule(In, &["2", "3"]),
        rule(In, &[]),
        rule(NotIn, &["2", "a"]),
        rule(NotIn, &["3"]),
        rule(Exists, &[]),
        rule(DoesNotExist, &[]),
        rule(Gt, &["1"]),
        rule(Lt, &["3"]),
        rule(Gte, &["2"]),
        rule(Lte, &["2"]),
    ];
    for one in &all {
        for other in &all {
            let both = one.and(other);
            for value in values {
                assert_eq!(both.has(value), one.has(value) && other.has(value), "{one:?} {other:?} {value}");
            }
            assert_eq!(both, other.and(one));
            // Bounds of which nothing is left are no value at all.
            let left = values.iter().any(|value| both.has(value)) || both.values().is_none();
            assert_eq!(one.meets(other), left, "{one:?} {other:?}");
        }
    }
}

#[test]
fn bounds_compare_whole_numbers() {
    let between = rule(Gt, &["4"]).and(&rule(Lt, &["8"]));
    assert_eq!(
        ["4", "5", "7", "8", "six", ""].map(|value| between.has(value)),
        [false, true, true, false, false, false]
    );
    assert_eq!(between.and(&rule(In, &["4", "6", "x"])).values(), Some(&["6".to_owned()][..]));
    assert_eq!(rule(Gt, &["9"]).and(&rule(Lt, &["9"])), Requirement::none());
    assert_eq!(rule(Gt, &[&i64::MAX.to_string()]), Requirement::none());
}

#[test]
fn more_values_are_asked_for_by_the_stricter_of_two() {
    let few = Requirement::any().with_min_values(Some(2));
    let more = rule(In, &["a", "b", "c"]).with_min_values(Some(3));
    assert_eq!(few.and(&more).min_values, Some(3));
    assert_eq!(few.and(&Requirement::any()).min_values, Some(2));
}

#[test]
fn a_label_that_nobody_defines_may_be_asked_for_if_it_is_well_known() {
    let pool = rules(&[("kubernetes.io/arch", In, &["amd64"]), ("team", In, &["blue"])]);
    let asks = |key: &str, operator, values: &[&str]| pool.compatible(&rules(&[(key, operator, values)]), well_known);
    assert!(asks("karpenter.k8s.aws/instance-cpu", Gt, &["4"]) && asks("topology.kubernetes.io/zone", In, &["a"]));
    assert!(!asks("other", In, &["x"]) && !asks("other", Exists, &[]) && !asks("other", Gt, &["1"]));
    assert!(asks("other", NotIn, &["x"]) && asks("other", DoesNotExist, &[]));
    assert!(asks("team", In, &["blue", "red"]) && !asks("team", In, &["red"]) && !asks("team", DoesNotExist, &[]));
    assert!(!asks("kubernetes.io/arch", In, &["arm64"]));
    // A node has no labels but its own.
    assert!(!pool.compatible(&rules(&[("topology.kubernetes.io/zone", In, &["a"])]), |_| false));
}

#[test]
fn two_rules_that_forbid_agree() {
    let forbids = rules(&[("x", DoesNotExist, &[])]);
    assert!(forbids.intersects(&rules(&[("x", NotIn, &["a"])])) && forbids.intersects(&forbids));
    assert!(!forbids.intersects(&rules(&[("x", In, &["a"])])) && !forbids.intersects(&rules(&[("x", Exists, &[])])));
}

#[test]
fn older_names_of_labels_are_known() {
    let old = rules(&[("beta.kubernetes.io/arch", In, &["arm64"]), ("kubernetes.io/arch", In, &["arm64", "amd64"])]);
    assert_eq!(old, rules(&[("kubernetes.io/arch", In, &["arm64"])]));
}

#[test]
fn rules_leave_types() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let count = |some: &[(&str, Operator, &[&str])]| {
        let rules = rules(some);
        let types = rules.types(&catalogue);
        // One by one, by the algebra instead of the index.
        for id in (0..catalogue.types().len()).map(synth_twin::catalogue::TypeId) {
            let mut own = Requirements::default();
            for (key, label) in catalogue.labels() {
                let values = label.values.iter().filter(|(_, types)| types.has(id)).map(|(value, _)| value.clone());
                own.add(key, Requirement::among(values));
            }
            assert_eq!(types.has(id), own.intersects(&rules), "{}", catalogue.get(id).name);
        }
        types.len()
    };
    assert_eq!(count(&[]), 519);
    assert_eq!(count(&[("node.kubernetes.io/instance-type", In, &["c5.large", "c5.xlarge", "none.large"])]), 2);
    assert_eq!(
        count(&[
            ("karpenter.k8s.aws/instance-local-nvme", DoesNotExist, &[]),
            ("karpenter.k8s.aws/instance-family", In, &["c5", "c5d"])
        ]),
        9
    );
    assert_eq!(
        count(&[
            ("karpenter.k8s.aws/instance-local-nvme", Gt, &["100"]),
            ("karpenter.k8s.aws/instance-family", In, &["c5d"])
        ]),
        7
    );
    assert_eq!(count(&[("karpenter.k8s.aws/instance-gpu-count", Exists, &[])]), 0);
    assert_eq!(count(&[("karpenter.k8s.aws/instance-gpu-count", NotIn, &["1"])]), 519);
    assert!(
        count(&[("karpenter.k8s.aws/instance-cpu", Gt, &["2"]), ("karpenter.k8s.aws/instance-cpu", Lt, &["5"])]) > 50
    );
    assert_eq!(count(&[("topology.kubernetes.io/zone", In, &["eu-north-1z"])]), 0);
    // What no type has as a label does not decide between types.
    assert_eq!(count(&[("team", In, &["blue"])]), 519);
}
