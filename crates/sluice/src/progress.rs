//! How far the work is: bars on a terminal, plain lines where standard error goes elsewhere, nothing when quiet.
//!
//! Writes to standard error only; data never passes here. Called by `commands`.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use sluice_engine::local::Progress;

/// The progress of a run over several documents.
pub(crate) struct Board {
    total: usize,
    done: AtomicUsize,
    shown: Shown,
}

enum Shown {
    Bars { all: MultiProgress, documents: ProgressBar },
    Lines,
    Nothing,
}

/// The progress of one document.
pub(crate) struct Track {
    board: Arc<Board>,
    name: String,
    bar: Option<ProgressBar>,
}

impl Board {
    /// A board for so many documents.
    pub(crate) fn new(total: usize, quiet: bool) -> Arc<Self> {
        let shown = if quiet {
            Shown::Nothing
        } else if std::io::stderr().is_terminal() {
            let all = MultiProgress::new();
            let documents = all.add(ProgressBar::new(total as u64));
            documents.set_style(style("{bar:24.cyan/dim} {pos}/{len} documents {elapsed} {wide_msg}"));
            Shown::Bars { all, documents }
        } else {
            Shown::Lines
        };
        Arc::new(Self { total, done: AtomicUsize::new(0), shown })
    }

    /// One more document is worked on.
    pub(crate) fn track(self: &Arc<Self>, name: &str) -> Track {
        let bar = match &self.shown {
            Shown::Bars { all, .. } => {
                let bar = all.insert_from_back(1, ProgressBar::new(0));
                bar.set_style(style("  {spinner} {prefix} {wide_msg}"));
                bar.set_prefix(name.to_owned());
                bar.set_message("reading");
                Some(bar)
            }
            Shown::Lines | Shown::Nothing => None,
        };
        Track { board: Arc::clone(self), name: name.to_owned(), bar }
    }

    /// A line for the user that must not tear the bars.
    pub(crate) fn say(&self, line: &str) {
        match &self.shown {
            // `println` of indicatif fails only where standard error is gone; then nobody is there to be told.
            Shown::Bars { all, .. } => drop(all.println(line)),
            Shown::Lines => anstream::eprintln!("{line}"),
            Shown::Nothing => {}
        }
    }

    /// All is done; the bars go.
    pub(crate) fn finish(&self) {
        if let Shown::Bars { all, documents } = &self.shown {
            documents.finish_and_clear();
            drop(all.clear());
        }
    }
}

impl Track {
    /// Shows what the engine tells.
    pub(crate) fn hear(&self, progress: &Progress) {
        let Some(bar) = &self.bar else {
            if let Progress::SubtreeRetrying { error, wait_ms, instead } = progress {
                self.board.say(&format!("{}: {error}; {}", self.name, next(*wait_ms, instead.as_deref())));
            }
            return;
        };
        match progress {
            Progress::DocumentRead { pages } => bar.set_message(format!("{pages} pages read")),
            Progress::Planned { subtrees } => {
                bar.set_length(*subtrees as u64);
                bar.set_style(style("  {spinner} {prefix} {bar:12.green/dim} {pos}/{len} subtrees {wide_msg}"));
                bar.set_message("");
            }
            Progress::RowsArrived { rows } => bar.set_message(format!("{rows} rows so far")),
            Progress::SubtreeFinished { .. } | Progress::SubtreeFailed => bar.inc(1),
            Progress::SubtreeRetrying { error, wait_ms, instead } => {
                bar.set_message(format!("{error}; {}", next(*wait_ms, instead.as_deref())));
            }
        }
    }

    /// The document is done; `told` says in a few words with what outcome.
    pub(crate) fn finish(self, told: &str) {
        let done = self.board.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Shown::Bars { documents, .. } = &self.board.shown {
            documents.inc(1);
        }
        self.board.say(&format!("[{done}/{}] {}: {told}", self.board.total, self.name));
    }
}

/// What follows a failure.
fn next(wait_ms: u64, instead: Option<&str>) -> String {
    match instead {
        Some(other) => format!("{other} is asked instead"),
        None => format!("again in {wait_ms} ms"),
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template that does not parse would be a fault of this file; the default bar is better than none.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
