//! Measures contestants side by side and prints their ratios.
//!
//! All contestants of a question run in the same process, in short batches, taking turns: a slow minute of the
//! machine hits all of them. The clock is the thread's own processor time, which does not run while other programs
//! have the processor. The time of a contestant is the median of its batches; a ratio is the median of the ratios
//! within a round, which a drifting clock frequency cannot move. Nothing is ever asserted about time.

use std::{
    hint::{self, black_box},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use cpu_time::ThreadTime;

use crate::figures::{self, Figure};
use crate::prng::Prng;

/// The benchmarks of one file. Prints its table when dropped.
#[derive(Debug)]
pub struct Suite {
    options: Options,
    title: String,
    results: Vec<Answer>,
}

#[derive(Debug)]
struct Options {
    filters: Vec<String>,
    rounds: usize,
    batch: Duration,
    drop_outside: bool,
    cold: bool,
}

impl Suite {
    /// Reads the command line: words are parts of ids to run, `--rounds N` (default 25), `--batch-ms N` (default 4),
    /// `--without-drop`, which frees results outside the measured time (default: freeing a result is part of its
    /// cost), and `--cold`, which measures from the first call of each turn on, in the caches and the heap that
    /// another contestant left (default: one call before, unmeasured). It matters where a turn is one call.
    pub fn from_args() -> Self {
        let mut options = Options {
            filters: Vec::new(),
            rounds: 25,
            batch: Duration::from_millis(4),
            drop_outside: false,
            cold: false,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--rounds" => options.rounds = number(args.next()).max(1),
                "--batch-ms" => options.batch = Duration::from_millis(number(args.next()) as u64),
                "--cold" => options.cold = true,
                "--without-drop" => options.drop_outside = true,
                flag if flag.starts_with('-') => {}
                word => options.filters.push(word.to_owned()),
            }
        }
        Self { options, title: String::new(), results: Vec::new() }
    }

    /// Starts a new table.
    pub fn table(&mut self, title: &str) {
        self.flush();
        self.title = title.to_owned();
    }

    /// Asks one question; `id` is `crate/operation/size`.
    pub fn ask<'a>(&'a mut self, id: impl Into<String>) -> Question<'a> {
        let id = id.into();
        let filters = &self.options.filters;
        let wanted = filters.is_empty() || filters.iter().any(|word| id.contains(word.as_str()));
        let (contestants, targets) = (Vec::new(), Vec::new());
        Question { suite: self, id, wanted, unit: Unit::Nanos, contestants, targets, most: None }
    }

    fn flush(&mut self) {
        let results = std::mem::take(&mut self.results);
        if !results.is_empty() {
            println!("\n{}\n", self.title);
            print!("{}", render(&results));
            let kept = figures::keep(results.iter().flat_map(Answer::figures).collect());
            if let Err(error) = kept {
                eprintln!("not kept for the summary: {error}");
            }
        }
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        self.flush();
    }
}

fn number(arg: Option<String>) -> usize {
    arg.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// One line of a table: ours, its rivals and what was promised.
pub struct Question<'a> {
    suite: &'a mut Suite,
    id: String,
    wanted: bool,
    unit: Unit,
    contestants: Vec<Contestant<'a>>,
    targets: Vec<Target>,
    /// The most that ours may take, in the unit of the question.
    most: Option<f64>,
}

struct Contestant<'a> {
    name: &'static str,
    /// Runs so many operations and says what they took in all, in the unit of the question.
    batch: Box<dyn FnMut(u64) -> f64 + 'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Nanos,
    Bytes,
    Count,
}

/// What was promised, to be compared with what was measured.
#[derive(Debug, Clone)]
struct Target {
    peer: &'static str,
    ratio: f64,
}

/// How many operations threads do before they wait for each other: some hundred microseconds, in which few lose their
/// processor.
const TOGETHER: u64 = 4000;

/// The median nanoseconds of the rounds that all threads began together; of all rounds if they never did.
fn together(threads: &[Vec<(Instant, Duration)>]) -> f64 {
    let rounds = threads.first().map_or(0, Vec::len);
    let round = |at: usize| threads.iter().map(move |rounds| rounds[at]);
    let apart = |at: usize| {
        let starts = round(at).map(|(start, _)| start);
        starts.clone().max().zip(starts.min()).map_or(Duration::ZERO, |(last, first)| last - first)
    };
    let mean =
        |at: usize| round(at).map(|(_, taken)| taken.as_nanos() as f64).sum::<f64>() / threads.len() as f64;
    let met: Vec<_> = (0..rounds).filter(|&at| apart(at) < Duration::from_micros(10)).map(mean).collect();
    if met.is_empty() {
        eprintln!("\rthe threads of a contestant never ran together: this machine is too busy for them");
        return median((0..rounds).map(mean).collect());
    }
    median(met)
}

