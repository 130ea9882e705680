//! The networks on their engine: tensors in, tensors out. The only file that knows the engine's name.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use super::models::{self, DETECTION, RECOGNITION};

/// More threads than this share the work badly, and each reserves address space under the child's limit.
pub(crate) const THREADS_MAX: usize = 4;

/// Both networks and the alphabet of the second.
pub(super) struct Engine {
    detection: Model,
    recognition: Model,
    /// What each class means; class 0 is none.
    pub(super) alphabet: Vec<String>,
    options: RunOptions,
}

/// A result with its shape.
pub(super) struct Output {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

impl Engine {
    pub(super) fn load(folder: &Path) -> Result<Self, String> {
        let model = |file| {
            let bytes = models::load(folder, file).map_err(|error| error.to_string())?;
            Model::load(bytes).map_err(|error| format!("the model file {} cannot be loaded: {error}", file.name))
        };
        let (detection, recognition) = (model(&DETECTION)?, model(&RECOGNITION)?);
        let characters = recognition.metadata().get("character").ok_or("the model has no alphabet")?;
        // Class 0 says that there is no character, the last one is the space.
        let alphabet = std::iter::once("").chain(characters.lines()).chain([" "]).map(str::to_owned).collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let pool = Arc::new(ThreadPool::with_num_threads(threads));
        let options = RunOptions::default().with_thread_pool(Some(pool));
        Ok(Self { detection, recognition, alphabet, options })
    }

    /// How likely each pixel belongs to a line.
    pub(super) fn detect(&self, input: Vec<f32>, shape: [usize; 4]) -> Result<Output, String> {
        self.run(&self.detection, input, shape)
    }

    /// How likely each class stands in each column of each line.
    pub(super) fn recognise(&self, input: Vec<f32>, shape: [usize; 4]) -> Result<Output, String> {
        self.run(&self.recognition, input, shape)
    }

    fn run(&self, model: &Model, input: Vec<f32>, shape: [usize; 4]) -> Result<Output, String> {
        let input = NdTensor::from_data(shape, input);
        let output = model.run_one(ValueOrView::from(input), Some(self.options.clone()));
        let output: Tensor<f32> = output
            .map_err(|error| format!("the engine failed: {error}"))?
            .try_into()
            .map_err(|error| format!("the engine gave something else: {error}"))?;
        Ok(Output { shape: output.shape().to_vec(), values: output.to_vec() })
    }
}
