//! The parent of the reading child: starts it, feeds it, bounds it in time and output, and starts it again after the
//! page that killed it.
//!
//! Never parses a byte of the document itself. Blocking; an async caller runs it on a thread and stops it by [`Stop`].

mod child;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sluice_extract::code::Code;
use sluice_extract::page::{ContentHash, Media};

use self::child::{Child, End, Overseer};
use crate::read::{Gathered, Sink, guard};
use crate::wire::{Frame, Request, Task};
use crate::{Limits, Ocr, PageSelection, Picture, ReadError, Reading};

/// So many deaths of the child are enough: the pages after them count as failed.
const DEATHS_MAX: usize = 8;

/// Reads documents in a child process.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The program that calls [`crate::worker::main`].
    pub program: PathBuf,
    /// The arguments that make it do so.
    pub args: Vec<OsString>,
    /// What one document may cost.
    pub limits: Limits,
    /// How pictures of text are read.
    pub ocr: Ocr,
}

/// What is known of a document before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// What kind of file it is.
    pub media: Media,
    /// Pages that it says it has.
    pub page_count: u32,
}

/// Stops a reading from another thread. Clones stop the same reading.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the reading: the child is killed within a tenth of a second.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Reader {
    /// Names everything that the words depend on beside the bytes and the limits.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}-{}", crate::VERSION, self.ocr.version())
    }

    /// Reads the selected pages of a document.
    ///
    /// # Errors
    /// When nothing of it can be read; the code says why.
    pub fn read(&self, bytes: &[u8], selection: &PageSelection) -> Result<Reading, ReadError> {
        self.read_until(bytes, selection, &Stop::default())
    }

    /// The same, until somebody stops it.
    ///
    /// # Errors
    /// As [`Self::read`]; `cancelled` when it was stopped.
    pub fn read_until(&self, bytes: &[u8], selection: &PageSelection, stop: &Stop) -> Result<Reading, ReadError> {
        guard(bytes, &self.limits)?;
        let mut run = Run::new(&self.limits, stop);
        let mut after = 0;
        loop {
            let task = Task::Read { selection: selection.clone(), after, ocr: self.ocr.clone() };
            match self.attend(bytes, task, &mut run)? {
                Next::After(page) => after = page,
                Next::Finished => break,
            }
        }
        run.finish(selection, ContentHash::of(bytes))
    }

    /// What kind of file it is, by its first bytes.
    ///
    /// # Errors
    /// When it is nothing that is read; the code says why.
    pub fn media(&self, bytes: &[u8]) -> Result<Media, ReadError> {
        guard(bytes, &self.limits)
    }

    /// What kind of file it is and how many pages it says it has, without reading a page.
    ///
    /// # Errors
    /// When it is nothing that is read, or cannot be opened; the code says why.
    pub fn inspect(&self, bytes: &[u8]) -> Result<Inspected, ReadError> {
        let media = guard(bytes, &self.limits)?;
        let stop = Stop::default();
        let mut run = Run::new(&self.limits, &stop);
        self.attend(bytes, Task::Inspect, &mut run)?;
        match (run.gathered.page_count(), run.last_death) {
            (Some(page_count), _) => Ok(Inspected { media, page_count }),
            (None, Some(error)) => Err(error),
            (None, None) => Err(ReadError::new(Code::Internal, "the reading process said nothing")),
        }
    }

    /// Draws pages at so many dots per inch, fewer where the limit of pixels asks for it. Pictures come as they are.
    ///
    /// Pages that cannot be drawn are left out.
    ///
    /// # Errors
    /// When none of them can be drawn.
    pub fn render(&self, bytes: &[u8], pages: &[u32], dpi: f32) -> Result<Vec<Picture>, ReadError> {
        guard(bytes, &self.limits)?;
        let stop = Stop::default();
        let mut run = Run::new(&self.limits, &stop);
        let mut left: BTreeSet<u32> = pages.iter().copied().collect();
        while !left.is_empty() {
            let task = Task::Render { pages: left.iter().copied().collect(), dpi };
            match self.attend(bytes, task, &mut run)? {
                Next::After(page) => left.retain(|&number| number > page),
                Next::Finished => break,
            }
        }
        match run.last_death {
            Some(error) if run.pictures.is_empty() => Err(error),
            _ => Ok(run.pictures),
        }
    }

    /// Runs one child to its end.
    fn attend(&self, bytes: &[u8], task: Task, run: &mut Run<'_>) -> Result<Next, ReadError> {
        let request = Request { limits: self.limits.clone(), task };
        let end = Child::run(self, &request, bytes, run);
        let death = match end {
            End::Done => return Ok(Next::Finished),
            End::NotStarted(error) => {
                let message = format!("the reading process {} cannot be started: {error}", self.program.display());
                return Err(ReadError::new(Code::Internal, message));
            }
            End::Refused(error) if run.gathered.is_empty() => return Err(error),
            End::Refused(_) => return Ok(Next::Finished),
            End::Stopped => return Err(ReadError::new(Code::Cancelled, "reading was stopped")),
            End::Died(death) => death,
        };
        Ok(run.after(death))
    }
}

