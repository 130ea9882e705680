//! The description of the API says what the streams' events are: every event of real streams is held against it.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_extract::event::Event;
use sluice_extract::id::JobId;

use crate::frames::{Frame, Stream};
use crate::streams::eventful;
use crate::world::{World, send};

async fn description(world: &World) -> Value {
    send(world.bare(Method::GET, "/openapi.json")).await.expect(200).json()
}

/// A schema of the description, with all that it refers to.
fn schema(description: &Value, name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}"), "components": description["components"]})
}

async fn frames(world: &World, door: &str, job: JobId, query: &str) -> Vec<Frame> {
    Stream::of(world, &format!("{door}/{job}/stream{query}")).await.rest().await
}

/// Jobs that end in each way, and one that went on after it had ended.
async fn jobs(world: &World) -> Vec<JobId> {
    let (failed, cancelled, reopened) = (world.job().await, world.job().await, world.job().await);
    world.hand(failed).fail().await;
    world.hand(cancelled).tell(Event::JobCancelled).await;
    let again = world.hand(reopened);
    again.fail().await;
    again.tell(Event::JobReopened).await;
    again.run().await;
    vec![eventful(world).await, failed, cancelled, reopened]
}

#[tokio::test]
async fn every_event_of_the_extract_api_is_as_described() {
    let world = World::new().await;
    let description = description(&world).await;
    let validator = jsonschema::validator_for(&schema(&description, "ExtractEvent")).unwrap();
    let variants = description["components"]["schemas"]["ExtractEvent"]["oneOf"].as_array().unwrap();
    let mut seen: Vec<String> = Vec::new();
    for job in jobs(&world).await {
        for query in ["?starting_after=0", ""] {
            for Frame { event: name, data, .. } in frames(&world, "/v1/extract/jobs", job, query).await {
                let errors: Vec<String> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{data}: {errors:?}");
                let variant = variants.iter().find(|it| it["properties"]["type"]["const"] == json!(name)).unwrap();
                let unnamed: Vec<&String> =
                    data.as_object().unwrap().keys().filter(|key| variant["properties"].get(key).is_none()).collect();
                assert!(unnamed.is_empty(), "{name} has also {unnamed:?}");
                seen.push(name);
            }
        }
    }
    let names = &description["components"]["schemas"]["ExtractStreamEvent"]["properties"]["event"]["enum"];
    let unseen: Vec<&Value> =
        names.as_array().unwrap().iter().filter(|name| !seen.iter().any(|it| *name == it)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[tokio::test]
async fn every_event_of_the_jobs_api_is_as_described() {
    let world = World::new().await;
    let description = description(&world).await;
    let validator = jsonschema::validator_for(&schema(&description, "JobEvent")).unwrap();
    let mut seen: Vec<String> = Vec::new();
    for job in jobs(&world).await {
        for Frame { event: name, data, .. } in frames(&world, "/jobs", job, "?starting_after=0").await {
            let errors: Vec<String> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{data}: {errors:?}");
            seen.push(name);
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["canceled", "completed", "failed", "progress", "status"]);
}
