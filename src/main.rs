fn main() -> std::process::ExitCode {
    // With room for the deepest formulas; without it, where there is none to be had.
    let thread = std::thread::Builder::new().name("main".into()).stack_size(merit::parallel::STACK);
    match thread.spawn(merit::cli::run) {
        Ok(run) => run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).into(),
        Err(_) => merit::cli::run().into(),
    }
}
