//! prof
use lockstep::model::*;
use lockstep::render::*;
use lockstep::workspace::*;
fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let files = xtask::adapters::files::Disk;
    let tree = xtask::ports::Files::tree(&files, &root, &lockstep::workspace::layout::wanted).unwrap();
    let t = std::time::Instant::now();
    let (ws, f) = Workspace::load(&tree);
    println!("load {:?} findings {}", t.elapsed(), f.len());
    let ws = ws.unwrap();
    let t = std::time::Instant::now();
    let (engines, _) = Engines::compile(&ws);
    println!("compile {:?}", t.elapsed());
    let env = &ws.environments[3];
    let units: Vec<Unit> = ws
        .agents_in(env)
        .take(200)
        .map(|a| Unit::new(&ws, env, a, &Default::default()).unwrap())
        .collect();
    let t = std::time::Instant::now();
    let units2: Vec<Unit> = ws
        .agents_in(env)
        .take(200)
        .map(|a| Unit::new(&ws, env, a, &Default::default()).unwrap())
        .collect();
    println!("unit {:?}", t.elapsed() / units2.len() as u32);
    let u = &units[0];
    let e = Engine::compile(&u.blueprint).unwrap();
    let t = std::time::Instant::now();
    for _ in 0..100 {
        std::hint::black_box(Input::new(&u.context));
    }
    println!("input {:?}", t.elapsed() / 100);
    let t = std::time::Instant::now();
    for _ in 0..100 {
        std::hint::black_box(Digest::of_canonical(&u.context));
    }
    println!("digest {:?}", t.elapsed() / 100);
    let input = Input::new(&u.context);
    let mut total = 0;
    for name in e.templates() {
        let t = std::time::Instant::now();
        for _ in 0..100 {
            std::hint::black_box(e.render(name, &input).unwrap());
        }
        let el = t.elapsed() / 100;
        let text = e.render(name, &input).unwrap();
        let t = std::time::Instant::now();
        for _ in 0..100 {
            std::hint::black_box(lockstep::yaml::read_manifests(&text).unwrap());
        }
        println!(
            "{name:30} render {el:?} bytes {} parse {:?}",
            text.len(),
            t.elapsed() / 100
        );
        total += text.len();
    }
    println!("total {total}");
    for u in &units {
        std::hint::black_box(engines.texts(u));
    }
}
