mod chain;
mod ladder;
