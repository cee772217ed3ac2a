mod behaviour;
mod budget;
mod vectors;
