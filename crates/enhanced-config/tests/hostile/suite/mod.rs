mod case;
mod child;
mod depth;
mod disk;
mod duplicates;
mod encodings;
mod layers;
mod names;
mod numbers;
mod run;
mod schemas;
mod shapes;
mod state;
mod truncations;

/// Runs all cases, or is the process that one of them is given to.
pub(crate) fn main() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == run::CHILD) {
        return child::main(arguments.next().unwrap().as_ref());
    }
    let cases = [
        depth::cases(),
        shapes::cases(),
        duplicates::cases(),
        encodings::cases(),
        numbers::cases(),
        truncations::cases(),
        schemas::cases(),
        layers::cases(),
        state::cases(),
        disk::cases(),
        names::cases(),
    ];
    run::all(&cases.into_iter().flatten().collect::<Vec<_>>());
}
