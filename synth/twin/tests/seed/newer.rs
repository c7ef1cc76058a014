use synth_twin::{karpenter::Version, time::Span, simulation::seed::*};

#[test]
fn sweep() {
    let mut x = 12345u64;
    let mut r = |n: i64| { x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); ((x >> 33) as i64) % n };
    for _ in 0..150 {
        let u = Unknowns { sync: Span(r(15000)), took: Span(20 + r(80)), scrape: Span(r(15000)), look: Span(r(10000)), seed: r(1000) as u64 };
        let run = printed(Version::V1_5, u).unwrap();
        let p = points(&run);
        let s: String = p.iter().map(|p| if p.agrees { '.' } else { 'X' }).collect();
        println!("V {s} {:?} {} | {} | {}", u, p[4].simulated, p[5].simulated, p[8].simulated);
    }
}
