//! `sluice data export` and `import`: everything from one place to another, through a folder.
//!
//! The folder has `rows.jsonl`, a row in each line and each job before its log, and `blobs/`, bytes by their hash. It is
//! whole once `rows.jsonl` has its name. Jobs that have not ended go on where they arrive, so nobody may work on them where
//! they were.

use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sluice_extract::event::Recorded;
use sluice_store::{Blobs, Carried, CarriedEvent, CarriedJob, CarriedKind};

use crate::kept::{Kept, blobs_folder};
use crate::trouble::{counted, hinted};

/// The file with the rows.
const ROWS: &str = "rows.jsonl";

/// Rows that are read at once.
const SLICE: u32 = 256;

/// The first line of the file.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

const FORMAT: &str = "sluice-rows";
const VERSION: u32 = 1;

/// Writes everything into a new folder.
pub(super) async fn export(kept: &Kept, target: &Path) -> anyhow::Result<()> {
    if target.exists() {
        let told = format!("{} is there already", target.display());
        return Err(hinted(told, "name a folder that is not there yet"));
    }
    std::fs::create_dir_all(target).with_context(|| format!("{} cannot be made", target.display()))?;
    let part = target.join("rows.part");
    let file = std::fs::File::create_new(&part).with_context(|| part.display().to_string())?;
    let mut lines = BufWriter::new(file);
    line(&mut lines, &Head { format: FORMAT.to_owned(), version: VERSION })?;
    let mut rows = 0;
    for kind in CarriedKind::ALL {
        rows += export_kind(kept, kind, &mut lines).await?;
    }
    lines.into_inner().context("the rows cannot be written")?.sync_all()?;
    let copied =
        copy(&kept.blobs, &Blobs::in_directory(&blobs_folder(target))?, kept.store.blobs_in_use().await?).await?;
    std::fs::rename(&part, target.join(ROWS))?;
    anstream::eprintln!("wrote {} and {copied} blobs to {}", counted(rows, "row", "rows"), target.display());
    Ok(())
}

async fn export_kind(kept: &Kept, kind: CarriedKind, lines: &mut impl std::io::Write) -> anyhow::Result<usize> {
    let (mut after, mut count) = (0, 0);
    loop {
        let rows = kept.store.carry_out(kind, after, SLICE).await?;
        let Some((last, _)) = rows.last() else { return Ok(count) };
        after = *last;
        for (_, row) in rows {
            line(lines, &row)?;
            count += 1;
            if let Carried::Job(job) = row {
                export_log(kept, &job, lines).await?;
            }
        }
    }
}

async fn export_log(kept: &Kept, job: &CarriedJob, lines: &mut impl std::io::Write) -> anyhow::Result<()> {
    let mut after = 0;
    while after < job.row.log_end {
        let slice = kept.store.event_list(&job.row.tenant, job.row.id, after, SLICE).await?;
        let slice = slice.with_context(|| format!("the job {} was removed meanwhile", job.row.id))?;
        // What came since the job was read is not part of it.
        for recorded in slice.events.iter().filter(|recorded| recorded.sequence <= job.row.log_end) {
            line(lines, &Carried::Event(CarriedEvent::of(recorded)?))?;
        }
        let last = slice.events.last().map(|recorded| recorded.sequence);
        after = last.with_context(|| format!("the log of the job {} is not whole", job.row.id))?;
    }
    Ok(())
}

fn line(lines: &mut impl std::io::Write, row: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *lines, row)?;
    lines.write_all(b"\n")?;
    Ok(())
}

/// Takes everything from a folder that `export` wrote. What is there already stays as it is.
pub(super) async fn import(kept: &Kept, source: &Path) -> anyhow::Result<()> {
    let path = source.join(ROWS);
    if !path.is_file() {
        let told = format!("{} holds nothing that was exported whole", source.display());
        return Err(hinted(told, "`sluice data export DIR` writes such a folder"));
    }
    // Bytes first: no row is kept before what it names.
    let from = Blobs::in_directory(&blobs_folder(source))?;
    let copied = copy(&from, &kept.blobs, from.names().await?).await?;
    let mut taken = Taken::default();
    let mut open: Option<(Box<CarriedJob>, Vec<Recorded>)> = None;
    let file = std::fs::File::open(&path).with_context(|| path.display().to_string())?;
    for (number, text) in (1..).zip(BufReader::new(file).lines()) {
        let place = || format!("{}, line {number}", path.display());
        let text = text.with_context(place)?;
        if number == 1 {
            check_head(&text).with_context(place)?;
            continue;
        }
        match (serde_json::from_str(&text).with_context(place)?, &mut open) {
            (Carried::Event(event), Some((_, log))) => log.push(event.recorded().with_context(place)?),
            (Carried::Event(_), None) => anyhow::bail!("{}: an event without its job", place()),
            (row, _) => {
                taken.job(kept, open.take()).await.with_context(place)?;
                match row {
                    Carried::Job(job) => open = Some((job, Vec::new())),
                    row => taken.row(kept.store.carry_in(row, Vec::new()).await.with_context(place)?),
                }
            }
        }
    }
    taken.job(kept, open.take()).await.context("the last job")?;
    let (rows, known) = (counted(taken.new, "row", "rows"), taken.known);
    anstream::eprintln!("took {rows} and {copied} blobs into {}; {known} rows were there already", kept.place);
    Ok(())
}

fn check_head(text: &str) -> anyhow::Result<()> {
    let head: Head = serde_json::from_str(text)?;
    if head.format != FORMAT || head.version != VERSION {
        let told = format!("this is {} {}, and this release knows {FORMAT} {VERSION}", head.format, head.version);
        return Err(hinted(told, "use the release that wrote it, or a newer one"));
    }
    Ok(())
}

/// What came of the rows.
#[derive(Default)]
struct Taken {
    new: usize,
    known: usize,
}

impl Taken {
    fn row(&mut self, is_new: bool) {
        self.new += usize::from(is_new);
        self.known += usize::from(!is_new);
    }

    /// A job with its log, which must be whole.
    async fn job(&mut self, kept: &Kept, job: Option<(Box<CarriedJob>, Vec<Recorded>)>) -> anyhow::Result<()> {
        let Some((job, log)) = job else { return Ok(()) };
        let is_whole = log.iter().map(|recorded| recorded.sequence).eq(1..=job.row.log_end);
        anyhow::ensure!(is_whole, "the log of the job {} before it is not whole", job.row.id);
        self.row(kept.store.carry_in(Carried::Job(job), log).await?);
        Ok(())
    }
}

/// Copies blobs that are not there yet; says how many.
async fn copy(
    from: &Blobs,
    to: &Blobs,
    names: impl IntoIterator<Item = sluice_extract::page::ContentHash>,
) -> anyhow::Result<u64> {
    let mut copied = 0;
    for name in names {
        if to.contains(&name).await? {
            continue;
        }
        let bytes = from.get(&name).await?.with_context(|| format!("the bytes {name} are gone that a row names"))?;
        to.put(bytes).await?;
        copied += 1;
    }
    Ok(copied)
}