impl Overseer for Run<'_> {
    fn take(&mut self, frame: Frame) {
        self.since = Instant::now();
        self.is_recognising = false;
        let _: ControlFlow<()> = match frame {
            Frame::Head(head, wanted) => {
                let first = self.wanted.is_none();
                self.wanted.get_or_insert(wanted);
                if first { self.gathered.head(head, wanted) } else { ControlFlow::Continue(()) }
            }
            Frame::Started(number) => {
                self.current = Some(number);
                ControlFlow::Continue(())
            }
            Frame::Recognising(number) => {
                self.current = Some(number);
                self.pictures_read += 1;
                self.is_recognising = true;
                ControlFlow::Continue(())
            }
            Frame::Page(reading) => {
                self.current = None;
                self.gathered.page(reading.page.number, Some(*reading))
            }
            Frame::Failed(number) => {
                self.current = None;
                self.gathered.page(number, None)
            }
            Frame::Picture(picture) => {
                self.current = None;
                self.pictures.push(picture);
                ControlFlow::Continue(())
            }
            Frame::Refused(_) | Frame::Done => ControlFlow::Continue(()),
        };
    }

    fn deadline(&self) -> Option<Instant> {
        let picture = if self.is_recognising { self.limits.seconds_per_picture } else { 0.0 };
        let ends = [(self.started, self.whole()), (self.since, seconds(self.limits.seconds_base + picture))];
        let soonest = ends.iter().filter_map(|(from, length)| from.checked_add(*length)).min();
        (!self.stop.is_stopped()).then(|| soonest.unwrap_or(self.started))
    }
}

/// What to do after a child has ended.
enum Next {
    Finished,
    /// Another child goes on after this page.
    After(u32),
}

/// One reading over all its children.
struct Run<'a> {
    limits: &'a Limits,
    stop: &'a Stop,
    started: Instant,
    gathered: Gathered,
    pictures: Vec<Picture>,
    /// Pages that will be read, once that is known.
    wanted: Option<u32>,
    /// The page that is worked on, and since when.
    current: Option<u32>,
    since: Instant,
    /// It is read from its picture.
    is_recognising: bool,
    /// Pages that were, so far.
    pictures_read: u32,
    deaths: usize,
    last_death: Option<ReadError>,
}

impl<'a> Run<'a> {
    fn new(limits: &'a Limits, stop: &'a Stop) -> Self {
        let now = Instant::now();
        Self {
            limits,
            stop,
            started: now,
            gathered: Gathered::default(),
            pictures: vec![],
            wanted: None,
            current: None,
            since: now,
            is_recognising: false,
            pictures_read: 0,
            deaths: 0,
            last_death: None,
        }
    }

    /// The time for the whole reading is up.
    fn is_out_of_time(&self) -> bool {
        self.started.elapsed() >= self.whole()
    }

    /// Time for the whole reading.
    fn whole(&self) -> Duration {
        let pages = f64::from(self.wanted.unwrap_or(1));
        let pictures = f64::from(self.pictures_read);
        let Limits { seconds_base, seconds_per_page, seconds_per_picture, .. } = self.limits;
        seconds(seconds_base + seconds_per_page * pages + seconds_per_picture * pictures)
    }

    /// Books a death and says where to go on.
    fn after(&mut self, death: ReadError) -> Next {
        self.deaths += 1;
        self.last_death = Some(death);
        let killer = self.current.take();
        self.is_recognising = false;
        self.since = Instant::now();
        let Some(page) = killer else { return Next::Finished };
        let _ = self.gathered.page(page, None);
        if self.deaths >= DEATHS_MAX || self.is_out_of_time() { Next::Finished } else { Next::After(page) }
    }

    fn finish(self, selection: &PageSelection, hash: ContentHash) -> Result<Reading, ReadError> {
        let Self { mut gathered, last_death, .. } = self;
        if gathered.is_empty() {
            return Err(last_death.unwrap_or_else(|| ReadError::new(Code::Damaged, "none of its pages could be read")));
        }
        gathered.fail_missing(selection);
        let mut reading = gathered.finish(hash)?;
        if let (Some(death), Some(finding)) = (last_death, reading.findings.first_mut()) {
            finding.message = format!("{} ({})", finding.message, death.message);
        }
        Ok(reading)
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
