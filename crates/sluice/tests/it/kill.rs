//! `kill -9` of the real server at random instants, and what a client sees of it: nothing.
//!
//! `SLUICE_KILLS` sets how often (200 unless it says otherwise), `SLUICE_SEED` repeats a run that failed.

use std::time::Duration;

use crate::server::{Frame, Server};
use crate::watched::{CALLS, Call, Seen, Slow, Watched};

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn killed_at_random_instants_nothing_is_lost_doubled_or_asked_again() {
    let kills = from_environment("SLUICE_KILLS", 200);
    let seed = from_environment("SLUICE_SEED", u64::from(std::process::id()));
    eprintln!("SLUICE_SEED={seed} SLUICE_KILLS={kills}");
    let mut random = fastrand::Rng::with_seed(seed);

    let slow = Slow::new();
    let mut server =
        Server::start(&["--script", &slow.script, "--active-jobs-max", "100000", "--requests-per-minute", "1000000"]);
    let watched = Watched::begin(&server, &slow);
    for number in 0..kills {
        // Now and then before it listens, mostly in the middle of its work.
        if number % 10 == 9 {
            server.spawn_only();
            std::thread::sleep(Duration::from_millis(random.u64(0..60)));
            server.kill();
        }
        if number > 0 {
            server.resume();
        }
        std::thread::sleep(Duration::from_millis(random.u64(0..250)));
        server.kill();
    }
    server.resume();
    assert_eq!(watched.refused(), [], "a server that is there takes every start");
    let followed = watched.end();
    eprintln!("{} jobs over {kills} kills", followed.len());
    assert!(followed.len() as u64 >= kills / 4, "too few jobs to show anything: {}", followed.len());

    check_asked(&followed, &slow, kills);
}

/// In each job, only what was in flight at a kill was asked again.
pub fn check_asked(followed: &[Seen], slow: &Slow, kills: u64) {
    let asked = slow.asked();
    for (number, (job, seen)) in followed.iter().enumerate() {
        check_job(job, seen, &asked[&(number as i64)], kills);
    }
}

/// Nobody is asked for a part that has an outcome for this attempt: only what was in flight is repeated.
fn check_job(job: &str, seen: &[Frame], calls: &[Call], kills: u64) {
    let outcomes = seen.iter().filter(|frame| matches!(frame.event.as_str(), "subtree_result" | "subtree_retry"));
    for frame in outcomes {
        let data = frame.json();
        let told_ms =
            chrono::DateTime::parse_from_rfc3339(data["timestamp"].as_str().unwrap()).unwrap().timestamp_millis();
        let subtree = data["subtree_id"].as_str().unwrap();
        let of_part: Vec<&Call> = calls.iter().filter(|call| call.subtree == subtree).collect();
        let late = |call: &&&Call| {
            let is_over = frame.event == "subtree_result" || data["attempt"].as_u64() == Some(call.attempt);
            is_over && call.at_ms > told_ms.unsigned_abs()
        };
        let late = of_part.iter().filter(late).count();
        assert_eq!(late, 0, "job {job}: {subtree} was asked again after event {}", frame.id.unwrap());
    }
    let most = CALLS + kills as usize * 5;
    assert!((CALLS..=most).contains(&calls.len()), "job {job}: {} calls", calls.len());
}
