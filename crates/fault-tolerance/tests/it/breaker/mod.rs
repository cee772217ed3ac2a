mod behaviour;
mod model;
mod options;
mod vectors;
