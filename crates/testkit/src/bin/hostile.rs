//! Writes the files made to hurt into a folder, to look at them or to try another program on them.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).unwrap_or_else(|| "target/hostile".into()).into();
    std::fs::create_dir_all(&folder)?;
    for file in sluice_testkit::hostile::corpus() {
        std::fs::write(folder.join(&file.name), &file.bytes)?;
    }
    Ok(())
}
