//! x
use dintero_codegen::*;
fn main() {
    let api = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let g = generate("openapi".as_ref(), &api).unwrap_or_else(|e| panic!("{e}"));
    for x in &g.findings { eprintln!("{x}"); }
    eprintln!("{:?} {:?}", t.elapsed(), surface::counts(&g.plan));
    std::fs::write(format!("/tmp/{api}.surface"), &g.surface).unwrap();
    println!("{}", g.source);
}