/// The name of our own contestant.
pub const OURS: &str = "ours";

impl<'a> Question<'a> {
    /// Our answer.
    pub fn ours<R>(self, run: impl FnMut() -> R + 'a) -> Self {
        self.peer(OURS, run)
    }

    /// A rival's answer; the closure does one operation and returns its result.
    pub fn peer<R>(self, name: &'static str, mut run: impl FnMut() -> R + 'a) -> Self {
        if self.suite.options.drop_outside {
            return self.peer_with(name, || (), move |()| run());
        }
        self.contestant(name, move |count| {
            let start = ThreadTime::now();
            for _ in 0..count {
                black_box(run());
            }
            start.elapsed().as_nanos() as f64
        })
    }

    /// A rival that consumes something which `prepare` makes outside the measured time; its results are freed outside
    /// as well. Reading the clock costs some 20 ns of every call, so this is for operations of microseconds.
    pub fn peer_with<T, R>(
        self,
        name: &'static str,
        mut prepare: impl FnMut() -> T + 'a,
        mut run: impl FnMut(T) -> R + 'a,
    ) -> Self {
        self.contestant(name, move |count| {
            let (mut total, mut left) = (Duration::ZERO, count);
            while left > 0 {
                let inputs: Vec<_> = (0..left.min(16)).map(|_| black_box(prepare())).collect();
                let mut outputs = Vec::with_capacity(inputs.len());
                left -= inputs.len() as u64;
                let start = ThreadTime::now();
                outputs.extend(inputs.into_iter().map(&mut run));
                total += start.elapsed();
                drop(black_box(outputs));
            }
            total.as_nanos() as f64
        })
    }

    /// A rival that `threads` threads use at once: each does all operations, given its number. The result is what an
    /// operation took a thread, by the clock on the wall, as waiting for a lock is part of the cost.
    ///
    /// On a busy machine threads that start together may yet run one after the other and never meet. So they start
    /// again and again; of the rounds that all did begin together, it is the median that counts.
    pub fn threads<R>(
        self,
        name: &'static str,
        threads: usize,
        run: impl Fn(usize) -> R + Sync + 'a,
    ) -> Self {
        self.threads_with(name, threads, |number| number, move |number| run(*number))
    }

    /// The same for a rival of which each thread has one of its own, made from its number.
    pub fn threads_with<T, R>(
        self,
        name: &'static str,
        threads: usize,
        prepare: impl Fn(usize) -> T + Sync + 'a,
        run: impl Fn(&mut T) -> R + Sync + 'a,
    ) -> Self {
        self.contestant(name, move |count| {
            let arrived = AtomicU64::new(0);
            let rounds = count.div_ceil(TOGETHER).max(20);
            let each = count.min(TOGETHER);
            let work = |number| {
                let mut own = prepare(number);
                let mut taken = Vec::with_capacity(rounds as usize);
                for round in 1..=rounds {
                    arrived.fetch_add(1, Ordering::AcqRel);
                    while arrived.load(Ordering::Acquire) < round * threads as u64 {
                        hint::spin_loop();
                    }
                    let start = Instant::now();
                    for _ in 0..each {
                        black_box(run(&mut own));
                    }
                    taken.push((start, start.elapsed()));
                }
                taken
            };
            let taken = thread::scope(|scope| {
                let work = &work;
                let threads: Vec<_> = (0..threads).map(|number| scope.spawn(move || work(number))).collect();
                let join =
                    |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("rivals do not panic");
                threads.into_iter().map(join).collect::<Vec<Vec<_>>>()
            });
            together(&taken) * (count as f64 / each as f64)
        })
    }

    /// A size in bytes instead of a time.
    pub fn bytes(mut self, name: &'static str, mut measure: impl FnMut() -> u64 + 'a) -> Self {
        self.unit = Unit::Bytes;
        self.contestant(name, move |_| measure() as f64)
    }

    /// A number of things instead of a time.
    pub fn count(mut self, name: &'static str, mut measure: impl FnMut() -> u64 + 'a) -> Self {
        self.unit = Unit::Count;
        self.contestant(name, move |_| measure() as f64)
    }

    /// Promises at most `ratio` times what `peer` needs.
    pub fn at_most(mut self, ratio: f64, peer: &'static str) -> Self {
        self.targets.push(Target { peer, ratio });
        self
    }

