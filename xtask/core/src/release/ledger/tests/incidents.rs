//! Until when somebody has to answer.

use super::super::{Incident, IncidentSeverity};
use crate::model::Timestamp;

#[test]
fn working_time_is_counted_on_working_days() {
    let by = |severity, since: &str| {
        let incident = Incident {
            id: "INC-1".to_owned(),
            severity,
            summary: String::new(),
            release: None,
            since: Timestamp::parse(since).unwrap(),
            end: None,
        };
        incident.answer_by().to_string()
    };
    use IncidentSeverity::{P0, P2, P3};
    for (severity, since, expected) in [
        // a Sunday
        (P0, "2026-11-22T12:00:00Z", "2026-11-22T12:15:00Z"),
        (P2, "2026-11-22T12:00:00Z", "2026-11-23T13:00:00Z"),
        (P3, "2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"),
        // a Friday
        (P2, "2026-11-20T15:00:00Z", "2026-11-23T11:00:00Z"),
        (P2, "2026-11-20T10:00:00+01:00", "2026-11-20T13:00:00Z"),
        (P3, "2026-11-20T15:00:00Z", "2026-11-23T15:00:00Z"),
        (P2, "2026-11-23T03:00:00Z", "2026-11-23T13:00:00Z"),
        (P2, "2026-11-23T13:00:00Z", "2026-11-23T17:00:00Z"),
        (P2, "2026-11-23T20:00:00Z", "2026-11-24T13:00:00Z"),
    ] {
        assert_eq!(by(severity, since), expected, "{severity} since {since}");
    }
}
