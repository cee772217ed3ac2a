//! What is told, beside what `ps`, `free` and `df` tell, and what this process has verifiably used.

use enhanced_config_clock::{Clock, SystemClock};
use enhanced_config_monitor::resource::{Process, ResourceMonitor};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, Command};
use std::thread;
use std::time::Duration;

const MIB: u64 = 1 << 20;

/// The numbers in what a program says.
fn numbers(program: &str, arguments: &[&str]) -> Vec<u64> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().filter_map(|word| word.trim_end_matches('%').parse().ok()).collect()
}

fn near(ours: u64, theirs: u64, slack: u64) {
    assert!(ours.abs_diff(theirs) <= slack, "{ours} and {theirs}");
}

/// Nanoseconds that this thread has run.
fn thread_time() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn disks_are_as_df_says() {
    let sample = ResourceMonitor::new(["/"]).sample(SystemClock.now());
    let df = numbers("df", &["-B1", "--output=size,used,avail,pcent", "/"]);
    let space = sample.disks[0].space.known().unwrap();
    assert_eq!(space.total, df[0]);
    near(space.used, df[1], 256 * MIB);
    near(space.free, df[2], 256 * MIB);
    assert!((space.share().percent.ceil() - df[3] as f64).abs() <= 1.0, "{:?} and {df:?}", space.share());
}

#[test]
fn memory_is_as_free_says() {
    let memory = ResourceMonitor::new(["/"]).sample(SystemClock.now()).memory.known().unwrap();
    // Mem: total used free shared buff/cache available, Swap: total used free
    let free = numbers("free", &["-b"]);
    assert_eq!((memory.total, memory.swap_total), (free[0], free[6]));
    near(memory.available, free[5], memory.total / 20);
    near(memory.swap_used, free[7], 256 * MIB);
}

#[test]
fn processes_are_as_ps_says() {
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let pid = child.id().to_string();
    let mut process = Process::open(child.id()).unwrap();
    let read = |process: &mut Process| {
        let sample = process.sample(SystemClock.now()).unwrap();
        (sample.resident / 1024, sample.reserved / 1024)
    };
    // It has become `sleep`, and grown to what it needs, once two looks agree.
    let mut before = (0, 0);
    while before != read(&mut process) || numbers("ps", &["-o", "comm=", "-p", &pid]).len() > 1 {
        before = read(&mut process);
        thread::yield_now();
    }
    let ps = numbers("ps", &["-o", "rss=,vsz=", "-p", &pid]);
    let (resident, reserved) = read(&mut process);
    near(resident, ps[0], 1024);
    near(reserved, ps[1], 1024);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_two_ways_to_look_at_this_process_agree() {
    let (mut own, mut by_number) = (Process::own().unwrap(), Process::open(process::id()).unwrap());
    let (one, other) = (own.sample(SystemClock.now()).unwrap(), by_number.sample(SystemClock.now()).unwrap());
    near(one.cpu_time.as_millis() as u64, other.cpu_time.as_millis() as u64, 100);
    near(one.resident, other.resident, 32 * MIB);
}

#[test]
fn work_shows_as_cpu_time() {
    let mut own = Process::own().unwrap();
    let (start, ran) = (SystemClock.now(), thread_time());
    let before = own.sample(start).unwrap();
    while thread_time() - ran < 150_000_000 {
        std::hint::black_box((0..100_000_u64).fold(0, u64::wrapping_add));
    }
    let ran = Duration::from_nanos(thread_time() - ran);
    let end = SystemClock.now();
    let after = own.sample(end).unwrap();
    let used = after.cpu_time - before.cpu_time;
    assert!(used >= ran, "{used:?} of which this thread {ran:?}");
    let busy = after.cpus.known().unwrap();
    assert!((busy - used.as_secs_f64() / (end - start).as_secs_f64()).abs() < 0.001, "{busy}");
}

#[test]
fn memory_in_use_shows_as_resident() {
    let mut own = Process::own().unwrap();
    let before = own.sample(SystemClock.now()).unwrap().resident;
    let block = vec![1_u8; 128 << 20];
    let after = own.sample(SystemClock.now()).unwrap().resident;
    // Other tests give some back at the same time.
    assert!(
        after > before + 96 * MIB,
        "{before} and {after} with {} more",
        std::hint::black_box(&block).len()
    );
}

#[test]
fn what_is_written_shows_as_storage() {
    let mut process = Process::own().unwrap();
    let before = process.storage().known().unwrap().1;
    let path = format!("{}/written-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    File::create(&path).unwrap().write_all(&vec![1; 8 << 20]).unwrap();
    let after = process.storage().known().unwrap().1;
    fs::remove_file(&path).unwrap();
    assert!(after >= before + 8 * MIB, "{before} and {after}");
}

#[test]
fn what_is_sent_shows_as_network() {
    let mut monitor = ResourceMonitor::new(["/"]);
    let mut loopback = || {
        let sample = monitor.sample(SystemClock.now());
        sample.network.into_iter().find(|device| device.loopback).unwrap()
    };
    let before = loopback();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sender =
        thread::spawn(move || TcpStream::connect(address).unwrap().write_all(&vec![1; 1 << 20]).unwrap());
    let mut received = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut received).unwrap();
    sender.join().unwrap();
    let after = loopback();
    assert_eq!(received.len(), 1 << 20);
    assert!(
        after.received >= before.received + MIB && after.sent >= before.sent + MIB,
        "{before:?} {after:?}"
    );
    assert!(after.rate.known().unwrap().received > 0.0);
}
