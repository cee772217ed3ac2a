mod behaviour;
mod model;
mod vectors;
