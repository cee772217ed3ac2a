//! Files that are written where they are.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::thread::sleep;

use crate::running::{Running, has, ms, scenario, text};

fn open(run: &Running) -> File {
    OpenOptions::new().write(true).open(run.dir().join("app.yaml")).unwrap()
}

#[test]
fn truncated_and_written_by_the_shell() {
    scenario("", |run| {
        run.sh("cat ../2 > app.yaml");
        run.delivers(2, &[]);
        run.sh("cat ../3 > app.yaml");
        run.delivers(3, &[]);
    });
}

#[test]
fn copied_over_with_the_times_of_the_original() {
    scenario("", |run| {
        run.sh("cp -p ../2 app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn written_more_slowly_than_it_takes_to_settle() {
    scenario("", |run| {
        let text = text(2);
        let mut file = File::create(run.dir().join("app.yaml")).unwrap();
        for piece in text.as_bytes().chunks(text.len() / 4) {
            file.write_all(piece).unwrap();
            sleep(ms(120));
        }
        drop(file);
        run.delivers(2, &[]);
    });
}

#[test]
fn written_by_python_that_holds_it_open() {
    if !has("python3") {
        return;
    }
    scenario("", |run| {
        run.sh("python3 -c '
import time
new = open(\"../2\").read()
file = open(\"app.yaml\", \"w\")
file.write(new[:700]); file.flush(); time.sleep(0.3)
file.write(new[700:]); file.flush(); time.sleep(0.3)
file.close()'");
        run.delivers(2, &[]);
    });
}

#[test]
fn written_over_without_being_truncated() {
    scenario("", |run| {
        open(run).write_all(text(2).as_bytes()).unwrap();
        run.delivers(2, &[]);
    });
}

#[test]
fn appended_to_in_two_steps() {
    scenario("printf 'first: 1\\nlast: 1\\n' > app.yaml", |run| {
        // The first step alone cannot be used: nothing is what it was taken for.
        run.sh("printf 'first: 2\\n' > app.yaml; printf 'last: 2\\n' >> app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn edited_through_another_name() {
    scenario("ln app.yaml ../other-name", |run| {
        run.sh("cat ../2 > ../other-name");
        run.delivers(2, &[]);
    });
}

#[test]
fn of_the_same_size_and_with_the_time_set_back() {
    scenario("touch -d '2020-01-01 00:00' app.yaml", |run| {
        for (number, time) in [(2, "2020-01-01 00:00"), (3, "1999-01-01 00:00"), (4, "2099-01-01 00:00")] {
            run.sh(&format!("cat ../{number} > app.yaml; touch -d '{time}' app.yaml"));
            run.delivers(number, &[]);
        }
    });
}

#[test]
fn through_a_memory_map() {
    if !has("python3") {
        return;
    }
    scenario("", |run| {
        // Nothing is written and nothing is closed, as far as the system tells: the poll has to see it.
        run.sh("python3 -c '
import mmap, os
new = open(\"../2\", \"rb\").read()
handle = os.open(\"app.yaml\", os.O_RDWR)
memory = mmap.mmap(handle, len(new))
memory[:] = new
memory.flush()
os._exit(0)'");
        run.delivers(2, &[]);
    });
}

#[test]
fn never_settling() {
    scenario("", |run| {
        let mut file = open(run);
        let until = std::time::Instant::now() + ms(4000);
        while std::time::Instant::now() < until {
            file.seek(SeekFrom::Start(0)).unwrap();
            file.write_all(text(2).as_bytes()).unwrap();
            sleep(ms(5));
        }
        // It was read while it was written, though nobody ever closed it.
        assert_eq!(run.served(), 2);
        drop(file);
        run.delivers(2, &[]);
    });
}

#[test]
fn by_a_writer_that_runs_out_of_space() {
    scenario("", |run| {
        run.sh("(ulimit -f 1; trap '' XFSZ; cat ../2 ../2 > app.yaml) 2>/dev/null || true");
        run.refuses();
        run.sh("cat ../2 > app.yaml");
        run.delivers(2, &[]);
    });
}

/// Whoever empties a file and keeps it open is about to write it.
#[test]
fn emptied_and_open_for_longer_than_what_is_missing_is_waited_for() {
    scenario("", |run| {
        let mut file = File::create(run.dir().join("app.yaml")).unwrap();
        sleep(ms(900));
        file.write_all(text(2).as_bytes()).unwrap();
        drop(file);
        run.delivers(2, &[]);
    });
}

/// A writer that truncates, writes the beginning, pauses with the file open for longer than it takes to settle, and
/// writes the rest: for every length of the beginning, only what was or what is to come is delivered.
#[test]
fn torn_at_every_byte() {
    for sample in ["app.yaml", "app.json", "app.toml"] {
        let write = |number: u32| match sample {
            "app.yaml" => format!("first: {number}\nlist: [1, 2]\nlast: {number}\n"),
            "app.json" => format!("{{\"first\": {number},\n \"list\": [1, 2],\n \"last\": {number}}}\n"),
            _ => format!("first = {number}\nlist = [1, 2]\nlast = {number}\n"),
        };
        let mut run = Running::start(
            &format!("rm app.yaml; printf '%b' '{}' > {sample}", write(1).replace('\n', "\\n")),
            |builder| builder,
        );
        let mut served = 1;
        for cut in 0..write(2).len() {
            let next = 3 - served;
            let new = write(next);
            let mut file = File::create(run.dir().join(sample)).unwrap();
            file.write_all(&new.as_bytes()[..cut]).unwrap();
            sleep(ms(60));
            file.write_all(&new.as_bytes()[cut..]).unwrap();
            drop(file);
            run.delivers_soon(next);
            served = next;
        }
    }
}
