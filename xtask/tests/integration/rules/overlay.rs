//! The overlay refuses nothing of what the fleet renders.

use lockstep::schema::overlay;

use super::fleet;

#[test]
fn every_object_of_the_fleet_passes() {
    let units = fleet::read().units;
    let mut count = 0;
    let mut wrong = Vec::new();
    for manifest in units.iter().flat_map(lockstep::render::RenderedUnit::all_objects) {
        count += 1;
        for problem in overlay::check(&manifest.object) {
            wrong.push(format!("{}: {} {}", manifest.id, problem.pointer, problem.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 800, "{count} objects");
}