    /// Promises that ours takes at most this, in nanoseconds or bytes, whatever others take.
    pub fn within(mut self, most: f64) -> Self {
        self.most = Some(most);
        self
    }

    /// Measures and keeps the result for the table.
    pub fn run(mut self) {
        if !self.wanted || self.contestants.is_empty() {
            return;
        }
        eprint!("\r\x1b[2K{}", self.id);
        let options = &self.suite.options;
        let samples = match self.unit {
            Unit::Nanos => sample(&mut self.contestants, options),
            _ => self.contestants.iter_mut().map(|contestant| vec![(contestant.batch)(1)]).collect(),
        };
        eprint!("\r\x1b[2K");
        let names = self.contestants.iter().map(|contestant| contestant.name).collect();
        let (targets, most) = (self.targets, self.most);
        let answer = Answer { id: self.id, unit: self.unit, names, samples, targets, most };
        self.suite.results.push(answer);
    }

    fn contestant(mut self, name: &'static str, batch: impl FnMut(u64) -> f64 + 'a) -> Self {
        if self.wanted {
            self.contestants.push(Contestant { name, batch: Box::new(batch) });
        }
        self
    }
}

/// One row of samples for each contestant, in time per operation, all of the same length.
fn sample(contestants: &mut [Contestant<'_>], options: &Options) -> Vec<Vec<f64>> {
    let counts: Vec<_> =
        contestants.iter_mut().map(|contestant| calibrate(contestant, options.batch)).collect();
    let mut samples = vec![Vec::with_capacity(options.rounds); contestants.len()];
    let mut order: Vec<_> = (0..contestants.len()).collect();
    let mut rng = Prng::new(0x0de4);
    for _ in 0..options.rounds {
        // Another order each round, so that nobody always follows the one who leaves the caches and the heap worst.
        (1..order.len()).rev().for_each(|last| order.swap(last, rng.below(last + 1)));
        for &index in &order {
            let run = &mut contestants[index].batch;
            // Once unmeasured: what the one before left behind is not this one's cost.
            if !options.cold {
                run(1);
            }
            samples[index].push(run(counts[index]) / counts[index] as f64);
        }
    }
    samples
}

/// How many operations fill a batch; warms caches and branch predictors on the way.
fn calibrate(contestant: &mut Contestant<'_>, batch: Duration) -> u64 {
    let wanted = batch.as_nanos() as f64;
    let mut count = 1;
    loop {
        let taken = (contestant.batch)(count);
        if taken >= wanted / 4.0 {
            return ((count as f64 * wanted / taken.max(1.0)) as u64).max(1);
        }
        count *= 4;
    }
}

#[derive(Debug)]
struct Answer {
    id: String,
    unit: Unit,
    names: Vec<&'static str>,
    samples: Vec<Vec<f64>>,
    targets: Vec<Target>,
    most: Option<f64>,
}

impl Answer {
    /// A row for each rival, and one for a promise of ours alone.
    fn figures(&self) -> Vec<Figure> {
        let Some(value) = self.value(OURS) else { return Vec::new() };
        let ours = self.unit.show(value);
        let alone = |target: String, is_met| Figure {
            id: self.id.clone(),
            ours: ours.clone(),
            rival: String::new(),
            theirs: String::new(),
            ratio: None,
            target,
            is_met,
        };
        let mut figures: Vec<Figure> =
            self.most.iter().map(|&most| alone(self.unit.show(most), Some(value <= most))).collect();
        for &rival in self.names.iter().filter(|name| **name != OURS) {
            let ratio = self.ratio(rival);
            let target = self.targets.iter().find(|target| target.peer == rival);
            figures.push(Figure {
                rival: rival.to_owned(),
                theirs: self.value(rival).map_or(String::new(), |value| self.unit.show(value)),
                ratio,
                is_met: target.and_then(|target| ratio.map(|ratio| ratio <= target.ratio)),
                ..alone(target.map_or(String::new(), |target| format!("{:.2}", target.ratio)), None)
            });
        }
        if figures.is_empty() {
            figures.push(alone(String::new(), None));
        }
        figures
    }

    fn of(&self, name: &str) -> Option<&[f64]> {
        let index = self.names.iter().position(|known| *known == name)?;
        Some(&self.samples[index])
    }

    fn value(&self, name: &str) -> Option<f64> {
        self.of(name).map(|samples| median(samples.to_vec()))
    }

    fn ratio(&self, peer: &str) -> Option<f64> {
        let ratios = self.of(OURS)?.iter().zip(self.of(peer)?).map(|(ours, theirs)| ours / theirs);
        Some(median(ratios.collect()))
    }

    fn cell(&self, name: &str) -> String {
        let Some(value) = self.value(name) else { return "-".to_owned() };
        let value = self.unit.show(value);
        match self.ratio(name) {
            Some(ratio) if name != OURS => format!("{value} ({ratio:.2}x)"),
            _ => value,
        }
    }

    fn promised(&self) -> String {
        let promises = self.targets.iter().map(|Target { peer, ratio }| format!("{ratio:.2}x {peer}"));
        promises.chain(self.most.map(|most| self.unit.show(most))).collect::<Vec<_>>().join(", ")
    }

    fn met(&self) -> &'static str {
        let kept = |target: &Target| self.ratio(target.peer).map(|ratio| ratio <= target.ratio);
        let alone = self.most.and_then(|most| Some(self.value(OURS)? <= most));
        let verdicts: Vec<_> = self.targets.iter().filter_map(kept).chain(alone).collect();
        match verdicts.as_slice() {
            [] => "",
            all if all.iter().all(|kept| *kept) => "yes",
            _ => "NO",
        }
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        let scaled = |units: [&str; 3]| {
            let (value, unit) = match value {
                v if v >= 1e6 => (v / 1e6, units[2]),
                v if v >= 1e3 => (v / 1e3, units[1]),
                v => (v, units[0]),
            };
            let digits = if value < 9.995 {
                2
            } else if value < 99.95 {
                1
            } else {
                0
            };
            format!("{value:.digits$} {unit}")
        };
        match self {
            Self::Nanos => scaled(["ns", "µs", "ms"]),
            Self::Bytes => scaled(["B", "KB", "MB"]),
            Self::Count => format!("{value:.0}"),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// A Markdown table that also lines up in a terminal.
fn render(answers: &[Answer]) -> String {
    let mut peers: Vec<&str> = Vec::new();
    for name in answers.iter().flat_map(|answer| &answer.names) {
        if *name != OURS && !peers.contains(name) {
            peers.push(name);
        }
    }
    let mut rows =
        vec![["id", OURS].into_iter().chain(peers.iter().copied()).map(str::to_owned).collect::<Vec<_>>()];
    rows[0].extend(["target".to_owned(), "met".to_owned()]);
    for answer in answers {
        let mut row = vec![answer.id.clone(), answer.cell(OURS)];
        row.extend(peers.iter().map(|peer| answer.cell(peer)));
        row.extend([answer.promised(), answer.met().to_owned()]);
        rows.push(row);
    }
    let widths: Vec<_> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
    rows.insert(1, rule);
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} ", width = *width));
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ours: &[f64], peer: &[f64], ratio: f64) -> Answer {
        Answer {
            id: "core/diff/1KB".to_owned(),
            unit: Unit::Nanos,
            names: vec![OURS, "rival"],
            samples: vec![ours.to_vec(), peer.to_vec()],
            targets: vec![Target { peer: "rival", ratio }],
            most: None,
        }
    }

    #[test]
    fn a_ratio_is_taken_within_a_round() {
        // Everything is ten times slower in the second round; the ratio does not notice.
        let answer = answer(&[10.0, 100.0, 10.0], &[20.0, 200.0, 20.0], 0.5);
        assert_eq!(answer.ratio("rival"), Some(0.5));
        assert_eq!(answer.met(), "yes");
    }

    #[test]
    fn a_missed_target_is_shown() {
        assert_eq!(answer(&[10.0], &[10.0], 0.9).met(), "NO");
    }

    #[test]
    fn a_promise_of_ours_alone_is_a_row_of_its_own() {
        let answer = Answer { most: Some(9.0), ..answer(&[10.0], &[20.0], 0.5) };
        assert_eq!(answer.met(), "NO");
        let rows: Vec<_> =
            answer.figures().into_iter().map(|row| (row.rival, row.target, row.is_met)).collect();
        let row = |rival: &str, target: &str, is_met| (rival.to_owned(), target.to_owned(), Some(is_met));
        assert_eq!(rows, [row("", "9.00 ns", false), row("rival", "0.50", true)]);
    }

    #[test]
    fn units_scale() {
        let shown = [0.5, 12.34, 1234.0, 5.4e6].map(|value| Unit::Nanos.show(value));
        assert_eq!(shown, ["0.50 ns", "12.3 ns", "1.23 µs", "5.40 ms"]);
    }
}
