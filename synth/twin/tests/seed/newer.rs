use synth_twin::{karpenter::Version, time::Span, simulation::seed::*};

#[test]
fn sweep() {
    let mut x = 777u64;
    let mut r = |n: i64| { x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); ((x >> 33) as i64) % n };
    for _ in 0..260 {
        let u = Unknowns { sync: Span(13600 + 100 * r(14)), took: Span(20 + 10 * r(9)), scrape: Span(500 * r(30)), look: Span(500 * r(20)), seed: 1 + r(9) as u64 };
        let run = printed(Version::V1_5, u).unwrap();
        let p = points(&run);
        let s: String = p.iter().map(|p| if p.agrees { '.' } else { 'X' }).collect();
        let m: Vec<_> = run.decided().iter().map(|d| written(d.found)[..4].to_owned()).collect();
        println!("V {s} {} {} {:?}", m.join(","), p[8].simulated, u);
    }
}
