//! The reading child: takes one request and the bytes on stdin, sends frames on stdout, and dies with its document.
//!
//! It limits itself before it reads a byte of the document: memory, processor time, no files, no core dump. It is
//! started by [`crate::Reader`] as the same binary with a hidden argument; a program that offers it calls [`main`].

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getppid, getrlimit, setrlimit};
use sluice_extract::code::Code;

use crate::ocr::{OcrMode, Recogniser, THREADS_MAX};
use crate::read::{self, Head, PageReading, Sink, Source};
use crate::wire::{Frame, REQUEST_BYTES_MAX, Request, Task};
use crate::{Limits, ReadError, render};

/// Stack of the thread that parses. 8 MB were enough for every file met, hostile ones too.
const STACK_BYTES: usize = 32 << 20;
/// Open files: the three pipes and a few to spare.
const FILES_MAX: u64 = 16;

/// Serves one request and ends. The exit code is 0 if the answer was sent, whatever it was.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    end_with_parent();
    let served = thread::Builder::new().stack_size(STACK_BYTES).spawn(serve).map(thread::JoinHandle::join);
    match served {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// A parent that was killed takes no answer, and whoever is started after it reads the document anew: a child that went
/// on would only be in its way.
fn end_with_parent() {
    const LOOK: Duration = Duration::from_millis(250);
    let parent = getppid();
    // Without this thread the limits on time end it, later.
    drop(thread::Builder::new().stack_size(64 << 10).spawn(move || {
        while getppid() == parent {
            thread::sleep(LOOK);
        }
        std::process::exit(1);
    }));
}

fn serve() -> io::Result<()> {
    for (resource, most) in [(Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, FILES_MAX)] {
        lower(resource, most);
    }
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = String::new();
    input.by_ref().take(REQUEST_BYTES_MAX).read_line(&mut line)?;
    let Request { limits, task } = serde_json::from_str(&line)?;
    lower(Resource::As, limits.memory_bytes_max);
    let recognises = matches!(&task, Task::Read { ocr, .. } if ocr.mode != OcrMode::Never && ocr.models.is_some());
    lower(Resource::Cpu, seconds(&limits, limits.pages_max, recognises));
    let mut bytes = vec![];
    input.take(limits.bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    let mut output = BufWriter::new(io::stdout().lock());
    let refused = match task {
        Task::Read { selection, after, ocr } => {
            let mut sink = Frames { output: &mut output, limits: &limits, recognises };
            let recogniser = Recogniser::new(ocr);
            read::read_into(Source { bytes, limits: &limits, selection: &selection, after, recogniser }, &mut sink)
        }
        Task::Inspect => read::inspect(bytes, &limits).map(|head| drop(Frame::Head(head, 0).write(&mut output))),
        Task::Render { pages, dpi } => {
            render::render_into(bytes, &limits, &pages, dpi, &mut |frame| said(&frame.write(&mut output)))
        }
    };
    if let Err(error) = refused {
        Frame::Refused(shortened(error)).write(&mut output)?;
    }
    Frame::Done.write(&mut output)
}

/// Lowers a limit; one that is lower already stays. A system that refuses leaves the parent's clock as the wall.
fn lower(resource: Resource, most: u64) {
    let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}

/// Processor seconds for so many pages. Pictures are read on several cores.
fn seconds(limits: &Limits, pages: u32, recognises: bool) -> u64 {
    let picture = if recognises { limits.seconds_per_picture * THREADS_MAX as f64 } else { 0.0 };
    let seconds = limits.seconds_base + (limits.seconds_per_page + picture) * f64::from(pages);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a day")]
    let seconds = seconds.clamp(1.0, 86_400.0).ceil() as u64;
    seconds
}

fn said(result: &io::Result<()>) -> ControlFlow<()> {
    // A write fails only when nobody listens any more.
    if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

fn shortened(mut error: ReadError) -> ReadError {
    error.message = error.message.chars().take(2_000).collect();
    error
}

/// Sends what is read as frames.
struct Frames<'a, W: Write> {
    output: &'a mut W,
    limits: &'a Limits,
    recognises: bool,
}

impl<W: Write> Sink for Frames<'_, W> {
    fn head(&mut self, head: Head, wanted: u32) -> ControlFlow<()> {
        lower(Resource::Cpu, seconds(self.limits, wanted, self.recognises));
        said(&Frame::Head(head, wanted).write(self.output))
    }

    fn start(&mut self, number: u32) -> ControlFlow<()> {
        said(&Frame::Started(number).write(self.output))
    }

    fn recognise(&mut self, number: u32) {
        // One who listens no more is told by the next frame.
        let _ = Frame::Recognising(number).write(self.output);
    }

    fn page(&mut self, number: u32, page: Option<PageReading>) -> ControlFlow<()> {
        let Some(reading) = page else { return said(&Frame::Failed(number).write(self.output)) };
        let mut body = vec![];
        let written = Frame::Page(Box::new(reading)).write(&mut body);
        // The length and kind are five bytes more than the parent takes.
        if written.is_err() || body.len() > self.limits.page_bytes_max as usize {
            return said(&Frame::Failed(number).write(self.output));
        }
        said(&self.output.write_all(&body).and_then(|()| self.output.flush()))
    }
}

/// The code for a child that is out of memory or time, told by how it died; `None` for any other death.
pub(crate) fn told_by(signal: Option<i32>, stderr: &str) -> Option<Code> {
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    match signal {
        Some(SIGXCPU | SIGKILL) => Some(Code::TookTooLong),
        Some(SIGABRT) if stderr.contains("memory allocation") => Some(Code::TooLarge),
        _ => None,
    }
}
